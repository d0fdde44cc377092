"""Groups that move up or down more often, or more rarely, than everybody else: what fairness asks of a new version."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fasciculation_rules.population.exact import interval
from fasciculation_rules.population.impact.counting import Way
from fasciculation_rules.population.impact.shown import Shown

CHANCE = 0.05
"""That any group at all is named by chance."""


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, with the ends of an exact interval."""

    hits: int
    of: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """Of 1."""
        return self.hits / self.of


@dataclass(frozen=True, slots=True)
class Compared:
    """How often a group moves one way, and how often everybody else does."""

    kind: str
    group: str
    way: Way
    own: Share
    rest: Share

    @property
    def differs(self) -> bool:
        """Whether the intervals do not meet."""
        return self.own.low > self.rest.high or self.own.high < self.rest.low


@dataclass(frozen=True, slots=True)
class Comparisons:
    """Every comparison that the shown numbers allow, at one confidence, and how many they do not allow."""

    made: tuple[Compared, ...]
    hidden: int
    confidence: float

    @property
    def differing(self) -> tuple[Compared, ...]:
        """Those to name."""
        return tuple(each for each in self.made if each.differs)


def compared(found: Shown) -> Comparisons:
    """Both intervals of each comparison hold at once with all others (Bonferroni), so few are named by chance."""
    numbers = list(_numbers(found))
    possible = [(kind, group, way, hits, of) for kind, group, way, hits, of in numbers if _whole(hits, of)]
    confidence = 1 - CHANCE / max(2 * len(possible), 1)

    def share(hits: int, of: int) -> Share:
        return Share(hits, of, *interval(hits, of, confidence))

    made = tuple(
        Compared(kind, group, way, share(hits[0], of[0]), share(hits[1] - hits[0], of[1] - of[0]))
        for kind, group, way, hits, of in possible
    )
    return Comparisons(made, len(numbers) - len(possible), confidence)


Pair = tuple[int, int]


def _numbers(found: Shown) -> Iterator[tuple[str, str, Way, Pair, Pair]]:
    """Of the group and of everybody; -1 where it is hidden."""

    def number(*key: str) -> int:
        shown = found.number(*key)
        return -1 if shown is None else shown

    everybody = number("counted")
    for kind, groups in found.counted.groups.items():
        for group in groups:
            of = number("group", kind, group), everybody
            if of[0] == of[1]:
                continue  # there is nobody else
            for way in ("up", "down"):
                yield kind, group, way, (number("group", kind, group, way), number("moves", "way", way)), of


def _whole(hits: Pair, of: Pair) -> bool:
    return min(*hits, *of) >= 0
