"""Reads what the project asks for and what is locked for it: pyproject.toml and the locks of a checkout."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fasciculation_rules.errors import SafetyFileError

LOCKS = ("requirements.lock", "requirements-spark.lock")
"""The second is that of Spark, which weighs more than all else together."""

_PIN = re.compile(r"([a-z0-9-]+)==([^ ;]+)(?: ; (.+?))? \\")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class Pin:
    """One line of the lock: the name in its canonical form, the version, when it is wanted, and the hashes of files."""

    name: str
    version: str
    marker: str | None
    hashes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Project:
    """What is always asked for, and by each extra; and everything that is locked."""

    dependencies: tuple[str, ...]
    extras: Mapping[str, tuple[str, ...]]
    pins: tuple[Pin, ...]


def read_project(checkout: Path) -> Project:
    """The project of a checkout.

    Raises SafetyFileError where it has no lock, as an installation has none.
    """
    try:
        said = tomllib.loads((checkout / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        pins = [pin for name in LOCKS for pin in _pins((checkout / name).read_text(encoding="utf-8"))]
    except (OSError, KeyError, tomllib.TOMLDecodeError):
        raise SafetyFileError(
            f"'{checkout}' has no pyproject.toml with a project, or not both of {' and '.join(LOCKS)}, from which "
            "a bill of materials is made; name a checkout with --checkout"
        ) from None
    extras = {name: _names(wanted) for name, wanted in said.get("optional-dependencies", {}).items()}
    return Project(_names(said["dependencies"]), extras, tuple({pin.name: pin for pin in pins}.values()))


def _names(wanted: list[str]) -> tuple[str, ...]:
    return tuple(canonical(found[0]) for text in wanted if (found := _NAME.match(text)))


def canonical(name: str) -> str:
    """The name of a package in the form in which two spellings are one."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _pins(lock: str) -> list[Pin]:
    found, rest = [], list(_PIN.finditer(lock))
    for match, after in zip(rest, [*rest[1:], None], strict=True):
        end = after.start() if after else len(lock)
        found.append(Pin(match[1], match[2], match[3], tuple(_HASH.findall(lock[match.end() : end]))))
    return found
