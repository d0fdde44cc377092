"""What two versions say of the people of one part, side by side, one row each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from fasciculation_rules.engines.columns.sheet import WORD, Sheet, words_of
from fasciculation_rules.engines.columns.to_polars import Printed
from fasciculation_rules.errors import PopulationError
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.population.cohort import FAULT, Marks
from fasciculation_rules.population.impact.groups import SEX, age_band
from fasciculation_rules.population.impact.table import Table
from fasciculation_rules.population.part import Part
from fasciculation_rules.population.schema import PERSON
from fasciculation_rules.population.sheets import sheet_of
from fasciculation_rules.population.work import STEPS

OLD, NEW = "old:", "new:"
_BOUND = "at_least"


@dataclass(frozen=True)
class Answered:
    """How many rows of a part met which fate, and the answers of those who are counted.

    The frame has the person, a column for each kind of group (`?age`, `?sex`, those of `--by`), and what each version
    says: `old:rung`, `old:at_least` and the words `old:fired_0`, ...; so too `new:`.
    """

    counts: Mapping[str, int]
    frame: pl.DataFrame


def rules_of(ruleset: Ruleset) -> dict[str, str]:
    """Every rule that decides something, with its kind."""
    kinds = {"escalation": ruleset.escalations, "differential": ruleset.differentials, "plan": ruleset.plans}
    return {name: kind for kind, rules in kinds.items() for name in rules}


def fires(name: str, ruleset: Ruleset, prefix: str) -> pl.Expr:
    """Whether the bit of a rule stands in the words; never, where the version does not have it."""
    if name not in ruleset.program.bits:
        return pl.lit(False)
    word, bit = divmod(ruleset.program.names.index(name), WORD)
    return (pl.col(f"{prefix}fired_{word}") & (1 << bit)) != 0


@dataclass(frozen=True)
class Answering:
    """Answers the parts of one table."""

    table: Table

    def answered(self, part: Part) -> Answered:
        """One part. Raises PopulationError where its rows cannot be read."""
        try:
            return self._answered(part)
        except pl.exceptions.PolarsError:
            raise PopulationError(f"rows of {part.place} cannot be read") from None

    def _answered(self, part: Part) -> Answered:
        rows = self.table.parted.rows(part)
        if not part.slices:  # then their order is another one each time
            rows = rows.collect(engine="streaming").sort(PERSON).lazy()
        counts, kept = self._counted(part, rows)
        counted = pl.concat([rows, pl.LazyFrame({"?kept": kept})], how="horizontal").filter("?kept")
        beside = [PERSON, "?age", "?sex", *self.table.asked.by]
        columns = self.table.source.columns
        sex = pl.col(SEX) if SEX in columns else pl.lit(None, pl.Int8)
        counted = counted.with_columns(age_band(columns).alias("?age"), sex.alias("?sex"))
        one, other = self._printed
        found = [one.answer(counted, beside), other.answer(counted, [PERSON])]
        old, new = pl.collect_all(found, engine="streaming")
        if not old[PERSON].equals(new[PERSON]):
            raise AssertionError("two readings of the same rows have another order")
        old = old.rename({name: OLD + name for name in old.columns if name not in beside})
        new = new.drop(PERSON).rename(lambda name: NEW + name)
        return Answered(counts, old.hstack(new))

    @cached_property
    def _printed(self) -> tuple[Printed, Printed]:
        old, new = (
            Printed(_narrow(version), source.columns)
            for version, source in zip(self.table.versions, self.table.sources, strict=True)
        )
        return old, new

    def _counted(self, part: Part, rows: pl.LazyFrame) -> tuple[dict[str, int], pl.Series]:
        """How many meet which fate, and who is counted: in scope for either version, and sound for both."""
        marks = [FAULT, *STEPS.values()]
        old, new = pl.collect_all(
            [
                Marks(version, source).marked(rows).select(PERSON, *marks)
                for version, source in zip(self.table.versions, self.table.sources, strict=True)
            ],
            engine="streaming",
        )
        repeated = self.table.parted.repeated
        clash = _among(old[PERSON], repeated.clashing)
        again = _among(old[PERSON], repeated.same if part.slices else repeated.same.clear())
        wrong = (old[FAULT] | new[FAULT] | clash) & ~again
        left = ~wrong & ~again
        first = bool(part.slices)  # rows set aside as one of several come back in the part without a file
        counts = {
            "rows": len(old) if first else 0,
            "collapsed": int(again.sum()) if first else -len(old),
            "quarantined": int(wrong.sum()),
        }
        for step, mark in STEPS.items():
            met = old[mark] | new[mark]
            asked = not self.table.asked.everyone
            counts[step] = int((left & ~met).sum()) if asked else 0
            left = left & met if asked else left
        return counts, left


def _among(people: pl.Series, some: pl.Series) -> pl.Series:
    return people.is_in(some.implode()).fill_null(False) if len(some) else pl.repeat(False, len(people), eager=True)


def _narrow(ruleset: Ruleset) -> Sheet:
    """What is compared, without the differential and the undecided rules."""
    whole = sheet_of(ruleset)
    kept = (_BOUND, "rung", *words_of("fired", len(ruleset.program.names)))
    needed = {*kept, "at_most", "unanswered", "unexamined", "settled"}
    stages = tuple({name: number for name, number in stage.items() if name in needed} for stage in whole.numbers)
    return Sheet(whole.program, whole.intervals, whole.states, stages, kept)


def parts_of(table: Table) -> Iterator[Part]:
    """Those of a table. Raises PopulationError where it cannot be read."""
    try:
        yield from table.parted.parts
    except pl.exceptions.PolarsError:
        raise PopulationError("rows of the table cannot be read") from None
