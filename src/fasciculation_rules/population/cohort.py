"""Who is counted: a finding of the entry criterion, sixteen or older; and what became of everybody else."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from fasciculation_rules.engines.columns.rules import HIGH, LOW
from fasciculation_rules.engines.columns.sheet import Sheet
from fasciculation_rules.engines.columns.to_polars import Printed
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.model.vocabulary import Quantity
from fasciculation_rules.population.schema import PERSON, WideForm
from fasciculation_rules.population.sheets import sheet_of

AGE, ADULT = "age" + LOW, 16
FAULT, ENTERED, OF_AGE = "fault", "entered", "adult"


@dataclass(frozen=True, slots=True)
class Attrition:
    """How many people remain after each step, from all rows to those who are counted."""

    rows: int
    collapsed: int
    quarantined: int
    without_entry: int
    not_adult: int
    counted: int


def entry_sheet(ruleset: Ruleset) -> Sheet:
    """The entry alone, which needs few columns."""
    whole = sheet_of(ruleset)
    return Sheet(whole.program, whole.intervals, whole.states, ({"entry": whole.numbers[0]["entry"]},), ("entry",))


@dataclass(frozen=True)
class Marks:
    """Marks rows: whether something in the row cannot be, and whether the person is in scope."""

    ruleset: Ruleset
    columns: tuple[str, ...]
    doubtful: tuple[str, ...]

    @cached_property
    def _entry(self) -> Printed:
        return Printed(entry_sheet(self.ruleset), self.columns)

    def marked(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        """The rows with these columns beside their own: `fault`, `entered`, `adult`."""
        fault = pl.any_horizontal([pl.lit(False), *_faults(self.ruleset, self.columns, self.doubtful)])
        adult = (pl.col(AGE) >= ADULT).fill_null(False) if AGE in self.columns else pl.lit(False)
        return self._entry.answer(frame, [PERSON, *self.columns]).with_columns(
            fault.fill_null(False).alias(FAULT),
            (pl.col("entry") == 1).fill_null(False).alias(ENTERED),
            adult.alias(OF_AGE),
        )


def _faults(ruleset: Ruleset, columns: Collection[str], doubtful: Collection[str]) -> list[pl.Expr]:
    """A number out of its range; of a quantity one end without the other, or both the wrong way round."""
    form = WideForm.of(ruleset).columns
    found = [~pl.col(name).is_between(form[name].least, form[name].most) for name in doubtful]
    for name, item in ruleset.vocabulary.items.items():
        low, high = name + LOW, name + HIGH
        if isinstance(item, Quantity) and (low in columns or high in columns):
            if low in columns and high in columns:
                found += [pl.col(low) > pl.col(high), pl.col(low).is_null() != pl.col(high).is_null()]
            else:
                found.append(pl.col(low if low in columns else high).is_not_null())
    return found
