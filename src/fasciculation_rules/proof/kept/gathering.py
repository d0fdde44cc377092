"""Everybody who is kept, looked at together: a bit for each, so that a gate is one operation for all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from fasciculation_rules.proof.circuit import Wire
from fasciculation_rules.proof.kept.member import Member, Said
from fasciculation_rules.proof.subject import Subject


class Gathering:
    """Kept patients under one subject. Wires are worked out when first asked for, each gate once."""

    def __init__(self, members: Sequence[Member], subject: Subject) -> None:
        self.members = tuple(members)
        self.everybody = (1 << len(self.members)) - 1
        self._circuit = subject.circuit
        self._bits: dict[Wire, int] = {1: self.everybody}
        self._seen = {1}
        for wire, bit in _inputs(self.members, subject):
            self._bits[wire] = self._bits.get(wire, 0) | bit
        self.of_said = cache(self._of_said)
        self.at = cache(self._at)

    def bits(self, wire: Wire) -> int:
        """Those of whom a wire is true."""
        found = self._bits
        for gate in self._circuit.cone([wire], self._seen):
            joined = self._circuit.joins(gate)
            if joined:
                bits = self.everybody
                for part in joined:
                    bits &= found[part] if part > 0 else ~found[-part]
                found[gate] = bits
            else:
                found.setdefault(gate, 0)
        return found[wire] if wire > 0 else self.everybody & ~found[-wire]

    def _of_said(self, said: Said) -> int:
        """Those of whom this is written down."""
        return sum(1 << index for index, member in enumerate(self.members) if said in member.said)

    def _at(self, point: tuple[str, int]) -> int:
        """Those in whom a quantity is known to be exactly this count."""
        name, count = point
        found = (
            index for index, member in enumerate(self.members) if member.facts.quantities.get(name) == (count,) * 2
        )
        return sum(1 << index for index in found)


def _inputs(members: Sequence[Member], subject: Subject) -> Iterator[tuple[Wire, int]]:
    """Each input that is true of a member, with the member's bit."""
    patient, cells = subject.now.patient, subject.cells
    inputs = subject.circuit.labels
    for index, member in enumerate(members):
        bit = 1 << index
        for name, there in member.facts.findings.items():
            yield (patient.present if there else patient.absent)[name], bit
        for name, (low, high) in member.facts.quantities.items():
            yield patient.known[name], bit
            for cut in cells[name].cuts:
                start, end = patient.start[name, cut], patient.end[name, cut]
                if low >= cut and start in inputs:
                    yield start, bit
                if high < cut and end in inputs:
                    yield end, bit
