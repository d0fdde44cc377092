"""What the databases differ in, as a table. Everything else in the text is common to them all."""

from __future__ import annotations

from dataclasses import dataclass

MODULO_FUNCTION, MODULO_OPERATOR = "MOD({0}, {1})", "({0} % {1})"


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one database writes a remainder and its 64-bit integer, how a stage is opened, and what its readers need.

    `bits` is its smallest integer with a sign, where truths are bits; without it they are cases.
    """

    name: str
    integer: str = "BIGINT"
    modulo: str = MODULO_FUNCTION
    stage: str = "AS ("
    bits: str = ""
    note: str = ""


_SPARK = (
    "Run with spark.sql.ansi.enabled=true (an overflow or a bad cast is then an error, not a NULL) and with "
    "spark.sql.codegen.wholeStage=false, which is several times faster for so wide a query."
)

DIALECTS = {
    dialect.name: dialect
    for dialect in (
        Dialect("duckdb", bits="TINYINT"),
        Dialect("spark", note=_SPARK),
        Dialect("databricks", note="ANSI mode is expected, as it is by default."),
        Dialect("tsql", modulo=MODULO_OPERATOR, note="No boolean and no GREATEST or LEAST is used."),
        Dialect("oracle", integer="NUMBER(19)", note="No boolean is used."),
        Dialect("snowflake"),
        Dialect("bigquery", integer="INT64"),
        Dialect("postgres", stage="AS MATERIALIZED (", note="Materialised stages keep expressions from being copied."),
        Dialect("trino"),
    )
}
"""By name. The text was run in DuckDB and in Spark; for the others it is read again by a parser in tests."""
