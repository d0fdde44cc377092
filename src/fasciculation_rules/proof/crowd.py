"""Patients who are known already, looked at all together: whom a rule fires for need not be looked for again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.proof.circuit import Wire
from fasciculation_rules.proof.patient import to_inputs
from fasciculation_rules.proof.subject import Subject

WAITING = 64
"""How many new patients wait before everybody is looked at anew."""


class Crowd:
    """What a gate is worth to everybody is one integer, with a bit for each patient.

    A patient who is shown to be possible here needs no solver to be believed: the gates are worked out for her.
    """

    def __init__(self, subject: Subject) -> None:
        self._circuit, self._patient = subject.circuit, subject.now.patient
        self._people = 0
        self._inputs: dict[Wire, int] = {}
        self._waiting = list(simple_patients(subject))
        self._look()

    def add(self, facts: Facts) -> None:
        """One more, to be met before long."""
        self._waiting.append(facts)
        if len(self._waiting) >= WAITING:
            self._look()

    def has(self, wires: Sequence[Wire]) -> bool:
        """Whether all of the wires are true of somebody who is possible."""
        return bool(self._possible & self._all(wires))

    def _look(self) -> None:
        """At those who wait; and then gate by gate, as gates are asked about, at everybody."""
        for place, facts in enumerate(self._waiting, start=self._people):
            for wire in to_inputs(facts, self._patient):
                self._inputs[wire] = self._inputs.get(wire, 0) | 1 << place
        self._people += len(self._waiting)
        self._waiting.clear()
        self._everybody = (1 << self._people) - 1
        self._seen: set[int] = {1}
        self._worth: dict[int, int] = {1: self._everybody}
        self._possible = self._all(self._patient.possible)

    def _all(self, wires: Sequence[Wire]) -> int:
        for gate in self._circuit.cone(wires, self._seen):
            joined = self._circuit.joins(gate)
            self._worth[gate] = self._joined(joined) if joined else self._inputs.get(gate, 0)
        return self._joined(wires)

    def _joined(self, wires: Iterable[Wire]) -> int:
        found = self._everybody
        for wire in wires:
            found &= self._worth[wire] if wire > 0 else ~self._worth[-wire]
        return found


def simple_patients(subject: Subject) -> Iterator[Facts]:
    """Of whom one thing is known, one thing is there and all else denied, or one thing is denied and all else there.

    Some of them cannot be, because of findings that exclude each other; the crowd leaves those out.
    """
    ruleset = subject.ruleset
    plain = [name for name in ruleset.program.findings if "=" not in name]
    denied, there = dict.fromkeys(plain, False), dict.fromkeys(plain, True)
    yield Facts()
    yield Facts(denied)
    for name in plain:
        present = dict.fromkeys((name, *ruleset.closure.generals[name]), True)
        yield Facts(present)
        yield Facts(denied | present)
        yield Facts(there | _denied(name, ruleset))
    for name in ruleset.program.quantities:
        for ends in subject.cells[name]:
            for findings in ({}, denied, there):
                yield Facts(findings, {name: ends})


def _denied(name: str, ruleset: Ruleset) -> dict[str, bool]:
    return dict.fromkeys((name, *ruleset.closure.specifics[name]), False)
