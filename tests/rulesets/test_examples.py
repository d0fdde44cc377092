"""The examples beside the rules and the kept cases, on every engine; and what every rule of a release must have."""

from __future__ import annotations

import pytest

from fasciculation_rules import Ruleset
from fasciculation_rules.authoring.examples import run_examples
from fasciculation_rules.authoring.lint import lint
from fasciculation_rules.engines import ENGINES


@pytest.mark.parametrize("engine", ENGINES)
def test_every_example_and_case_holds(ruleset: Ruleset, engine: str) -> None:
    outcomes = list(run_examples(ruleset, [engine]))
    assert len(outcomes) > 1000
    assert [outcome for outcome in outcomes if outcome.fault] == []


def test_lint_finds_items_that_no_rule_uses_yet_and_what_is_older_than_its_check(ruleset: Ruleset) -> None:
    """0.1.0 is history: what later checks find in it stays."""
    later = {"unused-item", "undeclared-use", "critical-unmarked", "critical-sideless", "unread-derivation"}
    assert {problem.code for _, problem in lint(ruleset)} <= later


def test_every_rule_has_evidence_a_reason_a_review_and_three_kinds_of_example(ruleset: Ruleset) -> None:
    for rule in ruleset.rules.values():
        assert rule.evidence
        assert rule.rationale
        assert rule.review.status == "not reviewed by a clinician"
        kinds = {example.expect for example in rule.examples}
        assert {"fires", "does not fire"} < kinds, rule.rule


def test_unverified_evidence_surfaces(ruleset: Ruleset) -> None:
    marked = [name for name, rule in ruleset.rules.items() if ruleset.unverified(rule)]
    assert marked
    for name in marked:
        rows = [ruleset.references.rows[evidence.row] for evidence in ruleset.rules[name].evidence]
        assert any(mark in row.confidence for row in rows for mark in ("K", "F3", "B", "C", "judgement"))
