"""Where somebody is sent when no rule says so, who comes first, and what everybody is told whatever is known."""

from __future__ import annotations

import pytest
from hypothesis import given
from tests.strategies import TODAY, cases

from fasciculation_rules import Assessment, Case, assess, explain, open_ruleset

RULESET = open_ruleset("1.1.0")


def of(**given: object) -> Assessment:
    return assess(Case.of(**given), RULESET, engine="compiled", on=TODAY)


def told(assessment: Assessment) -> list[str]:
    return [item.id for item in assessment.plan.safety_net]


def test_whoever_is_not_settled_is_sent_to_the_general_practitioner() -> None:
    assessment = of()
    assert (assessment.disposition.rung, assessment.disposition.refer) == ("soon_gp", ("gp",))
    assert [(item.id, item.rung, item.rules) for item in assessment.plan.referrals] == [("gp", "soon_gp", ())]


def test_a_child_is_sent_to_a_general_practitioner_or_paediatrics() -> None:
    assert of(age="9 years", eyelid_twitch="present").disposition.refer == ("gp", "paediatrics")


def test_a_child_with_a_red_flag_goes_where_its_rule_says() -> None:
    assert "gp" not in of(age="9 years", weakness_sudden="present").disposition.refer


@pytest.mark.parametrize(("finding", "rung"), [("clumsiness", "urgent_2w"), ("weakness_progressive", None)])
def test_the_team_that_knows_the_person_comes_first(finding: str, rung: str | None) -> None:
    disposition = of(known_mnd="present", **{finding: "present"}).disposition
    assert disposition.refer[0] == "own_team"
    assert rung in (None, disposition.rung)


def test_in_an_emergency_the_ambulance_comes_first() -> None:
    disposition = of(known_myasthenia="present", dyspnoea_rest="present").disposition
    assert disposition.rung == "emergency"
    assert disposition.refer[0] != "own_team"


@given(cases(RULESET))
def test_everybody_above_self_care_is_sent_somewhere(case: Case) -> None:
    assessment = assess(case, RULESET, engine="compiled", on=TODAY)
    assert (assessment.disposition.rung == "self_care") or assessment.disposition.refer
    referrals = {item.id for item in (*assessment.plan.referrals, *assessment.plan.afterwards)}
    assert set(assessment.disposition.refer) <= referrals


@given(cases(RULESET))
def test_everybody_is_told_what_to_do_until_seen_or_what_brings_them_back(case: Case) -> None:
    assessment = assess(case, RULESET, engine="compiled", on=TODAY)
    now = RULESET.rank[assessment.disposition.rung] >= RULESET.rank["same_day"]
    assert ("worse_while_waiting" in told(assessment)) == now
    assert ("seek_help_sooner" in told(assessment)) == (not now)


def test_what_everybody_is_told_has_a_reason_and_a_source() -> None:
    sentence = next(s for s in of().explanation if s.rule == "safety-net:seek_help_sooner")
    assert sentence.sentence.startswith("Whoever goes home")
    assert [citation.row for citation in sentence.citations] == ["J-SAFETY-GENERAL"]


def test_a_line_of_the_plan_that_no_rule_asked_for_names_none() -> None:
    text = explain(of())
    assert "Rule: ." not in text
    assert "Rule: safety-net" not in text


# ---------------------------------------------------------------- values that no rule can use


def idle(assessment: Assessment) -> list[tuple[str, tuple[str, ...]]]:
    return [(note.message, note.items) for note in assessment.notices if note.code == "counts-for-nothing"]


def test_a_value_without_the_interval_it_needs_is_pointed_out() -> None:
    needs = "counts only together with the reference interval of the report, so no rule could use it"
    assert idle(of(ft4="30 pmol/L")) == [(f"free thyroxine: the value {needs}", ("ft4",))]


def test_a_value_that_counts_is_not_pointed_out() -> None:
    assert not idle(of(ft4={"value": "30 pmol/L", "reference": {"from": "12 pmol/L", "to": "22 pmol/L"}}))
    assert not idle(of(potassium="4.1 mmol/L", ck="900 U/L", sodium="139 mmol/L", urea="5 mmol/L"))


def test_a_value_that_lacks_another_names_it() -> None:
    found = assess(Case.of(albumin="40 g/L"), open_ruleset("0.1.0"), engine="compiled", on=TODAY)
    assert [items for _, items in idle(found)] == [("albumin", "calcium_total")]


# ---------------------------------------------------------------- what is known is not looked for again


@pytest.mark.parametrize(
    ("disease", "finding", "test"),
    [
        ("known_myasthenia", "ptosis", "achr_antibodies"),
        ("known_mnd", "weakness", "emg"),
        ("known_epilepsy", "seizure", "eeg"),
    ],
)
def test_a_test_that_would_find_what_is_known_is_left_out_with_a_notice(disease: str, finding: str, test: str) -> None:
    def tests(assessment: Assessment) -> set[str]:
        return {item.id for item in (*assessment.plan.tests, *assessment.plan.afterwards)}

    before, after = of(**{finding: "present"}), of(**{finding: "present", disease: "present"})
    assert test in tests(before)
    assert test not in tests(after)
    notices = [note for note in after.notices if note.code == "test-not-again" and note.items == (test, disease)]
    assert len(notices) == 1
    assert "not proposed again, because of" in notices[0].message
