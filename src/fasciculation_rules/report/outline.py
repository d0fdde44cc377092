"""A condition as an outline: one clause a line, each with its depth, in the order in which it is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import assert_never

from fasciculation_rules.logic.condition import All, Any, AtLeast, Compare, Condition, Is, Leaf, Not
from fasciculation_rules.logic.rails import negation_normal_form


def outline(condition: Condition, say: Callable[[Leaf], str]) -> Iterator[tuple[int, str]]:
    """Each line of the outline and how deep it stands, the outermost at 0."""
    return _lines(negation_normal_form(condition), say, 0)


def _lines(condition: Condition, say: Callable[[Leaf], str], depth: int) -> Iterator[tuple[int, str]]:
    match condition:
        case Is() | Compare():
            yield depth, say(condition)
            return
        case All(of=members):
            yield depth, "all of:"
        case Any(of=members):
            yield depth, "any of:"
        case AtLeast(n=n, of=members):
            yield depth, f"at least {n} of:"
        case Not():
            raise AssertionError("negation normal form has no `not`")
        case _:
            assert_never(condition)
    for member in members:
        yield from _lines(member, say, depth + 1)
