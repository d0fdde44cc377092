"""Asks a SAT solver about a circuit; gates are handed over as they are needed, once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import Any, Protocol

from fasciculation_rules.errors import EngineUnavailableError
from fasciculation_rules.proof.circuit import Circuit, Wire
from fasciculation_rules.proof.patient import Patient

BUDGET = 200_000
"""Conflicts after which a question counts as not decided."""

GROWTH = 1_500
"""Gates handed over beyond what is held, after which a solver is made anew: it would go on deciding about old ones."""


class Verdict(Enum):
    """What a solver says of a set of wires: can they all be true at once?"""

    POSSIBLE = "possible"
    IMPOSSIBLE = "impossible"
    UNDECIDED = "not decided"


class Solver(Protocol):
    """What a theorem needs of a solver."""

    name: str

    def meet(self, patient: Patient) -> None:
        """From now on what holds of every patient holds of this one."""

    def ask(self, wires: Sequence[Wire]) -> Verdict:
        """Whether these can all be true at once."""

    def inputs(self) -> Mapping[Wire, bool]:
        """The inputs that made them so, after POSSIBLE."""


def needed(module: str) -> EngineUnavailableError:
    """The error where an optional package is missing."""
    return EngineUnavailableError(
        f"proofs need the package '{module}', which is not installed: pip install 'fasciculation-rules[prove]'"
    )


class Sat:
    """PySAT's Glucose: incremental, with a budget."""

    name = "glucose4"

    def __init__(self, circuit: Circuit, *, budget: int = BUDGET, growth: int = GROWTH) -> None:
        try:
            from pysat.solvers import Glucose4
        except ImportError:
            raise needed("python-sat") from None
        self.circuit, self.budget, self.growth = circuit, budget, growth
        self._make = Glucose4
        self._held: list[Wire] = []
        self._anew()

    def _anew(self) -> None:
        self._solver: Any = self._make()
        self._solver.add_clause([1])
        self._given: set[int] = {1}
        held, self._held = self._held, []
        self.hold(held)

    def meet(self, patient: Patient) -> None:
        self.hold(patient.possible)

    def hold(self, wires: Iterable[Wire]) -> None:
        """From now on these are true."""
        for wire in wires:
            self._hand_over([wire])
            # A clause says more to a solver than a gate that must be false.
            joined = self.circuit.joins(wire) if wire < 0 else ()
            self._solver.add_clause([-part for part in joined] or [wire])
            self._held.append(wire)
        self._size = len(self._given)

    def ask(self, wires: Sequence[Wire]) -> Verdict:
        if len(self._given) > self._size + self.growth:
            self._anew()
        self._hand_over(wires)
        self._solver.conf_budget(self.budget)
        answer = self._solver.solve_limited(assumptions=[self._number(wire) for wire in wires])
        if answer is None:
            return Verdict.UNDECIDED
        return Verdict.POSSIBLE if answer else Verdict.IMPOSSIBLE

    def inputs(self) -> Mapping[Wire, bool]:
        model = self._solver.get_model() or []  # of variables 1, 2, 3, ... in that order
        return {wire: model[wire - 1] > 0 for wire in self.circuit.labels if wire <= len(model)}

    def _number(self, wire: Wire) -> int:
        """What the solver calls it."""
        return wire

    def _hand_over(self, wires: Iterable[Wire]) -> None:
        for clause in clauses(self.circuit, wires, self._given):
            self._solver.add_clause(clause)


def clauses(circuit: Circuit, wires: Iterable[Wire], given: set[int]) -> Iterable[list[Wire]]:
    """Tseitin's clauses of the gates below the wires, but for those already given."""
    for gate in circuit.cone(wires, given):
        joined = circuit.joins(gate)
        if joined:
            yield [gate, *(-wire for wire in joined)]
            for wire in joined:
                yield [-gate, wire]
