"""The same questions to z3, which is told of integers where the first solver was told of cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fasciculation_rules.logic.facts import UNKNOWN_HIGH, UNKNOWN_LOW
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.proof.circuit import Circuit, Wire
from fasciculation_rules.proof.patient import Fact, Patient
from fasciculation_rules.proof.solver import Verdict, needed

TIMEOUT = 20_000
"""Milliseconds after which a question counts as not decided."""

GROWTH = 5
"""How many times as many gates as hold of every patient are handed over before a solver is made anew.

Old gates slow it down, but to tell it again what holds takes longer than a hundred questions.
"""


class SecondOpinion:
    """An SMT solver over the same gates, with each end of a quantity as an integer of its own.

    That ends lie in order, and how an unknown quantity looks, it works out from the integers; so a fault in the
    cells or in their axioms shows as a difference between the two solvers.
    """

    name = "z3"

    def __init__(self, circuit: Circuit, ruleset: Ruleset, *, timeout: int = TIMEOUT) -> None:
        try:
            import z3
        except ImportError:
            raise needed("z3-solver") from None
        self.circuit, self.ruleset, self.timeout, self._z3 = circuit, ruleset, timeout, z3
        self._held: list[Wire] = []
        self._anew()

    def _anew(self) -> None:
        self._solver: Any = self._z3.SolverFor("QF_LIA")
        self._solver.set("timeout", self.timeout)
        self._made: dict[int, Any] = {1: self._z3.BoolVal(True)}
        self._seen: set[int] = {1}
        self._quantities: set[tuple[str, str]] = set()
        held, self._held = self._held, []
        self.hold(held)

    def meet(self, patient: Patient) -> None:
        self.hold(patient.rules)  # not `order`: the integers say that

    def hold(self, wires: Iterable[Wire]) -> None:
        """From now on these are true."""
        for wire in wires:
            self._solver.add(self._formula(wire))
            self._held.append(wire)
        self._size = len(self._seen)

    def ask(self, wires: Sequence[Wire]) -> Verdict:
        if len(self._seen) > GROWTH * max(self._size, 1_000):
            self._anew()
        answer = self._solver.check(*[self._formula(wire) for wire in wires])
        if answer == self._z3.unknown:
            return Verdict.UNDECIDED
        return Verdict.POSSIBLE if answer == self._z3.sat else Verdict.IMPOSSIBLE

    def inputs(self) -> Mapping[Wire, bool]:
        model = self._solver.model()
        named = self.circuit.labels
        return {
            gate: self._z3.is_true(model.eval(self._made[gate], model_completion=True))
            for gate in self._made
            if gate in named
        }

    def _formula(self, wire: Wire) -> Any:
        for gate in self.circuit.cone([wire], self._seen):
            label, joined = self.circuit.labels.get(gate), self.circuit.joins(gate)
            if isinstance(label, Fact):
                self._made[gate] = self._input(label)
            else:
                # A name for each gate keeps formulas small; z3 would otherwise print shared parts again and again.
                self._made[gate] = self._z3.Bool(f"gate {gate}")
                self._solver.add(self._made[gate] == self._z3.And(*[self._signed(part) for part in joined]))
        return self._signed(wire)

    def _signed(self, wire: Wire) -> Any:
        return self._made[wire] if wire > 0 else self._z3.Not(self._made[-wire])

    def _input(self, fact: Fact) -> Any:
        z3 = self._z3
        if fact.says in ("present", "absent"):
            return z3.Bool(f"{fact.patient}: {fact.name} {fact.says}")
        low, high = z3.Int(f"{fact.patient}: {fact.name} low"), z3.Int(f"{fact.patient}: {fact.name} high")
        if (fact.patient, fact.name) not in self._quantities:
            self._quantities.add((fact.patient, fact.name))
            bottom, top = self.ruleset.vocabulary.quantities[fact.name].bounds()
            unknown = z3.And(low == UNKNOWN_LOW, high == UNKNOWN_HIGH)
            self._solver.add(z3.Or(unknown, z3.And(bottom <= low, low <= high, high <= top)))
        match fact.says:
            case "from":
                return low >= fact.cut
            case "below":
                return high < fact.cut
            case _:
                return low != UNKNOWN_LOW
