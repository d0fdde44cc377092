"""The audit report says what was found, says of everything else that it was not looked at, and holds no script."""

from __future__ import annotations

import datetime
import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from tests.audit.review.test_standing import AT, ONE, RULE, signed, weighed
from tests.proof.here import MINI

from fasciculation_rules import Ruleset, open_ruleset
from fasciculation_rules.audit.overall.gathering import Gathered, Measured, Ran, solve
from fasciculation_rules.audit.overall.page import audit_page, overdue
from fasciculation_rules.audit.review.account import differences, pack
from fasciculation_rules.audit.review.reading import subject_of
from fasciculation_rules.audit.review.standing import needs_clinicians, ready_for_active
from fasciculation_rules.audit.safety.sources import NodeIds, folder_of_tests
from fasciculation_rules.audit.safety.tracing import trace
from fasciculation_rules.cli.app import run
from fasciculation_rules.cli.auditing import signatures_unchecked
from fasciculation_rules.model.ruleset import Withdrawal
from fasciculation_rules.report.grades import GRADES, grade_of, grades
from fasciculation_rules.shelf.locate import shelf_root, versions
from fasciculation_rules.shelf.safety import read_safety

RULESET = open_ruleset(MINI)
ON = datetime.date(2026, 11, 23)


def gathered(ruleset: Ruleset = RULESET, **changes: object) -> Gathered:
    """What is there of a version of which nothing was looked at."""
    empty = {
        "ruleset": ruleset, "on": ON, "signatures": "none", "ran": None, "solved": None,
        "trace": None, "anomalies": None, "missing_for_active": ready_for_active(ruleset, ()), "sign_offs": 0,
    }  # fmt: skip
    return Gathered(**{**empty, **changes})


def text_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page[page.index("<body") :])).split())


def test_what_was_not_looked_at_is_said_not_to_have_been() -> None:
    said = text_of(audit_page(gathered()))
    assert said.count("Not looked at.") == 4
    assert "Coverage and mutation were not looked at." in said
    assert "Examples and cases were not run." in said


def test_it_says_first_that_nobody_reviewed_signed_or_validated_it() -> None:
    said = text_of(audit_page(gathered()))
    first = said[:600]
    assert "Clinical validation: not done." in first
    assert "Signatures: none." in first
    assert RULESET.about.review.casefold() in first.casefold()


def test_why_a_version_was_withdrawn_stands_at_the_top() -> None:
    withdrawal = Withdrawal(date=ON, reason="Too bold.", hazard="HZ-1", replaced_by="9.9.9")
    said = text_of(audit_page(gathered(replace(RULESET, status="withdrawn", withdrawal=withdrawal))))
    assert "Withdrawn on 2026-11-23: Too bold. (hazard HZ-1); use 9.9.9." in said[:400]
    assert "Withdrawn on" not in text_of(audit_page(gathered()))


def test_the_reasons_for_the_changes_of_a_version_are_on_it() -> None:
    newest = open_ruleset("1.1.0")
    found = trace(newest, read_safety(), NodeIds(folder_of_tests()))
    said = text_of(audit_page(gathered(newest, trace=found)))
    for change in found.changes:
        assert f"{change.change} {change.why}" in said


def test_signatures_that_nobody_looked_at_are_counted(tmp_path: Path) -> None:
    assert signatures_unchecked(tmp_path, "1.1.0") == "none"
    folder = tmp_path / "signatures" / "1.1.0"
    folder.mkdir(parents=True)
    (folder / "x.dsse.json").write_text("{}", encoding="utf-8")
    assert signatures_unchecked(tmp_path, "1.1.0") == "1 lies here; authenticity not checked"
    (folder / "y.dsse.json").write_text("{}", encoding="utf-8")
    assert signatures_unchecked(tmp_path, "1.1.0") == "2 lie here; authenticity not checked"


def test_it_is_one_file_that_runs_and_fetches_nothing() -> None:
    page = audit_page(gathered(open_ruleset("1.1.0"), anomalies=read_safety().anomalies))
    assert not re.search(r"<script|<link|<img|<iframe|\son\w+=|url\(|@import", page)
    assert "default-src 'none'" in page
    anchors = set(re.findall(r'href="#([^"]+)"', page))
    assert anchors <= set(re.findall(r'id="([^"]+)"', page))


