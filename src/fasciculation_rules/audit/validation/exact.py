"""Exact confidence intervals of a share (Clopper and Pearson, Biometrika 1934), in whole numbers, rounded outwards."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import comb

STEPS = 10_000
"""Ends are whole ten-thousandths; the interval that is printed holds the exact one."""


def interval(hits: int, of: int, confidence: int = 95) -> tuple[Fraction, Fraction]:
    """The lowest and the highest share with which so many hits are not too surprising; `confidence` in per cent.

    Raises ValueError where there are more hits than people, or nobody.
    """
    if not 0 <= hits <= of or of == 0:
        raise ValueError(f"{hits} of {of} is no share")
    tail = Fraction(100 - confidence, 200)
    lower = _last(lambda step: _at_least(hits, of, step) <= tail) if hits else 0
    upper = STEPS - (_last(lambda step: _at_least(of - hits, of, step) <= tail) if hits < of else 0)
    return Fraction(lower, STEPS), Fraction(upper, STEPS)


def _last(holds: Callable[[int], bool]) -> int:
    """The last step at which something holds that holds at 0, and once it does not never again."""
    low, high = 0, STEPS
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


def _at_least(hits: int, of: int, step: int) -> Fraction:
    """The chance of so many hits or more, each with the chance of so many ten-thousandths."""
    other = STEPS - step
    total = sum(comb(of, k) * step**k * other ** (of - k) for k in range(hits, of + 1))
    return Fraction(total, STEPS**of)
