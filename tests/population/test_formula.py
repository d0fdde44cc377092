"""The least form of a formula means what the formula means, whatever its members are worth."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from fasciculation_rules.engines.columns import formula
from fasciculation_rules.engines.columns.formula import (
    ALWAYS,
    NEVER,
    Every,
    No,
    Some,
    Truth,
    Word,
    enough,
    every,
    no,
    some,
)
from fasciculation_rules.engines.columns.sharing import truths_of

COLUMNS = [f"c{number}" for number in range(4)]
LEAVES: list[Truth] = [*(formula.Test(column, "==", 1) for column in COLUMNS), ALWAYS, NEVER]

truths = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda of: Every(tuple(of))),
        st.lists(inner, max_size=3).map(lambda of: Some(tuple(of))),
        inner.map(No),
    ),
    max_leaves=5,
)
people = st.fixed_dictionaries({column: st.integers(0, 1) for column in COLUMNS})


def holds(truth: Truth, person: dict[str, int]) -> bool:
    """The formula worked out for one person, by what its words say."""
    match truth:
        case formula.Test(column=column, count=count):
            return person[column] == count
        case No(of=member):
            return not holds(member, person)
        case Every(of=members):
            return all(holds(member, person) for member in members)
        case Some(of=members):
            return any(holds(member, person) for member in members)
        case _:
            return sum(holds(member, person) for member in truth.of) >= truth.n


@st.composite
def counted(draw: st.DrawFn) -> tuple[int, list[Truth]]:
    """Some members, many of them alike or constants, and how many of them have to hold."""
    members = draw(st.lists(st.one_of(st.sampled_from(LEAVES), truths), max_size=6))
    return draw(st.integers(-1, len(members) + 1)), members


@given(counted(), people)
def test_joining_keeps_the_meaning_also_of_what_always_or_never_holds_and_of_what_stands_twice(
    counted: tuple[int, list[Truth]], person: dict[str, int]
) -> None:
    n, members = counted
    held = [holds(member, person) for member in members]
    joined: list[tuple[Callable[[], Truth], bool]] = [
        (lambda: every(members), all(held)),
        (lambda: some(members), any(held)),
        (lambda: enough(n, members), sum(held) >= n),
        *((lambda member=member: no(member), not value) for member, value in zip(members, held, strict=True)),
    ]
    for make, meant in joined:
        assert holds(make(), person) is meant


@given(st.lists(st.tuples(truths, truths), min_size=1, max_size=4), people)
def test_a_bit_of_a_level_is_set_where_it_holds_and_what_is_above_it_does_not(
    pairs: list[tuple[Truth, Truth]], person: dict[str, int]
) -> None:
    word = Word(tuple(bit for bit, _ in pairs), tuple(above for _, above in pairs))
    assert [holds(truth, person) for truth in truths_of(word)] == [
        holds(bit, person) and not holds(above, person) for bit, above in pairs
    ]
