"""The interview as a Questionnaire: everything that can be asked, and nothing that an answer has closed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.exchange.valid import faults

from fasciculation_rules import open_ruleset
from fasciculation_rules.assessing.measure import Measure
from fasciculation_rules.cli.app import run
from fasciculation_rules.exchange.fhir.questionnaire import DO_NOT_KNOW, NO, UNIT_OPTION, YES, questionnaire
from fasciculation_rules.exchange.systems import ITEMS
from fasciculation_rules.shelf.locate import shelf_root, versions

Json = dict[str, Any]
RULESET = open_ruleset("1.0.0")
SCREEN, FULL = questionnaire(RULESET), questionnaire(RULESET, full=True)
every_version = pytest.mark.parametrize("version", versions(shelf_root()))
both = pytest.mark.parametrize("form", [SCREEN, FULL], ids=["screen", "interview"])


def questions(form: Json) -> Iterator[Json]:
    for item in form.get("item", []):
        if item["type"] != "group":
            yield item
        yield from questions(item)


def by_link(form: Json) -> dict[str, Json]:
    return {each["linkId"]: each for each in questions(form)}


def enabled(question: Json, answers: dict[str, Json], unanswered_differs: bool) -> bool:
    """What SDC says of `enableWhen`; readers differ on whether a question without an answer differs from a value."""

    def holds(condition: Json) -> bool:
        answer = answers.get(condition["question"])
        if condition["operator"] == "exists":
            return (answer is not None) is condition["answerBoolean"]
        assert condition["operator"] == "!="
        return unanswered_differs if answer is None else answer != condition["answerCoding"]

    conditions = question.get("enableWhen", [])
    assert len(conditions) < 2 or question["enableBehavior"] == "all"
    return all(holds(each) for each in conditions)


@every_version
@pytest.mark.parametrize("full", [False, True])
def test_it_is_valid_fhir(version: str, full: bool) -> None:
    form = questionnaire(open_ruleset(version), full=full)
    assert faults(form) == []
    links = [each["linkId"] for each in questions(form)]
    assert len(links) == len(set(links))
    assert form["experimental"] is True
    assert "not reviewed by a clinician" in form["description"]


def test_the_screen_asks_every_screening_question_in_its_order_with_its_number() -> None:
    asked = [(each["linkId"], each["prefix"]) for each in questions(SCREEN) if "prefix" in each]
    assert asked == [(name, str(number)) for number, name in enumerate(RULESET.vocabulary.screen, start=1)]
    assert {"age", "sex", "fasciculation", "eyelid_twitch"} <= set(by_link(SCREEN))


def test_the_interview_asks_everything_that_can_be_given_and_is_not_worked_out() -> None:
    items = {name for name, item in RULESET.vocabulary.items.items() if not getattr(item, "computed", False)}
    assert {link for link in by_link(FULL) if not link.endswith(".date")} == items


@both
def test_the_name_of_an_item_is_its_link_its_words_are_those_of_the_vocabulary(form: Json) -> None:
    for link, question in by_link(form).items():
        if not link.endswith(".date"):
            assert question["text"] == RULESET.vocabulary.items[link].ask
            assert question["code"][0] == {
                "system": ITEMS, "code": link, "display": RULESET.vocabulary.label(link)
            }  # fmt: skip


@both
def test_every_finding_can_be_answered_yes_no_or_not_known(form: Json) -> None:
    for link, question in by_link(form).items():
        finding = RULESET.vocabulary.findings.get(link)
        if finding is not None:
            options = [each["valueCoding"] for each in question["answerOption"]]
            assert options[-1] == DO_NOT_KNOW
            assert options == [YES, NO, DO_NOT_KNOW] if not finding.values else len(options) == 3


@both
def test_a_question_is_asked_of_only_after_those_that_it_waits_for(form: Json) -> None:
    met: set[str] = set()
    for question in questions(form):
        assert {each["question"] for each in question.get("enableWhen", [])} <= met
        met |= {question["linkId"]}


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_specific_is_asked_only_where_no_general_of_it_is_denied_or_unanswered(data: st.DataObject) -> None:
    asked = by_link(FULL)
    generals = {general for finding in RULESET.vocabulary.findings.values() for general in finding.implies}
    answers = {
        name: answer
        for name in sorted(generals)
        if (answer := data.draw(st.sampled_from([YES, NO, DO_NOT_KNOW, None]), label=name)) is not None
    }
    for name, finding in RULESET.vocabulary.findings.items():
        wanted = all(answers.get(general) in (YES, DO_NOT_KNOW) for general in finding.implies)
        assert enabled(asked[name], answers, True) is wanted
        assert enabled(asked[name], answers, False) is wanted


def test_every_unit_that_is_offered_can_be_given_in_a_case() -> None:
    for name, quantity in RULESET.vocabulary.quantities.items():
        if quantity.computed:
            continue
        units = [e["valueCoding"] for e in by_link(FULL)[name]["extension"] if e["url"] == UNIT_OPTION]
        assert units[0]["code"] == quantity.unit
        assert len({each["code"] for each in units}) == len(units)
        for unit in units:
            read = Measure(name, quantity, name, found := []).ends(f"1 {unit['code']}")
            assert read is not None or [problem.code for problem in found] == ["out-of-range"]


def test_the_range_that_is_shown_is_that_of_the_vocabulary() -> None:
    (least, most) = (
        each["valueQuantity"] for each in by_link(FULL)["twitch_duration"]["extension"] if "valueQuantity" in each
    )
    low, high = RULESET.vocabulary.quantities["twitch_duration"].range
    assert (Fraction(str(least["value"])), Fraction(str(most["value"]))) == (low, high)
    assert (least["code"], most["code"]) == ("d", "d")
    assert not [each for each in by_link(FULL)["glucose"]["extension"] if "valueQuantity" in each]  # mass or moles


RELEASED = {"date": "2026-11-22"}


def test_the_command_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["questionnaire", "1.0.0"]) == 0
    assert json.loads(capsys.readouterr().out) == {**SCREEN, **RELEASED}
    assert run(["questionnaire", "1.0.0", "--full"]) == 0
    assert json.loads(capsys.readouterr().out) == {**FULL, **RELEASED}
    assert run(["questionnaire", "9.9.9"]) == 2
