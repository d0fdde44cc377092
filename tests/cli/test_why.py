"""`assess --why`: what suffices, what would change it and what would settle it, in calm words."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from tests.proof.people import facts_of, nearly_settled, opened
from tests.strategies import cases

from fasciculation_rules import Case, open_ruleset
from fasciculation_rules.proof.reasons import why
from fasciculation_rules.proof.reasons_in_words import ASKS, CHANGES, SUFFICES, why_text

Command = Callable[..., Any]

ARTICLE = Path(__file__).resolve().parents[2] / "docs" / "tutorial" / "article-case.yaml"
WELL = """
given:
  age: 40 years
  twitch_duration: 3 days
  bulbar_symptoms: absent
  weakness: absent
  cramps: present
  neuro_examination_normal: {value: present, at: 2026-10-20}
  basic_bloods_normal: {value: present, at: 2026-10-20}
"""


def why_of(text: str) -> str:
    """The part of a report that `--why` adds."""
    _, heading, rest = text.partition(f"\n{SUFFICES}\n")
    return heading + rest


def test_the_article_s_case(command: Command) -> None:
    said = command("assess", str(ARTICLE), "--ruleset", "0.1.0", "--why")
    assert (said.code, said.err) == (0, "")
    assert why_of(said.out) == (
        """
What suffices for this
----------------------
For a specialist within two weeks (urgent_2w) this is enough: progressive weakness. Rule:
escalate-progressive-weakness.

What would change it
--------------------
Higher: the same day (same_day), with this: breathlessness.
Lower: a general practitioner within two weeks (soon_gp), without this: loss of something the
person could do before.

What to ask to settle it
------------------------
The answer to one question could change what is shown: breathlessness.
Not settled within 20 questions: it takes up to 148, and fewer where a general question is
answered with no.
"""
    )


def test_nothing_known_is_not_self_care(command: Command) -> None:
    said = command("assess", "-", "--ruleset", "0.1.0", "--why", stdin=b"given: {}\n")
    assert why_of(said.out) == (
        """
What suffices for this
----------------------
No rule that fires asks for more than self-care (self_care).
Shown is a general practitioner within two weeks (soon_gp). Some of the screening questions are
not answered yet, so reassurance would be too early.

What would change it
--------------------
Higher: a general practitioner within two weeks (soon_gp), with this: twitching of the face
beyond the eyelid.

What to ask to settle it
------------------------
The answer to one question could change what is shown: breathlessness on gentle effort.
Not settled within 20 questions: it takes up to 186, and fewer where a general question is
answered with no.
"""
    )


def test_an_emergency_needs_no_more_questions(assess: Command) -> None:
    said = assess("-", "--why", stdin=b"given: {potassium: 2.2 mmol/L, age: 40 years}\n")
    assert why_of(said.out) == (
        """
What suffices for this
----------------------
For emergency this is enough: serum potassium below 2.5 mmol/L. Rule:
escalate-potassium-critical.

What would change it
--------------------
Lower: self-care (self_care), without a value for this: serum potassium. Shown would be a
general practitioner soon (soon_gp).

What to ask to settle it
------------------------
No answers to questions alone would change what is shown.
Nothing more needs to be asked to settle it.
"""
    )


def test_a_discharged_person_reads_what_lowered_the_rule(assess: Command) -> None:
    said = assess("-", "--why", "--on", "2026-11-01", stdin=WELL.encode())
    assert why_of(said.out) == (
        """
What suffices for this
----------------------
For a routine appointment (routine) this is enough: cramps. Rule: escalate-cramps, which counts
as routine once examined and well.

What would change it
--------------------
Higher: a general practitioner soon (soon_gp), with this: a speech or swallowing symptom.
Lower: self-care (self_care), without this: cramps.

