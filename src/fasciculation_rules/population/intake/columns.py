"""The kinds of columns that other forms have, and the one form in which each kind is read, whatever its type was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

import polars as pl

TIME, UNREADABLE = " time", " unreadable"
"""What is added to the name of a day for its time, and for whether something stands there that is no day."""

_DAY = r"^\d{4}-\d{2}-\d{2}(?:[T ](\d{2}:\d{2}(?::\d{2})?)(?:\.\d+)?)?$"


class Kind(StrEnum):
    """What a column holds."""

    ID = "id"
    WHOLE = "whole"
    """A number that names something. Where a column has gaps it is often written with a point: `8507.0`."""
    TEXT = "text"
    NUMBER = "number"
    DAY = "day"
    BIRTH = "birth"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A column that is read."""

    name: str
    kind: Kind
    required: bool = False


def fits(kind: Kind, found: pl.DataType) -> bool:
    """Whether a column of this type can be read as this kind; a column of nothing can be anything."""
    if found in (pl.String, pl.Null):
        return True
    match kind:
        case Kind.ID:
            return found.is_integer()
        case Kind.TEXT:
            return found in (pl.Categorical, pl.Enum)
        case Kind.NUMBER | Kind.WHOLE:
            return found.is_numeric()
        case Kind.DAY:
            return _is_day(found)
        case Kind.BIRTH:
            return _is_day(found) or found.is_integer()
        case Kind.FLAG:
            return found == pl.Boolean or found.is_integer()
        case _:
            assert_never(kind)


def _is_day(found: pl.DataType) -> bool:
    return found == pl.Date or (isinstance(found, pl.Datetime) and found.time_zone is None)


def read_column(one: Wanted, found: pl.DataType | None) -> Iterator[pl.Expr]:
    """Everything as text without blanks around it, nothing where nothing is left; a day as a day, with its time."""
    held = pl.lit(None, pl.String) if found is None else pl.col(one.name)
    match one.kind:
        case Kind.DAY:
            yield from _day(one.name, held, found)
        case Kind.BIRTH:
            yield _text(held).str.head(10).alias(one.name)
        case Kind.WHOLE:
            yield _text(held.cast(pl.String).str.replace(r"^(\s*\d+)\.0+\s*$", "$1")).alias(one.name)
        case Kind.FLAG:
            yield _text(held.cast(pl.String).str.to_lowercase()).alias(one.name)
        case Kind.ID | Kind.TEXT | Kind.NUMBER:
            yield _text(held).alias(one.name)
        case _:
            assert_never(one.kind)


def _text(held: pl.Expr) -> pl.Expr:
    text = held.cast(pl.String).str.strip_chars()
    return pl.when(text != "").then(text)


def _day(name: str, held: pl.Expr, found: pl.DataType | None) -> Iterator[pl.Expr]:
    if found is None or found in (pl.String, pl.Null):
        text = _text(held)
        whole = pl.when(text.str.contains(_DAY)).then(text)
        day = whole.str.head(10).str.to_date("%Y-%m-%d", strict=False)
        clock = whole.str.extract(_DAY, 1)
        longer = pl.when(clock.str.len_chars() == 5).then(pl.concat_str(clock, pl.lit(":00"))).otherwise(clock)
        time = longer.str.to_time("%H:%M:%S", strict=False)
        bad = text.is_not_null() & (day.is_null() | (clock.is_not_null() & time.is_null()))
    else:
        instant = isinstance(found, pl.Datetime)
        day, bad = held.cast(pl.Date), pl.lit(False)
        time = held.dt.time() if instant else pl.lit(None, pl.Time)
    yield day.alias(name)
    yield time.alias(name + TIME)
    yield bad.fill_null(False).alias(name + UNREADABLE)
