"""Names as bits of an integer, and back: sets of hundreds of rules are joined and cut in nanoseconds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_

FEW = 6
"""Up to so many bits, taking them one by one is quicker than looking at every byte."""


class Names:
    """A fixed order of names, each with a bit."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        self.bit = {name: 1 << index for index, name in enumerate(self.names)}
        self._bytes = (len(self.names) + 7) // 8
        self._chunks: list[dict[int, tuple[str, ...]]] = [{} for _ in range(self._bytes)]

    def of(self, mask: int) -> list[str]:
        """The names whose bits are set, in order. Of many, each byte's names are looked up, not worked out again."""
        found: list[str] = []
        if mask.bit_count() <= FEW:
            while mask:
                lowest = mask & -mask
                found.append(self.names[lowest.bit_length() - 1])
                mask ^= lowest
            return found
        for index, byte in enumerate(mask.to_bytes(self._bytes, "little")):
            if byte:
                chunk = self._chunks[index]
                found += chunk.get(byte) or chunk.setdefault(byte, self._in_byte(index, byte))
        return found

    def _in_byte(self, index: int, byte: int) -> tuple[str, ...]:
        return tuple(self.names[8 * index + bit] for bit in range(8) if byte >> bit & 1)

    def mask(self, names: Iterable[str]) -> int:
        """The bits of some names."""
        return union(self.bit[name] for name in names)


def union(masks: Iterable[int]) -> int:
    """All the bits of several masks."""
    return reduce(or_, masks, 0)
