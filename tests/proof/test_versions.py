"""What is proved of the versions on the shelf, and what is known to fail in the one that may no longer change."""

from __future__ import annotations

import pytest
from tests.proof.here import gates, opened

from fasciculation_rules.proof.account import lines_of
from fasciculation_rules.proof.proving import Outcome, Proved, prove
from fasciculation_rules.proof.question import Theorem
from fasciculation_rules.proof.solver import Verdict
from fasciculation_rules.proof.theorems import all_theorems

KNOWN = {
    "normal-results-alone": ["glucose"],
    "no-clause-is-needless": [
        "escalate-minor-flag-with-age, clause 2.3.2",
        "escalate-third-nerve-or-dissection, clause 2.3.2",
        "support-cervical-myelopathy-cord-signs, clause 2.2.2",
        "support-myasthenia-eye-with-bulbar-or-limb-weakness, clause 2.4",
    ],
    "nitrous-oxide-with-nerve-symptom": ["at_least: same_day"],
    "als-needs-a-sign": ["not_candidate: amyotrophic_lateral_sclerosis"],
}
"""What fails in 0.1.0, which was released before anything was proved; docs/explanation/proofs.md says what it means."""


def told(found: list[Proved], version: str) -> str:
    """Everything that does not hold, as it is printed."""
    return "\n".join(
        line for proved in found if proved.outcome is not Outcome.HOLDS for line in lines_of(proved, opened(version))
    )


def test_every_theorem_holds_of_the_newest_version() -> None:
    found = list(prove(opened("1.1.0")))
    assert told(found, "1.1.0") == ""
    assert len(found) == len(all_theorems())


@pytest.mark.slow
def test_two_solvers_agree_on_the_newest_version() -> None:
    """On all theorems for which the second one is asked: those that want nobody."""
    wanted = [theorem for theorem in all_theorems() if asks_for(theorem) is Verdict.IMPOSSIBLE]
    found = list(prove(opened("1.1.0"), theorems=wanted, second_opinion=True))
    assert told(found, "1.1.0") == ""


def test_what_fails_in_the_first_version_is_what_is_documented() -> None:
    found = {proved.theorem.id: proved for proved in prove(opened("0.1.0"))}
    failing = {
        name: [failure.about for failure in proved.failures] for name, proved in found.items() if proved.failures
    }
    assert failing == KNOWN
    assert {proved.outcome for name, proved in found.items() if name not in KNOWN} == {Outcome.HOLDS}


def asks_for(theorem: Theorem) -> Verdict | None:
    """What the first question of a theorem must have for an answer; None where it asks nothing."""
    first = next(iter(theorem.questions(gates("1.1.0"))), None)
    return first.must_be if first else None


def test_every_theorem_says_something_of_the_newest_version() -> None:
    """One that asks nothing would hold of everything."""
    assert [theorem.id for theorem in all_theorems() if asks_for(theorem) is None] == []
