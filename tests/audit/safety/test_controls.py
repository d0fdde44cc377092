"""A control of a hazard is one: without the rule that it names, somebody is decided otherwise, and the test says so."""

from __future__ import annotations

import hashlib

import pytest
from tests.audit.safety.removing import gone, newest, otherwise

from fasciculation_rules.audit.safety.selecting import Selecting
from fasciculation_rules.shelf.safety import read_safety

NAMED = "tests/audit/safety/test_controls.py::test_everybody_who_was_accepted_is_decided_as_accepted"
SELECTING = Selecting(newest())
CONTROLS = {
    f"{hazard.id}, control {number}": (SELECTING.chosen(control.rules), control)
    for hazard in read_safety().hazards.hazards
    for number, control in enumerate(hazard.controls, start=1)
    if control.rules
}
RULES = sorted({rule for rules, _ in CONTROLS.values() for rule in rules})


def test_everybody_who_was_accepted_is_decided_as_accepted() -> None:
    assert list(otherwise(newest())) == []


def test_every_control_that_names_rules_names_the_test_that_fails_without_them() -> None:
    for about, (rules, control) in CONTROLS.items():
        assert rules, about
        assert NAMED in control.tests, about


def sample(rules: tuple[str, ...]) -> list[str]:
    """Two rules, the same ones every time, and not the first ones of the alphabet."""
    return sorted(rules, key=lambda rule: hashlib.sha256(rule.encode()).digest())[:2]


@pytest.mark.parametrize("about", CONTROLS)
def test_without_a_rule_of_a_control_the_named_test_fails(about: str) -> None:
    rules, _ = CONTROLS[about]
    for rule in sample(rules):
        assert next(otherwise(gone(rule), rule), None), f"{about}: nobody misses {rule}"


@pytest.mark.nightly
@pytest.mark.parametrize("rule", RULES)
def test_without_any_rule_of_any_control_the_named_test_fails(rule: str) -> None:
    assert next(otherwise(gone(rule), rule), None), f"nobody misses {rule}"
