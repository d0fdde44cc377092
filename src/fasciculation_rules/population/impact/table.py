"""One table of people, as two versions of a ruleset read it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from functools import cached_property

from fasciculation_rules.errors import PopulationError
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.population.impact.groups import AGE, SEX
from fasciculation_rules.population.part import Parted
from fasciculation_rules.population.schema import PERSON, WideForm
from fasciculation_rules.population.screening import ROWS, Options, run_of
from fasciculation_rules.population.sheets import answer_columns
from fasciculation_rules.population.source import Source, open_source

TAKEN = ("rung_old", "rung_new", "age_band", "people")
"""Columns of the tables that are written."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How people are counted. `by` are columns of the table by which they are told apart, beside age and sex."""

    as_of: datetime.date | None = None
    everyone: bool = False
    by: tuple[str, ...] = ()
    max_bad: float = 0.01
    rows: int = ROWS


@dataclass(frozen=True)
class Table:
    """`sources` are the table as each version reads it; `day` says of which day it speaks."""

    versions: tuple[Ruleset, Ruleset]
    sources: tuple[Source, Source]
    asked: Asked
    day: str

    @property
    def source(self) -> Source:
        """The table with the columns that either version knows."""
        one, other = self.sources
        columns = dict.fromkeys((*one.columns, *other.columns))
        lone = dict.fromkeys(name for name in (*one.lone, *other.lone) if name not in columns)
        return replace(one, columns=tuple(columns), lone=tuple(lone))

    @cached_property
    def parted(self) -> Parted:
        """In parts, so that memory is bounded."""
        return Parted(self.source, self.asked.rows)

    @property
    def ladder(self) -> tuple[str, ...]:
        """That of both versions."""
        return self.versions[1].outcomes.ladder


def open_table(place: str, old: Ruleset, new: Ruleset, asked: Asked) -> Table:
    """A table whose units are those of both versions. What only one of them knows is unknown to the other.

    Raises PopulationError with every problem of every file, and where the versions have different rungs.
    """
    if old.outcomes.ladder != new.outcomes.ladder:
        raise PopulationError(
            f"the rungs of {old.version} ({', '.join(old.outcomes.ladder)}) are not those of {new.version} "
            f"({', '.join(new.outcomes.ladder)}), so nobody can be said to move between them"
        )
    taken = {PERSON, AGE, SEX, *TAKEN}
    taken |= {name for each in (old, new) for name in (*WideForm.of(each).columns, *answer_columns(each))}
    given = [name.casefold() for name in asked.by]
    for name in given:
        if name in taken or name.startswith("?") or given.count(name) > 1:
            raise PopulationError(f"'{name}' of --by is a column of its own, or given twice; name another one")
    forms = [WideForm.of(each).columns.keys() for each in (old, new)]
    sources = (open_source(place, old, asked.by, forms[1]), open_source(place, new, asked.by, forms[0]))
    day = run_of(new, Options(as_of=asked.as_of), sources[1])["as_of"]
    return Table((old, new), sources, asked, day)