def test_what_a_ruleset_says_cannot_become_markup() -> None:
    about = RULESET.about.model_copy(update={"purpose": "<script>alert(1)</script> & more"})
    page = audit_page(gathered(replace(RULESET, about=about)))
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_what_solvers_and_engines_found_is_on_it() -> None:
    solved = solve(RULESET, RULESET)
    said = text_of(audit_page(gathered(solved=solved, ran=Ran(("compiled",), 40, ("rule, case: no",)))))
    assert f"{len(solved.proved)} theorems over every patient" in said
    assert "40 examples and cases hold; 1 do not" in said
    assert "Against ruleset mini" in said
    assert "Nobody, which is proven." in said, "the comparison with itself"
    fails = [each for each in solved.proved if each.failures]
    assert all(each.theorem.sentence in said for each in fails)


def test_a_share_is_whole_only_where_nothing_is_missing() -> None:
    assert Measured(3, 3, 0, 0).share == "100 %"
    assert Measured(9_999, 10_000, 5, 0).share == "99.9 %"
    assert Measured(0, 0, 2, 0).share == "100 %"


@pytest.mark.parametrize(
    ("version", "has", "has_not"),
    [("0.1.0", {"AN-1", "AN-7"}, set()), ("1.0.0", {"AN-7"}, {"AN-1"}), ("1.1.0", {"AN-7"}, {"AN-1"})],
)
def test_the_anomalies_of_a_version_are_those_it_has_though_a_later_one_has_mended_them(
    version: str, has: set[str], has_not: set[str]
) -> None:
    page = audit_page(gathered(open_ruleset(version), anomalies=read_safety().anomalies))
    shown = set(re.findall(r">(AN-[0-9]+)<", page))
    assert has <= shown
    assert not has_not & shown


def test_reviews_are_overdue_on_the_day_after_they_were_due() -> None:
    due = min(rule.review.next for rule in RULESET.rules.values())
    assert overdue(gathered(on=due)) == []
    assert overdue(gathered(on=due + datetime.timedelta(1)))


@pytest.mark.parametrize("version", versions(shelf_root()))
def test_a_row_counts_by_its_least_sure_part_and_every_row_once(version: str) -> None:
    ruleset = open_ruleset(version)
    names = [name for name, _ in GRADES]
    assert sum(count for _, _, count in grades(ruleset)) == len(ruleset.references.rows)
    for row in ruleset.references.rows.values():
        assert (names.index(grade_of(row.confidence)) >= 2) == row.unverified, row.confidence


def test_the_command_prints_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["audit", "1.1.0", "--quick", "--as", "html", "--on", "2026-11-23"]) == 0
    page = capsys.readouterr().out
    assert page.startswith("<!doctype html>")
    assert "No link is missing." in page
    assert run(["trace", "1.1.0", "--as", "html"]) == 0
    assert "No link is missing" in capsys.readouterr().out


# ---------------------------------------------------------------- packs


def test_a_pack_has_a_sheet_a_rule_with_all_that_is_signed() -> None:
    page = pack(RULESET, list(RULESET.rules), (), reader="somebody & others")
    assert page.count('<section class="sheet"') == len(RULESET.rules)
    assert "somebody &amp; others" in page
    assert page.count("two clinicians needed") == sum(map(needs_clinicians, RULESET.rules.values()))
    for name, rule in RULESET.rules.items():
        assert subject_of(name, RULESET).text_digest in page
        assert all(example.name in unescape(page) for example in rule.examples)
    rows = {each.row for rule in RULESET.rules.values() for each in rule.evidence}
    for confidence in {RULESET.references.rows[row].confidence for row in rows}:
        assert f"{grade_of(confidence)} ({confidence})" in page


def test_a_pack_shows_what_changed_since_the_last_sign_off() -> None:
    rule = RULESET.rules[RULE].model_copy(update={"title": "Another title"})
    changed = replace(RULESET, rules={**RULESET.rules, RULE: rule})
    found = weighed(signed(ONE, at=AT), ruleset=changed)
    assert list(differences(subject_of(RULE, changed), found)) == [
        ("-", RULESET.rules[RULE].title), ("+", "Another title"),
    ]  # fmt: skip
    assert "Another title" in pack(changed, [RULE], found, reader="a test")
    assert list(differences(subject_of(RULE, RULESET), weighed(signed(ONE, at=AT)))) == []
