"""The fewest that meet every set: as brute force finds them, and the same whatever the order of the sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from fasciculation_rules.proof.hitting import smallest_hitting_set

NAMES = "abcdefgh"
ORDER = {name: index for index, name in enumerate(NAMES)}
sets = st.lists(st.frozensets(st.sampled_from(NAMES), max_size=4), max_size=7)
pairs = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)).filter(lambda pair: pair[0] != pair[1]), max_size=8
)


def both_ways(found: Sequence[tuple[str, str]]) -> Mapping[str, set[str]]:
    apart: dict[str, set[str]] = {}
    for one, other in found:
        apart.setdefault(one, set()).add(other)
        apart.setdefault(other, set()).add(one)
    return apart


def fewest_by_brute_force(family: Sequence[frozenset[str]], apart: Mapping[str, set[str]]) -> int | None:
    for size in range(len(NAMES) + 1):
        for chosen in combinations(NAMES, size):
            together = not any(apart.get(one, set()) & set(chosen) for one in chosen)
            if together and all(each & set(chosen) for each in family):
                return size
    return None


@given(sets, pairs)
def test_it_is_as_small_as_brute_force_finds(family: list[frozenset[str]], barred: list[tuple[str, str]]) -> None:
    apart = both_ways(barred)
    found = smallest_hitting_set(family, ORDER, apart)
    assert (None if found is None else len(found)) == fewest_by_brute_force(family, apart)


@given(sets, pairs)
def test_it_meets_every_set_and_nothing_in_it_is_apart(
    family: list[frozenset[str]], barred: list[tuple[str, str]]
) -> None:
    apart = both_ways(barred)
    found = smallest_hitting_set(family, ORDER, apart)
    if found is not None:
        assert all(each & set(found) for each in family)
        assert not any(apart.get(one, set()) & set(found) for one in found)
        assert list(found) == sorted(set(found))
        assert all(any(not each & (set(found) - {one}) for each in family) for one in found)


@given(sets, pairs, st.randoms(use_true_random=False))
def test_it_does_not_depend_on_the_order_of_the_sets(
    family: list[frozenset[str]], barred: list[tuple[str, str]], random: object
) -> None:
    shuffled = list(family)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    apart = both_ways(barred)
    assert smallest_hitting_set(family, ORDER, apart) == smallest_hitting_set(shuffled, ORDER, apart)


@given(sets, st.integers(0, 4))
def test_it_gives_up_where_more_are_needed_than_may_be(family: list[frozenset[str]], most: int) -> None:
    needed = fewest_by_brute_force(family, {})
    found = smallest_hitting_set(family, ORDER, most=most)
    assert (found is None) == (needed is None or needed > most)


def test_nothing_is_needed_for_no_sets_and_nothing_meets_an_empty_one() -> None:
    assert smallest_hitting_set([], ORDER) == ()
    assert smallest_hitting_set([frozenset()], ORDER) is None


def test_among_equals_the_one_that_comes_first_is_taken() -> None:
    assert smallest_hitting_set([frozenset("ba")], ORDER) == ("a",)
    assert smallest_hitting_set([frozenset("ba")], {"b": 0, "a": 1}) == ("b",)
