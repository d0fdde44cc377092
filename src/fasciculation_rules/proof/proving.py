"""Proves theorems one by one: each question to a solver, on request to a second one, and every patient replayed."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from fasciculation_rules.errors import EngineDisagreementError
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.proof.question import Question, Theorem
from fasciculation_rules.proof.replay import replay
from fasciculation_rules.proof.second_opinion import SecondOpinion
from fasciculation_rules.proof.solver import BUDGET, Sat, Solver, Verdict
from fasciculation_rules.proof.subject import Subject
from fasciculation_rules.proof.theorems import all_theorems
from fasciculation_rules.proof.witness import witnesses


class Outcome(Enum):
    """What became of a theorem."""

    HOLDS = "holds"
    FAILS = "fails"
    UNDECIDED = "not decided"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Failure:
    """One question with the wrong answer, and the smallest patients; none where a patient was looked for in vain."""

    about: str
    patients: tuple[Facts, ...]


@dataclass(frozen=True, slots=True)
class Proved:
    """A theorem, what became of it, over how many questions and in how many seconds."""

    theorem: Theorem
    outcome: Outcome
    questions: int
    seconds: float
    failures: tuple[Failure, ...] = ()


def prove(
    ruleset: Ruleset,
    *,
    theorems: Iterable[Theorem] | None = None,
    second_opinion: bool = False,
    budget: int = BUDGET,
) -> Iterator[Proved]:
    """Each theorem of the library, or those given, in order.

    Raises EngineUnavailableError without the extra `prove`, and EngineDisagreementError where two solvers, or the
    encoding and the engines, differ: then nothing is proved.
    """
    subject = Subject(ruleset)
    for theorem in all_theorems() if theorems is None else theorems:
        yield _proved(theorem, subject, _solvers(subject, second_opinion=second_opinion, budget=budget))


def _solvers(subject: Subject, *, second_opinion: bool, budget: int) -> list[Solver]:
    """New ones for each theorem: what an earlier one was asked is of no use to the next."""
    first = Sat(subject.circuit, budget=budget)
    return [first, SecondOpinion(subject.circuit, subject.ruleset)] if second_opinion else [first]


def _proved(theorem: Theorem, subject: Subject, solvers: list[Solver]) -> Proved:
    start = time.perf_counter()
    asked, failures, undecided = 0, [], False
    held: set[str] = set()
    for question in theorem.questions(subject):
        asked += 1
        for reading in question.patients:
            if reading.patient.name not in held:
                held.add(reading.patient.name)
                for solver in solvers:
                    solver.meet(reading.patient)
        verdict = _verdict(question, solvers)
        if verdict is Verdict.UNDECIDED:
            undecided = True
        elif verdict is not question.must_be:
            failures.append(_failure(question, verdict, subject))
    outcome = Outcome.FAILS if failures else Outcome.UNDECIDED if undecided else Outcome.HOLDS
    return Proved(theorem, outcome if asked else Outcome.SILENT, asked, time.perf_counter() - start, tuple(failures))


def _verdict(question: Question, solvers: list[Solver]) -> Verdict:
    """What all solvers say; not decided where one cannot say."""
    verdicts = {solver.name: solver.ask(question.wires) for solver in solvers}
    said = set(verdicts.values())
    if Verdict.UNDECIDED in said:
        return Verdict.UNDECIDED
    if len(said) > 1:
        told = ", ".join(f"{name}: {verdict.value}" for name, verdict in verdicts.items())
        raise EngineDisagreementError(
            f"the solvers disagree about '{question.about}' ({told}); nothing is proved", differences={}, case=None
        )
    return said.pop()


def _failure(question: Question, verdict: Verdict, subject: Subject) -> Failure:
    if verdict is Verdict.IMPOSSIBLE:
        return Failure(question.about, ())
    found = witnesses(question, subject)
    for facts, reading in zip(found, question.patients, strict=True):
        replay(facts, reading)
    return Failure(question.about, found)
