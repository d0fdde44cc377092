"""As few cases as will do: greedily, and then without those that others have made needless."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from heapq import heapify, heappop, heappush


def cover(meets: Mapping[int, int], sizes: Sequence[int]) -> dict[int, set[int]]:
    """Which goals each chosen draft is kept for: always the one that meets most of what is left, the smaller first."""
    of_draft: dict[int, set[int]] = {}
    for goal, bits in meets.items():
        for index in _ones(bits):
            of_draft.setdefault(index, set()).add(goal)
    waiting = [(-len(goals), sizes[index], index) for index, goals in of_draft.items()]
    heapify(waiting)
    left = {goal for goal, bits in meets.items() if bits}
    chosen: dict[int, set[int]] = {}
    while left:
        count, size, index = heappop(waiting)
        now = of_draft[index] & left
        if len(now) == -count:
            chosen[index] = now
            left -= now
        elif now:
            heappush(waiting, (-len(now), size, index))
    return _without_needless(chosen, of_draft)


def _without_needless(chosen: Mapping[int, set[int]], of_draft: Mapping[int, set[int]]) -> dict[int, set[int]]:
    """The choice without drafts all of whose goals the others meet; each of those left is kept for what it meets first.

    The last chosen meet the least, and are tried first.
    """
    kept = list(chosen)
    count = Counter(goal for index in kept for goal in of_draft[index])
    for index in reversed(kept.copy()):
        if all(count[goal] > 1 for goal in of_draft[index]):
            count.subtract(of_draft[index])
            kept.remove(index)
    taken: set[int] = set()
    found: dict[int, set[int]] = {}
    for index in kept:
        found[index] = of_draft[index] - taken
        taken |= of_draft[index]
    return found


def _ones(bits: int) -> Iterator[int]:
    """The places of the bits that are set, ascending."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
