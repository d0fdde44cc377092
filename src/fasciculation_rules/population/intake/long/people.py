"""The people of one part: for each of them what counts on her index date, as a case."""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

import polars as pl

from fasciculation_rules.errors import is_plain_name
from fasciculation_rules.exchange.fhir.patient import OLDEST, completed_years
from fasciculation_rules.logic.frozen import FrozenMapping
from fasciculation_rules.model.case import Case
from fasciculation_rules.population.intake.columns import TIME, UNREADABLE
from fasciculation_rules.population.intake.long.settling import Said, settled
from fasciculation_rules.population.intake.long.words import Row, Words
from fasciculation_rules.population.intake.person import Person, Refused
from fasciculation_rules.population.intake.tally import Tally
from fasciculation_rules.population.schema import INDEX_DATE, PERSON

SITE = "site"

STATEMENT = ("item", "value", "unit", "reference_low", "reference_high", "source", "date", "date" + TIME)
SAID = (*STATEMENT, "date" + UNREADABLE)
"""What is read of a statement, beside the person."""

ABOUT = (INDEX_DATE, "birth_date", "death_date", "death_date" + UNREADABLE, "alive", SITE)
"""What is read of a person, beside the id; `index_date` is the day of which her row speaks."""

PERIOD = ("observed_from", "observed_to")

HIDDEN = "(not shown)"
_UNIT = re.compile(r"[A-Za-z0-9µμ°%/\[\]{}._*^ -]{1,20}")


@dataclass(frozen=True)
class Part:
    """The rows of some people: about themselves, for how long they were observed, and what was said of them."""

    persons: pl.DataFrame
    periods: pl.DataFrame
    statements: pl.DataFrame


def people_of(part: Part, words: Words, tally: Tally) -> Iterator[Person | Refused]:
    """Everybody in `persons`, in the order of the ids; statements of anybody else are counted."""
    persons = _grouped(part.persons, ABOUT)
    periods, statements = _grouped(part.periods, PERIOD), _grouped(part.statements, SAID)
    tally.set_aside("nobody", sum(len(rows) for person, rows in statements.items() if person not in persons))
    reading = _Reading(words, tally)
    for person, rows in persons.items():
        if len({*rows}) > 1:
            yield Refused(person, "two rows about the person differ")
            continue
        about = dict(zip(ABOUT, rows[0], strict=True))
        if about[INDEX_DATE] is None:
            tally.set_aside("not-dated")
            continue
        fault = _fault(about)
        if fault:
            yield Refused(person, fault)
            continue
        yield reading.person(person, about, periods.get(person, ()), statements.get(person, ()))


def _grouped(frame: pl.DataFrame, columns: Sequence[str]) -> dict[str, list[tuple[Any, ...]]]:
    rows = frame.select(PERSON, *columns).sort(PERSON).iter_rows()
    return {person: [row[1:] for row in held] for person, held in groupby(rows, key=itemgetter(0))}


_FLAGS: Mapping[str | None, bool | None] = {None: None, "1": True, "true": True, "0": False, "false": False}


def _fault(about: Mapping[str, Any]) -> str:
    """Why a person cannot be read, or nothing."""
    if about["death_date" + UNREADABLE]:
        return "the date of death cannot be read"
    if about["alive"] not in _FLAGS:
        return "whether the person is alive cannot be read"
    if about["birth_date"] is not None and _born(about["birth_date"]) is None:
        return "the date of birth cannot be read"
    return ""


