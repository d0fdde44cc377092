"""One slip at a time in a condition: the mistakes that people make when they write one, or edit it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from typing import assert_never

from fasciculation_rules.logic.condition import (
    All,
    Any,
    AtLeast,
    Comparator,
    Compare,
    Condition,
    Count,
    Is,
    Not,
)
from fasciculation_rules.logic.rails import negation_normal_form
from fasciculation_rules.proof.hygiene import without_a_clause

Slip = tuple[str, str, Condition]
"""What kind of slip, where it is, and the condition with it."""

_FLIPPED: dict[Comparator, Comparator] = {">=": "<=", "<=": ">=", ">": "<", "<": ">"}
_SHARE = Fraction(1, 20)


def slips(condition: Condition) -> Iterator[Slip]:
    """Every slip in a condition, each condition once; the condition itself is none of them."""
    seen = {condition}
    for kind, place, changed in _all(condition):
        if changed not in seen:
            seen.add(changed)
            yield kind, place, changed


def _all(condition: Condition) -> Iterator[Slip]:
    for place, shorter in without_a_clause(condition):
        yield "left out", place, shorter
    for place, node, put in _nodes(condition):
        for kind, other in _others(node):
            yield kind, place, put(other)


Put = Callable[[Condition], Condition]


def _nodes(condition: Condition, at: str = "") -> Iterator[tuple[str, Condition, Put]]:
    """Every node with its place, and how to put another there."""
    yield at, condition, lambda other: other
    match condition:
        case Is() | Compare():
            return
        case Not(of=member):
            # Its place is that of what it negates, as a theorem counts them.
            for place, node, put in _nodes(member, at):
                yield place, node, lambda other, put=put: Not(put(other))  # type: ignore[misc]  # mypy loses the type of a default
        case All(of=members) | Any(of=members) | AtLeast(of=members):
            for index, member in enumerate(members):
                before, after = members[:index], members[index + 1 :]
                for place, node, put in _nodes(member, f"{at}.{index + 1}" if at else str(index + 1)):
                    yield place, node, _within(condition, before, put, after)
        case _:
            assert_never(condition)


def _within(parent: All | Any | AtLeast, before: tuple[Condition, ...], put: Put, after: tuple[Condition, ...]) -> Put:
    return lambda other: replace(parent, of=(*before, put(other), *after))


def _others(node: Condition) -> Iterator[tuple[str, Condition]]:
    """What may stand in the place of one node by mistake."""
    match node:
        case Is():
            yield "negated", negation_normal_form(node, negate=True)
        case Compare():
            yield "negated", negation_normal_form(node, negate=True)
            yield "flipped", replace(node, comparator=_FLIPPED[node.comparator])
            yield from _moved(node)
        case All(of=members):
            if len(members) > 1:
                yield "any for all", Any(members)
        case Any(of=members):
            if len(members) > 1:
                yield "all for any", All(members)
        case AtLeast(n=n, of=members):
            if n < len(members):
                yield "one more", AtLeast(n + 1, members)
            if n > 1:
                yield "one fewer", AtLeast(n - 1, members)
        case Not(of=member):
            yield "not forgotten", member
        case _:
            assert_never(node)


def _moved(leaf: Compare) -> Iterator[tuple[str, Condition]]:
    """The limit one count to either side (which is also `>` for `>=`, and the like), and a twentieth to either side."""
    if not isinstance(leaf.limit, Count):
        raise TypeError("a condition is changed once its limits are counts")
    limit = leaf.limit.value
    share = abs(limit * _SHARE)
    for kind, value in (
        ("one count up", limit + 1),
        ("one count down", limit - 1),
        ("5 % up", round(limit + share)),
        ("5 % down", round(limit - share)),
    ):
        yield kind, replace(leaf, limit=Count(value))
