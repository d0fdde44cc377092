"""Makes a patient who meets a goal, of whom nothing can be left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.proof.cells import Cells
from fasciculation_rules.proof.circuit import Wire
from fasciculation_rules.proof.kept.compact import Compact
from fasciculation_rules.proof.kept.computing import worked_out
from fasciculation_rules.proof.kept.goal import Way, asked
from fasciculation_rules.proof.patient import Fact, to_facts
from fasciculation_rules.proof.solver import Verdict
from fasciculation_rules.proof.subject import Subject


@dataclass(frozen=True, slots=True)
class Made:
    """A patient; `reconcile` where only a record that contradicts itself can say so."""

    facts: Facts
    reconcile: bool


class Maker:
    """Asks two solvers: one about patients whom a case can describe, and one about records, which may contradict."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._patient = subject.now.patient
        self._authored, self._recorded = Compact(subject.circuit), Compact(subject.circuit)
        for solver in (self._authored, self._recorded):
            solver.meet(self._patient)
            solver.hold(worked_out(subject))
        self._authored.hold(list(_contradictions(subject)))
        self._known = tuple(_causes_first(subject))

    def make(self, way: Way) -> Made | None:
        """A patient who meets a goal this way, or None where there is none."""
        wanted = asked(way, self._subject)
        for solver, reconcile in ((self._authored, False), (self._recorded, True)):
            if solver.ask([wanted]) is Verdict.POSSIBLE:
                return Made(self._facts(wanted, way, solver), reconcile)
        return None

    def _facts(self, wanted: Wire, way: Way, solver: Compact) -> Facts:
        """The findings that are needed, and each quantity as a point where that will do."""
        settled = [wanted, *self._needless(wanted, solver)]
        for cuts in self._cuts(solver):
            settled += self._sides(settled, cuts, solver)
        solver.ask(settled)
        return pointed(to_facts(solver.inputs(), self._patient, self._subject.cells), way, self._subject)

    def _needless(self, wanted: Wire, solver: Compact) -> list[Wire]:
        """What need not be known: each thing is left out in turn, and stays out if the goal is still met.

        What a thing follows from is tried before it, so that nothing stays for the sake of what has gone.
        """
        near = self._near(wanted)
        out = [-wire for wire in self._known if wire not in near]
        if solver.ask([wanted, *out]) is not Verdict.POSSIBLE:
            out = []
            solver.ask([wanted])
        values = solver.inputs()
        out = [-wire for wire in self._known if not values.get(wire)]
        for wire in self._known:
            if values.get(wire) and solver.ask([wanted, *out, -wire]) is Verdict.POSSIBLE:
                out.append(-wire)
        solver.ask([wanted, *out])
        return out

    def _near(self, wanted: Wire) -> set[Wire]:
        """What a wire rests on, and what follows from that."""
        closure, patient, labels = self._subject.ruleset.closure, self._patient, self._subject.circuit.labels
        said = [labels[gate] for gate in self._subject.circuit.cone([wanted], set()) if gate in labels]
        near: set[Wire] = set()
        for fact in said:
            if not isinstance(fact, Fact):
                continue
            match fact.says:
                case "present":
                    near |= {patient.present[name] for name in (fact.name, *closure.generals[fact.name])}
                    near |= {patient.absent[name] for name in closure.excluded[fact.name]}
                case "absent":
                    near |= {patient.absent[name] for name in (fact.name, *closure.specifics[fact.name])}
                case _:
                    near.add(patient.known[fact.name])
        return near

    def _cuts(self, solver: Compact) -> Iterator[list[tuple[Wire, Wire]]]:
        """For each quantity that is known, the two sides of each cut point."""
        values, patient = solver.inputs(), self._patient
        for name, wire in patient.known.items():
            if values.get(wire):
                cuts = self._subject.cells[name].cuts
                yield [(patient.start[name, cut], patient.end[name, cut]) for cut in cuts]

    def _sides(self, wires: Sequence[Wire], cuts: Sequence[tuple[Wire, Wire]], solver: Compact) -> list[Wire]:
        """For each cut point the side on which the value lies, but for those that have to lie within its interval."""
        point = self._subject.circuit.every([self._subject.circuit.some(sides) for sides in cuts])
        if solver.ask([*wires, point]) is Verdict.POSSIBLE:
            values = solver.inputs()
            return [start if values.get(start) else end for start, end in cuts if start in values and end in values]
        chosen: list[Wire] = []
        for side in (side for sides in cuts for side in sides):
            if solver.ask([*wires, *chosen, side]) is Verdict.POSSIBLE:
                chosen.append(side)
        return chosen


def _causes_first(subject: Subject) -> Iterator[Wire]:
    """Everything that can be known: specifics present before their generals, and generals absent before specifics."""
    patient, generals = subject.now.patient, subject.ruleset.closure.generals
    by_depth = sorted(patient.present, key=lambda name: -len(generals[name]))
    yield from (patient.present[name] for name in by_depth)
    yield from (patient.absent[name] for name in reversed(by_depth))
    yield from patient.known.values()


def _contradictions(subject: Subject) -> Iterator[Wire]:
    """No two findings that exclude each other are present."""
    present = subject.now.patient.present
    for name, others in subject.ruleset.closure.excluded.items():
        for other in sorted(others):
            if name < other:
                yield -subject.circuit.every((present[name], present[other]))


def pointed(facts: Facts, way: Way, subject: Subject, *, only_wanted: bool = False) -> Facts:
    """Each quantity as one count, where the cut points leave it no more than a cell."""
    quantities = {
        name: ends if only_wanted and not _wanted(name, way) else _shown(name, ends, subject.cells[name], way)
        for name, ends in facts.quantities.items()
    }
    return Facts(facts.findings, quantities)


def _wanted(name: str, way: Way) -> bool:
    return way.point is not None and way.point[0] == name


def _shown(name: str, ends: tuple[int, int], cells: Cells, way: Way) -> tuple[int, int]:
    """The count that is wanted, else one at a cut point, which shows the most; a wider interval stays what it is."""
    low, high = ends
    if any(low < cut <= high for cut in cells.cuts):
        return ends
    if way.point is not None and _wanted(name, way):
        low = way.point[1]
    elif low == cells.low and high < cells.high:
        low = high
    return low, low
