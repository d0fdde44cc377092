"""What follows from what is known, against a closure that applies three sentences until nothing changes."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fasciculation_rules.logic.closure import Closure
from fasciculation_rules.logic.order import reachable, topological

NAMES = tuple("abcdef")
Links = dict[str, tuple[str, ...]]
Pairs = tuple[tuple[str, str], ...]


@st.composite
def vocabularies(draw: st.DrawFn) -> tuple[Links, Pairs]:
    """Implications to later names only, so that none turns in a circle, and excluded pairs; nothing impossible."""
    implies = {
        name: tuple(draw(st.lists(st.sampled_from(NAMES[index + 1 :]), max_size=2, unique=True)))
        if index < len(NAMES) - 1
        else ()
        for index, name in enumerate(NAMES)
    }
    pairs = tuple(draw(st.lists(st.sampled_from(list(combinations(NAMES, 2))), max_size=3, unique=True)))
    assume(not any(clash(naive(implies, pairs, {(name, True)})) for name in NAMES))
    return implies, pairs


Literal = tuple[str, bool]


def naive(implies: Links, pairs: Pairs, known: set[Literal]) -> set[Literal]:
    """A present specific makes its general present, an absent general its specifics, one of a pair the other absent."""
    while True:
        more = set(known)
        for name, others in implies.items():
            for other in others:
                more |= {(other, True)} if (name, True) in known else set()
                more |= {(name, False)} if (other, False) in known else set()
        for one, other in pairs:
            more |= {(other, False)} if (one, True) in known else set()
            more |= {(one, False)} if (other, True) in known else set()
        if more == known:
            return known
        known = more


def clash(literals: set[Literal]) -> bool:
    return any((name, not present) in literals for name, present in literals)


facts = st.dictionaries(st.sampled_from(NAMES), st.booleans(), max_size=5)


@given(vocabularies(), facts)
def test_the_closure_is_the_naive_one_where_nothing_contradicts(
    vocabulary: tuple[Links, Pairs], known: dict[str, bool]
) -> None:
    follows = naive(*vocabulary, set(known.items()))
    if not clash(follows):
        assert Closure.of(*vocabulary).close(known) == dict(follows)


@given(vocabularies(), facts)
def test_contradictions_are_found_exactly_where_the_closure_would_need_both(
    vocabulary: tuple[Links, Pairs], known: dict[str, bool]
) -> None:
    found = Closure.of(*vocabulary).contradictions(known)
    assert bool(found) == clash(naive(*vocabulary, set(known.items())))


@given(vocabularies(), facts)
def test_each_contradiction_names_two_given_facts_that_contradict_by_themselves(
    vocabulary: tuple[Links, Pairs], known: dict[str, bool]
) -> None:
    for one, other in Closure.of(*vocabulary).contradictions(known):
        assert known[one] is True
        assert clash(naive(*vocabulary, {(one, known[one]), (other, known[other])}))


@given(vocabularies(), facts)
def test_closing_twice_changes_nothing(vocabulary: tuple[Links, Pairs], known: dict[str, bool]) -> None:
    closure = Closure.of(*vocabulary)
    closed = closure.close(known)
    assert closure.close(closed) == closed


@given(vocabularies(), facts)
def test_what_was_given_present_stays_present(vocabulary: tuple[Links, Pairs], known: dict[str, bool]) -> None:
    closed = Closure.of(*vocabulary).close(known)
    assert all(closed[name] for name, present in known.items() if present)
    assert known.keys() <= closed.keys()


@given(vocabularies(), facts, facts)
def test_to_know_more_is_to_close_to_more(
    vocabulary: tuple[Links, Pairs], known: dict[str, bool], more: dict[str, bool]
) -> None:
    closure = Closure.of(*vocabulary)
    both = {**more, **known}
    assume(not closure.contradictions(both))
    assert closure.close(known).items() <= closure.close(both).items()


@given(vocabularies(), facts, st.randoms(use_true_random=False))
def test_the_order_of_facts_and_of_pairs_is_irrelevant(
    vocabulary: tuple[Links, Pairs], known: dict[str, bool], random: object
) -> None:
    implies, pairs = vocabulary
    shuffled, turned = list(known.items()), [(other, one) for one, other in reversed(pairs)]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = Closure.of(implies, pairs), Closure.of(dict(reversed(implies.items())), turned)
    assert one.close(known) == other.close(dict(shuffled))
    assert one.contradictions(known) == other.contradictions(dict(shuffled))


@given(vocabularies(), facts)
def test_a_closed_case_contradicts_itself_only_where_the_case_did(
    vocabulary: tuple[Links, Pairs], known: dict[str, bool]
) -> None:
    closure = Closure.of(*vocabulary)
    if not closure.contradictions(known):
        assert closure.contradictions(closure.close(known)) == []


# ---------------------------------------------------------------- orders

graphs = st.dictionaries(st.sampled_from(NAMES), st.lists(st.sampled_from(NAMES), max_size=3, unique=True), max_size=8)


@st.composite
def acyclic(draw: st.DrawFn) -> dict[str, list[str]]:
    return {
        name: draw(st.lists(st.sampled_from(NAMES[:index]), max_size=3, unique=True)) if index else []
        for index, name in enumerate(NAMES)
    }


@given(acyclic(), st.randoms(use_true_random=False))
def test_each_name_comes_after_all_it_depends_on_whatever_the_order_of_input(
    edges: dict[str, list[str]], random: object
) -> None:
    order = topological(edges)
    assert sorted(order) == sorted(NAMES)
    assert all(order.index(other) < order.index(name) for name, others in edges.items() for other in others)
    items = [(name, others[::-1]) for name, others in edges.items()]
    random.shuffle(items)  # type: ignore[attr-defined]
    assert topological(dict(items)) == order


def test_names_that_depend_on_nothing_come_in_alphabetical_order() -> None:
    assert topological({"c": [], "a": [], "b": []}) == ("a", "b", "c")


@given(graphs)
def test_a_circle_is_named_in_the_direction_of_its_edges_and_only_where_there_is_one(
    graph: dict[str, list[str]],
) -> None:
    edges = {name: graph.get(name, []) for name in NAMES}
    circular = any(name in others for name, others in reachable(edges).items())
    if not circular:
        assert len(topological(edges)) == len(NAMES)
        return
    with pytest.raises(ValueError, match=" -> ") as caught:
        topological(edges)
    walked = str(caught.value).split(" -> ")
    assert walked[0] == walked[-1]
    assert all(other in edges[one] for one, other in pairwise(walked))
    with pytest.raises(ValueError, match=" -> ") as again:
        topological({name: edges[name][::-1] for name in reversed(NAMES)})
    assert str(again.value) == str(caught.value)


@given(graphs)
def test_what_is_reached_is_what_some_walk_arrives_at(graph: dict[str, list[str]]) -> None:
    edges = {name: graph.get(name, []) for name in NAMES}
    expected = {name: set(others) for name, others in edges.items()}
    for _ in NAMES:
        expected = {name: others.union(*(edges[other] for other in others)) for name, others in expected.items()}
    assert reachable(edges) == {name: frozenset(others) for name, others in expected.items()}
