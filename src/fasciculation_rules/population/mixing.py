"""Numbers that look random and are the same for ever: a mixed 64-bit integer for each person and each purpose.

The arithmetic is our own, so that no other version of a library makes another population of the same seed.
"""

from __future__ import annotations

import hashlib

import polars as pl

_ONE, _TWO = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB  # the multipliers of splitmix64
_HALF = 2**32


def person_base(person: pl.Expr, seed: int) -> pl.Expr:
    """One mixed number for each person, from which all the others are made."""
    return mixed_again(person.cast(pl.UInt64) * pl.lit(0x9E3779B97F4A7C15, pl.UInt64) + pl.lit(seed % 2**64, pl.UInt64))


def mixed(base: pl.Expr, purpose: str) -> pl.Expr:
    """A number of 64 bits for a purpose."""
    return mixed_again(base.xor(pl.lit(key_of(purpose), pl.UInt64)))


def key_of(purpose: str) -> int:
    """A fixed number of 64 bits for each text."""
    return int.from_bytes(hashlib.sha256(purpose.encode()).digest()[:8])


def halves(number: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Two independent numbers from 0 to 2**32 - 1."""
    return (number % _HALF).cast(pl.UInt32), (number // _HALF).cast(pl.UInt32)


def below(draw: pl.Expr, share: float) -> pl.Expr:
    """Whether a draw falls within a share of all."""
    limit = round(share * _HALF)
    return pl.lit(False) if limit <= 0 else pl.lit(True) if limit >= _HALF else draw < pl.lit(limit, pl.UInt32)


def bell(draw: pl.Expr, other: pl.Expr, middle: int, spread: int) -> pl.Expr:
    """Whole numbers spread about normally: four even ones added up, in whole numbers all the way."""
    parts = [each.cast(pl.Int64) for two in (draw, other) for each in (two % 65536, two // 65536)]
    total = parts[0] + parts[1] + parts[2] + parts[3] - 131070
    return (total * (spread * 1732)) // 65_536_000 + middle  # 1.732: four even numbers spread by 1 / sqrt(3)


def mixed_again(number: pl.Expr) -> pl.Expr:
    """The middle of splitmix64, whose shifts are divisions here."""
    number = number.xor(number // 2**30) * pl.lit(_ONE, pl.UInt64)
    number = number.xor(number // 2**27) * pl.lit(_TWO, pl.UInt64)
    return number.xor(number // 2**31)
