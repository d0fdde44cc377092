"""Who is counted: a finding of the entry criterion, 16 or older, alive, observed; and what became of everybody else."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from fasciculation_rules.engines.columns.rules import HIGH, LOW
from fasciculation_rules.engines.columns.sheet import Sheet
from fasciculation_rules.engines.columns.to_polars import Printed
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.population.schema import ALIVE, INDEX_DATE, OBSERVED_DAYS, PERSON, WideForm
from fasciculation_rules.population.sheets import sheet_of
from fasciculation_rules.population.source import Source

AGE, ADULT = "age" + LOW, 16
FAULT, ENTERED, OF_AGE, LIVING, OBSERVED = "?fault", "?entered", "?adult", "?living", "?observed"


@dataclass(frozen=True, slots=True)
class Attrition:
    """How many people remain after each step, from all rows to those who are counted."""

    rows: int
    collapsed: int
    quarantined: int
    without_entry: int
    not_adult: int
    not_alive: int
    not_observed: int
    counted: int


def entry_sheet(ruleset: Ruleset) -> Sheet:
    """The entry alone, which needs few columns."""
    whole = sheet_of(ruleset)
    return Sheet(whole.program, whole.intervals, whole.states, ({"entry": whole.numbers[0]["entry"]},), ("entry",))


@dataclass(frozen=True)
class Marks:
    """Marks rows: whether something in the row cannot be, and which conditions of the cohort the person meets.

    `observed` is for how many days somebody must have been observed.
    """

    ruleset: Ruleset
    source: Source
    observed: int | None = None

    @cached_property
    def _entry(self) -> Printed:
        return Printed(entry_sheet(self.ruleset), self.source.columns)

    def marked(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        """The rows with a mark of truth each beside their own columns. Nobody is dead unless the row says so."""
        source = self.source
        faults = [_nobody(), *_faults(self.ruleset, source), *_faults_about(source)]
        fault = pl.any_horizontal([each.fill_null(False) for each in faults])
        adult = pl.col(AGE) >= ADULT if AGE in source.columns else pl.lit(False)
        living = pl.col(ALIVE).is_null() | (pl.col(ALIVE) == 1) if ALIVE in source.about else pl.lit(True)
        observed = pl.lit(True) if self.observed is None else pl.col(OBSERVED_DAYS) >= self.observed
        return self._entry.answer(frame, [PERSON, *source.told]).with_columns(
            fault.alias(FAULT),
            (pl.col("entry") == 1).fill_null(False).alias(ENTERED),
            adult.fill_null(False).alias(OF_AGE),
            living.alias(LIVING),
            observed.fill_null(False).alias(OBSERVED),
        )


def _nobody() -> pl.Expr:
    """Nobody is named: several such rows would be one person, or many, and nobody could tell."""
    return pl.col(PERSON).is_null() | (pl.col(PERSON).cast(pl.String).str.strip_chars() == "")


def _faults_about(source: Source) -> list[pl.Expr]:
    """Nobody; no day of one's own where the others have one; neither alive nor not; observed for less than no time."""
    wrong = {
        PERSON: pl.col(PERSON).is_null(),
        INDEX_DATE: pl.col(INDEX_DATE).is_null(),
        ALIVE: ~pl.col(ALIVE).is_between(0, 1),
        OBSERVED_DAYS: pl.col(OBSERVED_DAYS) < 0,
    }
    return [wrong[name] for name in (PERSON, *source.about)]


def _faults(ruleset: Ruleset, source: Source) -> list[pl.Expr]:
    """A number out of its range; of a quantity one end without the other, or both the wrong way round."""
    form, columns = WideForm.of(ruleset).columns, source.columns
    found = [~pl.col(name).is_between(form[name].least, form[name].most) for name in source.doubtful]
    for name in ruleset.vocabulary.quantities:
        low, high = name + LOW, name + HIGH
        if low in columns:
            found += [pl.col(low) > pl.col(high), pl.col(low).is_null() != pl.col(high).is_null()]
    return [*found, *(pl.col(name).is_not_null() for name in source.lone)]
