"""The language of claims: each key says what claims.yaml says of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from tests.proof.defects import defects
from tests.proof.here import opened

from fasciculation_rules import Ruleset
from fasciculation_rules.errors import GrammarError
from fasciculation_rules.logic.condition import All, Compare, Condition, Count, Is, Not
from fasciculation_rules.logic.condition import Any as Any_
from fasciculation_rules.logic.frozen import FrozenMapping
from fasciculation_rules.logic.program import Program
from fasciculation_rules.model.rule import Escalation, Plan
from fasciculation_rules.proof.claims import Claim, read_claims, theorems_from
from fasciculation_rules.proof.proving import Outcome, Proved, prove, subject_of
from fasciculation_rules.proof.question import Theorem
from fasciculation_rules.proof.witness import as_given
from fasciculation_rules.proof.words import Words, spread
from fasciculation_rules.shelf.resolve import Resolver

GROUPS = {"speech": ["dysarthria", "dysphagia"], "complaints": ["speech", "cramps"]}


def proved(claim: dict[str, Any], ruleset: Ruleset) -> Proved:
    """What becomes of one claim."""
    theorems = theorems_from({"groups": GROUPS, "claims": {"a-claim": {"sentence": "A sentence.", **claim}}})
    (found,) = prove(ruleset, theorems=theorems)
    return found


HOLDS = [
    {"some": ["dysarthria"], "then": {"at_least": "urgent_2w"}},
    {"some": [["dysphagia"], ["weakness"]], "then": {"at_least": "urgent_2w"}},
    {"some": ["bulbar_symptoms"], "only": ["bulbar_symptoms"], "none": ["dysarthria"], "then": {"below": "soon_gp"}},
    {"some": ["dysarthria"], "then": {"fires": "escalate-speech", "candidate": "motor_neurone_disease"}},
    {"none": ["dysarthria"], "then": {"not_candidate": "motor_neurone_disease"}},
    {"only": [], "then": {"not_candidate": "any", "below": "routine"}},
    {"only": ["age"], "then": {"below": "routine"}},
    {"only": ["times"], "then": {"below": "soon_gp"}},
    {"when": "potassium < 2.5 mmol/L", "then": {"at_least": "emergency", "referred": "somewhere"}},
    {"when": "potassium < 2.4 mmol/L", "then": {"at_least": "emergency"}},
    {"when": "potassium >= 2.5 mmol/L", "unless": "calcium_adjusted < 1.9 mmol/L", "then": {"below": "emergency"}},
    {"unknown": ["screen"], "then": {"shows": "routine", "no_self_care_advice": "all"}},
    {"reached": "soon_gp", "then": {"at_least": ["routine", "soon_gp"], "shows": "soon_gp"}},
    {"some": ["ace_inhibitor_use"], "then": {"no_advice": "potassium_rich_food"}},
    {"some": ["complaints"], "none": ["speech"], "then": {"fires": "escalate-cramps"}},
    {"some": ["dysarthria"], "then": {"never_lowered_by": "anything"}},
    {"then": {"never_lowered_by": ["potassium", "babinski"]}},
    {"then": {"urgent_rules_unchanged_by": ["family twitch", "ace_inhibitor_use"]}},
    {
        "some": ["red flags"],
        "asked": "everything",
        "only": ["weakness", "sex", "age"],
        "told": ["age"],
        "then": {"shows": "routine"},
    },
]
FAILS: list[tuple[dict[str, Any], str, list[dict[str, object]]]] = [
    ({"some": ["dysphagia"], "then": {"at_least": "urgent_2w"}}, "at_least: urgent_2w", [{"dysphagia": "present"}]),
    (
        {"some": [["dysphagia"], ["cramps"]], "then": {"at_least": "urgent_2w"}},
        "at_least: urgent_2w",
        [{"dysphagia": "present", "cramps": "present"}],
    ),
    ({"then": {"shows_below": "soon_gp"}}, "shows_below: soon_gp", [{}]),
    ({"only": ["complaints"], "then": {"below": "soon_gp"}}, "below: soon_gp", [{"cramps": "present"}]),
    (
        {"when": "potassium < 2.6 mmol/L", "then": {"at_least": "emergency"}},
        "at_least: emergency",
        [{"potassium": {"from": "0.5 mmol/L", "to": "2.59 mmol/L"}}],
    ),
    ({"then": {"never_lowered_by": "anything"}}, "never_lowered_by: anything", [{"cramps": "present"}]),
    ({"then": {"urgent_rules_unchanged_by": "potassium"}}, "urgent_rules_unchanged_by: potassium", [{}]),
    ({"then": {"fires": "plan-emg"}}, "fires: plan-emg", [{}]),
    ({"reached": "routine", "then": {"at_least": ["routine", "soon_gp"]}}, "at_least: soon_gp", []),
]
OF_NOBODY = [
    {"some": ["dysarthria"], "none": ["dysarthria"], "then": {"shows": "emergency"}},
    {"asked": "everything", "only": ["weakness"], "then": {"shows": "emergency"}},
    {"when": "dysarthria is present", "only": ["weakness"], "then": {"shows_below": "self_care"}},
]
"""Everybody is of one sex or the other, so that who was asked everything has one."""

SILENT = [
    {"some": ["foot_drop"], "then": {"at_least": "urgent_2w"}},
    {"some": [["dysarthria"], ["foot_drop"]], "then": {"at_least": "urgent_2w"}},
    {"when": "spo2 < 92 %", "then": {"at_least": "urgent_2w"}},
    {"unless": "foot_drop is present", "then": {"at_least": "urgent_2w"}},
    {"some": ["weakness"], "then": {"candidate": "botulism", "not_candidate": "tetanus", "fires": "no-such-rule"}},
    {"some": ["weakness"], "then": {"no_advice": "quinine", "never_lowered_by": ["spo2", "foot_drop"]}},
]


@pytest.mark.parametrize("claim", HOLDS, ids=str)
def test_a_claim_that_holds(claim: dict[str, Any], mini: Ruleset) -> None:
    found = proved(claim, mini)
    assert (found.outcome, found.failures) == (Outcome.HOLDS, ())


@pytest.mark.parametrize(("claim", "about", "patients"), FAILS, ids=str)
def test_a_claim_that_fails_names_the_smallest_patient(
    claim: dict[str, Any], about: str, patients: list[dict[str, object]], mini: Ruleset
) -> None:
    found = proved(claim, mini)
    assert found.outcome is Outcome.FAILS
    (failure,) = found.failures
    assert failure.about == about
    if patients:
        assert as_given(failure.patients[0], mini) == patients[0]


@pytest.mark.parametrize("claim", SILENT, ids=str)
def test_a_claim_of_which_this_version_has_no_words_says_nothing(claim: dict[str, Any], mini: Ruleset) -> None:
    found = proved(claim, mini)
    assert (found.outcome, found.questions) == (Outcome.SILENT, 0)


@pytest.mark.parametrize("claim", OF_NOBODY, ids=str)
def test_a_claim_that_supposes_what_cannot_be_says_nothing(claim: dict[str, Any], mini: Ruleset) -> None:
    found = proved(claim, mini)
    assert (found.outcome, found.questions, found.failures) == (Outcome.SILENT, 1, ())


def test_a_conclusion_that_there_is_not_is_no_claim(mini: Ruleset) -> None:
    with pytest.raises(AssertionError, match="'cures' is no conclusion"):
        proved({"some": ["weakness"], "then": {"cures": "weakness"}}, mini)


def test_a_condition_that_cannot_be_read_is_no_claim(mini: Ruleset) -> None:
    with pytest.raises(GrammarError):
        proved({"when": "weakness, perhaps", "then": {"below": "routine"}}, mini)


def test_groups_hold_groups_and_each_word_once() -> None:
    assert spread(["complaints", "dysphagia", "age"], GROUPS) == ("dysarthria", "dysphagia", "cramps", "age")


@pytest.mark.parametrize(
    ("word", "findings", "quantities"),
    [
        ("bulbar_symptoms", ("bulbar_symptoms", "dysarthria", "dysphagia"), ()),
        ("red flags", ("bulbar_symptoms", "dysarthria", "dysphagia", "weakness"), ()),
        ("screen", ("bulbar_symptoms", "dysarthria", "dysphagia", "weakness", "cramps"), ()),
        ("times", (), ("age", "twitch_duration")),
        ("family twitch", ("fasciculation", "eyelid_twitch"), ("twitch_duration",)),
        ("sex", ("sex=male", "sex=female"), ()),
        ("potassium", (), ("potassium",)),
        ("foot_drop", (), ()),
    ],
)
def test_words(word: str, findings: tuple[str, ...], quantities: tuple[str, ...], mini: Ruleset) -> None:
    words = Words(subject_of(mini))
    assert words.findings([word]) == findings
    assert words.quantities([word]) == quantities


def test_anything_is_every_item(mini: Ruleset) -> None:
    assert set(Words(subject_of(mini)).items(["anything"])) == {*mini.program.findings, *mini.program.quantities}


# ------------------------------------------------------------ the claims of the library


def test_every_word_of_the_claims_is_one_of_the_newest_version() -> None:
    """A slip of the pen would make a claim say nothing, and nobody would notice."""
    ruleset = opened("1.1.0")
    words, outcomes = Words(subject_of(ruleset)), ruleset.outcomes
    for theorem in read_claims():
        claim: Any = theorem.questions
        said = [*claim.none, *claim.unknown, *claim.told, *(claim.only or ())]
        said += [word for some in claim.some for word in some]
        for kind, of in claim.then.items():
            match kind:
                case "never_lowered_by" | "urgent_rules_unchanged_by":
                    said += of
                case "candidate" | "not_candidate":
                    assert {*of} - {"any"} <= set(outcomes.conditions), theorem.id
                case "no_advice":
                    assert set(of) <= set(outcomes.advice), theorem.id
                case "at_least" | "below" | "shows" | "shows_below":
                    assert set(of) <= set(outcomes.ladder), theorem.id
        assert [word for word in said if not words.items([word])] == [], theorem.id
        resolver = Resolver(ruleset.vocabulary, ruleset.thresholds)
        for condition in theorem.conditions:
            resolver.resolve(condition, theorem.id, lambda problem: pytest.fail(str(problem)))


NEVER = All((Is("weakness", "present"), Is("weakness", "absent")))
Break = Callable[[Ruleset, Claim], Ruleset]


def silenced(ruleset: Ruleset, _: Claim) -> Ruleset:
    """No rule ever fires."""
    return with_conditions(ruleset, dict.fromkeys(ruleset.rules, NEVER))


def turned_round(ruleset: Ruleset, _: Claim) -> Ruleset:
    """Each rule fires where it should not."""
    rules = ruleset.program.rules
    return with_conditions(ruleset, {name: Not(rules[name]) for name in ruleset.rules if name in rules})


def discharged(ruleset: Ruleset, claim: Claim) -> Ruleset:
    """Whatever is learnt of what the claim names discharges every rule."""
    learnt = Any_(learning(ruleset, claim, "never_lowered_by"))
    return with_conditions(with_then(ruleset, Escalation, discharged_by="examined_and_well"), {}, learnt)


def easily_moved(ruleset: Ruleset, claim: Claim) -> Ruleset:
    """Whatever is learnt of what the claim names makes every rule fire."""
    learnt, rules = learning(ruleset, claim, "urgent_rules_unchanged_by"), ruleset.program.rules
    return with_conditions(ruleset, {name: Any_((rules[name], *learnt)) for name in ruleset.escalations})


def heedless(ruleset: Ruleset, _: Claim) -> Ruleset:
    """No advice is withheld from anybody."""
    return with_then(ruleset, Plan, unless_contraindicated=())


def sending_nobody_anywhere(ruleset: Ruleset, _: Claim) -> Ruleset:
    """No rule names a destination."""
    return with_then(ruleset, Escalation, refer=())


def learning(ruleset: Ruleset, claim: Claim, kind: str) -> tuple[Condition, ...]:
    """That an answer is known about what a claim names; about ages and durations where it names everything."""
    said = ["times"] if claim.then[kind] == ("anything",) else claim.then[kind]
    found: list[Condition] = []
    for name in Words(subject_of(ruleset)).items(said):
        if name in ruleset.vocabulary.quantities:
            found.append(Compare(name, ">=", Count(ruleset.vocabulary.quantities[name].bounds()[0])))
        else:
            found += [Is(name, "present"), Is(name, "absent")]
    return tuple(found)


def with_conditions(
    ruleset: Ruleset, conditions: Mapping[str, Condition], discharge: Condition | None = None
) -> Ruleset:
    program = ruleset.program
    rules = {name: conditions.get(name, condition) for name, condition in program.rules.items()}
    derivations = {**program.derivations, **({} if discharge is None else {"examined_and_well": discharge})}
    return replace(ruleset, program=Program(program.findings, program.quantities, program.openness, derivations, rules))


def with_then(ruleset: Ruleset, kind: type[Escalation | Plan], **then: object) -> Ruleset:
    rules = {
        name: rule.model_copy(update={"then": rule.then.model_copy(update=then)}) if isinstance(rule, kind) else rule
        for name, rule in ruleset.rules.items()
    }
    return replace(ruleset, rules=FrozenMapping(rules))


WAYS: Mapping[str, Break] = {
    "never_lowered_by": discharged,
    "urgent_rules_unchanged_by": easily_moved,
    "no_advice": heedless,
    "referred": sending_nobody_anywhere,
}
"""What breaks a conclusion that neither silence nor the wrong place does."""
BY_A_DEFECT = frozenset(defect.data["theorem"] for defect in defects())


@pytest.mark.parametrize("theorem", read_claims(), ids=lambda theorem: theorem.id)
def test_a_claim_can_fail(theorem: Theorem) -> None:
    """By one of the defects, or where rules are silent, fire in the wrong place, or heed nothing."""
    claim = theorem.questions
    assert isinstance(claim, Claim)
    ways = [silenced, turned_round, *(WAYS[kind] for kind in claim.then if kind in WAYS)]
    assert theorem.id in BY_A_DEFECT or any(fails(theorem, broken(opened("1.1.0"), claim)) for broken in ways)


def fails(theorem: Theorem, ruleset: Ruleset) -> bool:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fasciculation_rules.proof.proving._failure", lambda *_: None)  # no patient need be small
        return next(prove(ruleset, theorems=[theorem])).outcome is Outcome.FAILS
