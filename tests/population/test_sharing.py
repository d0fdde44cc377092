"""What is shared is worked out once and before it is needed; formulas that are put together mean the same."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from fasciculation_rules.engines.columns import formula
from fasciculation_rules.engines.columns.formula import Enough, Every, No, Some, Truth, enough, every, no, some
from fasciculation_rules.engines.columns.sharing import gathered, members_of, shared

LEAVES = tuple(formula.Test(name, "==", 1) for name in "abcd")


def truths() -> st.SearchStrategy[Truth]:
    """In their least form, as the printers have them."""
    return st.recursive(
        st.sampled_from(LEAVES),
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=4).map(every),
            st.lists(inner, min_size=1, max_size=4).map(some),
            st.builds(enough, st.integers(1, 3), st.lists(inner, min_size=1, max_size=4)),
            inner.map(no),
        ),
        max_leaves=12,
    )


def holds(truth: Truth, known: frozenset[Truth]) -> bool:
    """The meaning, member by member."""
    members = [holds(member, known) for member in members_of(truth)]
    match truth:
        case Every():
            return all(members)
        case Some():
            return any(members)
        case Enough(n=n):
            return sum(members) >= n
        case No():
            return not members[0]
        case _:
            return truth in known


def everything_known() -> list[frozenset[Truth]]:
    return [
        frozenset(leaf for leaf, there in zip(LEAVES, each, strict=True) if there)
        for each in product((True, False), repeat=len(LEAVES))
    ]


def inside(truth: Truth) -> list[Truth]:
    return [each for member in members_of(truth) for each in (member, *inside(member))]


@given(st.lists(truths(), min_size=1, max_size=6))
def test_a_layer_rests_on_the_layers_before_it(wanted: list[Truth]) -> None:
    layers = shared(wanted, frozenset())
    place = {truth: number for number, layer in enumerate(layers) for truth in layer}
    assert len(place) == sum(map(len, layers))
    for truth, number in place.items():
        assert all(place[each] < number for each in inside(truth) if each in place)


@given(st.lists(truths(), min_size=1, max_size=6, unique=True))
def test_what_is_needed_twice_is_shared_and_what_is_needed_once_is_not(wanted: list[Truth]) -> None:
    named = {truth for layer in shared(wanted, frozenset()) for truth in layer}
    needed: dict[Truth, int] = dict.fromkeys(wanted, 1)
    for truth in {*wanted, *(each for wish in wanted for each in inside(wish))}:
        for member in members_of(truth):
            needed[member] = needed.get(member, 0) + 1
    assert named == {truth for truth, times in needed.items() if times > 1 and members_of(truth)}


@given(st.lists(truths(), min_size=1, max_size=6))
def test_what_is_put_together_means_the_same(wanted: list[Truth]) -> None:
    together = gathered(wanted, frozenset())
    assert [*together] == list(dict.fromkeys(wanted))
    for known in everything_known():
        assert [holds(truth, known) for truth in together] == [holds(truth, known) for truth in together.values()]


def test_alternatives_that_are_alike_but_for_one_share_the_rest() -> None:
    a, b, c, d = LEAVES
    together = gathered([Some((a, b, c)), Some((a, b, d))], frozenset())
    assert [*together.values()] == [Some((Some((a, b)), c)), Some((Some((a, b)), d))]
    assert shared(together.values(), frozenset()) == [[Some((a, b))]]


@given(st.lists(truths(), max_size=5))
def test_the_least_form_of_a_conjunction_means_the_same(members: list[Truth]) -> None:
    for known in everything_known():
        assert holds(every(members), known) == all(holds(member, known) for member in members)
