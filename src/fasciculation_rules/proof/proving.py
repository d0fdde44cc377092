"""Proves theorems one by one: each question to a solver, on request to a second one, and every patient replayed."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.proof.claims import resolved
from fasciculation_rules.proof.panel import Panel
from fasciculation_rules.proof.proofs import Proofs
from fasciculation_rules.proof.question import Question, Theorem
from fasciculation_rules.proof.replay import replay
from fasciculation_rules.proof.solver import BUDGET, Verdict
from fasciculation_rules.proof.subject import Subject
from fasciculation_rules.proof.theorems import all_theorems
from fasciculation_rules.proof.witness import witnesses


class Outcome(Enum):
    """What became of a theorem. It is silent where the version has no words for it, or nobody is as it supposes."""

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
    """A theorem, what became of it, over how many questions and in how many seconds; proofs are those written down."""

    theorem: Theorem
    outcome: Outcome
    questions: int
    seconds: float
    failures: tuple[Failure, ...] = ()
    proofs: int = 0


def prove(
    ruleset: Ruleset,
    *,
    theorems: Iterable[Theorem] | None = None,
    second_opinion: bool = False,
    budget: int = BUDGET,
    proofs: Path | None = None,
) -> Iterator[Proved]:
    """Each theorem of the library, or those given, in order; into the folder `proofs` what shows each impossibility.

    Raises EngineUnavailableError without the extra `prove`, and EngineDisagreementError where two solvers, the
    encoding and the engines, or a solver and the checker of its proof differ: then nothing is proved.
    """
    wanted = tuple(all_theorems() if theorems is None else theorems)
    subject = subject_of(ruleset, wanted)
    panel = Panel(subject, second_opinion=second_opinion, budget=budget)
    kept = Proofs(proofs, subject) if proofs is not None else None
    for theorem in wanted:
        yield _proved(theorem, panel, kept)
    if kept is not None:
        kept.end()


def subject_of(ruleset: Ruleset, theorems: Iterable[Theorem] = ()) -> Subject:
    """The ruleset as gates, with the cut points that theorems name beside its own: those of the library, and these."""
    written = (condition for theorem in (*all_theorems(), *theorems) for condition in theorem.conditions)
    found = (resolved(condition, ruleset) for condition in dict.fromkeys(written))
    return Subject(ruleset, tuple(condition for condition in found if condition is not None))


def _proved(theorem: Theorem, panel: Panel, proofs: Proofs | None) -> Proved:
    start = time.perf_counter()
    asked, kept, failures, undecided, of_somebody = 0, 0, [], False, False
    for question in theorem.questions(panel.subject):
        asked += 1
        verdict = panel.verdict(question)
        of_somebody = of_somebody or verdict is not Verdict.IMPOSSIBLE or panel.speaks_of_somebody(question)
        if verdict is Verdict.IMPOSSIBLE and proofs is not None:
            proofs.write(theorem.id, asked, question)
            kept += 1
        if verdict is Verdict.UNDECIDED:
            undecided = True
        elif verdict is not question.must_be:
            failures.append(_failure(question, verdict, panel.subject))
    outcome = Outcome.FAILS if failures else Outcome.UNDECIDED if undecided else Outcome.HOLDS
    seconds = time.perf_counter() - start
    return Proved(theorem, outcome if of_somebody else Outcome.SILENT, asked, seconds, tuple(failures), kept)


def _failure(question: Question, verdict: Verdict, subject: Subject) -> Failure:
    if verdict is Verdict.IMPOSSIBLE:
        return Failure(question.about, ())
    found = witnesses(question, subject)
    for facts, reading in zip(found, question.patients, strict=True):
        replay(facts, reading)
    return Failure(question.about, found)
