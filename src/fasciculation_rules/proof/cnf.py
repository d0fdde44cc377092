"""A question as clauses, numbered in an order of their own: the same question gives the same text, whatever else was
asked before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b

from fasciculation_rules.proof.circuit import Circuit, Wire
from fasciculation_rules.proof.drup import Clause
from fasciculation_rules.proof.question import Question

Key = tuple[bytes, int]


@dataclass
class Printer:
    """Prints questions about one circuit."""

    circuit: Circuit
    _digests: dict[int, bytes] = field(default_factory=lambda: {1: b"true"})
    _digested: set[int] = field(default_factory=lambda: {1})
    _joins: dict[int, list[Wire]] = field(default_factory=dict)
    _inputs: dict[Wire, frozenset[int]] = field(default_factory=dict)

    def text(self, question: Question, about: Iterable[str], *, widely: bool = False) -> str:
        """The clauses as DIMACS, with comments at their head.

        Of what holds of every patient only what is about items that the question rests on; or, widely, all of it.
        Leaving out what is given can only make a proof harder to find, never wrong.
        """
        numbered = _Numbered(self)
        clauses = [[1], *numbered.of_gates(question.wires)]
        inside = {gate for gate in numbered.numbers if gate in self.circuit.labels}
        for patient in {reading.patient.name: reading.patient for reading in question.patients}.values():
            for wire in patient.possible:
                if widely or self._below(wire) <= inside:
                    clauses += numbered.held(wire)
        clauses += [[numbered.literal(wire)] for wire in question.wires]
        head = [*(f"c {line}" for line in about), f"p cnf {len(numbered.numbers)} {len(clauses)}"]
        return "".join(f"{line}\n" for line in (*head, *(" ".join(map(str, [*clause, 0])) for clause in clauses)))

    def _below(self, wire: Wire) -> frozenset[int]:
        """The inputs that a wire rests on."""
        if wire not in self._inputs:
            cone = self.circuit.cone([wire], {1})
            self._inputs[wire] = frozenset(gate for gate in cone if gate in self.circuit.labels)
        return self._inputs[wire]

    def joins(self, gate: int) -> list[Wire]:
        """What a gate joins, in an order that rests on what the wires say, not on when they were made."""
        if gate not in self._joins:
            self._joins[gate] = sorted(self.circuit.joins(gate), key=self._key)
        return self._joins[gate]

    def _key(self, wire: Wire) -> Key:
        for gate in self.circuit.cone([wire], self._digested):
            joined = self.circuit.joins(gate)
            said = repr(sorted(self._known(other) for other in joined) if joined else self.circuit.labels[gate])
            self._digests[gate] = blake2b(said.encode(), digest_size=16).digest()
        return self._known(wire)

    def _known(self, wire: Wire) -> Key:
        return self._digests[abs(wire)], 1 if wire > 0 else -1


@dataclass
class _Numbered:
    """Gates by the number they have in one file: 1 is the constant, and each has one above those it joins."""

    printer: Printer
    numbers: dict[int, int] = field(default_factory=lambda: {1: 1})

    def literal(self, wire: Wire) -> int:
        number = self.numbers[abs(wire)]
        return number if wire > 0 else -number

    def held(self, wire: Wire) -> Iterator[Clause]:
        """Clauses that say that a wire is true: of the negation of a gate, one says it all."""
        parts = [-part for part in self.printer.joins(-wire)] if wire < 0 else []
        parts = parts or [wire]
        yield from self.of_gates(parts)
        yield [self.literal(part) for part in parts]

    def of_gates(self, wires: Iterable[Wire]) -> Iterator[Clause]:
        """Clauses that say what the gates below the wires are."""
        waiting = [abs(wire) for wire in reversed(list(wires))]
        while waiting:
            gate = waiting[-1]
            if gate in self.numbers:
                waiting.pop()
                continue
            joined = self.printer.joins(gate)
            below = [abs(wire) for wire in joined if abs(wire) not in self.numbers]
            if below:
                waiting += reversed(below)
                continue
            self.numbers[gate] = len(self.numbers) + 1
            if joined:
                yield [self.literal(gate), *(-self.literal(wire) for wire in joined)]
                for wire in joined:
                    yield [-self.literal(gate), self.literal(wire)]
