"""Reads Parquet files: as cases (a row is a case, a column an item), and what a file says of its own columns."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, BinaryIO

from fasciculation_rules.errors import FormatUnavailableError

NOTHING = (0, -1)
"""The range of a column without any number."""

ROWS = 1_000
"""Rows that are held at a time."""


def rows(file: BinaryIO) -> Iterator[dict[str, object]]:
    """The `given` of each row, in order. An empty cell says nothing; a struct is a value with its date or reference.

    Raises FormatUnavailableError without the extra `population`, ValueError where the file is no Parquet.
    """
    pyarrow = _pyarrow()
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


@dataclass(frozen=True, slots=True)
class Footer:
    """What a file says of itself: rows, the type of each column, its least and greatest number, and its own words.

    `ranges` has only columns of whole numbers of which every part of the file gives both ends; it is (0, -1), with
    nothing in it, of a column that is empty throughout.
    """

    rows: int
    types: Mapping[str, str]
    ranges: Mapping[str, tuple[int, int]]
    words: Mapping[str, str]


def footer(file: BinaryIO) -> Footer:
    """Only the end of the file is read.

    Raises FormatUnavailableError without the extra `population`, ValueError where the file is no Parquet.
    """
    pyarrow = _pyarrow()
    try:
        opened = pyarrow.parquet.ParquetFile(file)
        schema, metadata = opened.schema_arrow, opened.metadata
    except (pyarrow.ArrowException, OSError):
        raise ValueError("the file cannot be read as Parquet") from None
    words = {key.decode(): value.decode(errors="replace") for key, value in (metadata.metadata or {}).items()}
    types = {field.name: str(field.type) for field in schema}
    groups = [metadata.row_group(index) for index in range(metadata.num_row_groups)]
    return Footer(metadata.num_rows, types, _ranges(groups), words)


def _ranges(groups: list[Any]) -> dict[str, tuple[int, int]]:
    """Of the parts of a file together."""
    found: dict[str, tuple[int, int]] = {}
    unsure: set[str] = set()
    for group in groups:
        for index in range(group.num_columns):
            column = group.column(index)
            said, name = column.statistics, column.path_in_schema
            if said is not None and said.has_min_max and isinstance(said.min, int):
                least, most = found.get(name, NOTHING)
                found[name] = (said.min, said.max) if most < least else (min(least, said.min), max(most, said.max))
            elif said is not None and said.null_count == group.num_rows:
                found.setdefault(name, NOTHING)
            else:
                unsure.add(name)
    return {name: ends for name, ends in found.items() if name not in unsure}


def _pyarrow() -> Any:
    try:
        import pyarrow.parquet
    except ImportError:
        raise FormatUnavailableError(
            "Parquet files need the package 'pyarrow', which is not installed: "
            "pip install 'fasciculation-rules[population]'"
        ) from None
    return pyarrow
