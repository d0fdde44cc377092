"""What was proved, in lines for people and as values for machines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.proof.proofs import Checked
from fasciculation_rules.proof.proving import Failure, Outcome, Proved
from fasciculation_rules.proof.witness import as_given, given


def lines_of(proved: Proved, ruleset: Ruleset) -> Iterator[str]:
    """One line; under a failure what failed, and the smallest patients for whom it does."""
    theorem = proved.theorem
    counted = f"{proved.outcome.value:11} {proved.seconds:6.2f} s {proved.questions:5} questions"
    yield f"{counted}  {theorem.id}: {theorem.sentence}"
    for failure in proved.failures:
        yield f"    {failure.about}"
        yield from (f"        {line}" for line in _patients(failure, ruleset))


def _patients(failure: Failure, ruleset: Ruleset) -> Iterator[str]:
    if not failure.patients:
        yield "there is no such patient"
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
    return {
        "theorem": proved.theorem.id,
        "sentence": proved.theorem.sentence,
        "outcome": proved.outcome.value,
        "questions": proved.questions,
        "failures": [
            {"about": failure.about, "patients": [as_given(facts, ruleset) for facts in failure.patients]}
            for failure in proved.failures
        ],
    }


def summary_of(outcomes: Mapping[Outcome, int], *, second_opinion: bool) -> str:
    """How many theorems hold, fail, are not decided, or say nothing of this version; and who says so."""
    told = "; ".join(f"{_TOLD[outcome]}: {outcomes[outcome]}" for outcome in Outcome if outcomes.get(outcome))
    solvers = "glucose4 and z3 both say so" if second_opinion else "glucose4 says so"
    return (
        f"Theorems: {sum(outcomes.values())}; {told}\n"
        f"Where there must be nobody, {solvers}; where there must be somebody, a patient was found and looked at."
    )


_TOLD = {
    Outcome.HOLDS: "hold",
    Outcome.FAILS: "fail",
    Outcome.UNDECIDED: "not decided",
    Outcome.SILENT: "silent, because this version has not the words",
}


def lines_of_check(checked: Checked) -> Iterator[str]:
    """One line for a theorem's proofs, and one for each that is not as it should be."""
    if checked.good or checked.theorem:
        yield f"{checked.good:5} check  {checked.theorem}"
    yield from (f"    {fault}" for fault in checked.faults)
