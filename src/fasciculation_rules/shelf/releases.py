"""The append-only history of releases: which version was released when, with which digests, and what became of it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Literal

from pydantic import ValidationError

from fasciculation_rules.errors import Problem, RulesetInvalidError, problem
from fasciculation_rules.model.base import Date, FormatOne, Text, Value
from fasciculation_rules.model.problems import problems_of
from fasciculation_rules.model.ruleset import Status
from fasciculation_rules.shelf.locate import read_bytes, unreadable
from fasciculation_rules.shelf.strict_yaml import MAX_BYTES, read_yaml

FILE = "releases.yaml"
UNREAD = f"{FILE} cannot be read"


class Event(Value):
    """One line of history. `released` pins the digests; `status` changes what a version may be used for."""

    event: Literal["released", "status"]
    version: Text
    date: Date
    status: Literal["draft", "active", "retired", "withdrawn"]
    text_digest: str | None = None
    logic_digest: str | None = None
    note: Text | None = None


class Events(Value):
    """releases.yaml as a whole."""

    format: FormatOne
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Release:
    """Where one version stands today."""

    version: str
    status: Status
    text_digest: str
    logic_digest: str
    date: datetime.date


def read_releases(root: Traversable) -> dict[str, Release]:
    """Every released version, in the order of release.

    Raises RulesetInvalidError where the file does not follow its form.
    """
    file = root / FILE
    if not file.is_file() and not file.is_dir():
        return {}
    problems: list[Problem] = []
    releases: dict[str, Release] = {}
    try:
        document = read_yaml(read_bytes(file, MAX_BYTES), FILE, problems)
    except OSError as error:
        raise RulesetInvalidError(UNREAD, [unreadable(FILE, error)]) from None
    if document is not None:
        try:
            events = Events.model_validate(document.data).events
        except ValidationError as error:
            problems = [document.locate(found) for found in problems_of(error, Events)]
        else:
            problems = [document.locate(found) for found in _apply(events, releases)]
    if problems:
        raise RulesetInvalidError(UNREAD, problems)
    return releases


def _apply(events: Iterable[Event], releases: dict[str, Release]) -> Iterator[Problem]:
    """Applies each event in turn to what the ones before it left; an event that does not fit changes nothing."""
    for index, event in enumerate(events):
        before = releases.get(event.version)
        fault = _fault(event, before)
        if fault:
            yield problem("bad-event", fault, at=f"events[{index}]")
            continue
        text = event.text_digest or (before.text_digest if before else "")
        logic = event.logic_digest or (before.logic_digest if before else "")
        date = before.date if before else event.date
        releases[event.version] = Release(event.version, event.status, text, logic, date)


def _fault(event: Event, before: Release | None) -> str:
    if event.event == "released":
        if before is not None:
            return f"{event.version} was released before"
        if event.text_digest is None or event.logic_digest is None:
            return "a release pins text_digest and logic_digest"
        return ""
    return "" if before is not None else f"{event.version} was never released"
