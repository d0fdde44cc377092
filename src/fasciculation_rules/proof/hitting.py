"""Smallest hitting sets: the fewest names that meet every one of some sets. Exact, by branch and bound."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping


def smallest_hitting_set(sets: Collection[frozenset[str]], order: Mapping[str, int]) -> tuple[str, ...] | None:
    """The fewest names that meet every set, earlier names first among equals; None where a set is empty."""
    least = _least(sets)
    if any(not each for each in least):
        return None
    return tuple(sorted(_search(least, order, len(least)) or (), key=order.__getitem__))


def _least(sets: Collection[frozenset[str]]) -> list[frozenset[str]]:
    """Without the sets that hold another one: whoever meets that one meets them."""
    kept: list[frozenset[str]] = []
    for each in sorted(set(sets), key=lambda each: (len(each), sorted(each))):
        if not any(other <= each for other in kept):
            kept.append(each)
    return kept


def _search(sets: list[frozenset[str]], order: Mapping[str, int], most: int) -> list[str] | None:
    """At most `most` names that meet all sets, as few as there can be; None where that many do not suffice."""
    if not sets:
        return []
    if _apart(sets) > most:
        return None
    counted = Counter(name for each in sets for name in each)
    branch = min(sets, key=len)
    best: list[str] | None = None
    for name in sorted(branch, key=lambda name: (-counted[name], order[name])):
        if best is not None and len(best) <= 1:
            break
        room = (most if best is None else len(best) - 1) - 1
        rest = _search([each for each in sets if name not in each], order, room) if room >= 0 else None
        if rest is not None and (best is None or len(rest) + 1 < len(best)):
            best = [name, *rest]
    return best


def _apart(sets: list[frozenset[str]]) -> int:
    """How many sets share no name with one another, taken greedily: so many names at least are needed."""
    met: set[str] = set()
    count = 0
    for each in sets:
        if met.isdisjoint(each):
            met |= each
            count += 1
    return count
