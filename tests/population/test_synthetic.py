"""Synthetic people through every engine: what `assess` says of each, with each of its engines, is what columns say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest
from people import Row, said_by_assess

from fasciculation_rules import Ruleset, open_ruleset
from fasciculation_rules.engines import ENGINES
from fasciculation_rules.engines.columns.to_polars import to_polars
from fasciculation_rules.population.generating import generate
from fasciculation_rules.population.in_duckdb import sink_with_duckdb
from fasciculation_rules.population.rows import Decoder
from fasciculation_rules.population.schema import PERSON, WideForm
from fasciculation_rules.population.sheets import answer_columns, sheet_of

NEWEST = "1.1.0"


def answered(people: Path, ruleset: Ruleset, out: Path) -> pl.DataFrame:
    """The answers of Polars, which are those of DuckDB."""
    columns, kept = list(WideForm.of(ruleset).columns), answer_columns(ruleset)
    found = to_polars(sheet_of(ruleset), pl.scan_parquet(people), columns, [PERSON]).collect(engine="streaming")
    sink_with_duckdb(ruleset, [people], columns, out)
    numbers = [PERSON, *(pl.col(name).cast(pl.Int64) for name in kept)]
    assert pl.read_parquet(out).select(numbers).sort(PERSON).equals(found.select(numbers).sort(PERSON))
    return found


def known(cells: Mapping[str, int | None]) -> Row:
    return {name: cell for name, cell in cells.items() if cell is not None and name != PERSON}


def agree(count: int, version: str, place: Path, *, every: int, engines: tuple[str, ...] = ("compiled",)) -> None:
    """Of so many people, each so manieth is asked of `assess` too."""
    ruleset = open_ruleset(version)
    (people,) = generate(ruleset, count, 21, place / "people")
    answers, decoder = answered(people, ruleset, place / "sql.parquet"), Decoder(ruleset)
    rows = pl.read_parquet(people).gather_every(every)
    assert answers[PERSON].is_sorted()
    for cells, answer in zip(
        rows.iter_rows(named=True), answers.gather_every(every).iter_rows(named=True), strict=True
    ):
        said, row = decoder.decode(answer), known(cells)
        for engine in engines:
            assert said == said_by_assess(row, ruleset, engine), (engine, row)


def test_two_thousand_people_are_told_the_same_by_assess_polars_and_duckdb(tmp_path: Path) -> None:
    agree(2_000, NEWEST, tmp_path, every=1)


def test_some_people_are_told_the_same_by_every_engine(tmp_path: Path) -> None:
    """`assess` itself refuses where an engine differs from `compiled`."""
    agree(300, NEWEST, tmp_path, every=5, engines=tuple(ENGINES))


@pytest.mark.nightly
@pytest.mark.parametrize("version", ["1.0.0", NEWEST])
def test_a_hundred_thousand_people_are_told_the_same(version: str, tmp_path: Path) -> None:
    agree(100_000, version, tmp_path, every=1)


@pytest.mark.nightly
def test_a_million_people_are_told_the_same(tmp_path: Path) -> None:
    agree(1_000_000, NEWEST, tmp_path, every=10)
