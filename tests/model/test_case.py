"""A case is plain text and dates, in a short form or a long one; everything else is refused at its place."""

from __future__ import annotations

import datetime
import pickle
from collections import OrderedDict
from types import MappingProxyType
from typing import Any

import pytest
from pydantic import ValidationError

from fasciculation_rules import Case, CaseError
from fasciculation_rules.model.case import MOST_ITEMS, Given, Span


def problems(data: object) -> list[tuple[str, str, str]]:
    with pytest.raises(CaseError) as caught:
        Case.read(data)
    return [(p.at, p.code, p.message) for p in caught.value.problems]


NOT_HELD = "the value is not one a case can hold"
WRONG_TYPES: dict[str, Any] = {
    "a whole number": 42,
    "a decimal number": 3.5,
    "a number that is none": float("nan"),
    "infinity": float("inf"),
    "a complex number": 3j,
    "true": True,
    "false": False,
    "nothing": None,
    "a list": ["present"],
    "a tuple": ("3.5 mmol/L", "4 mmol/L"),
    "a set": {"present"},
    "bytes": b"present",
    "a date": datetime.date(2026, 11, 1),
    "an object": object(),
}


@pytest.mark.parametrize("value", WRONG_TYPES.values(), ids=WRONG_TYPES)
def test_a_value_of_the_wrong_type_is_refused_at_its_place(value: Any) -> None:
    assert problems({"given": {"weakness": value}}) == [("given.weakness", "bad-value", NOT_HELD)]


@pytest.mark.parametrize("value", WRONG_TYPES.values(), ids=WRONG_TYPES)
def test_a_value_of_the_wrong_type_in_the_long_form_is_refused_at_its_place(value: Any) -> None:
    (found,) = problems({"given": {"weakness": {"value": value}}})
    assert found == ("given.weakness.value", "bad-value", NOT_HELD)


@pytest.mark.parametrize("value", [*WRONG_TYPES.values(), "text"], ids=[*WRONG_TYPES, "text"])
def test_given_is_a_mapping(value: Any) -> None:
    assert problems({"given": value}) == [("given", "bad-value", "expected a mapping")]


@pytest.mark.parametrize("data", [None, "present", 42, ["weakness"], [("given", {})], Case], ids=repr)
def test_a_case_is_a_mapping(data: Any) -> None:
    assert problems(data) == [("", "bad-value", "expected a mapping")]


@pytest.mark.parametrize("key", ["given", "format", "label"])
def test_nothing_in_place_of_a_part_is_refused(key: str) -> None:
    assert [(at, code) for at, code, _ in problems({key: None})] == [(key, "bad-value")]


def test_a_case_may_be_any_mapping_of_mappings() -> None:
    said = MappingProxyType({"given": OrderedDict(weakness=MappingProxyType({"value": "present"}))})
    assert Case.read(said) == Case.of(weakness="present")


def test_a_case_is_read_only_once() -> None:
    case = Case.of(age="42 years")
    assert Case.read(case) is case


def test_the_short_form_and_the_long_one_are_the_same_statement() -> None:
    short = Case.of(weakness="present", potassium={"from": "3 mmol/L", "to": "4 mmol/L"})
    long = Case.of(weakness={"value": "present"}, potassium={"value": {"from": "3 mmol/L", "to": "4 mmol/L"}})
    assert short == long
    assert long.given["potassium"].value == Span(low="3 mmol/L", high="4 mmol/L")
    assert Case.of(potassium=Span(low="3 mmol/L", high="4 mmol/L"), weakness=Given(value="present")) == short


def test_every_problem_is_named_at_once() -> None:
    said = {
        "format": 7,
        "label": ["a"],
        "patient": "b",
        "given": {
            "weakness": 1,
            "cramps": {"value": "present", "at": "soon", "unit": "x"},
            "potassium": {"from": "3 mmol/L"},
            "albumin": {"value": "40 g/L", "reference": {"from": "35 g/L", "to": 50}},
        },
    }
    assert problems(said) == [
        ("format", "bad-value", "expected 1"),
        ("given.albumin.reference.to", "bad-value", NOT_HELD),
        ("given.cramps.at", "bad-value", "expected a date, YYYY-MM-DD"),
        ("given.cramps.unit", "unknown-key", "unknown key 'unit'"),
        ("given.potassium.value.to", "missing-key", "'to' is missing"),
        ("given.weakness", "bad-value", NOT_HELD),
        ("label", "bad-value", "expected text"),
        ("patient", "unknown-key", "unknown key 'patient'"),
    ]


