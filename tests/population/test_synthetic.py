"""Synthetic people through every engine: what `assess` says of each, with each of its engines, is what columns say."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from many import differing, known
from people import said_by_assess, said_by_steps

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


def agree(count: int, version: str, place: Path, *, every: int, engines: tuple[str, ...] = ("compiled",)) -> None:
    """Of so many people, each so manieth is asked of `assess` too, or of its steps where `compiled` alone is asked."""
    ruleset = open_ruleset(version)
    (people,) = generate(ruleset, count, 21, place / "people")
    answers, decoder = answered(people, ruleset, place / "sql.parquet"), Decoder(ruleset)
    rows = pl.read_parquet(people).gather_every(every)
    assert answers[PERSON].is_sorted()
    for cells, answer in zip(
        rows.iter_rows(named=True), answers.gather_every(every).iter_rows(named=True), strict=True
    ):
        said, row = decoder.decode(answer), known(cells)
        if engines == ("compiled",):
            assert said == said_by_steps(row, ruleset)[0], row
        else:
            assert all(said == said_by_assess(row, ruleset, engine) for engine in engines), row


def test_two_thousand_people_are_told_the_same_by_assess_polars_and_duckdb(tmp_path: Path) -> None:
    agree(2_000, NEWEST, tmp_path, every=1)


def test_some_people_are_told_the_same_by_every_engine(tmp_path: Path) -> None:
    """`assess` itself refuses where an engine differs from `compiled`."""
    agree(300, NEWEST, tmp_path, every=5, engines=tuple(ENGINES))


def test_the_steps_of_assess_are_assess(tmp_path: Path) -> None:
    ruleset = open_ruleset(NEWEST)
    (people,) = generate(ruleset, 200, 22, tmp_path)
    for cells in pl.read_parquet(people).iter_rows(named=True):
        assert said_by_steps(known(cells), ruleset)[0] == said_by_assess(known(cells), ruleset)


def agree_all(count: int, version: str, place: Path, engines: tuple[str, ...]) -> None:
    """Each of so many people, on every core."""
    ruleset = open_ruleset(version)
    (people,) = generate(ruleset, count, 21, place / "people")
    answered(people, ruleset, place / "sql.parquet").write_parquet(place / "answers.parquet")
    assert differing(people, place / "answers.parquet", version, engines) == []


def test_of_people_whose_answers_were_altered_each_is_found(tmp_path: Path) -> None:
    ruleset = open_ruleset(NEWEST)
    (people,) = generate(ruleset, 30, 21, tmp_path / "people")
    answers = answered(people, ruleset, tmp_path / "sql.parquet")
    odd = pl.when(pl.col(PERSON).is_in([3, 17])).then(pl.col("fired_0") ^ 4).otherwise("fired_0")
    answers.with_columns(odd.alias("fired_0")).write_parquet(tmp_path / "answers.parquet")
    assert differing(people, tmp_path / "answers.parquet", NEWEST, ("compiled",)) == [3, 17]


@pytest.mark.nightly
@pytest.mark.parametrize("version", ["1.0.0", NEWEST])
def test_a_hundred_thousand_people_are_told_the_same_by_every_engine(version: str, tmp_path: Path) -> None:
    agree_all(100_000, version, tmp_path, ("compiled", "durable", "reference"))


@pytest.mark.nightly
def test_a_million_people_are_told_the_same_by_polars_duckdb_and_compiled(tmp_path: Path) -> None:
    agree_all(1_000_000, NEWEST, tmp_path, ("compiled",))
