"""What theorems are about: one ruleset as gates, a patient, and the same patient with more known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from fasciculation_rules.logic.condition import Condition, names
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.proof.cells import Cells, cells_of
from fasciculation_rules.proof.circuit import FALSE, Circuit, Wire
from fasciculation_rules.proof.patient import new_patient
from fasciculation_rules.proof.reading import Reading

_TIMES = ("d", "a")
"""The units of durations and of age."""


@dataclass(frozen=True)
class Subject:
    """A ruleset under proof. `more` are conditions beyond its own, whose cut points matter too."""

    ruleset: Ruleset
    more: tuple[Condition, ...] = ()
    circuit: Circuit = field(default_factory=Circuit)
    _readings: dict[str, Reading] = field(default_factory=dict)

    @cached_property
    def cells(self) -> Mapping[str, Cells]:
        """The cells of every quantity."""
        return cells_of(self.ruleset, self.more)

    def reading(self, name: str) -> Reading:
        """What the ruleset says of the patient of this name."""
        if name not in self._readings:
            patient = new_patient(name, self.ruleset, self.cells, self.circuit)
            self._readings[name] = Reading(self.ruleset, self.circuit, patient)
        return self._readings[name]

    @cached_property
    def times(self) -> tuple[str, ...]:
        """Age and durations."""
        quantities = self.ruleset.vocabulary.quantities
        return tuple(name for name, quantity in quantities.items() if quantity.unit in _TIMES)

    @property
    def now(self) -> Reading:
        """Any patient."""
        return self.reading("now")

    @property
    def later(self) -> Reading:
        """A second patient: the first, of whom more is known."""
        return self.reading("later")

    def learned(self, kinds: Iterable[Firing]) -> Wire:
        """Whether `later` is `now` with more known, by answers worth these and all that follows from them.

        An implied finding of another kind may become known with them: closure is part of learning.
        """
        wanted = frozenset(kinds)
        return self.answered(name for name, kind in self.ruleset.program.openness.items() if kind in wanted)

    def answered(self, names: Iterable[str]) -> Wire:
        """Whether `later` is `now` with more known, by answers about these and all that follows from them."""
        return self.circuit.every([*self._kept(), *self._no_more(frozenset(names))])

    def _kept(self) -> Iterator[Wire]:
        """What is known stays known."""
        now, later, circuit = self.now.patient, self.later.patient, self.circuit
        for before, after in (
            (now.present, later.present),
            (now.absent, later.absent),
            (now.known, later.known),
        ):
            for name, wire in before.items():
                yield circuit.implies(wire, after[name])
        for ends, ends_after in ((now.start, later.start), (now.end, later.end)):
            for place, wire in ends.items():
                yield circuit.implies(wire, ends_after[place])

    def _no_more(self, asked: frozenset[str]) -> Iterator[Wire]:
        """Of all else, only what follows from an answer about these is new."""
        now, later, circuit, closure = self.now.patient, self.later.patient, self.circuit, self.ruleset.closure
        present_from: dict[str, list[Wire]] = {}
        absent_from: dict[str, list[Wire]] = {}
        for name in [name for name in now.present if name in asked]:
            for general in closure.generals.get(name, ()):
                present_from.setdefault(general, []).append(later.present[name])
            for specific in closure.specifics.get(name, ()):
                absent_from.setdefault(specific, []).append(later.absent[name])
            for other in closure.excluded.get(name, ()):
                absent_from.setdefault(other, []).append(later.present[name])
        for name in now.present:
            if name not in asked:
                yield circuit.some((-later.present[name], now.present[name], *present_from.get(name, ())))
                yield circuit.some((-later.absent[name], now.absent[name], *absent_from.get(name, ())))
        for name in now.known:
            if name not in asked:
                yield circuit.implies(later.known[name], now.known[name])
        for ends, ends_after in ((now.start, later.start), (now.end, later.end)):
            for (name, cut), wire in ends.items():
                if name not in asked:
                    yield circuit.implies(ends_after[name, cut], wire)

    def with_quantity(self, reading: Reading, name: str, first: int, last: int) -> Reading:
        """The same patient, with one quantity known to lie between two counts."""
        patient = reading.patient
        start, end = dict(patient.start), dict(patient.end)
        for cut in self.cells[name].cuts:
            start[name, cut] = -FALSE if first >= cut else FALSE
            end[name, cut] = -FALSE if last < cut else FALSE
        known = {**patient.known, name: -FALSE}
        changed = replace(patient, start=start, end=end, known=known)
        return reading.changed(changed, self._resting_on[name])

    @cached_property
    def _resting_on(self) -> Mapping[str, frozenset[str]]:
        """For each quantity the rules and derived findings that rest on it, through others too."""
        program = self.ruleset.program
        found: dict[str, set[str]] = {name: set() for name in program.quantities}
        below: dict[str, set[str]] = {}
        for name in program.names:  # derived findings come after those they rest on, and rules after all of them
            condition = program.derivations.get(name) or program.rules[name]
            below[name] = set().union(*(below.get(item, {item}) for item in names(condition)))
            for item in below[name] & found.keys():
                found[item].add(name)
        return {name: frozenset(resting) for name, resting in found.items()}

    def group(self, names: Iterable[str]) -> tuple[str, ...]:
        """Those of the names that the vocabulary has, with everything that implies one of them."""
        specifics = self.ruleset.closure.specifics
        known = [name for name in names if name in specifics]
        return tuple(dict.fromkeys(other for name in known for other in (name, *sorted(specifics[name]))))
