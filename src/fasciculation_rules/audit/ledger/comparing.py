"""A ledger against a head that somebody else holds: is all that the head stands for still there, or how much not?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fasciculation_rules.audit.ledger.merkle import Tree
from fasciculation_rules.model.ledger import Head


@dataclass(frozen=True, slots=True)
class Compared:
    """What a head says of the ledger.

    `kept`: so many entries, from the first on, are proved to be those of the head.
    `lost`: how many of its entries are gone, at least and at most.
    """

    head: Head
    kept: int
    lost: tuple[int, int]
    message: str

    @property
    def good(self) -> bool:
        """Whether the ledger begins with all that the head stands for."""
        return self.lost == (0, 0)


def boundaries(size: int) -> list[int]:
    """The sizes at which the full subtrees of a tree end, ascending: 7 is 4 and 2 and 1, so 4, 6, 7."""
    found, end = [], 0
    for bit in reversed(range(size.bit_length())):
        if size >> bit & 1:
            end += 1 << bit
            found.append(end)
    return found


def compare(head: Head, ledger: str, size: int, peaks: Mapping[int, Sequence[bytes]]) -> Compared:
    """`peaks`: the roots of the full subtrees of the ledger at each of the head's boundaries that it reaches."""
    none = (0, (head.size, head.size))
    if head.ledger != ledger:
        return Compared(head, *none, f"the head is of another ledger ({head.ledger}; this one is {ledger})")
    if not _is_whole(head):
        return Compared(head, *none, "the head is not whole: its parts do not give its root")
    kept = _kept(head, peaks)
    if kept == head.size:
        return Compared(head, kept, (0, 0), f"the first {kept} entries are those of the head")
    if size < head.size:
        return Compared(head, kept, (head.size - size, head.size - kept), _shortened(head, size, kept))
    left = head.size - kept
    message = (
        f"ROLLED BACK OR REWRITTEN: of the {head.size} entries of the head the first {kept} are here; "
        f"of the {left} after them at least 1 is lost, and perhaps all {left}"
    )
    return Compared(head, kept, (1, left), message)


def _is_whole(head: Head) -> bool:
    tree = Tree()
    tree.peaks = [bytes.fromhex(peak) for peak in head.peaks]
    return len(tree.peaks) == head.size.bit_count() and tree.root.hex() == head.root


def _kept(head: Head, peaks: Mapping[int, Sequence[bytes]]) -> int:
    kept = 0
    for count, end in enumerate(boundaries(head.size), start=1):
        if [peak.hex() for peak in peaks.get(end, ())] != list(head.peaks[:count]):
            break
        kept = end
    return kept


def _shortened(head: Head, size: int, kept: int) -> str:
    lost = head.size - size
    are = "is" if lost == 1 else "are"
    message = f"SHORTENED: the head stands for {head.size} entries, {size} are here, {lost} {are} lost"
    if kept == size:
        return message
    sure = f"the first {kept} are surely its own, and of the others here" if kept else "of those here"
    return f"{message}; {sure} it cannot tell"
