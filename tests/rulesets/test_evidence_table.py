"""Every row of the evidence of ruleset 1.0.0 is carried by rules that cite it, or says why not."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from fasciculation_rules import Ruleset, open_ruleset

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "evidence.md"
LINES = [
    [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip("|"))]
    for line in PAGE.read_text(encoding="utf-8").splitlines()
    if re.match(r"\| (S\d+|C\d+|(E|REV|J)-\S+) \|", line)
]
CARRIED = {cells[0]: cells[-1] for cells in LINES}
KINDS = "derive|escalate|support|oppose|exclude|plan|advise|safety"


@pytest.fixture(scope="module")
def whole() -> Ruleset:
    """Ruleset 1.0.0."""
    return open_ruleset("1.1.0")


def test_every_row_stands_there_once(whole: Ruleset) -> None:
    assert Counter(cells[0] for cells in LINES) == Counter(list(whole.references.rows))


def test_what_a_row_says_and_how_surely_are_those_of_the_ruleset(whole: Ruleset) -> None:
    for name, says, confidence, _ in LINES:
        row = whole.references.rows[name]
        assert (says.replace("\\|", "|"), confidence) == (row.says, row.confidence), name


def test_every_row_is_carried_or_says_why_not(whole: Ruleset) -> None:
    for row, carried in CARRIED.items():
        if not re.match(r"not carried: \S+", carried):
            rules = re.findall(r"`([a-z0-9-]+)`", carried)
            assert rules, row
            assert set(rules) <= set(whole.rules), row
        assert set(re.findall(rf"`((?:{KINDS})-[a-z0-9-]+)`", carried)) <= set(whole.rules), row


def test_every_rule_stands_in_the_rows_that_it_cites(whole: Ruleset) -> None:
    for rule in whole.rules.values():
        for evidence in rule.evidence:
            assert f"`{rule.rule}`" in CARRIED[evidence.row], (rule.rule, evidence.row)


def test_no_rule_is_said_to_carry_a_row_of_the_evidence_that_it_does_not_cite(whole: Ruleset) -> None:
    for row, carried in CARRIED.items():
        if re.fullmatch(r"[SC]\d+", row) or carried.startswith("not carried: "):
            continue  # the founding article is where a rule comes from, not why it is believed
        for name in re.findall(r"`([a-z0-9-]+)`", carried):
            assert row in {evidence.row for evidence in whole.rules[name].evidence}, (row, name)
