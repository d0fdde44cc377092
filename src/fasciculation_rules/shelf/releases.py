"""The append-only history of releases: which version was released when, with which digests, and what became of it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from importlib.resources.abc import Traversable
from typing import Literal

from pydantic import ValidationError

from fasciculation_rules.errors import Problem, RulesetInvalidError, problem
from fasciculation_rules.model.base import Date, FormatOne, Text, Value
from fasciculation_rules.model.problems import problems_of
from fasciculation_rules.model.ruleset import Status, Withdrawal
from fasciculation_rules.shelf.digest import digest_of
from fasciculation_rules.shelf.locate import read_bytes, unreadable
from fasciculation_rules.shelf.strict_yaml import MAX_BYTES, read_yaml

FILE = "releases.yaml"
UNREAD = f"{FILE} cannot be read"
Level = Literal["major", "minor", "patch"]


class Event(Value):
    """One line of history. `released` pins the digests; `status` and `withdrawn` change what a version may be used for.

    `date` is the day from which it counts; `recorded` the day it was written down, where that was later.
    """

    event: Literal["released", "status", "withdrawn"]
    version: Text
    date: Date
    recorded: Date | None = None
    status: Literal["draft", "active", "retired", "withdrawn"]
    level: Level | None = None
    text_digest: str | None = None
    logic_digest: str | None = None
    note: Text | None = None
    reason: Text | None = None
    hazard: Text | None = None
    replaced_by: Text | None = None

    @property
    def known(self) -> datetime.date:
        """The day from which anybody could know it."""
        return self.recorded or self.date


class Events(Value):
    """releases.yaml as a whole."""

    format: FormatOne
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Release:
    """Where one version stands, by all events or by those of some days."""

    version: str
    status: Status
    text_digest: str
    logic_digest: str
    date: datetime.date
    withdrawal: Withdrawal | None = None


def read_releases(root: Traversable) -> dict[str, Release]:
    """Every released version as it stands by all events, in the order of release.

    Raises RulesetInvalidError where the file does not follow its form.
    """
    return standing(read_events(root))


def read_events(root: Traversable) -> tuple[Event, ...]:
    """The history as it was written; none where there is no file.

    Raises RulesetInvalidError where the file does not follow its form, or an event does not fit those before it.
    """
    file = root / FILE
    if not file.is_file() and not file.is_dir():
        return ()
    try:
        return events_in(read_bytes(file, MAX_BYTES))
    except OSError as error:
        raise RulesetInvalidError(UNREAD, [unreadable(FILE, error)]) from None


def events_in(raw: bytes) -> tuple[Event, ...]:
    """The events that the bytes of the file say.

    Raises RulesetInvalidError as `read_events` does.
    """
    problems: list[Problem] = []
    events: tuple[Event, ...] = ()
    document = read_yaml(raw, FILE, problems)
    if document is not None:
        try:
            events = Events.model_validate(document.data).events
        except ValidationError as error:
            problems = [document.locate(found) for found in problems_of(error, Events)]
        else:
            problems = [document.locate(found) for found in _apply(events, {})]
    if problems:
        raise RulesetInvalidError(UNREAD, problems)
    return events


def digest_of_events(events: Iterable[Event]) -> str:
    """Over what events say, in their order; words that are no event, and how they are written, do not count."""
    return digest_of([event.model_dump(mode="json", exclude_none=True) for event in events])


def standing(events: Iterable[Event]) -> dict[str, Release]:
    """Where each version stands after events of which each fits those before it."""
    releases: dict[str, Release] = {}
    for _ in _apply(events, releases):
        pass
    return releases


def _apply(events: Iterable[Event], releases: dict[str, Release]) -> Iterator[Problem]:
    """Applies each event in turn to what the ones before it left; an event that does not fit changes nothing."""
    newest: datetime.date | None = None
    for index, event in enumerate(events):
        before = releases.get(event.version)
        fault = _fault(event, before, newest)
        if fault:
            yield problem("bad-event", fault, at=f"events[{index}]")
            continue
        newest = event.known
        if before is None:
            text, logic = event.text_digest or "", event.logic_digest or ""
            releases[event.version] = Release(event.version, event.status, text, logic, event.date)
        else:
            releases[event.version] = replace(before, status=event.status, withdrawal=_withdrawal(event))


def _withdrawal(event: Event) -> Withdrawal | None:
    if event.reason is None:
        return None
    return Withdrawal(date=event.date, reason=event.reason, hazard=event.hazard, replaced_by=event.replaced_by)


def _fault(event: Event, before: Release | None, newest: datetime.date | None) -> str:
    if event.known < event.date:
        return f"it counts from {event.date} and was recorded on {event.recorded}, before that"
    if newest is not None and event.known < newest:
        return f"it was recorded on {event.known}, before the event above it ({newest})"
    if event.event == "released":
        if before is not None:
            return f"{event.version} was released before"
        if event.text_digest is None or event.logic_digest is None:
            return "a release pins text_digest and logic_digest"
        return ""
    if before is None:
        return f"{event.version} was never released"
    if event.date < before.date:
        return f"it counts from {event.date}, and {event.version} was released on {before.date}"
    if before.status == "withdrawn":
        return f"{event.version} was withdrawn, and stays so"
    if event.event == "withdrawn" and (event.status != "withdrawn" or not event.reason or not event.hazard):
        return "a withdrawal has the status withdrawn, a reason and a hazard"
    return ""
