"""With what a decision was made: the library's own code, the engine's compiled part, Python and the platform."""

from __future__ import annotations

import hashlib
import platform
import sysconfig
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from fasciculation_rules._version import __version__
from fasciculation_rules.model.assessment import EngineIdentity
from fasciculation_rules.shelf.digest import text_digest
from fasciculation_rules.shelf.locate import walk

APART = ("rulesets/", "__pycache__/")
"""What lies among the code of an installation and is none: rulesets have digests of their own."""

EXTENSIONS = {"durable": "durable_rules_engine"}
"""The compiled module that an engine runs in."""


@cache
def library() -> dict[str, str]:
    """The version of the library, and the digest of its source files as its `sha256sum` manifest gives it."""
    return {"version": __version__, "code_digest": _code_digest()}


def _code_digest() -> str:
    package = files("fasciculation_rules")
    found = (
        (path, file)
        for entry in package.iterdir()
        if not f"{entry.name}/".startswith(APART)
        for path, file in (walk(entry, f"{entry.name}/") if entry.is_dir() else [(entry.name, entry)])
    )
    return text_digest({path: file.read_bytes() for path, file in found if APART[1] not in path})


def engine(identity: EngineIdentity) -> dict[str, str | None]:
    """The engine that answered, with the digest of its compiled extension where it has one."""
    module = EXTENSIONS.get(identity.name)
    return {
        "name": identity.name,
        "version": identity.version,
        "checked_by": identity.checked_by,
        "extension_digest": None if module is None else _extension_digest(module),
    }


@cache
def _extension_digest(module: str) -> str | None:
    """Of the file that Python loaded; None where it is in no file."""
    spec = find_spec(module)
    if spec is None or spec.origin is None or not Path(spec.origin).is_file():
        return None
    return "sha256:" + hashlib.sha256(Path(spec.origin).read_bytes()).hexdigest()


@cache
def python() -> dict[str, str]:
    """The kind of Python, its version and the platform it was built for; nothing that names one machine."""
    return {
        "implementation": platform.python_implementation(),
        "version": platform.python_version(),
        "platform": sysconfig.get_platform(),
    }
