"""`sql`: a ruleset as a query for the database that holds the data."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated

import typer

from fasciculation_rules.cli.opening import opened
from fasciculation_rules.engines.columns.dialects import DIALECTS
from fasciculation_rules.population.query import query_of


class DialectName(StrEnum):
    """The databases by name, as in `DIALECTS`."""

    DUCKDB = "duckdb"
    SPARK = "spark"
    DATABRICKS = "databricks"
    TSQL = "tsql"
    ORACLE = "oracle"
    SNOWFLAKE = "snowflake"
    BIGQUERY = "bigquery"
    POSTGRES = "postgres"
    TRINO = "trino"


_TABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*(?:\.[A-Za-z_][A-Za-z0-9_$]*){0,3}")


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("sql")(sql_command)


def sql_command(
    version: Annotated[str, typer.Argument(metavar="VERSION", help="A version, or the path of a folder.")],
    dialect: Annotated[DialectName, typer.Option(help="The database that will run it.")],
    table: Annotated[
        str, typer.Option(metavar="NAME", help="The table or view of people in the wide form.")
    ] = "cohort",
) -> int:
    """Print a ruleset as one SQL query over people in the wide form, commented with rules and citations.

    Only whole numbers are used: no booleans, no lists. DuckDB and Spark were run; the other dialects were only parsed.
    """
    if not _TABLE.fullmatch(table):
        raise typer.BadParameter(
            "is not the plain name of a table, such as cohort or care.cohort", param_hint="'--table'"
        )
    typer.echo(query_of(opened(version), DIALECTS[dialect.value], table=table), nl=False)
    return 0
