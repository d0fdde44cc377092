"""What an assessment says in FHIR: all of it, valid, a proposal, and never more certain than it is."""

from __future__ import annotations

import copy
import datetime
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.exchange.valid import faults
from tests.strategies import TODAY, cases

from fasciculation_rules import Assessment, Case, CaseError, assess, open_ruleset
from fasciculation_rules.cli.app import run
from fasciculation_rules.errors import ArgumentError
from fasciculation_rules.exchange.fhir.artefacts.making import artefacts
from fasciculation_rules.exchange.fhir.to_fhir import to_fhir
from fasciculation_rules.exchange.fhir.writing.case import case_to_fhir
from fasciculation_rules.exchange.systems import BASE, HPO, ICD10CM, ITEMS, LOINC, RULES, SNOMED
from fasciculation_rules.model.base import read_duration

Json = dict[str, Any]

RULESET = open_ruleset("1.0.0")
AT = datetime.datetime(2026, 11, 1, 17, 40, tzinfo=datetime.timezone(datetime.timedelta(hours=1)))
SUBJECT = "Patient/7f3a"
WEAK = Case.of(age="58 years", fasciculation="present", weakness_progressive="present", weakness_duration="6 weeks")
REVIEW = "not reviewed by a clinician"

ADDRESSES = {f"{each['url']}|{each['version']}" for each in artefacts(RULESET).values()}

some_cases = cases(RULESET)
few = settings(max_examples=25, deadline=None)


def answered(case: Case) -> tuple[Assessment, Json]:
    """The assessment of a case, and both in FHIR."""
    assessment = assess(case, RULESET, engine="compiled", on=TODAY, reconcile=True)
    return assessment, to_fhir(assessment, RULESET, subject=SUBJECT, at=AT, case=case)


def of_type(bundle: Json, *kinds: str) -> list[Json]:
    return [each["resource"] for each in bundle.get("entry", []) if each["resource"]["resourceType"] in kinds]


def only(bundle: Json, kind: str) -> Json:
    (found,) = of_type(bundle, kind)
    return found


def values_of(key: str, value: object) -> Iterator[Any]:
    """Every value under a key, at any depth."""
    if isinstance(value, dict):
        for name, each in value.items():
            if name == key:
                yield each
            yield from values_of(key, each)
    elif isinstance(value, list):
        for each in value:
            yield from values_of(key, each)


def ours(resource: Json) -> str:
    """The code of our own that a request has."""
    code = resource.get("code") or resource["category"][0]
    return next(each["code"] for each in code["coding"] if each["system"].startswith(BASE))


# ---------------------------------------------------------------- the whole


@few
@given(some_cases)
def test_every_answer_is_valid_fhir_with_the_codes_that_its_bindings_require(case: Case) -> None:
    assert faults(answered(case)[1]) == []


def test_a_resource_that_is_not_valid_is_found_out() -> None:
    _, bundle = answered(WEAK)
    for kind, key, value in (
        ("ServiceRequest", "intent", "wish"),
        ("RiskAssessment", "status", "sure"),
        ("GuidanceResponse", "occurrenceDateTime", "yesterday"),
        ("RequestGroup", "colour", "red"),
    ):
        broken = copy.deepcopy(bundle)
        of_type(broken, kind)[0][key] = value
        assert faults(broken) != []


@few
@given(some_cases)
def test_every_reference_leads_to_a_resource_of_the_bundle_or_to_the_subject(case: Case) -> None:
    _, bundle = answered(case)
    urls = [each["fullUrl"] for each in bundle["entry"]]
    assert len(urls) == len(set(urls))
    assert urls == [f"urn:uuid:{each['resource']['id']}" for each in bundle["entry"]]
    sources = {source.url for source in RULESET.references.sources.values()}
    assert set(values_of("reference", bundle)) - sources <= {*urls, SUBJECT}


def test_the_same_answer_has_the_same_bytes_and_another_has_other_ids() -> None:
    assessment, bundle = answered(WEAK)
    again = to_fhir(assessment, RULESET, subject=SUBJECT, at=AT, case=WEAK)
    assert json.dumps(again) == json.dumps(bundle)
    for other in (
        to_fhir(assessment, RULESET, subject="Patient/other", at=AT, case=WEAK),
        to_fhir(assessment, RULESET, subject=SUBJECT, at=AT + datetime.timedelta(seconds=1), case=WEAK),
    ):
        assert {each["fullUrl"] for each in other["entry"]}.isdisjoint(each["fullUrl"] for each in bundle["entry"])


