"""Spark gives the same answers; only where it is installed (`make spark`), because it is half a gigabyte of Java."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest
from people import beside_every_limit, random_row, rows_of_cases, to_frame
from printed import decoded, table_of
from reading import read_facts, read_program

from fasciculation_rules import open_ruleset
from fasciculation_rules.engines.columns.dialects import DIALECTS
from fasciculation_rules.engines.columns.sheet import sheet_of_program
from fasciculation_rules.engines.columns.to_polars import to_polars
from fasciculation_rules.engines.columns.to_sql import to_sql
from fasciculation_rules.population.generating import generate
from fasciculation_rules.population.in_spark import SETTINGS, answered_by_spark, spark_of
from fasciculation_rules.population.schema import WideForm
from fasciculation_rules.population.sheets import answer_columns, sheet_of

pytest.importorskip("pyspark")
pytestmark = pytest.mark.filterwarnings("ignore")

TESTS = Path(__file__).parent.parent
MINI = TESTS / "rulesets" / "mini"
FILES = sorted((TESTS / "conformance").glob("*.json"))
NIGHTLY = [pytest.param(each, marks=pytest.mark.nightly) for each in ("0.1.0", "1.0.0", "1.1.0")]


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    session = spark_of()
    yield session
    session.stop()


@pytest.mark.parametrize("version", [MINI, *NIGHTLY], ids=["mini", "0.1.0", "1.0.0", "1.1.0"])
def test_spark_says_of_each_person_what_polars_says(version: Path | str, spark: Any, tmp_path: Path) -> None:
    ruleset, random = open_ruleset(version), Random(8)
    rows = [random_row(random, ruleset) for _ in range(300)] + list(beside_every_limit(ruleset))
    if version != MINI:
        rows += rows_of_cases(ruleset)
    frame, columns = to_frame(rows, ruleset), list(WideForm.of(ruleset).columns)
    frame.write_parquet(tmp_path / "people.parquet")
    said = answered_by_spark(spark, ruleset, [tmp_path / "people.parquet"], columns)
    assert said.columns == ["person_id", *answer_columns(ruleset)]
    found = pl.DataFrame(
        [tuple(row) for row in said.collect()], schema=said.columns, orient="row", infer_schema_length=None
    )
    expected = to_polars(sheet_of(ruleset), frame.lazy(), columns, ["person_id"]).collect()
    cells = [pl.col(name).cast(pl.Int64) for name in answer_columns(ruleset)]
    assert (
        found.select("person_id", *cells)
        .sort("person_id")
        .equals(expected.select("person_id", *cells).sort("person_id"))
    )
    assert spark.conf.get("spark.sql.ansi.enabled") == SETTINGS["spark.sql.ansi.enabled"] == "true"


@pytest.mark.nightly
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_spark_gives_the_five_values_of_the_conformance_suite(file: Path, spark: Any) -> None:
    loaded = json.loads(file.read_text(encoding="utf-8"))
    program, people = read_program(loaded["program"]), [read_facts(case) for case in loaded["cases"]]
    table = table_of(program, people)
    spark.createDataFrame(table.rows(), table_schema(table)).createOrReplaceTempView("people")
    query = to_sql(sheet_of_program(program), DIALECTS["spark"], "people", table.columns, beside=["row"])
    said = sorted((row.asDict() for row in spark.sql(query).collect()), key=lambda cells: cells["row"])
    assert [{name: str(firing) for name, firing in decoded(program, cells).items()} for cells in said] == [
        case["expect"] for case in loaded["cases"]
    ]


def table_schema(table: pl.DataFrame) -> str:
    """Every column a whole number, whatever its name."""
    return ", ".join(f"`{name}` bigint" for name in table.columns)


@pytest.mark.nightly
@pytest.mark.parametrize("version", ["1.0.0", "1.1.0"])
def test_spark_says_of_a_hundred_thousand_synthetic_people_what_polars_says(
    version: str, spark: Any, tmp_path: Path
) -> None:
    ruleset = open_ruleset(version)
    (people,) = generate(ruleset, 100_000, 21, tmp_path / "people")
    columns = list(WideForm.of(ruleset).columns)
    answered_by_spark(spark, ruleset, [people], columns).write.parquet(str(tmp_path / "answers"))
    expected = to_polars(sheet_of(ruleset), pl.scan_parquet(people), columns, ["person_id"]).collect(engine="streaming")
    cells = ["person_id", *(pl.col(name).cast(pl.Int64) for name in answer_columns(ruleset))]
    found = pl.read_parquet(tmp_path / "answers" / "*.parquet")
    assert found.height == 100_000
    assert found.select(cells).sort("person_id").equals(expected.select(cells).sort("person_id"))
