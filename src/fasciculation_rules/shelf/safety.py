"""Reads the safety file: requirements, hazards and anomalies, beside the docs."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from fasciculation_rules.errors import Problem, SafetyFileError
from fasciculation_rules.model.base import Value
from fasciculation_rules.model.problems import problems_of
from fasciculation_rules.model.safety import Anomalies, Hazards, Requirements
from fasciculation_rules.shelf.locate import read_bytes, unreadable
from fasciculation_rules.shelf.strict_yaml import MAX_BYTES, read_yaml

FILES = ("requirements.yaml", "hazards.yaml", "anomalies.yaml")
Kind = TypeVar("Kind", bound=Value)


@dataclass(frozen=True, slots=True)
class SafetyFile:
    """The three files together, and their bytes for whoever takes digests."""

    requirements: Requirements
    hazards: Hazards
    anomalies: Anomalies
    raw: dict[str, bytes]


def safety_folder() -> Traversable:
    """Where the checkout that runs has the safety file.

    Raises SafetyFileError in an installation, which has none.
    """
    package = files("fasciculation_rules")
    if isinstance(package, Path) and (beside := package.parent.parent / "docs" / "safety").is_dir():
        return beside
    raise SafetyFileError("this installation has no safety file; name its folder with --safety")


def read_safety(folder: Traversable | None = None) -> SafetyFile:
    """The three files, read and checked for their form.

    Raises SafetyFileError with every problem of all of them at its place.
    """
    place = safety_folder() if folder is None else folder
    problems: list[Problem] = []
    raw: dict[str, bytes] = {}
    requirements = _read(place, "requirements.yaml", Requirements, raw, problems)
    hazards = _read(place, "hazards.yaml", Hazards, raw, problems)
    anomalies = _read(place, "anomalies.yaml", Anomalies, raw, problems)
    if requirements is None or hazards is None or anomalies is None:
        raise SafetyFileError("the safety file cannot be read", problems)
    return SafetyFile(requirements, hazards, anomalies, raw)


def _read(
    place: Traversable, name: str, model: type[Kind], raw: dict[str, bytes], problems: list[Problem]
) -> Kind | None:
    """One file, or None with its problems added."""
    try:
        raw[name] = read_bytes(place / name, MAX_BYTES)
    except OSError as error:
        problems.append(unreadable(name, error))
        return None
    document = read_yaml(raw[name], name, problems)
    if document is None:
        return None
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        problems += [document.locate(found) for found in problems_of(error, model)]
        return None
