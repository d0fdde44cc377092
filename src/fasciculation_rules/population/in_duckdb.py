"""Runs the query in DuckDB, embedded: Parquet to Parquet, within a bound of memory."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from glob import escape
from pathlib import Path

import duckdb

from fasciculation_rules.engines.columns.dialects import DIALECTS
from fasciculation_rules.errors import PopulationError
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.population.query import query_of
from fasciculation_rules.population.schema import PERSON
from fasciculation_rules.population.sheets import answer_columns

_SETTINGS = (
    # Each of these takes up to seconds for so wide a query (minutes for the form with CASE), and nothing is gained.
    "SET disabled_optimizers = 'statistics_propagation,expression_rewriter,common_subexpressions,join_order'",
    "SET memory_limit = '2GB'",
    "SET preserve_insertion_order = false",  # else whole parts of the answer are held until those before are done
    # Memory that is free again is given back at once, not a hundred megabytes later.
    "SET allocator_flush_threshold = '1MB'",
    "SET allocator_bulk_deallocation_flush_threshold = '1MB'",
)

_ROWS_HELD = 20_480
"""Rows of a group in a file of answers: what each thread has to hold before it can be written."""


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
    """The answers of the people in some Parquet files as another one, which may be there, to be filled.

    What stands `beside` them may have any name, so it has one of ours within the query. Raises PopulationError where
    DuckDB fails, of whose message nobody knows what is in it.
    """
    ours = {f"beside_{number}": _name(each) for number, each in enumerate(beside)}
    query = query_of(ruleset, DIALECTS["duckdb"], columns=columns, beside=list(ours), commented=False)
    given = ", ".join([*(f"{name} AS {own}" for own, name in ours.items()), *map(_name, columns)])
    answers = ", ".join([*(f"{own} AS {name}" for own, name in ours.items()), *answer_columns(ruleset)])
    try:
        with connected(threads) as connection:
            connection.read_parquet([escape(str(file)) for file in files]).project(given).create_view("cohort")
            written = f"COPY (SELECT {answers} FROM ({query})) TO {_text(out)}"  # noqa: S608  every name is quoted
            # In the place of the file that is there, which keeps its mode.
            form = f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_ROWS_HELD}, USE_TMP_FILE false"
            connection.execute(f"{written} ({form})")
    except (duckdb.ParserException, duckdb.BinderException):
        raise PopulationError(
            "DuckDB cannot read the query; an item of the vocabulary may be called by a word of SQL, such as 'order'"
        ) from None
    except duckdb.Error:
        raise PopulationError(
            f"DuckDB could not work out the answers for '{out}'; is there room on the disk?"
        ) from None


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'
