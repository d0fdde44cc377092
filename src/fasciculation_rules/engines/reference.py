"""The oracle: walks the tree of every condition. Slow, and right by definition."""

from __future__ import annotations

from fasciculation_rules.engines.slots import decode
from fasciculation_rules.logic.condition import Is
from fasciculation_rules.logic.evaluate import evaluate
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.logic.program import ABSENT, PRESENT, UNKNOWN, Answer, Program, Vector

_STATES = {Firing.TRUE: PRESENT, Firing.FALSE: ABSENT}


class ReferenceEngine:
    """`logic.evaluate` over every name of a program."""

    name = "reference"
    version = "1"

    def __init__(self, program: Program) -> None:
        self.program = program

    def firings(self, facts: Facts) -> dict[str, Firing]:
        """The five-valued firing of each of `program.names`; a derived finding is worth what `is present` is."""
        program = self.program
        conditions = {name: Is(name, "present") for name in program.derivation_order} | dict(program.rules)
        return {name: evaluate(condition, facts, program.meaning) for name, condition in conditions.items()}

    def answer(self, vector: Vector) -> Answer:
        """As every engine answers."""
        program = self.program
        firings = self.firings(decode(program, vector))
        for name in program.derivation_order:
            vector[program.slots[name]] = _STATES.get(firings[name], UNKNOWN)
        true = sum(program.bits[name] for name, firing in firings.items() if firing is Firing.TRUE)
        false = sum(program.bits[name] for name, firing in firings.items() if firing is Firing.FALSE)
        return Answer(true, false)

    def close(self) -> None:
        """Nothing is held."""
