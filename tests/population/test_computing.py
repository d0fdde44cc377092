"""What is worked out of other columns: rounded as `assess` rounds it, half-even, in every printer."""

from __future__ import annotations

from random import Random

import polars as pl
import pytest
from people import to_frame

from fasciculation_rules import open_ruleset
from fasciculation_rules.assessing.compute import compute
from fasciculation_rules.engines.columns.dialects import DIALECTS
from fasciculation_rules.engines.columns.rules import HIGH, LOW
from fasciculation_rules.engines.columns.sheet import Sheet
from fasciculation_rules.engines.columns.to_polars import to_polars
from fasciculation_rules.engines.columns.to_sql import to_sql
from fasciculation_rules.population.computing import intervals_of
from fasciculation_rules.population.in_duckdb import connected
from fasciculation_rules.population.schema import WideForm

RULESET = open_ruleset("1.1.0")
INTERVALS = intervals_of(RULESET)
ENDS = [name + end for name in INTERVALS for end in (LOW, HIGH)]
SHEET = Sheet(RULESET.program, INTERVALS, {}, (), tuple(ENDS))


def rows() -> list[dict[str, int]]:
    """Inputs of which each residue of each divisor occurs many times, ties of both kinds among them."""
    random, table = Random(5), RULESET.vocabulary.quantities
    inputs = sorted({column.rsplit("_", 1)[0] for each in INTERVALS.values() for column in each.low.columns})
    found = []
    for _ in range(600):
        row = {}
        for name in inputs:
            least, most = table[name].bounds()
            low = random.randint(least, most)
            row[name + LOW], row[name + HIGH] = low, min(low + random.choice((0, 0, 1, 5)), most)
        found.append(row)
    return found


def worked_out(row: dict[str, int]) -> dict[str, int | None]:
    """By `assess`, one person at a time."""
    known = {
        name.removesuffix(LOW): (row[name], row[name.removesuffix(LOW) + HIGH]) for name in row if name.endswith(LOW)
    }
    found = compute(known, {}, RULESET)
    return {
        name + end: found[name][place] if name in found else None
        for name in INTERVALS
        for place, end in enumerate((LOW, HIGH))
    }


def test_some_of_these_lie_just_between_two_counts() -> None:
    interval = INTERVALS["osmolality"]
    totals = [
        interval.low.constant + sum(row[column] * factor for column, factor in interval.low.columns.items())
        for row in rows()
    ]
    ties = [
        total // interval.low.divisor % 2
        for total in totals
        if total % interval.low.divisor * 2 == interval.low.divisor
    ]
    assert {0, 1} <= {*ties}


def test_polars_rounds_as_assess_does() -> None:
    people = rows()
    found = to_polars(SHEET, to_frame(people, RULESET).lazy(), list(WideForm.of(RULESET).columns)).collect()
    assert found.to_dicts() == [worked_out(row) for row in people]


@pytest.mark.parametrize("bits", [True, False], ids=["bits", "cases"])
def test_sql_rounds_as_assess_does(bits: bool) -> None:
    from dataclasses import replace

    people = rows()
    dialect = DIALECTS["duckdb"] if bits else replace(DIALECTS["duckdb"], bits="")
    query = to_sql(SHEET, dialect, "cohort", list(WideForm.of(RULESET).columns), beside=["person_id"])
    with connected() as connection:
        connection.register("cohort", to_frame(people, RULESET).to_arrow())
        found = connection.sql(query).pl()
    ordered = found.sort(found["person_id"].str.slice(1).cast(pl.Int64)).drop("person_id")
    expected = [worked_out(row) for row in people]
    for name in ENDS:
        assert [cell for cell, row in zip(ordered[name], expected, strict=True) if row[name] is not None] == [
            row[name] for row in expected if row[name] is not None
        ], name
