"""The patient who is printed is the smallest there is, and opens as the case that she is printed as."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.proof.here import gates, opened, true_of
from tests.proof.test_encoding import FEW, records
from tests.strategies import RECENT, TODAY

from fasciculation_rules.assessing.admit import admit
from fasciculation_rules.assessing.findings import close
from fasciculation_rules.errors import CaseError
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.model.case import Case
from fasciculation_rules.proof.circuit import Wire
from fasciculation_rules.proof.question import Question
from fasciculation_rules.proof.reading import Reading
from fasciculation_rules.proof.replay import is_closed, reading_values
from fasciculation_rules.proof.witness import as_given, interval, witnesses
from fasciculation_rules.proof.witness import given as in_words

SUBJECT = gates("mini")
NOW = SUBJECT.now
ITEMS = [*SUBJECT.ruleset.program.findings, *SUBJECT.ruleset.program.quantities]


def everybody(size: int) -> Iterator[Facts]:
    """Every closed patient of whom this many things are known, quantities a cell each."""
    for names in combinations(ITEMS, size):
        values = [list(SUBJECT.cells[name]) if name in SUBJECT.cells else [True, False] for name in names]
        for said in product(*values):
            known = dict(zip(names, said, strict=True))
            quantities = {name: value for name, value in known.items() if isinstance(value, tuple)}
            facts = Facts({name: value for name, value in known.items() if isinstance(value, bool)}, quantities)
            if is_closed(facts, SUBJECT.ruleset):
                yield facts


QUESTIONS: dict[str, Callable[[Reading], tuple[Wire, ...]]] = {
    "somebody": lambda now: (),
    "an emergency": lambda now: (now.reaches("emergency"),),
    "urgent": lambda now: (now.is_rung("urgent_2w"),),
    "two minor features": lambda now: (now.true("escalate-minors"), -now.reaches("urgent_2w")),
    "benign": lambda now: (now.candidate("benign_fasciculation_syndrome"),),
    "an urgent rule cannot fire": lambda now: (now.false("escalate-upper-motor-neurone-signs"),),
    "nothing to examine": lambda now: (-now.reaches("urgent_2w", Firing.AWAITS_EXAMINATION),),
    "a child with a twitch": lambda now: (now.true("floor-under-16"), now.patient.present["eyelid_twitch"]),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_no_smaller_patient_would_do(question: str) -> None:
    wires = QUESTIONS[question](NOW)
    (found,) = witnesses(Question(question, wires, (NOW,)), SUBJECT)
    assert true_of(found, wires, NOW)
    size = len(found.findings) + len(found.quantities)
    assert size <= 4, "more would take long to try"
    for smaller in range(size):
        assert not [facts for facts in everybody(smaller) if true_of(facts, wires, NOW)], question


def test_of_two_patients_the_second_knows_more() -> None:
    later = SUBJECT.later
    raised = (SUBJECT.learned((Firing.OPEN,)), later.reaches("urgent_2w"), -NOW.reaches("urgent_2w"))
    one, other = witnesses(Question("raised", raised, (NOW, later)), SUBJECT)
    assert (dict(one.findings), dict(one.quantities)) == ({}, {})
    assert dict(other.findings) == {"bulbar_symptoms": True, "dysarthria": True}


# ------------------------------------------------------------ as a case


def opened_again(facts: Facts, version: str) -> Facts | None:
    """The facts of the case that is printed; None where only records could hold it."""
    ruleset = opened(version)
    said = as_given(facts, ruleset)
    dated = {
        name: {"value": value, "at": RECENT}
        for name, value in said.items()
        if ruleset.vocabulary.items[name].needs_date
    }
    case = Case.read({"given": {**said, **dated}})
    try:
        return close(admit(case, ruleset, on=TODAY), case, ruleset, reconcile=False).facts
    except CaseError:
        return None


@pytest.mark.parametrize("version", ["mini", "0.1.0", "1.1.0"])
@settings(FEW)
@given(data=st.data())
def test_a_patient_opens_as_the_case_that_is_printed(version: str, data: st.DataObject) -> None:
    subject = gates(version)
    facts = data.draw(records(version))
    again = opened_again(facts, version)
    if again is None:  # two findings that exclude each other
        excluded = subject.ruleset.closure.excluded
        there = [name for name, present in facts.findings.items() if present]
        assert any(other in excluded[one] for one in there for other in there)
        return
    assert again.findings == facts.findings
    assert facts.quantities.items() <= again.quantities.items()  # what can be worked out is worked out again
    if again.quantities == facts.quantities:
        assert reading_values(again, subject.now) == reading_values(facts, subject.now)


def test_what_follows_from_the_rest_is_not_printed() -> None:
    facts = Facts(
        {"dysarthria": True, "bulbar_symptoms": True, "sex=male": False, "sex=female": True, "weakness": False}
    )
    assert in_words(facts, SUBJECT.ruleset) == {"dysarthria": "present", "sex": "female", "weakness": "absent"}


@pytest.mark.parametrize(
    ("name", "ends", "words", "written"),
    [
        ("potassium", (249, 249), "2.49 mmol/L", "2.49 mmol/L"),
        ("potassium", (50, 249), "up to 2.49 mmol/L", {"from": "0.5 mmol/L", "to": "2.49 mmol/L"}),
        ("potassium", (250, 1500), "2.5 mmol/L or more", {"from": "2.5 mmol/L", "to": "15 mmol/L"}),
        ("potassium", (350, 549), "from 3.5 mmol/L to 5.49 mmol/L", {"from": "3.5 mmol/L", "to": "5.49 mmol/L"}),
        ("age", (0, 130), "any value", {"from": "0 years", "to": "130 years"}),
        ("age", (0, 15), "up to 15 years", {"from": "0 years", "to": "15 years"}),
    ],
)
def test_an_amount_reads_like_one(name: str, ends: tuple[int, int], words: str, written: object) -> None:
    assert interval(name, ends, SUBJECT.ruleset) == words
    assert as_given(Facts({}, {name: ends}), SUBJECT.ruleset) == {name: written}
