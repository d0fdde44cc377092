"""From a case to facts: what a vocabulary says of each statement, of its date, and of what contradicts it."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fasciculation_rules import Case, CaseError, open_ruleset
from fasciculation_rules.assessing.admit import Admitted, admit
from fasciculation_rules.assessing.findings import Findings, close

RULESET = open_ruleset(Path(__file__).resolve().parents[1] / "rulesets" / "mini")
TODAY = datetime.date(2026, 11, 1)


def admitted(on: datetime.date | None = TODAY, **given: Any) -> Admitted:
    return admit(Case.of(**given), RULESET, on=on)


def known(on: datetime.date | None = TODAY, reconcile: bool = False, **given: Any) -> Findings:
    case = Case.of(**given)
    return close(admit(case, RULESET, on=on), case, RULESET, reconcile=reconcile)


def refused(**given: Any) -> list[tuple[str, str]]:
    with pytest.raises(CaseError) as caught:
        known(**given)
    return [(p.at, p.code) for p in caught.value.problems]


def notices(found: Findings) -> list[tuple[str, tuple[str, ...]]]:
    return [(notice.code, notice.items) for notice in found.notices]


def test_unknown_is_said_by_leaving_out_or_by_saying_so() -> None:
    assert admitted(weakness="unknown", potassium="unknown", sex="unknown") == admitted() == Admitted()


def test_a_listed_value_excludes_the_others() -> None:
    assert admitted(sex="male").findings == {"sex=male": True, "sex=female": False}


def test_a_record_counts_to_the_last_day_of_its_horizon() -> None:
    last = TODAY - datetime.timedelta(days=90)
    assert admitted(weakness={"value": "present", "at": last}).findings == {"weakness": True}
    before = admitted(weakness={"value": "present", "at": last - datetime.timedelta(days=1)})
    assert before.findings == {}
    assert [(notice.code, notice.items) for notice in before.notices] == [("too-old", ("weakness",))]


def test_what_is_too_old_is_unknown_and_never_absent() -> None:
    old = {"value": "absent", "at": "2020-01-01"}
    assert known(weakness=old).facts.findings == {}


def test_without_a_day_of_assessment_nothing_ages_and_nothing_is_in_the_future() -> None:
    found = admitted(
        None, weakness={"value": "present", "at": "1990-01-01"}, cramps={"value": "absent", "at": "2990-01-01"}
    )
    assert found.findings == {"weakness": True, "cramps": False}


def test_a_day_of_assessment_may_have_a_time() -> None:
    now = datetime.datetime(2026, 11, 1, 8, 0, tzinfo=datetime.UTC)
    assert admitted(now, weakness={"value": "present", "at": "2026-11-01"}).findings == {"weakness": True}


def test_a_record_of_the_day_itself_is_not_in_the_future() -> None:
    assert admitted(weakness={"value": "present", "at": TODAY}).findings == {"weakness": True}
    assert refused(weakness={"value": "present", "at": TODAY + datetime.timedelta(days=1)}) == [
        ("given.weakness", "future-date")
    ]


@pytest.mark.parametrize("value", ["present", "absent"])
def test_a_finding_that_needs_a_date_is_unknown_without_one(value: str) -> None:
    found = known(neuro_examination_normal=value)
    assert found.facts.findings == {}
    assert notices(found) == [("undated", ("neuro_examination_normal",))]


def test_a_finding_that_needs_a_date_is_unknown_without_a_day_of_assessment() -> None:
    found = known(None, neuro_examination_normal={"value": "present", "at": "2026-10-20"})
    assert found.facts.findings == {}
    assert notices(found) == [("undated", ("neuro_examination_normal",))]


def test_an_undated_summary_contradicts_nothing() -> None:
    found = known(neuro_examination_normal="present", hyperreflexia="present")
    assert found.facts.findings == {"hyperreflexia": True, "neuro_examination_normal": False}
    assert notices(found) == [("undated", ("neuro_examination_normal",))]


def test_a_report_that_is_too_old_takes_its_reference_interval_with_it() -> None:
    reference = {"from": "3.5 mmol/L", "to": "5.3 mmol/L"}
    found = admitted(potassium={"value": "4 mmol/L", "at": "2026-10-01", "reference": reference})
    assert (found.quantities, found.references) == ({}, {})


def test_a_result_is_known_with_the_limits_of_its_report() -> None:
    reference = {"from": "3.5 mmol/L", "to": "5.3 meq/L"}
    found = admitted(potassium={"value": "4 mmol/L", "reference": reference})
    low, high = found.references["potassium"]
    assert (found.quantities["potassium"], float(low), float(high)) == ((400, 400), 3.5, 5.3)


# ---------------------------------------------------------------- contradictions

SIGN = {"hyperreflexia": "present", "neuro_examination_normal": {"value": "present", "at": "2026-10-20"}}
RESULT = {"potassium": "3.4 mmol/L", "basic_bloods_normal": {"value": "present", "at": "2026-10-30"}}


def test_contradictions_are_refused_and_all_of_them_named() -> None:
    said = {"dysarthria": "present", "dysphagia": "present", "bulbar_symptoms": "absent", **SIGN, **RESULT}
    assert refused(**said) == [
        ("given.dysarthria", "contradiction"),
        ("given.dysphagia", "contradiction"),
        ("given.hyperreflexia", "contradiction"),
        ("given.potassium", "contradiction"),
    ]


def test_settled_the_specific_presence_wins_over_the_general_denial_each_with_its_own_notice() -> None:
    found = known(reconcile=True, dysarthria="present", dysphagia="present", bulbar_symptoms="absent")
    assert found.facts.findings == {"dysarthria": True, "dysphagia": True, "bulbar_symptoms": True}
    said = [notice.message.partition(" was recorded although ") for notice in found.notices]
    denied = "'a speech or swallowing symptom' was denied; the finding counts as present"
    assert [(name, why) for name, _, why in said] == [("'slurred speech'", denied), ("'difficulty swallowing'", denied)]


def test_settled_a_sign_wins_over_a_summary_that_says_normal() -> None:
    found = known(reconcile=True, **SIGN, babinski="present")
    assert found.facts.findings == {"hyperreflexia": True, "babinski": True, "neuro_examination_normal": False}
    assert notices(found) == [
        ("contradiction", ("babinski", "neuro_examination_normal")),
        ("contradiction", ("hyperreflexia", "neuro_examination_normal")),
    ]
    assert all("the finding counts, the summary does not" in notice.message for notice in found.notices)


def test_settled_a_result_wins_over_a_summary_that_says_normal() -> None:
    found = known(reconcile=True, **RESULT)
    assert (found.facts.findings, found.facts.quantities) == ({}, {"potassium": (340, 340)})


@pytest.mark.parametrize(
    ("potassium", "contradicts"),
    [
        ("3.49 mmol/L", True),
        ("3.5 mmol/L", False),
        ("5.49 mmol/L", False),
        ("5.5 mmol/L", True),
        ("< 3.5 mmol/L", True),
        ("< 3.6 mmol/L", False),
        (">= 5.5 mmol/L", True),
    ],
)
def test_a_result_contradicts_normal_bloods_only_where_all_of_it_is_out_of_range(
    potassium: str, contradicts: bool
) -> None:
    said = {**RESULT, "potassium": potassium}
    if contradicts:
        assert refused(**said) == [("given.potassium", "contradiction")]
    else:
        assert known(**said).facts.findings["basic_bloods_normal"] is True


def test_summaries_that_are_too_old_contradict_nothing() -> None:
    said = {**RESULT, "basic_bloods_normal": {"value": "present", "at": "2020-01-01"}}
    assert known(**said).facts.quantities == {"potassium": (340, 340)}


NAMES = [name for name, finding in RULESET.vocabulary.findings.items() if not finding.values]
SAID = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(["present", "absent"]), max_size=6)


@given(SAID)
def test_what_is_settled_holds_together_and_nothing_present_is_lost_but_summaries(said: dict[str, str]) -> None:
    dated = {name: {"value": value, "at": "2026-10-31"} for name, value in said.items()}
    facts = known(reconcile=True, **dated).facts.findings
    assert RULESET.closure.contradictions(facts) == []
    summaries = {"neuro_examination_normal", "basic_bloods_normal"}
    assert all(facts[name] for name, value in said.items() if value == "present" and name not in summaries)


@given(SAID)
def test_settling_changes_nothing_where_nothing_contradicts(said: dict[str, str]) -> None:
    if not RULESET.closure.contradictions({name: value == "present" for name, value in said.items()}):
        assert known(**said) == known(reconcile=True, **said)


# ---------------------------------------------------------------- computed quantities


def test_adjusted_calcium_is_worked_out_exactly_and_rounded_once() -> None:
    assert known(calcium_total="2.1 mmol/L", albumin="30 g/L").facts.quantities["calcium_adjusted"] == (2300, 2300)
    assert known(calcium_total="2.1 mmol/L", albumin="30.1 g/L").facts.quantities["calcium_adjusted"] == (2298, 2298)


def test_adjusted_calcium_is_unknown_below_25_g_of_albumin_and_without_either_input() -> None:
    for said in (
        {"calcium_total": "2.1 mmol/L"},
        {"albumin": "30 g/L"},
        {"calcium_total": "2.1 mmol/L", "albumin": "24.9 g/L"},
    ):
        assert "calcium_adjusted" not in known(**said).facts.quantities
    assert "calcium_adjusted" in known(calcium_total="2.1 mmol/L", albumin="25 g/L").facts.quantities


def test_a_reported_adjusted_calcium_is_taken_as_reported() -> None:
    said = {"calcium_total": "2.1 mmol/L", "albumin": "30 g/L", "calcium_adjusted": "2.4 mmol/L"}
    assert known(**said).facts.quantities["calcium_adjusted"] == (2400, 2400)


def test_adjusted_calcium_of_intervals_holds_every_pair_of_values() -> None:
    said = {"calcium_total": {"from": "2.0 mmol/L", "to": "2.1 mmol/L"}, "albumin": {"from": "30 g/L", "to": "40 g/L"}}
    assert known(**said).facts.quantities["calcium_adjusted"] == (2000, 2300)
