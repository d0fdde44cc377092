"""Index dates: of which day the row of each person speaks, where it is not the same day for everybody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from fasciculation_rules.errors import PopulationError, Problem
from fasciculation_rules.population.intake.columns import UNREADABLE, Kind, Wanted
from fasciculation_rules.population.intake.tables import Table, files_of, open_table, reading
from fasciculation_rules.population.schema import INDEX_DATE, PERSON

COLUMNS = (Wanted(PERSON, Kind.ID, required=True), Wanted(INDEX_DATE, Kind.DAY, required=True))


@dataclass(frozen=True, slots=True)
class IndexDates:
    """A table with the day of each person, once."""

    table: Table

    def frame(self) -> pl.LazyFrame:
        """`person_id` as text and `index_date` as a day; each person once."""
        return self.table.read().select(PERSON, INDEX_DATE).unique()

    def identity(self) -> Mapping[str, Any]:
        """What tells these dates from others."""
        return {"index_dates": sorted(each["sha256"] for each in self.table.inputs)}


def open_index_dates(place: str) -> IndexDates:
    """A Parquet or CSV file with the columns `person_id` and `index_date`.

    Raises PopulationError where it cannot be read, where a row lacks one of them, and where somebody has two days.
    """
    problems: list[Problem] = []
    table = open_table(files_of(place), COLUMNS, problems)
    if table is None:
        raise PopulationError(f"the index dates '{place}' cannot be read", problems)
    with reading(table):
        frame = table.read().collect(engine="streaming")
    lacking = frame.filter(pl.col(PERSON).is_null() | pl.col(INDEX_DATE).is_null() | pl.col(INDEX_DATE + UNREADABLE))
    if lacking.height:
        raise PopulationError(f"rows of the index dates '{place}' lack a person, or a day such as 2026-11-01")
    people = frame.select(PERSON, INDEX_DATE).unique()
    if people.height > people[PERSON].n_unique():
        raise PopulationError(f"people of the index dates '{place}' have two days that differ")
    return IndexDates(table)
