"""Who decides a question: somebody known already, then a solver, and on request a second one."""

from __future__ import annotations

from dataclasses import replace

from fasciculation_rules.errors import EngineDisagreementError
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.proof.circuit import holds
from fasciculation_rules.proof.crowd import Crowd
from fasciculation_rules.proof.patient import to_facts, to_inputs
from fasciculation_rules.proof.question import Question
from fasciculation_rules.proof.replay import is_closed
from fasciculation_rules.proof.second_opinion import SecondOpinion
from fasciculation_rules.proof.solver import BUDGET, Sat, Solver, Verdict
from fasciculation_rules.proof.subject import Subject


class Panel:
    """Everybody who is asked about one ruleset.

    A question that wants a patient is decided by one: a known one, or one whom the first solver finds and for whom the
    gates are then worked out. Every other question is put to all solvers, and all have to give the same answer.
    """

    def __init__(self, subject: Subject, *, second_opinion: bool = False, budget: int = BUDGET) -> None:
        self.subject, self._second, self._budget = subject, second_opinion, budget
        self._crowd = Crowd(subject)
        self._solvers: dict[tuple[str, ...], list[Solver]] = {}

    def verdict(self, question: Question) -> Verdict:
        """What is said of a question; not decided where one who is asked cannot say.

        Raises EngineDisagreementError where two say different things.
        """
        wants_one = question.must_be is Verdict.POSSIBLE
        if wants_one and self._crowd.has(question.wires):
            return Verdict.POSSIBLE
        first, *others = self.solvers(question)
        verdicts = {first.name: first.ask(question.wires)}
        if wants_one and verdicts[first.name] is Verdict.POSSIBLE:
            self._crowd.add(self._found(question, first))
            return Verdict.POSSIBLE
        verdicts |= {solver.name: solver.ask(question.wires) for solver in others}
        said = set(verdicts.values())
        if Verdict.UNDECIDED in said:
            return Verdict.UNDECIDED
        if len(said) > 1:
            raise _disagreement(question, ", ".join(f"{name}: {each.value}" for name, each in verdicts.items()))
        return said.pop()

    def speaks_of_somebody(self, question: Question) -> bool:
        """Whether anybody is as a question supposes."""
        supposed = replace(question, wires=question.supposed, must_be=Verdict.POSSIBLE)
        return not question.supposed or self.verdict(supposed) is not Verdict.IMPOSSIBLE

    def solvers(self, question: Question) -> list[Solver]:
        """Those who have met the patients of a question, and nobody else: what holds of others would only delay."""
        patients = {reading.patient.name: reading.patient for reading in question.patients}
        names = tuple(sorted(patients))
        if names not in self._solvers:
            circuit = self.subject.circuit
            found: list[Solver] = [Sat(circuit, budget=self._budget)]
            if self._second:
                found.append(SecondOpinion(circuit, self.subject.ruleset))
            for solver in found:
                for patient in patients.values():
                    solver.meet(patient)
            self._solvers[names] = found
        return self._solvers[names]

    def _found(self, question: Question, solver: Solver) -> Facts:
        """The patient whom a solver found, looked at again: a closed case, of whom the gates say what it did."""
        subject, patient = self.subject, self.subject.now.patient
        facts = to_facts(solver.inputs(), patient, subject.cells)
        values = subject.circuit.values(to_inputs(facts, patient), question.wires)
        if not is_closed(facts, subject.ruleset) or not all(holds(wire, values) for wire in question.wires):
            raise _disagreement(question, f"{solver.name} found a patient of whom it is not true")
        return facts


def _disagreement(question: Question, told: str) -> EngineDisagreementError:
    return EngineDisagreementError(
        f"the solvers disagree about '{question.about}' ({told}); nothing is proved", differences={}, case=None
    )
