"""What columns say of a person is what `assess` says of the same person, to the last rule."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from people import (
    TODAY,
    Row,
    beside_every_limit,
    closed_row,
    random_row,
    rows_of_cases,
    said_by_duckdb,
    said_by_polars,
    said_by_steps,
    to_case,
)

from fasciculation_rules import Ruleset, open_ruleset

MINI = Path(__file__).parent.parent / "rulesets" / "mini"
NIGHTLY = [pytest.param(each, marks=pytest.mark.nightly) for each in ("0.1.0", "1.0.0")]


@pytest.fixture(scope="module", params=["1.1.0", *NIGHTLY])
def version(request: pytest.FixtureRequest) -> Ruleset:
    return open_ruleset(request.param)


def agree(rows: list[Row], ruleset: Ruleset) -> None:
    """The steps of `assess`, one at a time; Polars and DuckDB, all together."""
    polars, sql = said_by_polars(rows, ruleset), said_by_duckdb(rows, ruleset)
    for row, one, other in zip(rows, polars, sql, strict=True):
        expected, _ = said_by_steps(row, ruleset)
        assert (one, other) == (expected, expected), row


def test_on_people_whose_records_contradict_themselves(version: Ruleset) -> None:
    random = Random(20)
    agree([random_row(random, version) for _ in range(500)], version)


def test_beside_every_limit_and_every_normal_range(version: Ruleset) -> None:
    agree(list(beside_every_limit(version)), version)


def test_on_the_cases_and_the_kept_cases_of_the_ruleset(version: Ruleset) -> None:
    agree(rows_of_cases(version), version)


def test_a_row_that_was_closed_before_says_the_same() -> None:
    ruleset, random = open_ruleset("1.1.0"), Random(3)
    rows = [random_row(random, ruleset) for _ in range(200)]
    closed = [closed_row(to_case(row, ruleset), TODAY, ruleset) for row in rows]
    assert said_by_polars(closed, ruleset) == said_by_polars(rows, ruleset)


@pytest.mark.parametrize("folder", [MINI, pytest.param("1.1.0", marks=pytest.mark.nightly)], ids=["mini", "1.1.0"])
def test_both_forms_of_the_query_say_the_same(folder: Path | str) -> None:
    ruleset, random = open_ruleset(folder), Random(21)
    rows = [random_row(random, ruleset) for _ in range(300)]
    assert said_by_duckdb(rows, ruleset, bits=False) == said_by_duckdb(rows, ruleset)


def test_nobody_is_all_unknown_without_a_row_of_facts() -> None:
    ruleset = open_ruleset("1.1.0")
    (said,) = said_by_polars([{}], ruleset)
    assert (said.entry, said.settled, said.fired) == (None, False, ())
    assert said.unanswered == ruleset.vocabulary.screen
