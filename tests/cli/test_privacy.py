"""What is said about a person is never in a message: messages end in logs, on screens and in tickets."""

from __future__ import annotations

import datetime
import json
import traceback
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from fasciculation_rules import Case, CaseError, EngineDisagreementError, assess, explain, open_ruleset
from fasciculation_rules.assessing import firings
from fasciculation_rules.cli.app import run
from fasciculation_rules.logic.program import Answer

MINI = Path(__file__).resolve().parents[1] / "rulesets" / "mini"
RULESET = open_ruleset(MINI)
TODAY = datetime.date(2026, 11, 1)

MARKS = ("Zyxwvut", "4711", "1954", "3.1415")
"""A name, a number, a year of birth and a result: if one of them is printed, the test fails."""

TEXTS = {
    "a value": "given: {weakness: Zyxwvut}",
    "an amount": "given: {potassium: 4711 mmol/L}",
    "a number without a unit": "given: {potassium: 3.1415}",
    "a word where a unit belongs": "given: {potassium: 3.1415 Zyxwvut}",
    "a sentence where a unit belongs": "given: {age: 47 years, called Zyxwvut since 1954}",
    "a sentence where an amount belongs": "given: {potassium: Zyxwvut says it was 4711}",
    "a known unit that measures something else": "given: {potassium: 3.1415 kPa}",
    "a bound": "given: {potassium: '> 4711 mmol/L'}",
    "a span": "given: {potassium: {from: 4711 mmol/L, to: 3.1415 mmol/L}}",
    "the ends of a span": "given: {potassium: {from: Zyxwvut, to: 4711}}",
    "a reference interval": "given: {potassium: {value: 4 mmol/L, reference: {from: 4711 mmol/L, to: 3.1415 mmol/L}}}",
    "a reference interval in words": "given: {potassium: {value: 4 mmol/L, reference: {from: Zyxwvut, to: 1954}}}",
    "a date in the future": "given: {weakness: {value: present, at: 4711-01-01}}",
    "a date that is none": "given: {weakness: {value: present, at: 1954}}",
    "a source that is a list": "given: {weakness: {value: present, source: [Zyxwvut, 4711]}}",
    "a label that is a list": "label: [Zyxwvut, 1954]\ngiven: {}",
    "a label beside a fault": "label: Zyxwvut, born 1954\ngiven: {weekness: present}",
    "a source beside a fault": "given: {weakness: {value: maybe, source: Zyxwvut}}",
    "a key at the top": "Zyxwvut, born 1954: yes\ngiven: {}",
    "a key among the findings": "given: {'Zyxwvut, born 1954': present}",
    "a key in the long form": "given: {weakness: {value: present, seen by Zyxwvut in 1954: yes}}",
    "a key that is given twice": "given: {Zyxwvut 4711: present, Zyxwvut 4711: absent}",
    "a key that is a list": "given: {[Zyxwvut, 4711]: present}",
    "a tag": "given: {weakness: !Zyxwvut present}",
    "an alias": "given: {weakness: &Zyxwvut present, cramps: *Zyxwvut}",
    "an alias of nothing": "given: {weakness: *Zyxwvut}",
    "a handle": "given: {weakness: !Zyxwvut!4711 present}",
    "a directive": "%Zyxwvut 1954\n---\ngiven: {}",
    "an escape in quotes": 'given: {weakness: "Zyxwvut\\q"}',
    "a bracket that is never closed": "given: {weakness: Zyxwvut, potassium: 4711",
    "a quote that is never closed": "given: {weakness: 'Zyxwvut, 4711",
    "a second document": "given: {}\n--- # Zyxwvut\nlabel: Zyxwvut",
    "a list of cases": "- {label: Zyxwvut, given: {age: 4711}}",
    "text alone": "Zyxwvut, 4711, 1954",
    "a contradiction": "given: {dysarthria: {value: present, source: Zyxwvut}, bulbar_symptoms: absent}",
    "a contradicting result": (
        "label: Zyxwvut\n"
        "given: {potassium: 3.1415 mmol/L, basic_bloods_normal: {value: present, at: 2026-10-31, source: Zyxwvut}}"
    ),
}
JSONS = {
    "a bare number": '{"given": {"potassium": 3.1415}}',
    "a number for a finding": '{"given": {"weakness": 4711}}',
    "a list": '{"given": {"weakness": ["Zyxwvut", 4711]}}',
    "a nested mapping": '{"given": {"weakness": {"value": {"name": "Zyxwvut"}}}}',
    "a key": '{"given": {"Zyxwvut, born 1954": "present"}}',
    "a key that is given twice": '{"given": {"Zyxwvut 4711": "present", "Zyxwvut 4711": "absent"}}',
    "text that is cut off": '{"given": {"weakness": "Zyxwvut',
    "a value without quotes": '{"given": {"weakness": Zyxwvut}}',
    "a control character": '{"given": {"weakness": "Zyxwvut\\u0000 4711"}}',
    "half a character": '{"given": {"weakness": "Zyxwvut \\ud800"}}',
    "half a character in a key": '{"given": {"Zyxwvut \\ud800": "present"}}',
    "text alone": '"Zyxwvut, 1954"',
}


