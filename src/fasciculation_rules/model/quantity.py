"""Exact numbers with units, and the one rounding that turns them into counts of a resolution."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

_NUMBER = r"[+-]?(?:[0-9]{1,15}(?:\.[0-9]{1,15})?|\.[0-9]{1,15})(?![eExX][+-]?[0-9])"
_UNIT = r"1|(?:[^\W\d_]|[%\[{°]).*?"
_AMOUNT = re.compile(rf"\s*(<=|>=|<|>|)\s*({_NUMBER})\s*({_UNIT})?\s*")


@dataclass(frozen=True, slots=True)
class Amount:
    """A number as written, with its comparator (empty for a point) and its unit (empty if none was written)."""

    comparator: str
    number: Fraction
    unit: str


def read_amount(text: str) -> Amount | None:
    """`42 years`, `< 5 ng/L`, `3.5 mmol/L`; None if the text does not start with a plain decimal number.

    Thousands separators, decimal commas, exponents, NaN and infinity are not numbers here.
    """
    found = _AMOUNT.fullmatch(text)
    if found is None:
        return None
    return Amount(found[1], Fraction(found[2]), found[3] or "")


def to_count(value: Fraction, resolution: Fraction, *, floor: bool = False) -> int:
    """The value as an integer number of `resolution`: rounded half-even once, or floored (completed years)."""
    ratio = value / resolution
    return ratio.numerator // ratio.denominator if floor else round(ratio)
