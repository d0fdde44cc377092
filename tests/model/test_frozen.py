"""What is shared cannot be changed: nothing in an opened ruleset, a case, a profile or an assessment takes an edit."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from pydantic import BaseModel

from fasciculation_rules import Case, Profile, Ruleset, assess
from fasciculation_rules.logic.frozen import FrozenMapping
from fasciculation_rules.shelf.freeze import with_profile

REFUSED = "this mapping is frozen, because others share it; dict(...) makes a copy that can be changed"
LATE = ("escalations", "differentials", "plans", "rank", "urgency")
"""Tables of a ruleset that are worked out when they are first asked for."""

CASE = {"given": {"age": "42 years", "ck": {"value": {"from": "100 U/L", "to": "200 U/L"}, "at": "2026-11-01"}}}


def reached(value: Any, at: str) -> Iterator[tuple[str, Any]]:
    """Everything that can be reached from a value, each with its place."""
    yield at, value
    match value:
        case Mapping():
            parts = {f"[{key!r}]": part for key, part in value.items()}
        case tuple() | list() | set() | frozenset():
            parts = {f"[{index}]": part for index, part in enumerate(value)}
        case BaseModel():
            parts = {f".{name}": part for name, part in vars(value).items()}
        case _ if dataclasses.is_dataclass(value):
            names = [*(field.name for field in dataclasses.fields(value)), *getattr(value, "__dict__", ())]
            parts = {f".{name}": getattr(value, name) for name in dict.fromkeys(names) if name != "memo"}
        case _:
            parts = {}
    for step, part in parts.items():
        yield from reached(part, at + step)


def worked_out(ruleset: Ruleset) -> Ruleset:
    """The same ruleset, with everything in it that is worked out late."""
    for name in LATE:
        assert getattr(ruleset, name)
    assess(Case(), ruleset, engine="compiled")
    return ruleset


def test_nothing_reached_from_an_opened_ruleset_can_be_changed(ruleset: Ruleset) -> None:
    found = {at: type(value) for at, value in reached(worked_out(ruleset), "ruleset")}
    assert len(found) > 5_000
    mutable = {at for at, kind in found.items() if kind in (dict, list, set, bytearray)}
    assert mutable == set()


def test_nothing_reached_from_a_ruleset_under_a_profile_can_be_changed(ruleset: Ruleset) -> None:
    moved = with_profile(ruleset, Profile(name="a site", thresholds={}))
    assert {at for at, value in reached(worked_out(moved), "ruleset") if type(value) in (dict, list, set)} == set()


def test_nothing_reached_from_a_case_a_profile_or_an_assessment_can_be_changed(ruleset: Ruleset) -> None:
    profile = Profile.read({"name": "a site", "thresholds": {"total_b12_low": "200 ng/L"}})
    for value in (Case.read(CASE), Case(), profile, assess(Case.read(CASE), ruleset, engine="compiled")):
        assert {at for at, part in reached(value, "value") if type(part) in (dict, list, set)} == set()


EDITS: dict[str, Callable[[Any], object]] = {
    "set": lambda table: table.__setitem__("a", 2),
    "add": lambda table: table.__setitem__("b", 2),
    "delete": lambda table: table.__delitem__("a"),
    "clear": lambda table: table.clear(),
    "pop": lambda table: table.pop("a"),
    "pop the last": lambda table: table.popitem(),
    "set a default": lambda table: table.setdefault("b", 2),
    "update": lambda table: table.update(b=2),
    "update in place": lambda table: table.__ior__({"b": 2}),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_every_edit_is_refused_and_changes_nothing(edit: Callable[[Any], object]) -> None:
    table = FrozenMapping({"a": 1})
    with pytest.raises(TypeError) as caught:
        edit(table)
    assert str(caught.value) == REFUSED
    assert table == {"a": 1}


def test_making_it_again_changes_nothing() -> None:
    table: FrozenMapping[str, int] = FrozenMapping({"a": 1})
    table.__init__({"b": 2})  # type: ignore[misc]
    assert table == {"a": 1}


def test_the_rules_of_an_opened_ruleset_cannot_be_cleared(ruleset: Ruleset) -> None:
    for table in (ruleset.rules, ruleset.cases, ruleset.thresholds, ruleset.vocabulary.findings, ruleset.program.rules):
        with pytest.raises(TypeError, match="this mapping is frozen"):
            table.clear()  # type: ignore[attr-defined]


def test_a_case_takes_no_further_statement_and_its_message_says_nothing_of_it() -> None:
    case = Case.read(CASE)
    with pytest.raises(TypeError) as caught:
        case.given["weakness"] = "present"  # type: ignore[index]
    assert str(caught.value) == REFUSED
    assert list(case.given) == ["age", "ck"]


def test_what_is_given_to_a_case_may_change_later_and_the_case_does_not() -> None:
    given = {"age": "42 years"}
    case = Case.read({"given": given})
    given["weakness"] = "present"
    assert list(case.given) == ["age"]


def test_equal_cases_are_one_member_of_a_set() -> None:
    one, same = Case.of(age="42 years", cramps="present"), Case.of(cramps="present", age="42 years")
    assert one == same
    assert len({one, same, Case.read(CASE), Case()}) == 3


def test_a_mapping_of_what_cannot_be_hashed_cannot_be_hashed() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(FrozenMapping({"a": []}))


COPIES: dict[str, Callable[[Any], Any]] = {
    "pickle": lambda value: pickle.loads(pickle.dumps(value)),
    "copy": copy.copy,
    "deep copy": copy.deepcopy,
}


@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES)
def test_a_copy_is_equal_and_frozen(copied: Callable[[Any], Any], ruleset: Ruleset) -> None:
    for value in (Case.read(CASE), Profile(name="a site", thresholds={"a": "1"}), FrozenMapping({"a": (1,)})):
        assert copied(value) == value
        assert hash(copied(value)) == hash(value)
        assert json.dumps(_plain(copied(value))) == json.dumps(_plain(value))
    again = copied(ruleset)
    assert {at for at, part in reached(again, "ruleset") if type(part) in (dict, list, set)} == set()
    assert again.rules == ruleset.rules
    assert again.program == ruleset.program


def _plain(value: Any) -> Any:
    return value.model_dump(mode="json") if isinstance(value, BaseModel) else value


def test_a_copy_that_can_be_changed_is_a_dict() -> None:
    table = FrozenMapping({"a": 1})
    for free in (dict(table), {**table}, table | {}, {} | table, table.copy()):
        assert type(free) is dict
        assert free == table
    assert repr(table) == "{'a': 1}"


def test_what_is_written_out_is_a_plain_mapping() -> None:
    case = Case.read(CASE)
    assert type(case.model_dump()["given"]) is dict
    assert Case.model_validate_json(case.model_dump_json(by_alias=True)) == case
    assert case.model_dump_json(by_alias=True, exclude_defaults=True) == (
        '{"given":{"age":{"value":"42 years"},"ck":{"value":{"from":"100 U/L","to":"200 U/L"},"at":"2026-11-01"}}}'
    )
