"""The native extension, and the only place that imports it.

`durable_rules_engine` is imported by itself, never `durable.engine` or `durable.lang`: those bring timer threads
and a host that swallows exceptions, and none of it is used here.
"""

from __future__ import annotations

import os
import sys
import sysconfig
import threading
from importlib import metadata
from typing import Protocol, cast

from fasciculation_rules.errors import EngineUnavailableError

PROVED_VERSION = "2.0.28"
"""The version the guards were found on. Another may crash where this one does not."""

_INSTEAD = "install it with 'pip install durable_rules==2.0.28' (it needs a C compiler), or use the engine 'compiled'"
_lock = threading.Lock()


class Extension(Protocol):
    """The six calls that are used, of thirty. Each raises `durable_rules_engine.error` with a code in its text."""

    def create_ruleset(self, name: str, rules: str, /) -> int:
        """A handle."""

    def assert_fact(self, handle: int, fact: str, /) -> tuple[int, int]:
        """A result code (0 if some rule took the fact) and the state."""

    def start_action_for_state(self, handle: int, state: int, /) -> tuple[str, str] | None:
        """The state's own message, and the first firing: `{"RULE":{"m":FACT}}`."""

    def complete_and_start_action(self, handle: int, state: int, /) -> str | None:
        """The next firing, or None after the last."""

    def retract_fact(self, handle: int, fact: str, /) -> tuple[int, int]:
        """A result code (0 if the fact was there) and the state."""

    def delete_state(self, handle: int, sid: str, /) -> None:
        """Frees what a state holds; only ever safe on one that has run an action and thrown nothing."""

    def delete_ruleset(self, handle: int, /) -> None:
        """Frees the rest."""


def load() -> Extension:
    """The extension, or EngineUnavailableError saying what to do."""
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        message = "durable_rules writes into strings Python holds to be immutable, and so needs a Python with the GIL"
        raise EngineUnavailableError(f"{message}; use the engine 'compiled'")
    try:
        version = metadata.version("durable_rules")
    except metadata.PackageNotFoundError as error:
        raise EngineUnavailableError(f"durable_rules is not installed; {_INSTEAD}") from error
    if version != PROVED_VERSION:
        found = f"durable_rules is {version}, and only {PROVED_VERSION} is proved safe"
        raise EngineUnavailableError(f"{found}; {_INSTEAD}")
    try:
        return _import_lazily()
    except ImportError as error:
        raise EngineUnavailableError(f"durable_rules cannot be imported here ({error}); {_INSTEAD}") from error


def _import_lazily() -> Extension:
    """Python 3.13 lacks a function that the extension names but never reaches: bind it late, as dlopen used to."""
    with _lock:
        flags = sys.getdlopenflags() if hasattr(sys, "getdlopenflags") else None
        try:
            if flags is not None:
                sys.setdlopenflags(os.RTLD_LAZY)
            import durable_rules_engine
        finally:
            if flags is not None:
                sys.setdlopenflags(flags)
    return cast(Extension, durable_rules_engine)
