"""Every way in which some questions can be answered, as gates for a solver: the oracle of the tests about asking."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.proof.circuit import Wire
from fasciculation_rules.proof.patient import to_facts, to_inputs
from fasciculation_rules.proof.solver import Sat, Verdict
from fasciculation_rules.proof.subject import Subject


@dataclass
class Answers:
    """`now` is a patient, `later` the same one after answers. `asked[item]` is whether its question was asked."""

    ruleset: Ruleset
    subject: Subject = field(init=False)
    solver: Sat = field(init=False)

    def __post_init__(self) -> None:
        self.subject = Subject(self.ruleset)
        self.solver = Sat(self.subject.circuit, growth=10**9)
        self.solver.meet(self.subject.now.patient)
        self.solver.meet(self.subject.later.patient)
        self.solver.hold([*self._findings(), *self._quantities(), *self._no_contradiction()])

    @cached_property
    def questions(self) -> tuple[str, ...]:
        """What can be asked, as the vocabulary names it."""
        items = self.ruleset.vocabulary.items
        return tuple(
            name
            for name, item in items.items()
            if item.kind.openness is Firing.OPEN and not getattr(item, "computed", False)
        )

    @cached_property
    def asked(self) -> Mapping[str, Wire]:
        """An input for each question."""
        return {name: self.subject.circuit.input(("asked", name)) for name in self.questions}

    @cached_property
    def yes(self) -> Mapping[str, Wire]:
        """An input for each finding that may be answered with yes (or with this value)."""
        return self._inputs("yes")

    @cached_property
    def no(self) -> Mapping[str, Wire]:
        """An input for each finding that may be answered with no."""
        return self._inputs("no")

    def _inputs(self, word: str) -> Mapping[str, Wire]:
        names = [name for name in self.ruleset.program.findings if name.partition("=")[0] in self.asked]
        return {name: self.subject.circuit.input((word, name)) for name in names}

    def _findings(self) -> Iterable[Wire]:
        """An answer is given only to what is asked; known is what was known, was answered, or follows."""
        circuit, closure = self.subject.circuit, self.ruleset.closure
        now, later = self.subject.now.patient, self.subject.later.patient
        for name in self.yes:
            asked = self.asked[name.partition("=")[0]]
            yield circuit.implies(self.yes[name], asked)
            yield circuit.implies(self.no[name], asked)
        excluding: dict[str, list[str]] = {}
        for name in now.present:
            for other in closure.excluded.get(name, ()):
                excluding.setdefault(other, []).append(name)
        for name in now.present:
            up = [self.yes[other] for other in (name, *sorted(closure.specifics.get(name, ()))) if other in self.yes]
            down = [self.no[other] for other in (name, *sorted(closure.generals.get(name, ()))) if other in self.no]
            against = [self.yes[other] for other in excluding.get(name, ()) if other in self.yes]
            told = circuit.some([now.present[name], *up])
            yield circuit.same(later.present[name], told)
            denied = circuit.some([now.absent[name], *down, *against])
            yield circuit.same(later.absent[name], circuit.every([denied, -told]))

    def _quantities(self) -> Iterable[Wire]:
        """What is not asked stays as it is; what is asked may only become narrower."""
        circuit = self.subject.circuit
        now, later = self.subject.now.patient, self.subject.later.patient
        for name in now.known:
            yield circuit.implies(now.known[name], later.known[name])
            if name not in self.asked:
                yield circuit.implies(later.known[name], now.known[name])
            else:
                yield circuit.some([-later.known[name], now.known[name], self.asked[name]])
        for ends, after in ((now.start, later.start), (now.end, later.end)):
            for (name, cut), wire in ends.items():
                yield circuit.implies(wire, after[name, cut])
                if name in self.asked:
                    yield circuit.some([-after[name, cut], wire, self.asked[name]])
                else:
                    yield circuit.implies(after[name, cut], wire)

    def _no_contradiction(self) -> Iterable[Wire]:
        """No answer denies what is known or answered otherwise."""
        circuit, closure = self.subject.circuit, self.ruleset.closure
        now, later = self.subject.now.patient, self.subject.later.patient
        for name in self.no:
            yield circuit.implies(self.no[name], later.absent[name])
        for name in self.yes:
            yield circuit.implies(self.yes[name], -now.absent[name])
            for other in closure.excluded.get(name, ()):
                yield circuit.implies(self.yes[name], -later.present[other])

    def known(self, facts: Facts) -> list[Wire]:
        """`now` is like these facts, and nothing more."""
        patient = self.subject.now.patient
        said = to_inputs(facts, patient)
        wires = {*patient.present.values(), *patient.absent.values(), *patient.known.values()}
        wires |= {*patient.start.values(), *patient.end.values()}
        return [wire if said.get(wire) else -wire for wire in sorted(wires) if wire > 1]

    def answered_fully(self, names: Iterable[str]) -> list[Wire]:
        """These and no others are asked, and each has a definite answer."""
        wanted = set(names)
        later, circuit = self.subject.later, self.subject.circuit
        wires = [wire if name in wanted else -wire for name, wire in self.asked.items()]
        for name in wanted:
            finding = self.ruleset.vocabulary.findings.get(name)
            if finding is None:
                wires.append(later.patient.known[name])
                ends = zip(
                    *(
                        [e[name, cut] for cut in self.subject.cells[name].cuts]
                        for e in (later.patient.start, later.patient.end)
                    ),
                    strict=True,
                )
                wires += [circuit.some(pair) for pair in ends]
            else:
                wires += [later.known(one) for one in ([f"{name}={v}" for v in finding.values] or [name])]
        return wires

    def at_most(self, most: int) -> Wire:
        """No more than so many questions are asked."""
        return -self.subject.circuit.at_least(most + 1, list(self.asked.values()))

    def shows(self, rung: str) -> Wire:
        """Whether exactly this rung is shown later."""
        ladder = self.ruleset.outcomes.ladder
        above = ladder[self.ruleset.rank[rung] + 1 :]
        later = self.subject.later
        return self.subject.circuit.every([later.shows(rung), *(-later.shows(next_) for next_ in above[:1])])

    def possible(self, wires: Iterable[Wire]) -> Facts | None:
        """What would be known later, if that can be."""
        verdict = self.solver.ask(list(wires))
        assert verdict is not Verdict.UNDECIDED
        if verdict is Verdict.IMPOSSIBLE:
            return None
        return to_facts(self.solver.inputs(), self.subject.later.patient, self.subject.cells)

    def end(self) -> None:
        """Gives the solver's memory back while its library is still there."""
        self.solver._solver.delete()