@few
@given(some_cases)
def test_every_resource_of_the_answer_says_that_no_clinician_has_reviewed_it(case: Case) -> None:
    _, bundle = answered(case)
    statements = of_type(bundle, "Observation", "Condition", "Parameters")
    for each in (entry["resource"] for entry in bundle["entry"]):
        assert each in statements or REVIEW in json.dumps(each)


@few
@given(some_cases)
def test_no_probability_no_order_and_no_medicine_is_ever_written(case: Case) -> None:
    _, bundle = answered(case)
    keys = {"probabilityDecimal", "probabilityRange", "relativeRisk"}
    assert not any(list(values_of(key, bundle)) for key in keys)
    assert not of_type(bundle, "MedicationRequest", "Task", "CarePlan", "Communication")
    for each in of_type(bundle, "ServiceRequest", "RequestGroup", "CommunicationRequest"):
        assert each["status"] == "draft"
        assert each.get("intent", "proposal") == "proposal"


@few
@given(some_cases)
def test_every_canonical_of_ours_in_an_answer_leads_to_an_artefact_of_the_same_version(case: Case) -> None:
    _, bundle = answered(case)
    named = {each for key in ("instantiatesCanonical", "protocol") for many in values_of(key, bundle) for each in many}
    named |= set(values_of("moduleCanonical", bundle))
    assert {each.partition("|")[2] for each in named} == {"1.0.0"}
    assert named <= ADDRESSES


# ---------------------------------------------------------------- the guidance


@few
@given(some_cases)
def test_guidance_requires_exactly_what_is_open_while_it_is_not_settled(case: Case) -> None:
    assessment, bundle = answered(case)
    guidance = only(bundle, "GuidanceResponse")
    wanted = [each.item for each in (*assessment.questions, *assessment.examinations, *assessment.tests)]
    required = [each["codeFilter"][0]["code"][0] for each in guidance.get("dataRequirement", [])]
    if assessment.disposition.settled:
        assert (guidance["status"], required) == ("success", [])
    else:
        assert guidance["status"] == "data-required"
        assert [each["code"] for each in required] == wanted
        assert {each["system"] for each in required} <= {ITEMS}
    assert guidance["moduleCanonical"] == f"{BASE}/PlanDefinition/fasciculation|1.0.0"


@few
@given(some_cases)
def test_the_risk_is_the_rung_that_is_shown_and_the_range_is_for_machines(case: Case) -> None:
    assessment, bundle = answered(case)
    shown = assessment.disposition
    (prediction,) = only(bundle, "RiskAssessment")["prediction"]
    assert prediction["qualitativeRisk"]["coding"][0]["code"] == f"urgency.{shown.rung}"
    said = {
        each["name"]: each.get("valueCode", each.get("valueBoolean"))
        for each in only(bundle, "Parameters")["parameter"]
    }
    urgency = assessment.urgency
    assert (said["rung"], said["at-least"], said["at-most"]) == (shown.rung, urgency.at_least, urgency.at_most)
    assert (said["after-examination"], said["after-tests"]) == (urgency.after_examination, urgency.after_tests)
    assert said["settled"] is shown.settled
    assert said.get("entry") is assessment.scope.entry


@few
@given(some_cases)
def test_there_is_an_issue_for_each_red_flag_that_fired_and_for_nothing_else(case: Case) -> None:
    assessment, bundle = answered(case)
    flags = {name for name, rule in RULESET.escalations.items() if rule.class_ == "red_flag"}
    issues = of_type(bundle, "DetectedIssue")
    assert {each["identifier"][0]["value"] for each in issues} == flags & set(assessment.firings.fired)
    assert all(each["identifier"][0]["system"] == RULES and each["evidence"] for each in issues)


# ---------------------------------------------------------------- requests


