"""The logical digest of a result: the same for the same answers about the same people, in whatever order and parts.

Each row becomes two mixed numbers of 64 bits, and those of all rows are added up; so parts can be added up too.
It finds what went wrong, and proves nothing against somebody who means to deceive.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

import polars as pl

from fasciculation_rules.population.mixing import key_of, mixed_again
from fasciculation_rules.population.schema import PERSON

_EMPTY = 0x6E756C6C  # what an empty cell counts as; no answer holds it


@dataclass(frozen=True, slots=True)
class Sums:
    """Rows and the two sums modulo 2**64."""

    rows: int
    one: int
    other: int


def sums_of(frame: pl.LazyFrame, columns: Sequence[str]) -> Sums:
    """Those of a result."""
    total = frame.select(
        pl.len().alias("rows"), *(_row(columns, lane).sum().alias(lane) for lane in ("one", "other"))
    ).collect(engine="streaming")
    rows, one, other = total.row(0)
    return Sums(rows, one or 0, other or 0)


def added(parts: Iterable[Sums]) -> Sums:
    """Those of all parts together."""
    found = Sums(0, 0, 0)
    for part in parts:
        found = Sums(found.rows + part.rows, (found.one + part.one) % 2**64, (found.other + part.other) % 2**64)
    return found


def digest_of(sums: Sums, columns: Sequence[str]) -> str:
    """As text."""
    said = json.dumps([1, list(columns), sums.rows, sums.one, sums.other], separators=(",", ":"))
    return "sha256:" + hashlib.sha256(said.encode()).hexdigest()


def _row(columns: Sequence[str], lane: str) -> pl.Expr:
    person = pl.col(PERSON).cast(pl.String).hash(0)
    cells = [_cell(name) * _key(name, lane) for name in columns]
    return mixed_again(reduce(add, cells, person * _key(PERSON, lane)))


def _cell(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.Int64).fill_null(_EMPTY).reinterpret(signed=False)


def _key(name: str, lane: str) -> pl.Expr:
    return pl.lit(key_of(f"{lane} {name}") | 1, pl.UInt64)
