"""Prints a sheet as one SQL query: whole numbers only, one WITH stage after another, no boolean and no NOT.

An unknown quantity becomes an interval beyond every limit and an unknown finding the number -1, so that no comparison
meets an empty cell. The dialect says which of two forms the truths take: CASE, or bits.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from fasciculation_rules.engines.columns.dialects import Dialect
from fasciculation_rules.engines.columns.sheet import Sheet
from fasciculation_rules.engines.columns.sql_bits import Bits
from fasciculation_rules.engines.columns.sql_cases import Cases
from fasciculation_rules.engines.columns.sql_text import text_of


def to_sql(
    sheet: Sheet,
    dialect: Dialect,
    table: str,
    columns: Collection[str],
    *,
    beside: Sequence[str],
    remark: Callable[[str], str] = lambda _: "",
    heading: Sequence[str] = (),
) -> str:
    """The query whose rows are the answer: the columns `beside`, then `sheet.kept`.

    `columns` are those of the table that hold what is known; any other is unknown for everybody.
    `remark` says of a name of the program what should stand beside it.
    """
    printer = (Bits if dialect.bits else Cases)(sheet, dialect, columns, remark)
    return text_of(printer.stages(), dialect, table, beside, sheet.kept, heading)
