"""From a case to FHIR and back: every finding, quantity, date and denial that FHIR can carry is there again."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.strategies import TODAY, amount, cases

from fasciculation_rules import Case, assess, open_ruleset
from fasciculation_rules.assessing.admit import admit
from fasciculation_rules.exchange.fhir.from_fhir import from_fhir
from fasciculation_rules.exchange.fhir.questionnaire import NO, YES, questionnaire
from fasciculation_rules.exchange.fhir.to_fhir import to_fhir
from fasciculation_rules.exchange.fhir.writing.case import case_to_fhir
from fasciculation_rules.exchange.systems import BASE, UCUM, VALUES
from fasciculation_rules.model.case import Given, Span
from fasciculation_rules.model.quantity import read_amount
from fasciculation_rules.model.units import in_ucum
from fasciculation_rules.model.vocabulary import Quantity

RULESET = open_ruleset("1.0.0")
ITEMS = RULESET.vocabulary.items
AT = datetime.datetime(2026, 11, 1, 17, 40, tzinfo=datetime.UTC)
SUBJECT = "Patient/7f3a"


def back(data: Any) -> Case:
    return from_fhir(json.dumps(data), as_of=AT, time_zone="UTC", ruleset=RULESET, patient=SUBJECT).case


def known(case: Case) -> tuple[object, ...]:
    """What a case says on that day, as the rules see it."""
    admitted = admit(case, RULESET, on=TODAY, reconcile=True)
    return admitted.findings, admitted.quantities, admitted.references


def days(case: Case) -> dict[str, datetime.date]:
    """The date of every statement that counts; what had none is said as of the day of writing."""
    return {
        name: stated.at or TODAY
        for name, stated in case.given.items()
        if stated.value != "unknown" and (stated.at or not ITEMS[name].needs_date)
    }


@st.composite
def dated_cases(draw: st.DrawFn) -> Case:
    """Cases in which statements have dates, and results the reference interval of their report."""
    found: dict[str, Given] = {}
    for name, stated in draw(cases(RULESET)).given.items():
        more: dict[str, object] = {}
        item = ITEMS[name]
        limit = item.horizon.absent if stated.value == "absent" else item.horizon.present
        if stated.at is None and draw(st.booleans()):
            more["at"] = TODAY - datetime.timedelta(days=draw(st.integers(0, 1000 if limit is None else limit)))
        if isinstance(item, Quantity) and name in ("ck", "tsh", "ft4") and draw(st.booleans()):
            low, high = sorted(draw(st.lists(st.integers(1, item.bounds()[1]), min_size=2, max_size=2, unique=True)))
            more["reference"] = Span.model_validate(
                {"from": amount(RULESET, name, low), "to": amount(RULESET, name, high)}
            )
        found[name] = stated.model_copy(update=more)
    return Case(given=found)


@settings(max_examples=60, deadline=None)
@given(dated_cases())
def test_a_case_that_is_written_and_read_again_says_the_same(case: Case) -> None:
    again = back(case_to_fhir(case, RULESET, subject=SUBJECT, at=AT))
    assert known(again) == known(case)
    assert days(again) == days(case)


@settings(max_examples=15, deadline=None)
@given(dated_cases())
def test_an_answer_beside_the_case_adds_nothing_to_what_is_known(case: Case) -> None:
    assessment = assess(case, RULESET, engine="compiled", on=TODAY, reconcile=True)
    again = back(to_fhir(assessment, RULESET, subject=SUBJECT, at=AT, case=case))
    assert known(again) == known(case)
    alone = back(to_fhir(assessment, RULESET, subject=SUBJECT, at=AT))
    assert dict(alone.given) == {}  # what is only thought of, asked for or proposed is never a finding


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("age", "42 years"),
        ("weakness_duration", {"from": "2 weeks", "to": "1 month"}),
        ("tsh", "< 0.01 mU/L"),
        ("glucose", "90 mg/dL"),
        ("hba1c", "6.5 %"),
        ("temperature", "101.3 [degF]"),
        ("urea", "20 mg/dL BUN"),
        ("egfr", ">= 60 mL/min"),
        ("gad7", "12"),
        ("fasciculation", "unknown"),
        ("sex", "female"),
        ("known_mnd", "absent"),
        ("known_mnd", "present"),
    ],
)
def test_every_form_of_a_statement_comes_back(name: str, value: object) -> None:
    case = Case.read({"given": {name: value}})
    assert known(back(case_to_fhir(case, RULESET, subject=SUBJECT, at=AT))) == known(case)


def test_a_summary_without_its_date_gains_none() -> None:
    case = Case.of(neuro_examination_normal="present")
    assert known(back(case_to_fhir(case, RULESET, subject=SUBJECT, at=AT))) == ({}, {}, {})


# ---------------------------------------------------------------- a filled questionnaire


def response(case: Case) -> dict[str, Any]:
    """The answers that somebody who says just this would give, in the order of the interview."""
    form = questionnaire(RULESET, full=True)
    return {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": f"{form['url']}|{form['version']}",
        "status": "completed",
        "subject": {"reference": SUBJECT},
        "authored": AT.isoformat(),
        "item": [{"linkId": group["linkId"], "item": _answers(group, case)} for group in form["item"]],
    }


def _answers(group: dict[str, Any], case: Case) -> list[dict[str, Any]]:
    found = []
    for item in group["item"]:
        name = item["linkId"]
        if name in case.given:
            day = case.given[name].at
            below = [{"linkId": each["linkId"], "answer": [{"valueDate": str(day)}]} for each in item.get("item", [])]
            answer = {**_answer(name, case.given[name]), **({"item": below} if day and below else {})}
            found.append({"linkId": name, "answer": [answer]})
    return found


def _answer(name: str, stated: Given) -> dict[str, Any]:
    if stated.value in ("present", "absent"):
        return {"valueCoding": YES if stated.value == "present" else NO}
    if stated.value in ("male", "female"):
        return {"valueCoding": {"system": VALUES, "code": stated.value}}
    read = read_amount(str(stated.value))
    assert read is not None
    bound = {"comparator": read.comparator} if read.comparator else {}
    return {"valueQuantity": {"value": float(read.number), **bound, "system": UCUM, "code": in_ucum(name, read.unit)}}


@settings(max_examples=30, deadline=None)
@given(cases(RULESET))
def test_answers_to_the_questionnaire_are_read_as_what_they_say(case: Case) -> None:
    given = {
        name: stated
        for name, stated in case.given.items()
        if not isinstance(stated.value, Span) and not getattr(ITEMS[name], "computed", False)
    }
    case = Case(given=given)
    again = back(response(case))
    assert known(again) == known(case)
    assert days(again) == days(case)
    assert response(case)["questionnaire"].startswith(f"{BASE}/Questionnaire/interview|")


def test_a_summary_that_is_answered_without_its_day_is_not_taken_with_that_of_the_form() -> None:
    undated = back(response(Case.of(neuro_examination_normal="present", fasciculation="present")))
    assert set(undated.given) == {"fasciculation"}
    dated = Case.read({"given": {"neuro_examination_normal": {"value": "present", "at": "2026-10-20"}}})
    assert days(back(response(dated))) == {"neuro_examination_normal": datetime.date(2026, 10, 20)}
    ahead = Case.read({"given": {"neuro_examination_normal": {"value": "present", "at": "2026-12-20"}}})
    assert not back(response(ahead)).given
