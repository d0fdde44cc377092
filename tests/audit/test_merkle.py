"""Roots are those of RFC 6962, and a proof holds for exactly what it was made for."""

from __future__ import annotations

import hashlib
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fasciculation_rules.audit.ledger.merkle import (
    EMPTY,
    Tree,
    consistency_path,
    inclusion_path,
    is_consistent,
    is_included,
    leaf_hash,
    node_hash,
    root_of,
)

# The leaves and roots that implementations of certificate transparency are tested with.
LEAVES = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


def hashes(count: int) -> list[bytes]:
    return [leaf_hash(str(number).encode()) for number in range(count)]


def by_the_letter(leaves: list[bytes]) -> bytes:
    """The definition of RFC 6962, section 2.1, as it is written."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    cut = max(1 << bit for bit in range(20) if 1 << bit < len(leaves))
    return node_hash(by_the_letter(leaves[:cut]), by_the_letter(leaves[cut:]))


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_that_others_work_out(size: int) -> None:
    leaves = [leaf_hash(bytes.fromhex(leaf)) for leaf in LEAVES[:size]]
    assert root_of(leaves).hex() == ROOTS[size - 1]


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    assert root_of([]) == EMPTY == by_the_letter([])


@given(st.integers(0, 300))
def test_a_tree_that_grew_leaf_by_leaf_has_the_root_of_the_definition(size: int) -> None:
    tree = Tree()
    for leaf in hashes(size):
        tree.add(leaf)
    assert tree.root == by_the_letter(hashes(size))
    assert len(tree.peaks) == size.bit_count()


sizes = st.integers(1, 130)


@given(sizes.flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size - 1))))
def test_every_leaf_is_proved_to_be_included(case: tuple[int, int]) -> None:
    size, index = case
    leaves = hashes(size)
    path = inclusion_path(leaves, index)
    assert is_included(leaves[index], index, size, path, root_of(leaves))
    assert len(path) <= size.bit_length()


@given(sizes.flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size))))
def test_every_beginning_is_proved_to_be_one(case: tuple[int, int]) -> None:
    size, first = case
    leaves = hashes(size)
    path = consistency_path(leaves, first)
    assert is_consistent(first, size, path, root_of(leaves[:first]), root_of(leaves))


def flipped(text: bytes, bit: int) -> bytes:
    """The same but for one bit."""
    place, mask = bit // 8 % len(text), 1 << bit % 8
    return text[:place] + bytes([text[place] ^ mask]) + text[place + 1 :]


def altered(path: tuple[bytes, ...], draw: st.DataObject) -> tuple[bytes, ...]:
    """The path with a bit flipped, a step dropped or added, or two exchanged."""
    step, bit = draw.draw(st.integers(0, max(len(path) - 1, 0))), draw.draw(st.integers(0, 255))
    ways = [(*path, leaf_hash(b"more"))]
    if path:
        ways.append((*path[:step], flipped(path[step], bit), *path[step + 1 :]))
        ways.append((*path[:step], *path[step + 1 :]))
    if len(path) > 1:
        ways.append((path[1], path[0], *path[2:]))
    return draw.draw(st.sampled_from(ways))


@given(sizes.flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size - 1))), st.data())
def test_any_change_refutes_an_inclusion(case: tuple[int, int], draw: st.DataObject) -> None:
    size, index = case
    leaves = hashes(size)
    leaf, path, root = leaves[index], inclusion_path(leaves, index), root_of(leaves)
    bit, other = draw.draw(st.integers(0, 255)), draw.draw(st.integers(-1, size + 1))
    assert not is_included(flipped(leaf, bit), index, size, path, root)
    assert not is_included(leaf, index, size, path, flipped(root, bit))
    assert not is_included(leaf, index, size, altered(path, draw), root)
    assert other == index or not is_included(leaf, other, size, path, root)


@given(sizes.flatmap(lambda size: st.tuples(st.just(size), st.integers(1, size))), st.data())
def test_any_change_refutes_a_consistency(case: tuple[int, int], draw: st.DataObject) -> None:
    size, first = case
    leaves = hashes(size)
    path, one, other = consistency_path(leaves, first), root_of(leaves[:first]), root_of(leaves)
    bit = draw.draw(st.integers(0, 255))
    assert not is_consistent(first, size, path, flipped(one, bit), other)
    assert not is_consistent(first, size, path, one, flipped(other, bit))
    assert not is_consistent(first, size, altered(path, draw), one, other)
    assert not is_consistent(size + 1, size, path, one, other)


@given(sizes, st.data())
def test_a_ledger_whose_past_was_rewritten_has_no_proof_of_being_consistent(size: int, draw: st.DataObject) -> None:
    first = draw.draw(st.integers(1, size))
    edited = draw.draw(st.integers(0, first - 1))
    before, after = hashes(size), hashes(size)
    after[edited] = leaf_hash(b"rewritten")
    path = consistency_path(after, first)
    assert not is_consistent(first, size, path, root_of(before[:first]), root_of(after))


def test_a_leaf_never_stands_for_a_node() -> None:
    left, right = hashes(2)
    assert leaf_hash(left + right) != node_hash(left, right)
    assert all(one != other for one, other in pairwise(map(root_of, (hashes(size) for size in range(20)))))
