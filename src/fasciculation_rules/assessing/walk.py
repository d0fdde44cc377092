"""Walks a rule over a vector: is it decided, and which items does that rest on or wait for. Made once for each rule.

The meaning is that of `logic.evaluate`, with the three undecided values merged; a test holds the two together.
It is written as small functions because an assessment walks a hundred rules, and matching over nodes each time
was the slower way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias, assert_never

from fasciculation_rules.logic.condition import All, Any, AtLeast, Compare, Condition, Count, Is, Not
from fasciculation_rules.logic.program import ABSENT, PRESENT, Program, Vector
from fasciculation_rules.logic.rails import negation_normal_form

OPEN, TRUE, FALSE = 0, 1, 2
Walk: TypeAlias = Callable[[Vector], tuple[int, int]]
"""Gives (state, items as bits): what a TRUE rule rests on, or what could still decide an OPEN one."""

_NOTHING = (FALSE, 0)


def to_walk(condition: Condition, program: Program, bits: Mapping[str, int]) -> Walk:
    """The walk of one condition; `bits` numbers the input items."""
    return _node(negation_normal_form(condition), program, bits)


def _node(condition: Condition, program: Program, bits: Mapping[str, int]) -> Walk:
    match condition:
        case Is(name=name, value=value) if name in program.derivations:
            means = negation_normal_form(program.derivations[name], negate=value == "absent")
            return _node(means, program, bits)
        case Is(name=name, value=value):
            return _finding(program.slots[name], PRESENT if value == "present" else ABSENT, bits[name])
        case Compare():
            return _comparison(condition, program.slots[condition.name], bits[condition.name])
        case All(of=members):
            return _all([_node(member, program, bits) for member in members])
        case Any(of=members):
            return _any([_node(member, program, bits) for member in members])
        case AtLeast(n=n, of=members):
            return _at_least(n, [_node(member, program, bits) for member in members])
        case Not():
            raise AssertionError("negation normal form has no `not`")
        case _:
            assert_never(condition)


def _finding(slot: int, wanted: int, bit: int) -> Walk:
    holds, waits = (TRUE, bit), (OPEN, bit)

    def walk(vector: Vector) -> tuple[int, int]:
        state = vector[slot]
        return holds if state == wanted else _NOTHING if state else waits

    return walk


def _comparison(leaf: Compare, slot: int, bit: int) -> Walk:
    if not isinstance(leaf.limit, Count):
        raise TypeError("a condition is walked once its limits are counts")
    limit, holds, waits = leaf.limit.value, (TRUE, bit), (OPEN, bit)
    match leaf.comparator:
        case ">=":
            return lambda v: holds if v[slot] >= limit else _NOTHING if v[slot + 1] < limit else waits
        case ">":
            return lambda v: holds if v[slot] > limit else _NOTHING if v[slot + 1] <= limit else waits
        case "<=":
            return lambda v: holds if v[slot + 1] <= limit else _NOTHING if v[slot] > limit else waits
        case "<":
            return lambda v: holds if v[slot + 1] < limit else _NOTHING if v[slot] >= limit else waits
        case _:
            assert_never(leaf.comparator)


def _all(members: list[Walk]) -> Walk:
    def walk(vector: Vector) -> tuple[int, int]:
        rests = waits = 0
        for member in members:
            state, items = member(vector)
            if state == FALSE:
                return _NOTHING
            if state:
                rests |= items
            else:
                waits |= items
        return (OPEN, waits) if waits else (TRUE, rests)

    return walk


def _any(members: list[Walk]) -> Walk:
    def walk(vector: Vector) -> tuple[int, int]:
        rests = waits = 0
        for member in members:
            state, items = member(vector)
            if state == TRUE:
                rests |= items
            elif not state:
                waits |= items
        return (TRUE, rests) if rests else (OPEN, waits) if waits else _NOTHING

    return walk


def _at_least(n: int, members: list[Walk]) -> Walk:
    def walk(vector: Vector) -> tuple[int, int]:
        rests = waits = true = possible = 0
        for member in members:
            state, items = member(vector)
            if state == TRUE:
                true += 1
                rests |= items
            elif not state:
                possible += 1
                waits |= items
        return (TRUE, rests) if true >= n else (OPEN, waits) if true + possible >= n else _NOTHING

    return walk
