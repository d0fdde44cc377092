"""Merkle trees as in RFC 6962: one digest for a whole list, and short proofs about it.

A leaf is a text of bytes, and is hashed apart from the inner nodes, so that neither can stand for the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

EMPTY = hashlib.sha256().digest()
Path = tuple[bytes, ...]


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of one leaf."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two nodes."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """A tree that grows leaf by leaf and holds no more than the roots of its full subtrees, the largest first."""

    def __init__(self) -> None:
        self.size = 0
        self.peaks: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        """Adds the hash of a leaf."""
        self.peaks.append(leaf)
        self.size += 1
        for _ in range((self.size & -self.size).bit_length() - 1):
            right = self.peaks.pop()
            self.peaks[-1] = node_hash(self.peaks[-1], right)

    @property
    def root(self) -> bytes:
        """The root of what was added so far."""
        if not self.peaks:
            return EMPTY
        *rest, root = self.peaks
        for peak in reversed(rest):
            root = node_hash(peak, root)
        return root


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over the hashes of leaves."""
    tree = Tree()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root


def inclusion_path(leaves: Sequence[bytes], index: int) -> Path:
    """What is needed, beside the leaf at an index from 0, to work out the root: from the leaf upwards."""
    if len(leaves) == 1:
        return ()
    left, right = _halves(leaves)
    if index < len(left):
        return (*inclusion_path(left, index), root_of(right))
    return (*inclusion_path(right, index - len(left)), root_of(left))


def consistency_path(leaves: Sequence[bytes], first: int) -> Path:
    """What is needed to show that the tree of the first leaves is the beginning of the whole one."""
    return () if first in (0, len(leaves)) else _subproof(leaves, first, whole=True)


def _subproof(leaves: Sequence[bytes], first: int, *, whole: bool) -> Path:
    """`whole`: the first leaves are all that the earlier tree had, so its root is known to whoever checks."""
    if first == len(leaves):
        return () if whole else (root_of(leaves),)
    left, right = _halves(leaves)
    if first <= len(left):
        return (*_subproof(left, first, whole=whole), root_of(right))
    return (*_subproof(right, first - len(left), whole=False), root_of(left))


def _halves(leaves: Sequence[bytes]) -> tuple[Sequence[bytes], Sequence[bytes]]:
    """The largest full subtree that is not everything, and the rest."""
    cut = 1 << (len(leaves) - 1).bit_length() - 1
    return leaves[:cut], leaves[cut:]


def is_included(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether the path leads from the hash of a leaf, at an index from 0, to the root of a tree of this size."""
    if not 0 <= index < size:
        return False
    here, last, found = index, size - 1, leaf
    for beside in path:
        if last == 0:
            return False
        if here & 1 or here == last:
            found = node_hash(beside, found)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            found = node_hash(found, beside)
        here, last = here >> 1, last >> 1
    return last == 0 and found == root


def is_consistent(first: int, second: int, path: Sequence[bytes], first_root: bytes, second_root: bytes) -> bool:
    """Whether the path shows that a tree of `first` leaves with its root is the beginning of one of `second`."""
    if not 0 <= first <= second:
        return False
    if first in (0, second):
        return not path and first_root == (second_root if first else EMPTY)
    steps = list(path) if first & (first - 1) else [first_root, *path]
    if not steps:
        return False
    here, last = first - 1, second - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    earlier = later = steps[0]
    for beside in steps[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            earlier, later = node_hash(beside, earlier), node_hash(beside, later)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            later = node_hash(later, beside)
        here, last = here >> 1, last >> 1
    return last == 0 and earlier == first_root and later == second_root
