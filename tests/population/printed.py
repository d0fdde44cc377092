"""Runs a program by itself through each printer of columns."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import polars as pl

from fasciculation_rules.engines.columns.dialects import DIALECTS, Dialect
from fasciculation_rules.engines.columns.rules import HIGH, LOW
from fasciculation_rules.engines.columns.sheet import FIRINGS, joined, sheet_of_program, words_of
from fasciculation_rules.engines.columns.to_polars import to_polars
from fasciculation_rules.engines.columns.to_sql import to_sql
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.logic.program import Program
from fasciculation_rules.population.in_duckdb import connected

CASES = replace(DIALECTS["duckdb"], bits="")
"""The form that most warehouses get, run where it can be."""

PRINTERS = ("polars", "bits", "cases")


def firings(
    printer: str, program: Program, people: Sequence[Facts], without: Collection[str] = ()
) -> list[dict[str, Firing]]:
    """The five values of every name for every person; the table lacks the columns of some items."""
    lacking = [name + end for name in without for end in ("", LOW, HIGH)]
    table = table_of(program, people).drop(lacking, strict=False)
    match printer:
        case "polars":
            answer = _polars(program, table)
        case _:
            answer = _duckdb(program, table, DIALECTS["duckdb"] if printer == "bits" else CASES)
    return [decoded(program, cells) for cells in answer.iter_rows(named=True)]


def table_of(program: Program, people: Sequence[Facts]) -> pl.DataFrame:
    """A row a person, numbered."""
    ends = [name + end for name in program.quantities for end in (LOW, HIGH)]
    rows = [
        {name: int(present) for name, present in person.findings.items()}
        | {name + LOW: low for name, (low, _) in person.quantities.items()}
        | {name + HIGH: high for name, (_, high) in person.quantities.items()}
        for person in people
    ]
    schema = dict.fromkeys((*program.findings, *ends), pl.Int64)
    return pl.DataFrame([{"row": number, **row} for number, row in enumerate(rows)], schema={"row": pl.Int64, **schema})


def _polars(program: Program, table: pl.DataFrame) -> pl.DataFrame:
    return to_polars(sheet_of_program(program), table.lazy(), table.columns, ["row"]).collect()


def _duckdb(program: Program, table: pl.DataFrame, dialect: Dialect) -> pl.DataFrame:
    query = to_sql(sheet_of_program(program), dialect, "people", table.columns, beside=["row"])
    with connected() as connection:
        connection.register("people", table.to_arrow())
        return connection.sql(query).pl().sort("row")


def decoded(program: Program, cells: dict[str, int]) -> dict[str, Firing]:
    """The five values of every name, out of the words."""
    found = dict.fromkeys(program.names, Firing.FALSE)
    for prefix, firing in FIRINGS.items():
        mask = joined([cells[column] for column in words_of(prefix, len(program.names))])
        found.update(dict.fromkeys(program.decode(mask), firing))
    return found
