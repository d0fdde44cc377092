"""What was proved, in lines for people and as values for machines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.proof.proving import Failure, Outcome, Proved
from fasciculation_rules.proof.witness import given


def lines_of(proved: Proved, ruleset: Ruleset) -> Iterator[str]:
    """One line; under a failure what failed, and the smallest patients for whom it does."""
    theorem = proved.theorem
    counted = f"{proved.outcome.value:11} {proved.seconds:6.2f} s {proved.questions:5} questions"
    yield f"{counted}  {theorem.id}: {theorem.sentence}"
    for failure in proved.failures:
        yield f"    {failure.about}"
        yield from (f"        {line}" for line in _patients(failure, ruleset))


def _patients(failure: Failure, ruleset: Ruleset) -> Iterator[str]:
    before: Mapping[str, str] = {}
    for index, facts in enumerate(failure.patients):
        now = given(facts, ruleset)
        new = {name: value for name, value in now.items() if before.get(name) != value}
        yield "and then also:" if index else "a patient of whom only this is known:"
        yield from (f"    {_named(name, ruleset)}: {value}" for name, value in new.items())
        if not new:
            yield "    nothing"
        before = now


def _named(name: str, ruleset: Ruleset) -> str:
    label = ruleset.vocabulary.label(name)
    return name if label == name else f"{label} ({name})"


def as_json(proved: Proved, ruleset: Ruleset) -> dict[str, object]:
    """The same as plain values; a patient is the `given:` of a case."""

    def patient(facts: Facts) -> dict[str, str]:
        return given(facts, ruleset)

    return {
        "theorem": proved.theorem.id,
        "sentence": proved.theorem.sentence,
        "outcome": proved.outcome.value,
        "questions": proved.questions,
        "failures": [
            {"about": failure.about, "patients": [patient(facts) for facts in failure.patients]}
            for failure in proved.failures
        ],
    }


def summary_of(outcomes: Mapping[Outcome, int], *, second_opinion: bool) -> str:
    """How many theorems hold, fail, are not decided, or say nothing."""
    told = ", ".join(f"{count} {outcome.value}" for outcome, count in outcomes.items())
    solvers = "glucose4 and z3, which agree on every question" if second_opinion else "glucose4"
    return f"{sum(outcomes.values())} theorems: {told}; decided by {solvers}"
