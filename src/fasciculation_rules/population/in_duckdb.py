"""Runs the query in DuckDB, embedded: Parquet to Parquet, within a bound of memory."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import duckdb

from fasciculation_rules.engines.columns.dialects import DIALECTS
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.population.query import query_of
from fasciculation_rules.population.schema import PERSON

_SETTINGS = (
    # Each of these takes up to seconds for so wide a query (minutes for the form with CASE), and nothing is gained.
    "SET disabled_optimizers = 'statistics_propagation,expression_rewriter,common_subexpressions,join_order'",
    "SET memory_limit = '2GB'",
    "SET preserve_insertion_order = false",  # else whole parts of the answer are held until those before are done
)


def connected(threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """A database in memory, set for wide queries."""
    connection = duckdb.connect()
    for setting in _SETTINGS:
        connection.execute(setting)
    if threads is not None:
        connection.execute(f"SET threads = {threads:d}")
    return connection


def sink_with_duckdb(
    ruleset: Ruleset,
    files: Sequence[Path],
    columns: Collection[str],
    out: Path,
    *,
    beside: Sequence[str] = (PERSON,),
    threads: int | None = None,
) -> None:
    """The answers of the people in some Parquet files as another one."""
    query = query_of(ruleset, DIALECTS["duckdb"], columns=columns, beside=beside, commented=False)
    with connected(threads) as connection:
        connection.read_parquet([str(file) for file in files]).create_view("cohort")
        connection.execute(f"COPY ({query}) TO {_quoted(out)} (FORMAT parquet, COMPRESSION zstd)")


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
