"""Two versions compared: every difference has a smallest person, and where there is none that is proven."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from tests.proof.here import MINI, opened
from tests.strategies import said

from fasciculation_rules import Case, Ruleset, assess, open_ruleset
from fasciculation_rules.assessing.admit import admit
from fasciculation_rules.assessing.findings import close
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.proof.compare.account import Comparison, as_json, compare, lines_of
from fasciculation_rules.proof.compare.moves import Move
from fasciculation_rules.proof.compare.page import as_html
from fasciculation_rules.proof.compare.people import people
from fasciculation_rules.proof.compare.rules import Cube, nothing_else
from fasciculation_rules.proof.compare.said import told
from fasciculation_rules.proof.solver import Verdict
from fasciculation_rules.proof.standing import Standing
from fasciculation_rules.proof.supports import Supports

Rewritten = Callable[..., Ruleset]


@pytest.fixture
def rewritten(tmp_path: Path) -> Rewritten:
    """The small ruleset with some texts of one file replaced; rules keep no examples, which the change may break."""

    def copy(file: str = "", *pairs: tuple[str, str]) -> Ruleset:
        folder = tmp_path / "mini"
        shutil.copytree(MINI, folder, dirs_exist_ok=True)
        if file:
            path = folder / file
            text = path.read_text()
            for before, after in pairs:
                assert before in text
                text = text.replace(before, after)
            path.write_text(text)
        return open_ruleset(folder)

    return copy


def at_least(facts: Facts, version: Ruleset) -> str:
    standing = Standing(Supports.of(version), version.program.encode(told(facts, version)))
    return version.outcomes.ladder[standing.height]


def moved(found: Comparison) -> dict[tuple[str, str], Facts]:
    return {(move.before, move.after): move.said for move in found.moves if isinstance(move, Move)}


def without_one(facts: Facts) -> list[Facts]:
    fewer = [Facts({n: v for n, v in facts.findings.items() if n != name}, facts.quantities) for name in facts.findings]
    return fewer + [
        Facts(facts.findings, {n: v for n, v in facts.quantities.items() if n != name}) for name in facts.quantities
    ]


SPEECH = "rules/escalation/escalate-speech.yaml"
POTASSIUM = "thresholds.yaml"


def test_a_version_beside_itself_moves_nobody(rewritten: Rewritten) -> None:
    found = compare(opened("mini"), rewritten())
    assert (found.structure, found.rules, found.moves, found.rest) == ((), (), (), Verdict.IMPOSSIBLE)
    assert "  nobody, proven for every person there can be" in list(lines_of(found))


def test_an_any_in_another_order_means_the_same(rewritten: Rewritten) -> None:
    before = "    - dysarthria is present\n    - all:\n        - dysphagia is present\n        - weakness is present\n"
    after = "    - all:\n        - weakness is present\n        - dysphagia is present\n    - dysarthria is present\n"
    found = compare(opened("mini"), rewritten(SPEECH, (before, after)))
    assert [part.part for part in found.structure] == ["rules"]
    assert (found.rules, found.moves, found.rest) == ((), (), Verdict.IMPOSSIBLE)


def test_a_clause_less_names_the_people_who_are_newly_urgent(rewritten: Rewritten) -> None:
    found = compare(opened("mini"), rewritten(SPEECH, ("        - weakness is present\n", "")))
    (changed,) = found.rules
    assert changed.rule == "escalate-speech"
    assert changed.no_longer == ()
    assert [[clause.name for clause in cube.clauses] for cube in changed.newly] == [["dysphagia"]]
    assert [[[clause.name for clause in each] for each in cube.unless] for cube in changed.newly] == [
        [["dysarthria"], ["weakness"]]
    ]
    people_who_move = moved(found)
    assert people_who_move["self_care", "urgent_2w"] == Facts({"dysphagia": True}, {})
    assert found.rest is Verdict.IMPOSSIBLE


def test_a_threshold_moved_by_a_little_is_found_between_the_two(rewritten: Rewritten) -> None:
    text = (MINI / POTASSIUM).read_text()
    assert "2.5 mmol/L" in text
    found = compare(opened("mini"), rewritten(POTASSIUM, ("2.5 mmol/L", "2.40 mmol/L")))
    assert moved(found)["emergency", "self_care"] == Facts({}, {"potassium": (240, 249)})
    assert found.rules[0].newly == ()
    assert isinstance(found.rules[0].no_longer[0], Cube)


def test_a_rule_that_is_gone_is_missed_by_somebody(rewritten: Rewritten, tmp_path: Path) -> None:
    rewritten()
    (tmp_path / "mini" / SPEECH).unlink()
    found = compare(opened("mini"), open_ruleset(tmp_path / "mini"))
    assert ("urgent_2w", "self_care") in moved(found)
    assert found.rest is Verdict.IMPOSSIBLE


@pytest.mark.parametrize(("old", "new"), [("mini", "changed"), ("0.1.0", "1.0.0"), ("1.0.0", "1.1.0")])
def test_each_smallest_person_moves_as_said_and_loses_the_move_with_any_item(
    old: str, new: str, rewritten: Rewritten
) -> None:
    newer = rewritten(SPEECH, ("        - weakness is present\n", "")) if new == "changed" else opened(new)
    found = compare(opened(old), newer)
    assert found.decided
    assert found.rest is Verdict.IMPOSSIBLE
    assert moved(found)
    for (before, after), facts in moved(found).items():
        assert (at_least(facts, opened(old)), at_least(facts, newer)) == (before, after)
        for fewer in without_one(facts):
            assert (at_least(fewer, opened(old)), at_least(fewer, newer)) != (before, after)


@settings(max_examples=60)
@given(case=said(opened("mini")))
def test_the_sets_of_a_changed_rule_hold_exactly_the_people_on_whom_it_differs(case: dict[str, object]) -> None:
    older, newer = opened("mini"), weaker()
    (changed,) = against_weaker().rules
    read = Case.read({"given": case})
    facts = close(admit(read, older), read, older, reconcile=True).facts

    def fires(version: Ruleset) -> bool:
        standing = Standing(Supports.of(version), version.program.encode(facts))
        return any(each.rule == changed.rule for each in standing.firing)

    def held(cube: Cube) -> bool:
        has = {name for name, there in facts.findings.items() if there}
        inside = all(clause.name in has for clause in cube.clauses)
        return inside and not any(all(clause.name in has for clause in each) for each in cube.unless)

    assert (fires(newer) and not fires(older)) == any(held(cube) for cube in changed.newly)


@cache
def weaker() -> Ruleset:
    """The small ruleset, in which difficulty swallowing needs no weakness beside it."""
    with TemporaryDirectory() as made:
        folder = Path(made) / "mini"
        shutil.copytree(MINI, folder)
        file = folder / SPEECH
        file.write_text(file.read_text().replace("        - weakness is present\n", ""))
        return open_ruleset(folder)


@cache
def against_weaker() -> Comparison:
    return compare(opened("mini"), weaker())


def test_what_no_named_rule_explains_is_not_called_nothing() -> None:
    """As if the one rule that changed had been overlooked."""
    pair = against_weaker().pair
    assert nothing_else(pair, ["escalate-speech"]) is Verdict.IMPOSSIBLE
    assert nothing_else(pair, []) is Verdict.POSSIBLE
    found = Comparison(pair, (), (), (), nothing_else(pair, []))
    assert as_json(found)["nothing_else"] is False
    assert "Nothing else changes" not in "\n".join(lines_of(found))


def test_people_are_counted_by_move_with_the_rules_responsible(rewritten: Rewritten) -> None:
    older, newer = opened("mini"), rewritten(SPEECH, ("        - weakness is present\n", ""))
    cases = [Case.of(dysphagia="present"), Case.of(dysarthria="present"), Case.of(nonsense="present")]
    found = people(older, newer, [(case, None) for case in cases])
    assert found.refused == 1
    ((place, why),) = found.refusals
    assert place == 2
    assert why.startswith("mini: the case cannot be ")
    assert "unknown finding 'nonsense'" in why
    assert found.moves["soon_gp", "urgent_2w"] == 1
    assert found.rules["soon_gp", "urgent_2w"] == {"escalate-speech": 1}
    assert assess(cases[0], newer).disposition.rung == "urgent_2w"


def test_the_page_is_whole_by_itself_and_says_what_the_text_says(rewritten: Rewritten) -> None:
    older, newer = opened("mini"), rewritten(SPEECH, ("        - weakness is present\n", ""))
    cases = [(Case.of(dysphagia="present"), None), (Case.of(dysarthria="present"), None)]
    found = compare(older, newer, people=people(older, newer, cases))
    page = as_html(found, on="2026-11-01")
    assert not re.search(r"<script|https?://|@import|url\(", page)
    for move in found.moves:
        assert isinstance(move, Move)
        assert all(rule in page for rule in move.rules)
    assert "Nothing else changes" in page
    assert "2 assessed, 1 shown the same rung, 0 refused" in page
    assert "escalate-speech (1)" in page
    assert page.count('class="band up"') == 1


def test_programs_are_told_of_people_too(rewritten: Rewritten) -> None:
    older, newer = opened("mini"), rewritten(SPEECH, ("        - weakness is present\n", ""))
    found = compare(older, newer, people=people(older, newer, [(Case.of(dysphagia="present"), None)]))
    moves = [{"before": "soon_gp", "after": "urgent_2w", "count": 1, "rules": {"escalate-speech": 1}}]
    assert as_json(found)["people"] == {"moves": moves, "refused": 0}