@few
@given(some_cases)
def test_every_line_of_the_plan_is_one_request_and_one_action_of_the_group(case: Case) -> None:
    assessment, bundle = answered(case)
    plan = assessment.plan
    lines = [*plan.referrals, *plan.tests, *plan.advice, *plan.safety_net, *plan.afterwards]
    group = only(bundle, "RequestGroup")
    written = {f"urn:uuid:{each['id']}": each for each in of_type(bundle, "ServiceRequest", "CommunicationRequest")}
    actions = [each["resource"]["reference"] for each in group.get("action", [])]
    assert sorted(actions) == sorted(written)
    assert [ours(written[each]).split(".")[1] for each in actions] == [line.id for line in lines]


@few
@given(some_cases)
def test_a_request_is_due_when_the_longest_delay_of_its_rung_ends(case: Case) -> None:
    assessment, bundle = answered(case)
    shown = assessment.disposition
    later = {item.id for item in assessment.plan.afterwards}
    whose = {f"test.{item.id}": item.who for item in assessment.plan.tests}
    rungs = {f"destination.{item.id}": item.rung for item in assessment.plan.referrals}
    for each in of_type(bundle, "ServiceRequest"):
        name = ours(each)
        due = each.get("occurrencePeriod", {}).get("end") or each.get("occurrenceDateTime")
        rung = rungs.get(name)
        if name.split(".")[1] in later or whose.get(name) == "specialist":
            assert due is None
            continue
        delay = shown.maximum_delay if rung in (None, shown.rung) else RULESET.urgency[rung].delay
        assert due == (None if delay is None else (AT + read_duration(delay)).isoformat())


# ---------------------------------------------------------------- the differential, and where it comes from


@few
@given(some_cases)
def test_a_disease_that_is_only_thought_of_has_no_code_that_another_system_reads(case: Case) -> None:
    assessment, bundle = answered(case)
    impressions = of_type(bundle, "ClinicalImpression")
    assert bool(impressions) is bool(assessment.differential)
    for each in impressions:
        assert set(values_of("system", each)).isdisjoint({SNOMED, ICD10CM, HPO, LOINC})
        conditions = [found["itemCodeableConcept"]["coding"][0]["code"] for found in each["finding"]]
        assert conditions == [f"condition.{candidate.condition}" for candidate in assessment.differential]


@pytest.mark.parametrize("standing", ["supported", "possible", "opposed", "excluded"])
def test_a_candidate_is_put_in_qualified_words(standing: str) -> None:
    from fasciculation_rules.exchange.fhir.writing.differential import STANDINGS

    words = STANDINGS[standing].format("migraine")
    assert " is migraine" not in words
    assert "rules out" not in words
    assert any(word in words for word in ("may ", "might ", "likely", "considered"))


def test_provenance_names_the_digests_the_case_and_the_software() -> None:
    assessment, bundle = answered(WEAK)
    provenance = only(bundle, "Provenance")
    by = assessment.ruleset
    digests = [each["what"]["identifier"]["value"] for each in provenance["entity"] if "identifier" in each["what"]]
    assert digests == [by.text_digest, by.logic_digest, by.effective_digest]
    said = {f"urn:uuid:{each['id']}" for each in of_type(bundle, "Observation", "Condition")}
    assert {each["what"]["reference"] for each in provenance["entity"] if "reference" in each["what"]} == said
    device = only(bundle, "Device")
    assert provenance["agent"][0]["who"]["reference"] == f"urn:uuid:{device['id']}"
    assert "1.0.0" in [each["value"] for each in device["version"]]
    made = {each["fullUrl"] for each in bundle["entry"]} - said
    made -= {f"urn:uuid:{device['id']}", f"urn:uuid:{provenance['id']}"}
    assert {each["reference"] for each in provenance["target"]} == made


# ---------------------------------------------------------------- the case


@few
@given(some_cases)
def test_every_statement_of_a_case_is_one_resource_and_a_denial_stays_one(case: Case) -> None:
    bundle = case_to_fhir(case, RULESET, subject=SUBJECT, at=AT)
    assert faults(bundle) == []
    written = {each["code"]["coding"][0]["code"]: each for each in of_type(bundle, "Observation", "Condition")}
    assert set(written) == set(case.given)
    for name, stated in case.given.items():
        each = written[name]
        dated = each.get("effectiveDateTime") or each.get("recordedDate") or each.get("issued")
        own_date = RULESET.vocabulary.items[name].needs_date
        assert dated == (stated.at.isoformat() if stated.at else None if own_date else AT.isoformat())
        if stated.value in ("present", "absent"):
            verification = each.get("verificationStatus", {"coding": [{"code": None}]})["coding"][0]["code"]
            said = each.get("valueBoolean", verification == "confirmed")
            assert said is (stated.value == "present")


