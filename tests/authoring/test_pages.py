"""Every rule and condition has a page to sign, every link leads somewhere, and the bytes are the same each time."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

import pytest

from fasciculation_rules import Ruleset, open_ruleset
from fasciculation_rules.authoring.pages import pages_of
from fasciculation_rules.authoring.pages.markdown import plain
from fasciculation_rules.report.rule_page import english

MINI = Path(__file__).resolve().parents[1] / "rulesets" / "mini"
RULESET = open_ruleset("0.1.0")
PAGES = pages_of(RULESET)
LINK = re.compile(r"(?<!\\)\]\(([^)\s]+)\)")


def test_every_rule_and_every_condition_has_a_page_and_nothing_else_has() -> None:
    rules = {f"rules/{name}.md" for name in RULESET.rules}
    conditions = {f"conditions/{name}.md" for name in RULESET.outcomes.conditions}
    assert set(PAGES) == rules | conditions | {"index.md"}


@pytest.mark.parametrize("ruleset", [RULESET, open_ruleset(MINI)], ids=["0.1.0", "mini"])
def test_every_link_leads_to_a_page(ruleset: Ruleset) -> None:
    pages = pages_of(ruleset)
    for path, text in pages.items():
        for target in LINK.findall(text):
            assert posixpath.normpath(posixpath.join(posixpath.dirname(path), target)) in pages, (path, target)


def test_every_page_is_reached_from_the_first() -> None:
    targets = set(LINK.findall(PAGES["index.md"]))
    assert targets == set(PAGES) - {"index.md"}


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_a_title_says_who_reviewed_it_and_has_a_place_to_sign(path: str) -> None:
    text = PAGES[path]
    assert text.startswith("# ")
    assert text.count("\n# ") == 0
    assert "not reviewed by a clinician. It makes no diagnosis." in text
    assert text.endswith("|  |  |  |  |\n")


def test_a_rule_page_says_its_condition_its_evidence_and_its_examples() -> None:
    for name, rule in RULESET.rules.items():
        text = PAGES[f"rules/{name}.md"]
        assert plain(english(rule, RULESET)) in text
        assert all(f"`{evidence.row}`" in text for evidence in rule.evidence)
        assert all(f"| {plain(example.name)} |" in text for example in rule.examples)


def test_unverified_evidence_is_marked_on_its_page() -> None:
    for name, rule in RULESET.rules.items():
        assert ("**unverified" in PAGES[f"rules/{name}.md"]) == bool(RULESET.unverified(rule))


def test_a_condition_page_lists_the_rules_of_each_side() -> None:
    for name, rule in RULESET.differentials.items():
        sides = PAGES[f"conditions/{rule.then.condition}.md"].split("## ")
        chapter = {"for": 1, "against": 2, "excluding": 3}[rule.then.side]
        assert f"(../rules/{name}.md)" in sides[chapter]


def test_a_condition_page_says_what_would_settle_it() -> None:
    text = PAGES["conditions/multifocal_motor_neuropathy.md"]
    assert "Test: motor conduction block." in text


def test_the_same_ruleset_gives_the_same_pages() -> None:
    assert pages_of(RULESET) == PAGES


def test_no_text_of_a_ruleset_becomes_markup_by_accident() -> None:
    assert plain("a_b *c* [d](e) <f> |g|\nh") == r"a\_b \*c\* \[d\](e) \<f\> \|g\| h"
