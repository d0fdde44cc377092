"""One unspecified patient as inputs of a circuit, and what is true of every patient there can be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from fasciculation_rules.assessing.overtaken import BLOODS
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.proof.cells import Cells, normal_limits
from fasciculation_rules.proof.circuit import FALSE, TRUE, Circuit, Wire


class Fact(NamedTuple):
    """What one input says of a patient: a finding is present or absent; a quantity is known, or where an end lies."""

    patient: str
    says: Literal["present", "absent", "known", "from", "below"]
    name: str
    cut: int = 0


@dataclass(frozen=True, slots=True)
class Patient:
    """Wires for everything that can be known of one patient.

    `start[q, cut]` is that the low end of a quantity is at the cut or beyond, `end[q, cut]` that its high end lies
    below it. Neither is true where the quantity is unknown, or where its interval straddles the cut.
    """

    name: str
    present: Mapping[str, Wire]
    absent: Mapping[str, Wire]
    known: Mapping[str, Wire]
    start: Mapping[tuple[str, int], Wire]
    end: Mapping[tuple[str, int], Wire]
    order: tuple[Wire, ...] = field(repr=False)
    """What holds because an interval is one: left out where a solver knows integers."""
    rules: tuple[Wire, ...] = field(repr=False)
    """What holds by the vocabulary: implications, exclusions, listed values, normal bloods."""
    authored: tuple[Wire, ...] = field(repr=False, default=())
    """What holds beside that in a case that somebody wrote: of two findings that exclude each other not both."""

    @property
    def possible(self) -> tuple[Wire, ...]:
        """Everything that holds of every patient."""
        return (*self.order, *self.rules)


def new_patient(name: str, ruleset: Ruleset, cells: Mapping[str, Cells], circuit: Circuit) -> Patient:
    """A patient of whom nothing is said yet. The same name gives the same inputs."""
    program = ruleset.program
    present = {finding: circuit.input(Fact(name, "present", finding)) for finding in program.findings}
    absent = {finding: circuit.input(Fact(name, "absent", finding)) for finding in program.findings}
    known = {quantity: circuit.input(Fact(name, "known", quantity)) for quantity in program.quantities}
    start, end = {}, {}
    for quantity, found in cells.items():
        for cut in found.cuts:
            whole, none = cut <= found.low, cut > found.high
            inside = not whole and not none
            start[quantity, cut] = (
                circuit.input(Fact(name, "from", quantity, cut)) if inside else known[quantity] if whole else FALSE
            )
            end[quantity, cut] = (
                circuit.input(Fact(name, "below", quantity, cut)) if inside else known[quantity] if none else FALSE
            )
    draft = Patient(name, present, absent, known, start, end, (), ())
    order = tuple(wire for wire in ordered(draft, cells, circuit) if wire != TRUE)
    rules = tuple(wire for wire in _vocabulary(draft, ruleset, circuit) if wire != TRUE)
    return Patient(name, present, absent, known, start, end, order, rules, _authored(draft, ruleset, circuit))


def ordered(patient: Patient, cells: Mapping[str, Cells], circuit: Circuit) -> Iterator[Wire]:
    """Ends lie in order, the low one never above the high one, and only a known quantity has them."""
    for quantity, found in cells.items():
        starts = [patient.start[quantity, cut] for cut in found.cuts]
        ends = [patient.end[quantity, cut] for cut in found.cuts]
        for index in range(len(found.cuts)):
            yield circuit.implies(starts[index], patient.known[quantity])
            yield circuit.implies(ends[index], patient.known[quantity])
            yield -circuit.every((starts[index], ends[index]))
            if index:
                yield circuit.implies(starts[index], starts[index - 1])
                yield circuit.implies(ends[index - 1], ends[index])


def _vocabulary(patient: Patient, ruleset: Ruleset, circuit: Circuit) -> Iterator[Wire]:
    """A closed case, authored or reconciled: in records two findings that exclude each other may both be present.

    Not so a summary that says normal: beside a sign that it excludes it does not count.
    """
    present, absent, closure = patient.present, patient.absent, ruleset.closure
    for name in ruleset.program.findings:
        yield -circuit.every((present[name], absent[name]))
        for general in sorted(closure.generals.get(name, ())):
            yield circuit.implies(present[name], present[general])
        for specific in sorted(closure.specifics.get(name, ())):
            yield circuit.implies(absent[name], absent[specific])
        for other in sorted(closure.excluded.get(name, ())):
            both = (
                FALSE if ruleset.vocabulary.is_summary(name) != ruleset.vocabulary.is_summary(other) else present[other]
            )
            yield circuit.implies(present[name], circuit.some((absent[other], both)))
    for name, finding in ruleset.vocabulary.findings.items():
        values = [f"{name}={value}" for value in finding.values]
        for one in values:
            others = [other for other in values if other != one]
            yield circuit.same(absent[one], circuit.some(present[other] for other in others))
    if BLOODS in present:
        for quantity in ruleset.program.quantities:
            limits = normal_limits(ruleset, quantity)
            if limits:
                outside = circuit.some((patient.end[quantity, limits[0]], patient.start[quantity, limits[1]]))
                yield -circuit.every((present[BLOODS], outside))


def _authored(patient: Patient, ruleset: Ruleset, circuit: Circuit) -> tuple[Wire, ...]:
    pairs = ((one, other) for one, others in ruleset.closure.excluded.items() for other in others if one < other)
    return tuple(-circuit.every((patient.present[one], patient.present[other])) for one, other in sorted(pairs))


def to_inputs(facts: Facts, patient: Patient) -> dict[Wire, bool]:
    """The inputs of a patient who is like these (closed) facts."""
    known = facts.quantities
    found = [(patient.present if there else patient.absent)[name] for name, there in facts.findings.items()]
    found += [patient.known[name] for name in known]
    if known:
        found += [wire for (name, cut), wire in patient.start.items() if name in known and known[name][0] >= cut]
        found += [wire for (name, cut), wire in patient.end.items() if name in known and known[name][1] < cut]
    return dict.fromkeys((wire for wire in found if wire != FALSE), True)


def to_facts(values: Mapping[Wire, bool], patient: Patient, cells: Mapping[str, Cells]) -> Facts:
    """The facts that a solver's inputs say; an interval is as wide as the cut points leave it."""
    findings = {name: True for name, wire in patient.present.items() if values.get(wire)}
    findings |= {name: False for name, wire in patient.absent.items() if values.get(wire)}
    quantities = {}
    for name, wire in patient.known.items():
        if values.get(wire):
            starts = [cut for cut in cells[name].cuts if values.get(patient.start[name, cut])]
            ends = [cut - 1 for cut in cells[name].cuts if values.get(patient.end[name, cut])]
            quantities[name] = (max([cells[name].low, *starts]), min([cells[name].high, *ends]))
    return Facts(findings, quantities)
