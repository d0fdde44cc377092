"""Goes through the conditions of a ruleset: which goals its kept patients meet, which nobody can, which are missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.model.kept import Kept
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.proof.kept.closing import Closed, close_gap
from fasciculation_rules.proof.kept.compact import Compact
from fasciculation_rules.proof.kept.computing import worked_out
from fasciculation_rules.proof.kept.gathering import Gathering
from fasciculation_rules.proof.kept.goal import Decided, Goal, asked, decide
from fasciculation_rules.proof.kept.keeping import Fault, Holding, look_at
from fasciculation_rules.proof.kept.making import pointed
from fasciculation_rules.proof.kept.member import Member, members_of
from fasciculation_rules.proof.kept.replaying import Replay
from fasciculation_rules.proof.patient import to_facts
from fasciculation_rules.proof.second_opinion import SecondOpinion
from fasciculation_rules.proof.solver import BUDGET, Solver, Verdict
from fasciculation_rules.proof.subject import Subject
from fasciculation_rules.proof.witness import smallest


@dataclass(frozen=True)
class Survey:
    """The goals of each condition, and everybody who is kept. `kept` are the cases that a solver made before."""

    ruleset: Ruleset
    subject: Subject
    goals: Callable[[str], Iterator[Goal]]
    kept: Sequence[Kept] = ()
    second_opinion: bool = False
    budget: int = BUDGET

    @cached_property
    def _looked_at(self) -> tuple[Holding | Fault, ...]:
        return tuple(look_at(self.kept, self.ruleset))

    @property
    def holding(self) -> tuple[Holding, ...]:
        """The kept cases that hold."""
        return tuple(each for each in self._looked_at if isinstance(each, Holding))

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Those that do not, which count for nothing."""
        return tuple(each for each in self._looked_at if isinstance(each, Fault))

    @cached_property
    def everybody(self) -> Gathering:
        """The patients of examples, of cases, and of the kept cases that hold."""
        members = [*members_of(self.ruleset), *(each.member for each in self.holding)]
        return Gathering(members, self.subject)

    @cached_property
    def _solvers(self) -> tuple[Solver, ...]:
        circuit = self.subject.circuit
        first = Compact(circuit, budget=self.budget)
        found = (first, SecondOpinion(circuit, self.ruleset)) if self.second_opinion else (first,)
        for solver in found:
            solver.meet(self.subject.now.patient)
            solver.hold(worked_out(self.subject))
        return found

    @property
    def solved_by(self) -> str:
        """Who decided what is impossible."""
        return " and ".join(solver.name for solver in self._solvers)

    @cached_property
    def _replay(self) -> Replay:
        return Replay(self.subject.now)

    def decided(self, names: Sequence[str]) -> Iterator[tuple[str, tuple[Decided, ...]]]:
        """The goals of each of these conditions, with what became of them."""
        for name in names:
            yield name, tuple(decide(self.goals(name), self.everybody, self.subject, self._solvers))

    def teller(self, missing: Decided) -> Facts:
        """The smallest patient who meets a missing goal, replayed in the engines."""
        patient, solver = self.subject.now.patient, self._solvers[0]
        wires = ((way, asked(way, self.subject)) for way in missing.open)
        way, wire = next((way, wire) for way, wire in wires if solver.ask([wire]) is Verdict.POSSIBLE)
        values = smallest([wire, *worked_out(self.subject)], [patient], self.subject.circuit)
        facts = pointed(to_facts(values, patient, self.subject.cells), way, self.subject, only_wanted=True)
        self._replay(Gathering([Member("", facts, frozenset())], self.subject))
        return facts

    def close(self, missing: Sequence[Decided], done: Callable[[int], None]) -> Closed:
        """New cases for what is missing; `done` is told how many goals have been looked at."""
        closed = close_gap(missing, self.subject, done)
        self._replay(Gathering([each.member for each in closed.holding], self.subject))
        return closed
