"""Everything that is worked out of a row, in stages: closed findings, computed quantities, rules, then outcomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fasciculation_rules.engines.columns.formula import Interval, Number, State, Test, Truth, Word, Worth
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.logic.program import Program

WORD = 63
"""Bits of a word: one fewer than an integer of any warehouse has, because its highest is the sign."""


FIRINGS = {
    "fired": Firing.TRUE,
    "open": Firing.OPEN,
    "awaits_examination": Firing.AWAITS_EXAMINATION,
    "awaits_test": Firing.AWAITS_TEST,
}
"""The words of names, one set for each value but FALSE: the bits of `program.names` that are worth exactly this."""


@dataclass(frozen=True)
class Sheet:
    """One ruleset for whole columns.

    `numbers` are stages of outcomes by column name: a stage may test the columns of the stages before it.
    `kept` are the columns of the answer, in order.
    """

    program: Program
    intervals: Mapping[str, Interval]
    states: Mapping[str, State]
    numbers: tuple[Mapping[str, Number], ...]
    kept: tuple[str, ...]


def words_of(prefix: str, count: int) -> tuple[str, ...]:
    """The columns of so many bits: `fired_0`, `fired_1`, ..."""
    return tuple(f"{prefix}_{index}" for index in range(-(-count // WORD)))


def joined(words: Sequence[int]) -> int:
    """The bits of all words of a row as one integer, as engines give them."""
    return sum(word << WORD * index for index, word in enumerate(words))


def firing_words(program: Program) -> dict[str, Number]:
    """The bits of all names that are worth exactly each level."""
    found: dict[str, Number] = {}
    above: list[Truth] = []
    for prefix, least in FIRINGS.items():
        bits: list[Truth] = [Worth(name, least) for name in program.names]
        for index, column in enumerate(words_of(prefix, len(bits))):
            part = slice(index * WORD, (index + 1) * WORD)
            found[column] = Word(tuple(bits[part]), tuple(above[part]))
        above = bits
    return found


def sheet_of_program(program: Program) -> Sheet:
    """A program by itself: a column a finding (1, 0 or empty), two a quantity; its answer is the words alone."""
    states = {name: State(Test(name, "==", 1), Test(name, "==", 0)) for name in program.findings}
    kept = tuple(column for prefix in FIRINGS for column in words_of(prefix, len(program.names)))
    return Sheet(program, {}, states, (firing_words(program),), kept)
