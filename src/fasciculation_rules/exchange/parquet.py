"""Reads cases from a Parquet file: a row is a case, a column an item, a cell what a case file says of it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal
from typing import BinaryIO

from fasciculation_rules.errors import FormatUnavailableError

ROWS = 1_000
"""Rows that are held at a time."""


def rows(file: BinaryIO) -> Iterator[dict[str, object]]:
    """The `given` of each row, in order. An empty cell says nothing; a struct is a value with its date or reference.

    Raises FormatUnavailableError without the extra `population`, ValueError where the file is no Parquet.
    """
    try:
        import pyarrow.parquet
    except ImportError:
        raise FormatUnavailableError(
            "Parquet files need the package 'pyarrow', which is not installed: "
            "pip install 'fasciculation-rules[population]'"
        ) from None
    try:
        for batch in pyarrow.parquet.ParquetFile(file).iter_batches(ROWS):
            for row in batch.to_pylist():
                yield {name: said for name, cell in row.items() if (said := _said(cell)) is not None}
    except (pyarrow.ArrowException, OSError):
        raise ValueError("the file cannot be read as Parquet") from None


def _said(cell: object) -> object:
    """As JSON would say it."""
    match cell:
        case dict():
            return {name: said for name, each in cell.items() if (said := _said(each)) is not None} or None
        case datetime.datetime():
            return cell.date().isoformat()
        case datetime.date():
            return cell.isoformat()
        case Decimal():
            return str(cell)
        case _:
            return cell