def test_a_hint_names_the_keys_of_the_level_where_the_key_stands() -> None:
    with pytest.raises(CaseError) as caught:
        Case.read({"gven": {}, "given": {"weakness": {"value": "present", "sorce": "letter"}}})
    hints = {p.at: p.hint for p in caught.value.problems}
    assert hints == {"given.weakness.sorce": "did you mean 'source'?", "gven": "did you mean 'given'?"}


DATES = [
    "2026-11-01",
    "2026-11-01T13:05:00",
    "2026-11-01 13:05",
    "2026-11-01T13:05:00Z",
    "2026-11-01T13:05:00.123+01:00",
]


@pytest.mark.parametrize("text", DATES)
def test_a_date_may_have_a_time_and_only_its_day_counts(text: str) -> None:
    assert Case.of(weakness={"value": "present", "at": text}).given["weakness"].at == datetime.date(2026, 11, 1)


def test_a_date_may_be_one_of_python() -> None:
    for day in (datetime.date(2026, 11, 1), datetime.datetime(2026, 11, 1, 13, 5, tzinfo=datetime.UTC)):
        assert Case.of(weakness={"value": "present", "at": day}).given["weakness"].at == datetime.date(2026, 11, 1)


NOT_DATES = ["", "today", "1", "86400", "20261101", "2026-11", "2026", "2026-W44-7", "01.11.2026", "11/01/2026"]
NOT_DATES += [
    "2026-11-31",
    "2026-11-01T25:00",
    "2026-11-01 in the evening",
    "2026-11-01T",
    " 2026-11-01",
    "-2026-11-01",
]


@pytest.mark.parametrize("text", NOT_DATES)
def test_what_is_no_date_is_refused(text: str) -> None:
    said = {"given": {"weakness": {"value": "present", "at": text}}}
    assert problems(said) == [("given.weakness.at", "bad-value", "expected a date, YYYY-MM-DD")]


@pytest.mark.parametrize("number", [0, 86400, 1.5, True])
def test_a_number_is_no_date(number: Any) -> None:
    said = {"given": {"weakness": {"value": "present", "at": number}}}
    assert problems(said) == [("given.weakness.at", "bad-value", "expected a date, YYYY-MM-DD")]


def test_a_case_has_as_many_items_as_it_may_and_no_more() -> None:
    items = {f"finding_{number}": "present" for number in range(MOST_ITEMS)}
    assert len(Case.read({"given": items}).given) == MOST_ITEMS
    assert problems({"given": {**items, "one_more": "present"}}) == [
        ("given", "bad-value", "a case has at most 1000 items")
    ]


def test_a_name_that_looks_like_none_is_counted_and_not_repeated() -> None:
    said = {"given": {"age": "42 years", "Maria S., born 1954": 1, "weakness": {"value": "present", "seen by me": 1}}}
    assert problems(said) == [
        ("given.weakness", "unknown-key", "a key is not known here"),
        ("given[1]", "bad-value", NOT_HELD),
    ]


def test_a_case_is_frozen_and_closed() -> None:
    case = Case.of(age="42 years")
    with pytest.raises(ValidationError, match="frozen"):
        case.label = "b"  # type: ignore[misc]
    with pytest.raises(ValidationError, match="Extra inputs"):
        Case(patient="b")  # type: ignore[call-arg]


def test_an_error_survives_being_sent_to_another_process_with_its_case() -> None:
    with pytest.raises(CaseError) as caught:
        Case.read({"given": {"weakness": 1}})
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.problems, again.case) == (
        str(caught.value),
        caught.value.problems,
        {"given": {"weakness": 1}},
    )


def test_a_format_may_be_a_number_or_its_text() -> None:
    assert {Case.read({"format": one}).format for one in (1, "1")} == {1}
    for other in (2, "2", "one", 1.5, True, [1]):
        assert problems({"format": other}) == [("format", "bad-value", "expected 1")]