def test_a_code_of_others_is_written_only_where_it_means_the_same() -> None:
    case = Case.of(
        dysarthria="present", facial_twitch_unilateral="present", glucose="90 mg/dL", ck="300 U/L", tsh="2 mIU/L"
    )
    written = {
        each["code"]["coding"][0]["code"]: [(code["system"], code["code"]) for code in each["code"]["coding"][1:]]
        for each in of_type(case_to_fhir(case, RULESET, subject=SUBJECT, at=AT), "Observation")
    }
    assert (SNOMED, "8011004") in written["dysarthria"]
    assert written["facial_twitch_unilateral"] == []  # its row is hemifacial spasm, which is more than a twitch
    assert written["glucose"] == [(LOINC, "2345-7")]
    moles = only(case_to_fhir(Case.of(glucose="5 mmol/L"), RULESET, subject=SUBJECT, at=AT), "Observation")
    assert len(moles["code"]["coding"]) == 1  # that LOINC code is of a mass


def test_nothing_that_could_name_the_patient_is_added() -> None:
    case = Case.read({"label": "Jane Doe, born 1968", "given": {"age": "58 years", "fasciculation": "present"}})
    assert "Jane" not in json.dumps(answered(case)[1])


# ---------------------------------------------------------------- bad input


def test_an_assessment_by_another_ruleset_and_a_time_without_an_offset_are_refused() -> None:
    assessment = assess(WEAK, RULESET, engine="compiled")
    with pytest.raises(ArgumentError, match="another ruleset"):
        to_fhir(assessment, open_ruleset("0.1.0"), subject=SUBJECT, at=AT)
    with pytest.raises(ArgumentError, match="offset"):
        to_fhir(assessment, RULESET, subject=SUBJECT, at=AT.replace(tzinfo=None))
    with pytest.raises(ArgumentError, match="Patient/123"):
        to_fhir(assessment, RULESET, subject="", at=AT)
    with pytest.raises(CaseError, match="unknown finding 'dysfagia'"):
        case_to_fhir({"given": {"dysfagia": "present"}}, RULESET, subject=SUBJECT, at=AT)


@given(st.sampled_from(["0.1.0", "1.0.0"]))
@settings(max_examples=2, deadline=None)
def test_an_empty_case_is_answered_by_every_version(version: str) -> None:
    ruleset = open_ruleset(version)
    assessment = assess(Case(), ruleset, engine="compiled")
    bundle = to_fhir(assessment, ruleset, subject=SUBJECT, at=AT, case=Case())
    assert faults(bundle) == []
    assert "entry" not in case_to_fhir(Case(), ruleset, subject=SUBJECT, at=AT)


# ---------------------------------------------------------------- the command


def test_the_command_writes_one_bundle_or_one_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = tmp_path / "one.yaml"
    one.write_text("given: {age: 58 years, dysarthria: present}\n")
    options = ["--ruleset", "1.0.0", "--at", "2026-11-22T17:40:00Z"]
    assert run(["to-fhir", str(one), "--subject", "Patient/1", *options]) == 0
    alone = capsys.readouterr()
    assert json.loads(alone.out)["resourceType"] == "Bundle"
    assert alone.err == ""
    (tmp_path / "two.yaml").write_text("given: {dysfagia: present}\n")
    assert run(["to-fhir", str(tmp_path), *options]) == 4
    both = capsys.readouterr()
    assert len(both.out.splitlines()) == 1
    assert "did you mean 'dysphagia'" in both.err
    assert run(["to-fhir", str(tmp_path), "--subject", "Patient/1", *options]) == 2
    assert "names one patient" in capsys.readouterr().err
    assert run(["to-fhir", str(one), "--case-only", *options]) == 0
    kinds = {each["resource"]["resourceType"] for each in json.loads(capsys.readouterr().out)["entry"]}
    assert kinds == {"Observation"}
