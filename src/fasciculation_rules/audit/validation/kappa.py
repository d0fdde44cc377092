"""Weighted kappa of two raters on one ladder (Cohen, Psychological Bulletin 1968), with linear weights."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import sqrt

NORMAL_95 = 1.959963984540054


def kappa(pairs: Sequence[tuple[int, int]]) -> Fraction | None:
    """1 less observed over expected distance; None where no distance is expected, as with one rung only."""
    count = len(pairs)
    observed = sum(abs(one - other) for one, other in pairs)
    expected = sum(abs(one - other) for one, _ in pairs for _, other in pairs)
    return 1 - Fraction(observed * count, expected) if expected else None


def jackknife(pairs: Sequence[tuple[int, int]]) -> tuple[float, float] | None:
    """An approximate 95 % interval, leaving each person out once; it is not exact, and is never called so."""
    whole = kappa(pairs)
    without = [kappa([*pairs[:i], *pairs[i + 1 :]]) for i in range(len(pairs))] if len(pairs) > 2 else []
    values = [float(each) for each in without if each is not None]
    if whole is None or len(values) < len(pairs) or not values:
        return None
    mean = sum(values) / len(values)
    spread = sqrt((len(values) - 1) / len(values) * sum((value - mean) ** 2 for value in values))
    return max(-1.0, float(whole) - NORMAL_95 * spread), min(1.0, float(whole) + NORMAL_95 * spread)
