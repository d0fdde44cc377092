"""Reads the long form: a row a statement, and beside it perhaps a table of the people themselves."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from fasciculation_rules.errors import PopulationError, Problem, did_you_mean, is_plain_name
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.population.intake.columns import Kind, Wanted
from fasciculation_rules.population.intake.dates import IndexDates
from fasciculation_rules.population.intake.long.people import ABOUT, PERIOD, SITE, Part, people_of
from fasciculation_rules.population.intake.long.words import Words
from fasciculation_rules.population.intake.person import Person, Refused
from fasciculation_rules.population.intake.reader import Reached
from fasciculation_rules.population.intake.spreading import part_of, parts_for, spread
from fasciculation_rules.population.intake.tables import READ_AS, SUFFIXES, Table, files_of, open_table, reading
from fasciculation_rules.population.intake.tally import Tally
from fasciculation_rules.population.schema import INDEX_DATE, PERSON
from fasciculation_rules.population.unread import left_out, looks_like_data, refuse

PERSONS = "persons"
"""The stem of the file beside the statements that has a row for each person."""

STATEMENTS = (
    Wanted(PERSON, Kind.ID, required=True),
    Wanted("item", Kind.TEXT, required=True),
    Wanted("value", Kind.TEXT, required=True),
    Wanted("unit", Kind.TEXT),
    Wanted("date", Kind.DAY),
    Wanted("reference_low", Kind.NUMBER),
    Wanted("reference_high", Kind.NUMBER),
    Wanted("source", Kind.TEXT),
)

OF_PERSONS = (
    Wanted(PERSON, Kind.ID, required=True),
    Wanted(INDEX_DATE, Kind.DAY),
    Wanted("birth_date", Kind.BIRTH),
    Wanted("death_date", Kind.DAY),
    Wanted("alive", Kind.FLAG),
    Wanted("observed_from", Kind.DAY),
    Wanted("observed_to", Kind.DAY),
    Wanted(SITE, Kind.ID),
)


@dataclass(frozen=True)
class LongReader:
    """Statements, people and days that were looked at already. `day` is None where each person has her own."""

    ruleset: Ruleset
    statements: Table
    persons: Table | None
    dates: IndexDates | None
    day: datetime.date | None
    form: str = "long"

    @property
    def as_of(self) -> str | None:
        return None if self.day is None else self.day.isoformat()

    @property
    def about(self) -> tuple[str, ...]:
        return (SITE,) if self.persons is not None and SITE in self.persons.types else ()

    def identity(self) -> Mapping[str, Any]:
        digests = {kind: sorted(each["sha256"] for each in table.inputs) for kind, table in self._tables().items()}
        return {**digests, "polars": pl.__version__, "parts": self._parts}

    def inputs(self) -> list[dict[str, Any]]:
        return [each for table in self._tables().values() for each in table.inputs]

    def incomplete(self) -> list[str]:
        return []

    def _tables(self) -> dict[str, Table]:
        dates = self.dates.table if self.dates else None
        tables = {"statements": self.statements, "persons": self.persons, "index_dates": dates}
        return {kind: table for kind, table in tables.items() if table is not None}

    @cached_property
    def _parts(self) -> int:
        """Where nobody is listed there are at most as many people as statements, and mostly a tenth of them."""
        listed = self.persons or (self.dates.table if self.dates else None)
        people = listed.rows if listed else self.statements.rows // 10
        return parts_for(self.statements.rows, people)

    def spread(self, place: Path, tally: Tally, done: Reached) -> int:
        for number, (kind, table) in enumerate(self._tables().items()):
            spread(table, place / kind, self._parts)
            done(number + 1, len(self._tables()))
        tally.read["statement"] += self.statements.rows
        with reading(self.statements):
            nobody = self.statements.read().filter(pl.col(PERSON).is_null()).select(pl.len())
            tally.set_aside("nobody", nobody.collect(engine="streaming").item())
        return self._parts

    def people(self, place: Path, part: int, tally: Tally) -> Iterator[Person | Refused]:
        held = {kind: part_of(place / kind, part, table.schema) for kind, table in self._tables().items()}
        persons = self._persons(held)
        lacking = [pl.lit(None).alias(name) for name in (*ABOUT, *PERIOD) if name not in persons.columns]
        persons = persons.with_columns(lacking)
        found = Part(persons.select(PERSON, *ABOUT), persons.select(PERSON, *PERIOD), held["statements"])
        return people_of(found, Words(self.ruleset), tally)

    def _persons(self, held: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
        """The people: those of their table, else those with a day of their own, else those of statements."""
        dates = held.get("index_dates")
        persons = held.get("persons", held["statements"].select(PERSON) if dates is None else dates.select(PERSON))
        persons = persons.unique()
        if self.day is not None:
            return persons.with_columns(pl.lit(self.day).alias(INDEX_DATE))
        if dates is None:
            return persons
        own = dates.select(PERSON, INDEX_DATE).unique()
        return persons.drop(INDEX_DATE, strict=False).join(own, on=PERSON, how="left")


def open_long(place: str, ruleset: Ruleset, day: datetime.date | None, dates: IndexDates | None) -> LongReader:
    """Opens statements, and the people beside them.

    Raises PopulationError with every problem of every file; where two things say which day it is, or nothing does; and
    where no row names an item of the ruleset.
    """
    problems: list[Problem] = []
    files = files_of(place, leave=(PERSONS,))
    beside = _beside(place, files)
    if not files or not files[0].exists():
        raise PopulationError(f"'{place}' names no Parquet and no CSV file")
    statements = open_table(files, STATEMENTS, problems)
    persons = open_table(beside, OF_PERSONS, problems) if beside else None
    if problems or statements is None:
        raise PopulationError(f"the statements '{place}' cannot be read", problems)
    own = persons is not None and INDEX_DATE in persons.types
    _check_days(day, dates, own=own)
    _check_items(place, statements, ruleset)
    return LongReader(ruleset, statements, persons, dates, day)


def _beside(place: str, files: Sequence[Path]) -> list[Path]:
    """The files of the people. Raises PopulationError where other files of the input would be left out."""
    folder = files[0].parent if files else Path(place)
    found = [file for suffix in SUFFIXES if (file := folder / f"{PERSONS}{suffix}").exists()]
    named = {file for file in folder.glob("*") if file.name.partition(".")[0].lower() == PERSONS}
    others = {file for file in named - {*files, *found} if looks_like_data(file)}
    refuse(place, left_out(place, [*files, *found], ("people-", "part-")) | others, READ_AS)
    return found


def _check_days(day: datetime.date | None, dates: IndexDates | None, *, own: bool) -> None:
    given = [
        *(["--as-of"] if day else []),
        *(["--index-dates"] if dates else []),
        *([f"a column '{INDEX_DATE}' of the people"] if own else []),
    ]
    if len(given) > 1:
        raise PopulationError(f"which day it is is said by {' and by '.join(given)}; leave one of them away")
    if not given:
        raise PopulationError(
            "nobody says of which day the rows shall speak: give --as-of DATE, --index-dates FILE, or each person an "
            f"'{INDEX_DATE}'"
        )


def _check_items(place: str, statements: Table, ruleset: Ruleset) -> None:
    """At least one row has to name an item, else the file is another one, or in the words of another ruleset."""
    with reading(statements):
        named = statements.read().select("item").unique().collect(engine="streaming")["item"].drop_nulls().to_list()
    items = ruleset.vocabulary.items
    if not named or any(name in items for name in named):
        return
    near = sorted({hint for name in named if is_plain_name(name) and (hint := did_you_mean(name, items))})
    hint = near[0] if near else f"see `fasciculation-rules show {ruleset.version}` for its items"
    raise PopulationError(f"no row of '{place}' names an item of ruleset {ruleset.version}; {hint}")
