"""Smallest hitting sets: the fewest elements that meet every one of some sets. Exact, by branch and bound."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Mapping
from typing import Generic, TypeVar

Element = TypeVar("Element", bound=Hashable)


def smallest_hitting_set(
    sets: Collection[frozenset[Element]],
    order: Mapping[Element, int],
    apart: Mapping[Element, Collection[Element]] | None = None,
    *,
    most: int | None = None,
) -> tuple[Element, ...] | None:
    """The fewest elements that meet every set, no two of them `apart`; None where there are none, or not so few.

    `order` gives each element its place: the answer is in that order, and does not depend on that of the sets.
    """
    least = _least(sets, order)
    search = _Search(order, apart or {})
    found = search.fewest(least, len(least) if most is None else min(most, len(least)))
    return None if found is None else tuple(sorted(found, key=order.__getitem__))


def _least(sets: Collection[frozenset[Element]], order: Mapping[Element, int]) -> list[frozenset[Element]]:
    """Without the sets that hold another one: whoever meets that one meets them."""
    kept: list[frozenset[Element]] = []
    for each in sorted(set(sets), key=lambda each: (len(each), sorted(order[one] for one in each))):
        if not any(other <= each for other in kept):
            kept.append(each)
    return kept


class _Search(Generic[Element]):
    """Branches on the elements of a smallest set; gives up where more sets have nothing in common than may be met."""

    def __init__(self, order: Mapping[Element, int], apart: Mapping[Element, Collection[Element]]) -> None:
        self.order, self.apart = order, apart

    def fewest(self, sets: list[frozenset[Element]], most: int) -> list[Element] | None:
        """At most `most` elements that meet all sets, as few as there can be; None where that many do not suffice."""
        if not sets:
            return []
        if _disjoint(sets) > most:
            return None
        counted = Counter(one for each in sets for one in each)
        branch = min(sets, key=len)
        best: list[Element] | None = None
        for one in sorted(branch, key=lambda one: (-counted[one], self.order[one])):
            room = (most if best is None else len(best) - 1) - 1
            if room < 0:
                break
            rest = self.fewest(self._left(sets, one), room)
            if rest is not None:
                best = [one, *rest]
        return best

    def _left(self, sets: list[frozenset[Element]], chosen: Element) -> list[frozenset[Element]]:
        """The sets that are still to be met, without what is apart from the one chosen."""
        barred = self.apart.get(chosen, ())
        left = [each for each in sets if chosen not in each]
        return [each.difference(barred) for each in left] if barred else left


def _disjoint(sets: list[frozenset[Element]]) -> int:
    """How many sets share no element with one another, taken greedily: so many elements at least are needed."""
    met: set[Element] = set()
    count = 0
    for each in sets:
        if met.isdisjoint(each):
            met |= each
            count += 1
    return count