@dataclass(frozen=True)
class _Reading:
    """Reads people one by one."""

    words: Words
    tally: Tally

    def person(
        self, person: str, about: Mapping[str, Any], periods: Iterable[tuple[Any, ...]], rows: Iterable[tuple[Any, ...]]
    ) -> Person:
        on: datetime.date = about[INDEX_DATE]
        said = self._said(rows, on)
        if about["birth_date"] is not None and "age" in self.words.ruleset.vocabulary.items:
            self.tally.set_aside("age-by-birth", len(said.pop("age", ())))
            said |= self._age(about["birth_date"], on)
        given = {}
        for name in sorted(said):
            item = self.words.ruleset.vocabulary.items[name]
            if (one := settled(name, item, [*said[name]], on, self.words, self.tally)) is not None:
                given[name] = _given(one)
        died: datetime.date | None = about["death_date"]
        return Person(
            id=person,
            case=Case.read({"given": given}),
            on=on,
            alive=_FLAGS[about["alive"]] if died is None else False if died <= on else None,
            observed_days=_observed(periods, on),
            about=FrozenMapping({SITE: about[SITE]} if about[SITE] is not None else {}),
        )

    def _said(self, rows: Iterable[tuple[Any, ...]], on: datetime.date) -> dict[str, dict[Said, None]]:
        """What can be read and is not later than the day, by item; the same words once."""
        found: dict[str, dict[Said, None]] = {}
        aside, items = self.tally.set_aside, self.words.ruleset.vocabulary.items
        for name, value, unit, low, high, source, day, time, unreadable in rows:
            if name not in items:
                self.tally.unknown["", _shown(name)] += 1
                continue
            self.tally.known["", name, name] += 1
            if unreadable:
                aside("unreadable-date")
            elif day is not None and day > on:
                aside("ahead-of-time")
            else:
                read = self.words.read(Row(name, value, unit, low, high))
                if read.unit:
                    self.tally.units[name, read.unit if _UNIT.fullmatch(read.unit) else HIDDEN] += 1
                if read.unused:
                    aside("another-range")
                if read.reason:
                    aside(read.reason)
                    continue
                one = Said(name, read.value, day, time, source or "", read.counts, read.reference)
                if one in found.setdefault(name, {}):
                    aside("repeated")
                found[name][one] = None
        return found

    def _age(self, text: str, on: datetime.date) -> dict[str, dict[Said, None]]:
        """Completed years on the day, between two of them where the date of birth is partial."""
        born = _born(text)
        if born is None or born[0] > on:
            self.tally.set_aside("ahead-of-time")
            return {}
        least, most = completed_years(min(born[1], on), on), completed_years(born[0], on)
        if most > OLDEST:
            self.tally.set_aside("out-of-range")
            return {}
        value = f"{most} years" if least == most else (f"{least} years", f"{most} years")
        return {"age": {Said("age", value, on, None, "", (least, most)): None}}


def _shown(name: str | None) -> str:
    """The name of an item that is not known, if it looks like one; else it may be something said about a person."""
    return name if name is not None and is_plain_name(name) else HIDDEN


def _given(one: Said) -> dict[str, Any]:
    found: dict[str, Any] = {"value": one.value if isinstance(one.value, str) else _span(one.value)}
    if one.day is not None:
        found["at"] = one.day
    if one.reference is not None:
        found["reference"] = _span(one.reference)
    return found


def _span(ends: tuple[str, str]) -> dict[str, str]:
    return {"from": ends[0], "to": ends[1]}


def _observed(periods: Iterable[tuple[Any, ...]], on: datetime.date) -> int | None:
    """For how many days before that day, in the longest of the periods that contain it."""
    begun = [since for since, until in periods if since is not None and since <= on and (until is None or on <= until)]
    return (on - min(begun)).days if begun else None


_BIRTH = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


def _born(text: str) -> tuple[datetime.date, datetime.date] | None:
    """The first and the last day that a date of birth may mean; None where it cannot be read."""
    found = _BIRTH.fullmatch(text)
    if found is None:
        return None
    year, month, day = (int(each) if each else None for each in found.groups())
    try:
        if month is None:
            return datetime.date(year or 0, 1, 1), datetime.date(year or 0, 12, 31)
        if day is None:
            return datetime.date(year or 0, month, 1), datetime.date(year or 0, month, _last(year or 0, month))
        return (datetime.date(year or 0, month, day),) * 2
    except ValueError:
        return None


def _last(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]
