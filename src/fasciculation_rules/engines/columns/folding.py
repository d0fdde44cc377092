"""Leaves out, before anything is printed, what the columns at hand cannot decide; both printers do it alike."""

from __future__ import annotations

from collections.abc import Collection
from typing import assert_never

from fasciculation_rules.engines.columns.formula import (
    NEVER,
    Closed,
    Enough,
    Every,
    No,
    Some,
    Test,
    Truth,
    Worth,
    enough,
    every,
    no,
    some,
)


class Folding:
    """Knows which columns there are, and which references (closed findings, names of the program) turned out as what.

    A reference that nobody has looked at yet is never true.
    """

    def __init__(self, columns: Collection[str]) -> None:
        self.numbers = set(columns)
        self._same: dict[Truth, Truth] = {}

    def learn(self, reference: Truth, truth: Truth) -> None:
        """A reference is the same as another truth."""
        self._same[reference] = truth

    def least(self, truth: Truth) -> Truth:
        """The same truth in its least form: references followed, and columns that are not there pass no test."""
        match truth:
            case Test():
                return truth if truth.column in self.numbers else NEVER
            case Closed() | Worth():
                return self._same.get(truth, NEVER)
            case Every(of=members):
                return every(self.least(member) for member in members)
            case Some(of=members):
                return some(self.least(member) for member in members)
            case Enough(n=n, of=members):
                return enough(n, (self.least(member) for member in members))
            case No(of=member):
                return no(self.least(member))
            case _:
                assert_never(truth)


def tests_of(truth: Truth) -> list[Test]:
    """The comparisons that a truth names, in order."""
    match truth:
        case Test():
            return [truth]
        case Closed() | Worth():
            return []
        case No(of=member):
            return tests_of(member)
        case Every(of=members) | Some(of=members) | Enough(of=members):
            return [test for member in members for test in tests_of(member)]
        case _:
            assert_never(truth)