def tell_nothing(text: str) -> bool:
    return not any(mark in text for mark in MARKS)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_no_message_about_a_yaml_case_repeats(text: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("case.yaml").write_text(text + "\n", encoding="utf-8")
    assert run(["assess", "case.yaml", "--ruleset", "./mini", "--on", "2026-11-01"]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("error: ")
    assert tell_nothing(shown.err)


@pytest.mark.parametrize("text", JSONS.values(), ids=JSONS)
def test_no_message_about_a_json_case_or_line_repeats(
    text: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("case.json").write_text(text, encoding="utf-8")
    Path("cases.jsonl").write_text(f"{text}\n{text}\n", encoding="utf-8")
    assert run(["assess", "case.json", "--ruleset", "./mini", "--on", "2026-11-01"]) == 2
    assert run(["assess", "cases.jsonl", "--ruleset", "./mini", "--on", "2026-11-01", "--as", "json"]) == 2
    shown = capsys.readouterr()
    assert tell_nothing(shown.out + shown.err)
    assert [json.loads(line)["error"]["problems"] != [] for line in shown.out.splitlines()] == [True, True]


DATA: dict[str, Any] = {
    "a number": {"given": {"potassium": 3.1415}},
    "a number that is not finite": {"given": {"potassium": float("nan")}, "label": "Zyxwvut"},
    "bytes": {"given": {"weakness": b"Zyxwvut"}},
    "an object": {"given": {"weakness": Path("Zyxwvut/4711")}},
    "a set": {"given": {"weakness": {"Zyxwvut"}}},
    "a key that is no text": {"given": {("Zyxwvut", 4711): "present"}},
    "a key that is a number": {"given": {4711: "present"}},
    "a key that is nothing": {"given": {None: "Zyxwvut"}},
    "a date with a time that is none": {"given": {"weakness": {"value": "present", "at": "1954-03-02T99:99"}}},
    "text alone": "Zyxwvut, 4711",
    "nothing": None,
}


@pytest.mark.parametrize("data", DATA.values(), ids=DATA)
def test_no_exception_about_plain_data_repeats_it_and_each_has_it_as_an_attribute(data: Any) -> None:
    with pytest.raises(CaseError) as caught:
        assess(data, RULESET, engine="compiled", on=TODAY)
    error = caught.value
    assert error.case is data
    said = [str(error), repr(error), *map(str, error.args), *traceback.format_exception(error)]
    assert all(map(tell_nothing, said))


def test_a_case_that_is_refused_later_is_an_attribute_too() -> None:
    case = Case.of(potassium="4711 mmol/L")
    with pytest.raises(CaseError) as caught:
        assess(case, RULESET, engine="compiled", on=TODAY)
    assert caught.value.case is case


def test_a_case_that_is_built_by_hand_does_not_print_itself_when_it_is_refused() -> None:
    with pytest.raises(ValidationError) as caught:
        Case(label=["Zyxwvut"], given={"weakness": 4711})  # type: ignore[arg-type, dict-item]
    assert tell_nothing(str(caught.value))


def test_two_engines_that_disagree_name_neither_rules_nor_case(monkeypatch: pytest.MonkeyPatch) -> None:
    class Liar:
        name, version = "reference", "1"

        def answer(self, vector: object) -> Answer:
            return Answer((1 << len(RULESET.program.names)) - 1, 0)

    real = firings.open_engine
    monkeypatch.setattr(
        firings, "open_engine", lambda name, program: Liar() if name == "reference" else real(name, program)
    )
    ruleset = open_ruleset(MINI)
    case = Case.of(potassium={"value": "3.1415 mmol/L", "source": "Zyxwvut"})
    with pytest.raises(EngineDisagreementError) as caught:
        assess(case, ruleset, engine="reference", on=TODAY)
    assert caught.value.case is case
    assert tell_nothing(str(caught.value))
    assert not any(rule in str(caught.value) for rule in ruleset.rules)


def test_neither_label_nor_source_nor_values_enter_an_assessment() -> None:
    said = {
        "label": "Zyxwvut, born 1954",
        "given": {
            "potassium": {"value": "3.1415 mmol/L", "source": "Zyxwvut", "at": "2026-10-31"},
            "weakness": {"value": "present", "source": "Zyxwvut", "at": "1954-03-02"},
        },
    }
    assessment = assess(said, RULESET, engine="compiled", on=TODAY)
    assert tell_nothing(assessment.to_json() + explain(assessment) + str(assessment) + repr(assessment))
    assert [notice.items for notice in assessment.notices if notice.code == "too-old"] == [("weakness",)]


def test_a_contradiction_that_is_settled_is_told_without_what_was_measured() -> None:
    said = {
        "given": {
            "potassium": {"value": "3.1415 mmol/L", "source": "Zyxwvut"},
            "basic_bloods_normal": {"value": "present", "at": "2026-10-31"},
        }
    }
    assessment = assess(said, RULESET, engine="compiled", on=TODAY, reconcile=True)
    assert any(notice.code == "contradiction" for notice in assessment.notices)
    assert tell_nothing(assessment.to_json() + explain(assessment))
