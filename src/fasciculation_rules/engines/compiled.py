"""The fast engine: one generated Python function a program, written by `codegen.py`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import cast

from fasciculation_rules.engines.codegen import answer_source, grade_source
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.logic.program import Answer, Program, Vector

_Function = Callable[[Vector], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Grades:
    """What could still decide each undecided name, as bits of `program.names`; the three share no bit."""

    open: int
    awaits_examination: int
    awaits_test: int


class CompiledEngine:
    """Answers in a few microseconds, and grades what it leaves undecided."""

    name = "compiled"
    version = "1"

    def __init__(self, program: Program) -> None:
        self.program = program
        self._answer = _build(answer_source(program), "answer")

    @cached_property
    def _grade(self) -> _Function:
        return _build(grade_source(self.program), "grade")

    def answer(self, vector: Vector) -> Answer:
        """As every engine answers."""
        return Answer(*self._answer(vector))

    def grade(self, vector: Vector, undecided: int) -> Grades:
        """What the undecided names wait for; `vector` is the one `answer` was given, `undecided` bits of names.

        Bits of names that are decided must not be asked for.
        """
        at_least_open, exam = self._grade(vector)
        at_least_open &= undecided
        exam &= undecided
        return Grades(at_least_open, exam, undecided & ~(at_least_open | exam))

    def firings(self, facts: Facts) -> dict[str, Firing]:
        """The five-valued firing of each of `program.names`."""
        vector = self.program.encode(facts)
        answer = self.answer(vector)
        names = self.program.names
        grades = self.grade(vector, ~(answer.true | answer.false) & ((1 << len(names)) - 1))
        firings = dict.fromkeys(names, Firing.AWAITS_TEST)
        for firing, mask in (
            (Firing.TRUE, answer.true),
            (Firing.FALSE, answer.false),
            (Firing.OPEN, grades.open),
            (Firing.AWAITS_EXAMINATION, grades.awaits_examination),
        ):
            firings.update(dict.fromkeys(self.program.decode(mask), firing))
        return firings

    def close(self) -> None:
        """Nothing is held."""


def _build(text: str, name: str) -> _Function:
    space: dict[str, object] = {"__builtins__": {}}
    exec(compile(text, f"<{name} of a ruleset>", "exec"), space)  # noqa: S102  only integers and slot names in it
    return cast(_Function, space[name])
