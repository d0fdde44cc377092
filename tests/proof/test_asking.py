"""What to ask, held to a solver that knows every way to answer: nothing less would do, and nothing can be left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from random import Random

import pytest
from hypothesis import given, settings
from tests.proof.answers import Answers
from tests.proof.people import contradictory, facts_of, nearly_settled, opened
from tests.proof.test_supports import DISCHARGED, standing_of
from tests.strategies import cases

from fasciculation_rules import Case, Ruleset
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.model.assessment import Disposition
from fasciculation_rules.proof.asking import AT_MOST, asking
from fasciculation_rules.proof.otherwise import decided

VERSIONS = ["mini", "0.1.0", "1.1.0"]
KINDS = {"sparse": cases, "nearly settled": nearly_settled, "contradictory": contradictory}
FEW = 8
"""Members of a long list that are left out, one at a time."""

EXAMPLES = {"mini": 60, "0.1.0": 25, "1.1.0": 12}

everyone = pytest.mark.parametrize(("version", "kind"), [(version, kind) for version in VERSIONS for kind in KINDS])


@cache
def answers_to(version: str) -> Answers:
    """The oracle, made once for a version."""
    return Answers(opened(version))


@pytest.fixture(autouse=True, scope="module")
def _ended() -> object:
    yield
    for version in VERSIONS:
        answers_to(version).end()
    answers_to.cache_clear()


def on(version: str, kind: str, *checks: Callable[[Facts, Answers], None]) -> None:
    """Runs checks on one kind of people."""
    ruleset = opened(version)

    @settings(max_examples=EXAMPLES[version] * settings().max_examples // 100)
    @given(KINDS[kind](ruleset))
    def run(case: Case) -> None:
        for check in checks:
            check(facts_of(case, ruleset), answers_to(version))

    run()


def shown_of(facts: Facts, ruleset: Ruleset) -> Disposition:
    return decided(facts, ruleset)[1]


def some_of(names: Sequence[str]) -> Sequence[str]:
    return Random(len(names)).sample(names, min(FEW, len(names)))


# ---------------------------------------------------------------- what could change


@everyone
def test_answers_to_these_questions_and_to_no_fewer_change_what_is_shown(version: str, kind: str) -> None:
    on(version, kind, answers_change_it, fewer_change_nothing)


def answers_change_it(facts: Facts, answers: Answers) -> None:
    found = asking(facts, answers.ruleset)
    assert (found.to is None) == (not found.change)
    if found.to is not None:
        others = [-wire for name, wire in answers.asked.items() if name not in found.change]
        later = answers.possible([*answers.known(facts), *others, answers.shows(found.to)])
        assert later is not None
        assert shown_of(later, answers.ruleset).rung == found.to != shown_of(facts, answers.ruleset).rung


def fewer_change_nothing(facts: Facts, answers: Answers) -> None:
    change = asking(facts, answers.ruleset).change
    if len(change) != 1:
        otherwise = -answers.shows(shown_of(facts, answers.ruleset).rung)
        fewer = [answers.at_most(len(change) - 1)] if change else []
        assert answers.possible([*answers.known(facts), otherwise, *fewer]) is None


# ---------------------------------------------------------------- what settles


@everyone
def test_these_questions_settle_it_and_none_can_be_left_out(version: str, kind: str) -> None:
    on(version, kind, settled_whatever_the_answers, unsettled_without_any, needed_by_all_that_settles)


def settled_whatever_the_answers(facts: Facts, answers: Answers) -> None:
    settle = asking(facts, answers.ruleset, at_most=1000).settle
    assert settle is not None
    assert (not settle) == shown_of(facts, answers.ruleset).settled
    if settle:
        unsettled = -answers.subject.later.settled
        assert answers.possible([*answers.known(facts), *answers.answered_fully(settle), unsettled]) is None


def unsettled_without_any(facts: Facts, answers: Answers) -> None:
    settle = asking(facts, answers.ruleset, at_most=1000).settle or ()
    for name in some_of(settle):
        rest = [other for other in settle if other != name]
        unsettled = -answers.subject.later.settled
        later = answers.possible([*answers.known(facts), *answers.answered_fully(rest), unsettled])
        assert later is not None, f"{name} can be left out"
        assert not shown_of(later, answers.ruleset).settled


def needed_by_all_that_settles(facts: Facts, answers: Answers) -> None:
    """Whatever else is asked. Only where answers could discharge may another set do."""
    if len(list(standing_of(facts, answers.ruleset).discharges_asked)) == 1:
        for name in some_of(asking(facts, answers.ruleset, at_most=1000).settle or ()):
            left = [-answers.asked[name], *_definite(answers, but=name)]
            assert answers.possible([*answers.known(facts), *left, -answers.subject.later.settled]) is not None


def _definite(answers: Answers, *, but: str) -> list[int]:
    """Every other question is answered."""
    names = [name for name in answers.questions if name != but]
    return [wire for wire in answers.answered_fully(names) if wire != -answers.asked[but]]


# ---------------------------------------------------------------- people one can picture


def test_nobody_is_asked_anything_in_an_emergency(ruleset: Ruleset) -> None:
    facts = facts_of(Case.of(orthopnoea="present", breathing_problem="present", dyspnoea_rest="present"), ruleset)
    assert shown_of(facts, ruleset).rung == "emergency"
    found = asking(facts, ruleset)
    assert (found.change, found.to, found.settle, found.needed) == ((), None, (), 0)


def test_more_than_twenty_questions_are_counted_and_not_listed(ruleset: Ruleset) -> None:
    found = asking(Facts(), ruleset)
    assert found.settle is None
    assert found.needed > AT_MOST
    assert len(asking(Facts(), ruleset, at_most=1000).settle or ()) == found.needed


def test_one_question_is_left_and_it_is_named() -> None:
    ruleset = opened("mini")
    denied = dict.fromkeys(("bulbar_symptoms", "weakness"), "absent")
    case = Case.read({"given": {**denied, "age": "40 years", "twitch_duration": "3 days"}})
    found = asking(facts_of(case, ruleset), ruleset)
    assert (found.settle, found.needed) == (("cramps",), 1)
    assert (found.change, found.to) == (("cramps",), "routine")


def test_an_amount_that_a_limit_divides_is_asked_for_again() -> None:
    ruleset = opened("mini")
    denied = dict.fromkeys(ruleset.vocabulary.screen, "absent")
    case = Case.read({"given": {**denied, "age": "40 years", "twitch_duration": "> 3 weeks"}})
    assert asking(facts_of(case, ruleset), ruleset).settle == ("twitch_duration",)


@pytest.mark.parametrize("version", ["0.1.0", "1.1.0"])
def test_a_symptom_that_would_be_discharged_either_way_is_not_asked_about(version: str) -> None:
    """Examined and well, with tingling: whether it comes back decides nothing, unless something worse is there too."""
    ruleset = opened(version)
    spared = {"muscle_cramp", "dark_urine", *DISCHARGED}
    spared |= {general for name in spared for general in ruleset.closure.generals[name]}
    plain = [name for name, finding in ruleset.vocabulary.findings.items() if not finding.values]
    denied = {name: "absent" for name in plain if name not in spared}
    known = denied | {"sensory_symptoms": "present", "pain_cramp_or_stiffness": "present", "age": "40 years"}
    known |= dict.fromkeys(ruleset.closure.generals["sensory_symptoms"], "present")
    ill = asking(facts_of(Case.read({"given": known}), ruleset), ruleset)
    well = asking(facts_of(Case.read({"given": known | DISCHARGED}), ruleset), ruleset)
    assert set(well.settle or ()) <= set(ill.settle or ())
    assert "dark_urine" in (well.settle or ())


def test_what_is_asked_can_be_asked(ruleset: Ruleset) -> None:
    found = asking(Facts(), ruleset, at_most=1000)
    items = ruleset.vocabulary.items
    assert all(items[name].kind.openness is Firing.OPEN for name in (*found.change, *(found.settle or ())))


def test_questions_and_reasons_come_without_an_order_of_their_own(ruleset: Ruleset) -> None:
    case = Case.of(fasciculation="present", weakness="present")
    one, other = facts_of(case, ruleset), facts_of(case, ruleset)
    turned = Facts(dict(reversed(other.findings.items())), other.quantities)
    assert asking(one, ruleset, at_most=1000) == asking(turned, ruleset, at_most=1000)
