"""Prints a sheet as Polars expressions, stage by stage. Truths are columns of bits, eight people to a byte.

What no column of the input can decide is left out while printing, so a narrow input costs little.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache, reduce
from operator import add
from pathlib import Path
from typing import assert_never

import polars as pl

from fasciculation_rules.engines.columns.formula import (
    NEVER,
    Closed,
    Code,
    Enough,
    Every,
    Linear,
    No,
    Number,
    Score,
    Some,
    Test,
    Truth,
    Word,
    Worth,
)
from fasciculation_rules.engines.columns.layers import Layers
from fasciculation_rules.engines.columns.rules import HIGH, LOW
from fasciculation_rules.engines.columns.sheet import Sheet

_LANE = 8
"""Bits are gathered in bytes before the bytes are joined to a word: an eighth of the memory is moved."""

ROWS_HELD = 100_000
"""Rows of a group in a file of answers: what has to be held before it can be written."""


class Printed:
    """A sheet as expressions, for frames that have these columns of whole numbers; any other is unknown to everybody.

    Printing takes longer than working out a few rows, so it is done once.
    """

    def __init__(self, sheet: Sheet, columns: Collection[str]) -> None:
        self.sheet = sheet
        self.stages = _Printer(sheet, columns).stages()
        self.wanted = _wanted(self.stages, sheet.kept)

    def answer(self, frame: pl.LazyFrame, beside: Sequence[str] = ()) -> pl.LazyFrame:
        """The answer of every row: the columns `beside`, then `sheet.kept`."""
        for stage, wanted in zip(self.stages, self.wanted, strict=True):
            # What nothing needs any more is let go at once, or it would be held until the row is answered.
            frame = frame.with_columns(**stage).select(*dict.fromkeys((*beside, *wanted)))
        return frame.select(*beside, *self.sheet.kept)

    def sink(
        self, frame: pl.LazyFrame, path: Path, beside: Sequence[str] = (), metadata: Mapping[str, str] | None = None
    ) -> None:
        """The answers as a Parquet file.

        Without statistics, which say little of bits; with a level of zstd that makes it no larger, and is faster.
        Formulas that stand in several others have their columns already, so Polars need not seek them.
        """
        self.answer(frame, beside).sink_parquet(
            path,
            compression="zstd",
            compression_level=1,
            statistics=False,
            row_group_size=ROWS_HELD,
            metadata=dict(metadata or {}),
            optimizations=pl.QueryOptFlags(comm_subexpr_elim=False),
        )


def to_polars(sheet: Sheet, frame: pl.LazyFrame, columns: Collection[str], beside: Sequence[str] = ()) -> pl.LazyFrame:
    """The answers for one frame."""
    return Printed(sheet, columns).answer(frame, beside)


def _wanted(stages: Sequence[Mapping[str, pl.Expr]], kept: Sequence[str]) -> list[list[str]]:
    """For each stage, the columns that something after it needs."""
    needed, found = dict.fromkeys(kept), []
    for stage in reversed(stages):
        found.append(list(needed))
        roots = dict.fromkeys(root for expression in stage.values() for root in expression.meta.root_names())
        needed = roots | {name: None for name in needed if name not in stage}
    return found[::-1]


class _Printer(Layers[pl.Expr]):
    """Prints stage after stage."""

    def stages(self) -> list[dict[str, pl.Expr]]:
        """The columns to add, each stage resting on those before it."""
        return [stage for stage in (self._intervals(), *self.layers()) if stage]

    def name(self, count: int) -> str:
        """Nothing in a vocabulary is called so, and no column beside the answers may be."""
        return f"?{count}"

    def needed(self, truth: Truth) -> Truth:
        """An opposite costs nothing, so it needs no column."""
        return truth.of if isinstance(truth, No) else truth

    def _intervals(self) -> dict[str, pl.Expr]:
        """Computed quantities, where their inputs are there; what is reported stays."""
        found = {}
        for name, interval in self.sheet.intervals.items():
            when = self.folding.least(interval.when)
            if when == NEVER:
                continue
            for end, worked_out in ((LOW, interval.low), (HIGH, interval.high)):
                expression: pl.Expr = pl.when(self.printed(when)).then(self._linear(worked_out))
                if name + end in self.folding.numbers:
                    reported = pl.col(name + end).cast(pl.Int64)
                    expression = pl.when(reported.is_null()).then(expression).otherwise(reported)
                found[name + end] = expression
            self.folding.numbers |= {name + LOW, name + HIGH}
        return found

    def _linear(self, linear: Linear) -> pl.Expr:
        """Half-even: up from the floor where more than half is left, or just half and the floor is odd."""
        terms = [pl.col(column).cast(pl.Int64) * factor for column, factor in linear.columns.items()]
        total = reduce(add, terms) + linear.constant
        if linear.divisor > 1:
            floor, rest = total // linear.divisor, (total % linear.divisor) * 2
            up = (rest > linear.divisor) | ((rest == linear.divisor) & (floor % 2 == 1))
            total = floor + up.cast(pl.Int64)
        return total.clip(*linear.bounds)

    # ---------------------------------------------------------------- truths

    def printed(self, truth: Truth) -> pl.Expr:
        """A least truth as an expression."""
        if truth in self.named:
            return pl.col(self.named[truth])
        match truth:
            case Test():
                return self._test(truth)
            case Every(of=members):
                return pl.all_horizontal([self.printed(member) for member in members]) if members else pl.lit(True)
            case Some(of=members):
                return pl.any_horizontal([self.printed(member) for member in members]) if members else pl.lit(False)
            case No(of=member):
                return ~self.printed(member)
            case Enough(n=n, of=members):
                kind = pl.UInt8 if len(members) < 1 << 8 else pl.UInt32
                return reduce(add, [self._points(member, 1, kind) for member in members]) >= n
            case Closed() | Worth():
                raise AssertionError("a reference is followed before it is printed")
            case _:
                assert_never(truth)

    def _test(self, test: Test) -> pl.Expr:
        column = pl.col(test.column)
        match test.comparator:
            case "==":
                return column.eq_missing(test.count)
            case ">=":
                passes = column >= test.count
            case "<=":
                passes = column <= test.count
            case ">":
                passes = column > test.count
            case "<":
                passes = column < test.count
            case _:
                assert_never(test.comparator)
        return passes.fill_null(False)

    # ---------------------------------------------------------------- numbers

    def numbered(self, name: str, number: Number) -> dict[str, pl.Expr]:
        """One column."""
        return {name: self._number(number)}

    def _number(self, number: Number) -> pl.Expr:
        match number:
            case Word(exact=bits):
                return self._word([self.least(bit) for bit in bits])
            case Score(points=points):
                kind = _kind(sum(abs(worth) for _, worth in points))
                return reduce(add, [self._points(self.least(truth), worth, kind) for truth, worth in points])
            case Code(choices=choices, otherwise=otherwise):
                found: pl.Expr = pl.lit(otherwise, pl.Int8)
                for truth, code in reversed(choices):
                    least = self.least(truth)
                    if least != NEVER:
                        found = pl.when(self.printed(least)).then(pl.lit(code, pl.Int8)).otherwise(found)
                return found
            case _:
                assert_never(number)

    def _points(self, truth: Truth, worth: int, kind: type[pl.DataType]) -> pl.Expr:
        """So many where it holds, else none. (A cast of bits is several times slower.)"""
        return pl.when(self.printed(truth)).then(_literal(worth, kind)).otherwise(_literal(0, kind))

    def _word(self, bits: Sequence[Truth]) -> pl.Expr:
        """Bytes first, then twos of bytes and so on: most of the sum is of small numbers."""
        parts = [self._byte(bits[start : start + _LANE]) for start in range(0, _LANE * _LANE, _LANE)]
        for width, kind in ((8, pl.UInt16), (16, pl.UInt32), (32, pl.Int64)):
            parts = [_joined(low, high, width, kind) for low, high in zip(parts[::2], parts[1::2], strict=True)]
        return parts[0] if parts[0] is not None else pl.lit(0, pl.Int64)

    def _byte(self, bits: Sequence[Truth]) -> pl.Expr | None:
        points = [self._points(bit, 1 << place, pl.UInt8) for place, bit in enumerate(bits) if bit != NEVER]
        return reduce(add, points) if points else None


@cache
def _literal(number: int, kind: type[pl.DataType]) -> pl.Expr:
    return pl.lit(number, kind)


def _kind(most: int) -> type[pl.DataType]:
    """The smallest kind of number that holds so much, above and below zero."""
    return next(kind for kind, bits in ((pl.Int8, 7), (pl.Int16, 15), (pl.Int32, 31)) if most < 1 << bits)


def _joined(low: pl.Expr | None, high: pl.Expr | None, width: int, kind: type[pl.DataType]) -> pl.Expr | None:
    """Two halves of so many bits as one number of that kind; None is nothing but zeros."""
    parts = [] if low is None else [low.cast(kind)]
    if high is not None:
        parts.append(high.cast(kind) * (1 << width))
    return reduce(add, parts) if parts else None