What to ask to settle it
------------------------
No answers to questions alone would change what is shown.
Nothing more needs to be asked to settle it.
"""
    )


def test_what_is_left_to_ask_is_named(assess: Command) -> None:
    said = assess("-", "--why", stdin=b"given: {bulbar_symptoms: absent, weakness: absent, age: 40 years}\n")
    assert why_of(said.out).endswith(
        """
What to ask to settle it
------------------------
The answers to 2 questions could change what is shown: cramps; duration of twitching.
Whatever the answers, it is settled once these are asked: cramps; duration of twitching.
"""
    )


def test_without_it_nothing_is_added(assess: Command) -> None:
    plain, asked = (assess("-", *more, stdin=WELL.encode()).out for more in ((), ("--why",)))
    assert asked.startswith(plain)
    assert SUFFICES not in plain
    plain, asked = (json.loads(assess("-", "--as", "json", *m, stdin=WELL.encode()).out) for m in ((), ("--why",)))
    assert {key: value for key, value in asked.items() if key != "why"} == plain


# ---------------------------------------------------------------- for programs, and for many


def test_json_names_items_and_writes_statements_as_rules_do(assess: Command) -> None:
    said = assess(
        "-", "--why", "--as", "json", stdin=b"given: {dysphagia: present, weakness: present, cramps: absent}\n"
    )
    assert json.loads(said.out)["why"] == {
        "at_least": "urgent_2w",
        "reason": {
            "statements": ["dysphagia is present", "weakness is present"],
            "rule": "escalate-speech",
            "discharged_by": None,
        },
        "raised": {"rung": "emergency", "shown": "emergency", "statements": ["calcium_adjusted < 1.9 mmol/L"]},
        "lowered": {"rung": "soon_gp", "shown": "soon_gp", "statements": ["dysphagia is absent"]},
        "questions": {"change": [], "to": None, "settle": [], "needed": 0},
    }


def test_json_says_how_many_questions_where_they_are_too_many(command: Command) -> None:
    said = command("assess", "-", "--ruleset", "0.1.0", "--why", "--as", "json", stdin=b"given: {}\n")
    assert json.loads(said.out)["why"]["questions"] == {
        "change": ["dyspnoea_exertion"],
        "to": "urgent_2w",
        "settle": None,
        "needed": 186,
    }


def test_json_and_text_say_the_same_of_a_value_that_is_left_out(assess: Command) -> None:
    said = assess("-", "--why", "--as", "json", stdin=b"given: {potassium: 2.2 mmol/L}\n")
    assert json.loads(said.out)["why"]["lowered"] == {
        "rung": "self_care",
        "shown": "soon_gp",
        "statements": ["potassium is unknown"],
    }


MANY = b"""{"given": {"potassium": "2.2 mmol/L"}}
{"given": {"weekness": "present"}}
{"given": {"dysarthria": "present"}}
"""


def test_of_many_cases_each_is_followed_by_its_own(assess: Command) -> None:
    said = assess("-", "--why", stdin=MANY)
    assert said.code == 4
    cases_, sentences = ([line for line in said.lines if (line[0] == " ") is inside] for inside in (False, True))
    assert [line.partition(":")[0] for line in cases_] == ["standard input", "standard input"]
    assert said.lines[1].startswith("  For emergency this is enough: serum potassium below 2.5 mmol/L.")
    assert not any(heading in said.out for heading in (SUFFICES, CHANGES, ASKS))
    assert all(len(line) <= 96 for line in sentences)


def test_of_many_cases_as_json_each_line_has_its_own(assess: Command) -> None:
    first, second, third = map(json.loads, assess("-", "--why", "--as", "json", stdin=MANY).lines)
    assert first["why"]["at_least"] == "emergency"
    assert "error" in second
    assert third["why"]["reason"]["statements"] == ["dysarthria is present"]


def test_a_contradiction_is_met_before_reasons_are_given(assess: Command) -> None:
    record = b"given: {weakness: present, bulbar_symptoms: absent, dysarthria: present}\n"
    assert assess("-", "--why", stdin=record).code == 2
    said = assess("-", "--why", "--reconcile", stdin=record)
    assert said.code == 0
    assert "this is enough: slurred speech. Rule:\nescalate-speech.\n" in why_of(said.out)


def test_what_is_too_old_is_no_reason(assess: Command) -> None:
    record = b"given: {potassium: {value: 2.2 mmol/L, at: 2026-01-01}}\n"
    old, new = (assess("-", "--why", "--on", day, stdin=record).out for day in ("2026-11-01", "2026-01-02"))
    assert "No rule that fires asks for more than self-care" in why_of(old)
    assert "serum potassium below 2.5 mmol/L" in why_of(new)


def test_a_site_s_own_limit_is_the_one_that_is_told(assess: Command) -> None:
    Path("site.yaml").write_text("name: here\nthresholds:\n  calcium_low: 1.95 mmol/L\n", encoding="utf-8")
    said = assess("-", "--why", "--profile", "site.yaml", stdin=b"given: {calcium_adjusted: 1.92 mmol/L}\n")
    assert "this is enough: adjusted calcium below 1.95 mmol/L." in why_of(said.out)


# ---------------------------------------------------------------- without solvers

NO_SOLVER = """
import sys
sys.modules["pysat"] = sys.modules["z3"] = None
from fasciculation_rules.cli.app import run
code = run(["assess", "-", "--ruleset", "0.1.0", "--engine", "compiled", "--why"])
assert not [name for name in sys.modules if name.startswith(("pysat.", "z3.", "pycryptosat"))]
sys.exit(code)
"""


def test_it_needs_no_solver() -> None:
    done = subprocess.run(
        [sys.executable, "-c", NO_SOLVER],
        input="given: {fasciculation: present}\n",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert SUFFICES in done.stdout


# ---------------------------------------------------------------- calm

ALARMING = ("could be an emergency", "may be an emergency", "rules out", "ruled out", "diagnos", "no need to worry")


@pytest.mark.parametrize(("version", "examples"), [("mini", 60), ("0.1.0", 25), ("1.1.0", 15)])
def test_it_speaks_of_labels_and_names_no_upper_bound(version: str, examples: int) -> None:
    ruleset = opened(version)
    names = {name for name in ruleset.vocabulary.items if "_" in name}

    @settings(max_examples=examples * settings().max_examples // 100)
    @given(cases(ruleset) | nearly_settled(ruleset))
    def check(case: Case) -> None:
        facts = facts_of(case, ruleset)
        text = why_text(facts, ruleset, width=10_000)
        words = {word.strip(".,;:()") for word in text.split()}
        assert not words & names
        lines = text.splitlines()
        assert not [line for line in lines if any(phrase in line.lower() for phrase in ALARMING)]
        asked = lines[lines.index(ASKS) :]
        assert not any(urgency.label in line for urgency in ruleset.outcomes.urgencies for line in asked)
        for change, word in ((why(facts, ruleset).raised, "Higher"), (why(facts, ruleset).lowered, "Lower")):
            said = next((line for line in lines if line.startswith(f"{word}: ")), "")
            assert change is None or ruleset.urgency[change.rung].label in said
            assert change is None or change.rung == change.shown or "Shown would " in said

    check()


def test_nobody_reads_self_care_before_the_screen_is_finished() -> None:
    """A lower rung by the rules is not what would be shown."""
    ruleset = open_ruleset("0.1.0")

    @settings(max_examples=40 * settings().max_examples // 100)
    @given(cases(ruleset))
    def check(case: Case) -> None:
        facts = facts_of(case, ruleset)
        if any(name not in facts.findings for name in ruleset.vocabulary.screen):
            for line in why_text(facts, ruleset, width=10_000).splitlines():
                assert not (line.startswith("Lower: self-care") and "Shown would" not in line)

    check()
