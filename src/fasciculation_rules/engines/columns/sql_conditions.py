"""Truths as search conditions: AND and OR laid flat, and no NOT, because an opposite is another comparison."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol, assert_never

from fasciculation_rules.engines.columns.formula import Closed, Enough, Every, No, Some, Test, Truth, Worth
from fasciculation_rules.engines.columns.rules import HIGH, LOW
from fasciculation_rules.logic.facts import UNKNOWN_HIGH, UNKNOWN_LOW

UNKNOWN_STATE = -1
"""A finding of which nothing is known; 1 is present, 0 is absent."""

ENDS = ((LOW, UNKNOWN_LOW), (HIGH, UNKNOWN_HIGH))
"""The two columns of a quantity, and what stands there where nothing is known: it lies beyond every limit."""

_OPPOSITE = {"==": "<>", ">=": "<", "<": ">=", "<=": ">", ">": "<="}
_SIGN = {"==": "=", ">=": ">=", "<": "<", "<=": "<=", ">": ">"}


class Reference(Protocol):
    """How a comparison reads that asks for a closed finding, or for a name of the program, or for its opposite."""

    def __call__(self, reference: Closed | Worth, *, holds: bool) -> str:
        """The comparison."""
        ...


class Conditions:
    """Search conditions over the columns of a table; `quantities` are those that have two ends."""

    def __init__(self, given: Collection[str], quantities: Collection[str], reference: Reference) -> None:
        self.given, self.quantities, self.reference = given, quantities, reference

    def text(self, truth: Truth) -> str:
        """A least truth as a search condition; brackets only where AND meets OR."""
        return self._text(truth, holds=True, outer="")

    def one(self, truth: Truth) -> str:
        """1 where it holds, else 0."""
        return f"CASE WHEN {self.text(truth)} THEN 1 ELSE 0 END"

    def _text(self, truth: Truth, *, holds: bool, outer: str) -> str:
        match truth:
            case No(of=member):
                return self._text(member, holds=not holds, outer=outer)
            case Every(of=members) | Some(of=members):
                word = "AND" if isinstance(truth, Every) == holds else "OR"
                if not members:
                    return "1 = 1" if word == "AND" else "1 = 0"
                text = f" {word} ".join(self._text(member, holds=holds, outer=word) for member in members)
                return f"({text})" if outer and outer != word and len(members) > 1 else text
            case Enough(n=n, of=members):
                return f"{balanced([self.one(member) for member in members])} {'>=' if holds else '<'} {n}"
            case Test(column=column, comparator=comparator, count=count):
                return self._test(column, comparator, count, holds=holds)
            case Closed() | Worth():
                return self.reference(truth, holds=holds)
            case _:
                assert_never(truth)

    def _test(self, column: str, comparator: str, count: int, *, holds: bool) -> str:
        """What is unknown lies where it passes no comparison that is asked of its column."""
        unknown = self._unknown(column)
        if unknown is not None and _passes(unknown, comparator, count):
            raise ValueError(f"'{column} {comparator} {count}' would hold where nothing is known of it")
        return f"{column} {(_SIGN if holds else _OPPOSITE)[comparator]} {count}"

    def _unknown(self, column: str) -> int | None:
        """What stands in a column of the input where nothing is known."""
        for end, unknown in ENDS:
            if column.endswith(end) and column.removesuffix(end) in self.quantities:
                return unknown
        return UNKNOWN_STATE if column in self.given else None


def balanced(terms: Sequence[str]) -> str:
    """A sum that no parser finds deep."""
    if len(terms) == 1:
        return terms[0]
    half = len(terms) // 2
    return f"({balanced(terms[:half])} + {balanced(terms[half:])})"


def _passes(unknown: int, comparator: str, count: int) -> bool:
    """Whether the number that stands for unknown would pass."""
    match comparator:
        case "==":
            return unknown == count
        case ">=" | ">":
            return unknown > count
        case _:
            return unknown < count
