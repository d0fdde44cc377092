"""One person of whom the same things are said to two versions, each of which draws its own conclusions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.proof.cells import Cells, cells_of
from fasciculation_rules.proof.circuit import FALSE, TRUE, Circuit, Wire
from fasciculation_rules.proof.patient import Fact, Patient, ordered
from fasciculation_rules.proof.reading import Reading

WHO = "said"


@dataclass(frozen=True)
class Pair:
    """An older and a newer version over one circuit.

    A finding that only one of them knows is said to that one alone. A quantity whose unit, resolution or kind of count
    differs between them is said to neither: what is known of it could not be put to both as the same thing.
    """

    old: Ruleset
    new: Ruleset

    @cached_property
    def circuit(self) -> Circuit:
        """The gates of both."""
        return Circuit()

    @cached_property
    def quantities(self) -> tuple[str, ...]:
        """The quantities that both count alike."""
        one, other = self.old.vocabulary.quantities, self.new.vocabulary.quantities
        return tuple(
            name
            for name, quantity in one.items()
            if name in other and (quantity.unit, quantity.resolution) == (other[name].unit, other[name].resolution)
        )

    @cached_property
    def cells(self) -> Mapping[str, Cells]:
        """The cells that either can tell apart, within the range that both accept."""
        both = (cells_of(self.old), cells_of(self.new))
        found = {}
        for name in self.quantities:
            one, other = (cells[name] for cells in both)
            found[name] = Cells(
                max(one.low, other.low), min(one.high, other.high), tuple(sorted({*one.cuts, *other.cuts}))
            )
        return found

    @cached_property
    def said(self) -> Patient:
        """What is said; its rules are that neither version finds a contradiction in it."""
        circuit = self.circuit
        names = dict.fromkeys([*self.old.program.findings, *self.new.program.findings])
        present = {name: circuit.input(Fact(WHO, "present", name)) for name in names}
        absent = {name: circuit.input(Fact(WHO, "absent", name)) for name in names}
        known = {name: circuit.input(Fact(WHO, "known", name)) for name in self.quantities}
        start, end = {}, {}
        for name, found in self.cells.items():
            for cut in found.cuts:
                inside = found.low < cut <= found.high
                first = known[name] if cut <= found.low else FALSE
                last = known[name] if cut > found.high else FALSE
                start[name, cut] = circuit.input(Fact(WHO, "from", name, cut)) if inside else first
                end[name, cut] = circuit.input(Fact(WHO, "below", name, cut)) if inside else last
        draft = Patient(WHO, present, absent, known, start, end, (), ())
        order = tuple(wire for wire in ordered(draft, self.cells, circuit) if wire != TRUE)
        rules = [wire for version in (self.old, self.new) for wire in self._consistent(draft, version)]
        return Patient(WHO, present, absent, known, start, end, order, tuple(wire for wire in rules if wire != TRUE))

    def _consistent(self, said: Patient, version: Ruleset) -> Iterator[Wire]:
        """No contradiction, as an authored case must have none; of listed values one, or nothing."""
        circuit, closure = self.circuit, version.closure
        for name in version.program.findings:
            for other in (name, *sorted(closure.generals.get(name, ()))):
                yield -circuit.every((said.present[name], said.absent[other]))
            for other in sorted(closure.excluded.get(name, ())):
                yield -circuit.every((said.present[name], said.present[other]))
        for name, finding in version.vocabulary.findings.items():
            values = [f"{name}={value}" for value in finding.values]
            for one in values:
                others = [said.present[other] for other in values if other != one]
                yield circuit.same(said.absent[one], circuit.some(others))

    @cached_property
    def measured(self) -> tuple[Wire, ...]:
        """Each known quantity lies within one cell, as a value does that was measured; a bound may straddle a cut."""
        said, some = self.said, self.circuit.some
        return tuple(some((-said.known[name], start, said.end[name, cut])) for (name, cut), start in said.start.items())

    @cached_property
    def before(self) -> Reading:
        """What the older version makes of it."""
        return self._reading(self.old, "old")

    @cached_property
    def after(self) -> Reading:
        """What the newer version makes of it."""
        return self._reading(self.new, "new")

    def _reading(self, version: Ruleset, name: str) -> Reading:
        """The closure of what was said, as gates."""
        said, circuit, closure = self.said, self.circuit, version.closure
        known = {each: said.known.get(each, FALSE) for each in version.program.quantities}
        present, absent = {}, {}
        for finding in version.program.findings:
            below, above = closure.specifics.get(finding, frozenset()), closure.generals.get(finding, frozenset())
            present[finding] = circuit.some([said.present[other] for other in (finding, *sorted(below))])
            denied = [said.absent[other] for other in (finding, *sorted(above))]
            excluding = [
                said.present[other] for other in version.program.findings if finding in closure.excluded[other]
            ]
            absent[finding] = circuit.every((-present[finding], circuit.some([*denied, *excluding])))
        own = cells_of(version)
        places = [(each, cut) for each in version.program.quantities for cut in own[each].cuts]
        start = {place: said.start.get(place, FALSE) for place in places}
        end = {place: said.end.get(place, FALSE) for place in places}
        return Reading(version, circuit, Patient(name, present, absent, known, start, end, (), ()))


def told(facts: Facts, version: Ruleset) -> Facts:
    """What was said, as this version hears and closes it."""
    findings = {name: there for name, there in facts.findings.items() if name in version.program.slots}
    quantities = {name: ends for name, ends in facts.quantities.items() if name in version.program.slots}
    return Facts(version.closure.close(findings), quantities)
