"""Exact intervals, tests and power for counts, by way of scipy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

TENTH, FIFTH = 0.9, 0.8
"""The two chances of being found for which a drop is stated."""


def interval(hits: int, of: int, confidence: float) -> tuple[float, float]:
    """The lowest and highest share with which so many hits are not too surprising (Clopper and Pearson)."""
    from scipy.stats import binomtest

    found = binomtest(hits, of).proportion_ci(confidence, method="exact")
    return float(found.low), float(found.high)


@dataclass(frozen=True, slots=True)
class Pair:
    """So many of so many, now and in the reference."""

    hits: int
    of: int
    before: int
    of_before: int


def surprises(pairs: Sequence[Pair]) -> list[float]:
    """How surprising each is if nothing changed: twice the smaller tail of the hypergeometric distribution, at most 1.

    Given how many hits there are in both together, it says how many of them would be among those of now (Fisher).
    """
    from scipy.stats import hypergeom

    below = hypergeom.cdf([each.hits for each in pairs], *_margins(pairs)).tolist()
    above = hypergeom.sf([each.hits - 1 for each in pairs], *_margins(pairs)).tolist()
    return [min(1.0, 2 * min(tails)) for tails in zip(below, above, strict=True)]


def _margins(pairs: Sequence[Pair]) -> tuple[list[int], list[int], list[int]]:
    return (
        [each.of + each.of_before for each in pairs],
        [each.hits + each.before for each in pairs],
        [each.of for each in pairs],
    )


def divisor(pairs: Sequence[Pair], budget: float) -> int:
    """Among how many comparisons the budget is shared: those that could use up their share at all (Tarone, 1990).

    Whether one could depends on the sums of now and before alone, so the budget is kept all the same.
    """
    least = sorted(_least_surprises(pairs))
    count = 1
    while sum(each <= budget / count for each in least) > count:
        count += 1
    return count


def _least_surprises(pairs: Sequence[Pair]) -> list[float]:
    """The smallest that could come of each, with the same hits together: all of them now, or as few as can be."""
    from scipy.stats import hypergeom

    fewest = [max(0, each.hits + each.before - each.of_before) for each in pairs]
    most = [min(each.hits + each.before, each.of) for each in pairs]
    ends = [hypergeom.pmf(each, *_margins(pairs)).tolist() for each in (fewest, most)]
    return [min(1.0, 2 * min(two)) for two in zip(*ends, strict=True)]


@dataclass(frozen=True, slots=True)
class Power:
    """What would be found of a drop: to which part of the rate before, with a chance of 0.8 and of 0.9.

    None where not even nothing at all would be found.
    """

    with_four_fifths: float | None
    with_nine_tenths: float | None


def powers(pairs: Sequence[Pair], share: float) -> list[Power]:
    """The power of each comparison at its share of the budget."""
    from scipy.stats import beta

    most = _most_that_is_found(pairs, share)
    found = []
    for each, hits in zip(pairs, most, strict=True):
        if hits < 0 or not each.before:
            found.append(Power(None, None))
            continue
        rate = each.before / each.of_before
        parts = [
            min(1.0, float(beta.ppf(1 - chance, hits + 1, each.of - hits)) / rate) if hits < each.of else 1.0
            for chance in (FIFTH, TENTH)
        ]
        found.append(Power(*parts))
    return found


def _most_that_is_found(pairs: Sequence[Pair], share: float) -> list[int]:
    """The most hits of now that would still be found too few; -1 where even none would not. By halving."""
    from scipy.stats import hypergeom

    low, high = [-1] * len(pairs), [each.of * each.before // each.of_before + 1 for each in pairs]
    while any(top - bottom > 1 for bottom, top in zip(low, high, strict=True)):
        middle = [
            (bottom + top) // 2 if top - bottom > 1 else max(bottom, 0) for bottom, top in zip(low, high, strict=True)
        ]
        tried = [Pair(hits, each.of, each.before, each.of_before) for hits, each in zip(middle, pairs, strict=True)]
        tails = hypergeom.cdf(middle, *_margins(tried)).tolist()
        for index, (hits, tail) in enumerate(zip(middle, tails, strict=True)):
            if high[index] - low[index] > 1:
                low[index], high[index] = (hits, high[index]) if 2 * tail <= share else (low[index], hits)
    return low
