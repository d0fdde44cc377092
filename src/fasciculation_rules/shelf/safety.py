"""Reads the safety file: requirements, hazards, anomalies, reports of problems and records of changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath
from typing import TypeVar

from pydantic import ValidationError

from fasciculation_rules.errors import Problem, SafetyFileError, problem
from fasciculation_rules.model.base import Value
from fasciculation_rules.model.change import ChangeRecord, ProblemReport
from fasciculation_rules.model.problems import problems_of
from fasciculation_rules.model.safety import Anomalies, Hazards, Requirements
from fasciculation_rules.shelf.locate import read_bytes, unreadable
from fasciculation_rules.shelf.strict_yaml import MAX_BYTES, read_yaml

REQUIREMENTS, HAZARDS, ANOMALIES = FILES = ("requirements.yaml", "hazards.yaml", "anomalies.yaml")
CHANGES, REPORTS = "changes", "reports"
Kind = TypeVar("Kind", bound=Value)


@dataclass(frozen=True, slots=True)
class SafetyFile:
    """The three files together, and the folders of changes and reports."""

    requirements: Requirements
    hazards: Hazards
    anomalies: Anomalies
    changes: tuple[ChangeRecord, ...] = ()
    reports: tuple[ProblemReport, ...] = ()


@dataclass(frozen=True, slots=True)
class ForRelease:
    """What a release looks at; a file that is not there says nothing."""

    hazards: Hazards
    anomalies: Anomalies
    changes: tuple[ChangeRecord, ...]
    reports: tuple[ProblemReport, ...]


def safety_folder() -> Traversable:
    """Where the checkout that runs has the safety file.

    Raises SafetyFileError in an installation, which has none.
    """
    package = files("fasciculation_rules")
    if isinstance(package, Path) and (beside := package.parent.parent / "docs" / "safety").is_dir():
        return beside
    raise SafetyFileError("this installation has no safety file; name its folder with --safety")


def read_safety(folder: Traversable | None = None) -> SafetyFile:
    """Everything, read and checked for its form.

    Raises SafetyFileError with every problem of all of it at its place.
    """
    reading = _Reading(safety_folder() if folder is None else folder)
    requirements = reading.one(REQUIREMENTS, Requirements)
    hazards = reading.one(HAZARDS, Hazards)
    anomalies = reading.one(ANOMALIES, Anomalies)
    changes, reports = reading.changes(), reading.reports()
    if requirements is None or hazards is None or anomalies is None or reading.problems:
        raise reading.failed()
    return SafetyFile(requirements, hazards, anomalies, changes, reports)


def read_for_release(folder: Traversable) -> ForRelease:
    """Hazards, anomalies, changes and reports, as far as they are there.

    Raises SafetyFileError with every problem of what is there.
    """
    reading = _Reading(folder)
    there = {entry.name for entry in folder.iterdir()} if folder.is_dir() else ()
    hazards = reading.one(HAZARDS, Hazards) if HAZARDS in there else None
    anomalies = reading.one(ANOMALIES, Anomalies) if ANOMALIES in there else None
    changes, reports = reading.changes(), reading.reports()
    if reading.problems:
        raise reading.failed()
    return ForRelease(
        hazards or Hazards(format=1, hazards=()), anomalies or Anomalies(format=1, ours=()), changes, reports
    )


@dataclass
class _Reading:
    """A folder while it is read, with the problems that were found so far."""

    place: Traversable
    problems: list[Problem] = field(default_factory=list)

    def failed(self) -> SafetyFileError:
        return SafetyFileError("the safety file cannot be read", self.problems)

    def changes(self) -> tuple[ChangeRecord, ...]:
        return self.every(CHANGES, ChangeRecord, "change")

    def reports(self) -> tuple[ProblemReport, ...]:
        return self.every(REPORTS, ProblemReport, "report")

    def every(self, folder: str, model: type[Kind], key: str) -> tuple[Kind, ...]:
        """The files of a folder, in order; each is called as it calls itself."""
        inside = self.place / folder
        names = sorted(entry.name for entry in inside.iterdir()) if inside.is_dir() else []
        found = [self.one(f"{folder}/{name}", model, key) for name in names if name.endswith(".yaml")]
        return tuple(each for each in found if each is not None)

    def one(self, name: str, model: type[Kind], key: str = "") -> Kind | None:
        """One file, or None with its problems added."""
        try:
            raw = read_bytes(self.place / name, MAX_BYTES)
        except OSError as error:
            self.problems.append(unreadable(name, error))
            return None
        document = read_yaml(raw, name, self.problems)
        if document is None:
            return None
        try:
            found = model.model_validate(document.data)
        except ValidationError as error:
            self.problems += [document.locate(each) for each in problems_of(error, model)]
            return None
        stem = PurePosixPath(name).stem
        if key and (said := getattr(found, key)) != stem:
            message = f"found '{said}'; expected '{stem}', as the file is called"
            self.problems.append(document.locate(problem("bad-value", message, at=key)))
        return found
