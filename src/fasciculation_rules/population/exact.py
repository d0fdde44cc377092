"""Exact intervals and tests of counts, by way of scipy."""

from __future__ import annotations


def interval(hits: int, of: int, confidence: float) -> tuple[float, float]:
    """The lowest and highest share with which so many hits are not too surprising (Clopper and Pearson)."""
    from scipy.stats import binomtest

    found = binomtest(hits, of).proportion_ci(confidence, method="exact")
    return float(found.low), float(found.high)
