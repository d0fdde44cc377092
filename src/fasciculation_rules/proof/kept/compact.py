"""A solver over consecutive numbers: it decides about every number up to the highest, whether asked about it or not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fasciculation_rules.proof.circuit import Wire
from fasciculation_rules.proof.solver import Sat, clauses


class Compact(Sat):
    """Glucose for a circuit of which each question concerns a small part, as that of all mutants of a ruleset."""

    def hold(self, wires: Iterable[Wire]) -> None:
        """From now on these are true."""
        for wire in wires:
            # A clause says more to a solver than a gate that must be false.
            parts = [-part for part in self.circuit.joins(wire)] if wire < 0 else []
            self._hand_over(parts or [wire])
            self._solver.add_clause([self._number(part) for part in parts or [wire]])
            self._held.append(wire)
        self._size = len(self._given)

    def inputs(self) -> Mapping[Wire, bool]:
        """The inputs that made them so, after POSSIBLE."""
        labels = self.circuit.labels
        said = ((self._gates[abs(number)], number > 0) for number in self._solver.get_model() or ())
        return {gate: value for gate, value in said if gate in labels}

    def _anew(self) -> None:
        """What was asked long ago would only delay."""
        self._numbers: dict[int, int] = {1: 1}
        self._gates = [0, 1]
        super()._anew()

    def _hand_over(self, wires: Iterable[Wire]) -> None:
        for clause in clauses(self.circuit, wires, self._given):
            self._solver.add_clause([self._number(wire) for wire in clause])

    def _number(self, wire: Wire) -> int:
        gate = abs(wire)
        found = self._numbers.get(gate)
        if found is None:
            found = self._numbers[gate] = len(self._gates)
            self._gates.append(gate)
        return found if wire > 0 else -found
