"""An argument of the wrong kind is answered with one error that says what was found and what was expected."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import pytest

from fasciculation_rules import Case, Profile, assess, explain, open_ruleset
from fasciculation_rules.errors import ArgumentError, FasciculationRulesError

NAMED = "a ruleset is named by a version such as '0.1.0', or is a folder"
WRONG: dict[str, tuple[Callable[[], object], str]] = {
    "a number for a ruleset": (lambda: assess({}, 5), f"{NAMED}; found int"),  # type: ignore[arg-type]
    "bytes for a ruleset": (lambda: assess({}, b"0.1.0"), f"{NAMED}; found bytes"),  # type: ignore[arg-type]
    "a profile for a ruleset": (
        lambda: assess({}, Profile(name="a site", thresholds={})),  # type: ignore[arg-type]
        f"{NAMED}; found Profile",
    ),
    "a number to open": (lambda: open_ruleset(1.0), f"{NAMED}; found float"),  # type: ignore[arg-type]
    "no engine": (
        lambda: assess(Case(), engine=None),  # type: ignore[arg-type]
        "an engine is named by text, such as 'durable'; found None",
    ),
    "a list of engines": (
        lambda: assess(Case(), engine=["durable"]),  # type: ignore[arg-type]
        "an engine is named by text, such as 'durable'; found list",
    ),
    "text for a day": (
        lambda: assess(Case(), on="2026-11-01"),  # type: ignore[arg-type]
        "`on` is a datetime.date, such as datetime.date(2026, 11, 22); found str",
    ),
    "text to explain": (lambda: explain("x"), "what is explained is an Assessment; found str"),  # type: ignore[arg-type]
    "nothing to explain": (lambda: explain(None), "what is explained is an Assessment; found None"),  # type: ignore[arg-type]
}


@pytest.mark.parametrize(("call", "message"), WRONG.values(), ids=WRONG)
def test_an_argument_of_the_wrong_kind_is_refused_in_one_sentence(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        call()
    assert str(caught.value) == message
    assert isinstance(caught.value, FasciculationRulesError)
    assert isinstance(caught.value, TypeError)
    assert caught.value.exit_code == 2
    assert str(pickle.loads(pickle.dumps(caught.value))) == message


def test_an_engine_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(FasciculationRulesError, match="no engine 'durible'; there are reference, compiled, durable"):
        assess(Case(), engine="durible")
