"""A reader of the report meets no code without the words for it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fasciculation_rules import assess as assess_in_python
from fasciculation_rules import explain, open_ruleset
from fasciculation_rules.report.text import RUNGS
from fasciculation_rules.shelf.check import LADDER

Command = Callable[..., Any]

CASES = {
    "speech": {"age": "60 years", "dysarthria": "present"},
    "bulbar and more": {"age": "60 years", "dysarthria": "present", "fasciculation_multifocal": "present"},
    "potassium": {"age": "60 years", "potassium": "2.4 mmol/L", "dysarthria": "present"},
    "nothing": {},
}


def unwrapped(text: str) -> str:
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize("given", CASES.values(), ids=CASES)
def test_a_rung_is_shown_in_words_with_its_code(given: dict[str, str]) -> None:
    assessment = assess_in_python({"given": given}, open_ruleset("0.1.0"), engine="compiled")
    text = unwrapped(explain(assessment))
    shown = assessment.disposition
    for item in assessment.plan.referrals:
        words = shown.label if item.rung == shown.rung else RUNGS[item.rung]  # type: ignore[index]
        assert f"* Refer to {item.label}: {words}{'' if words == item.rung else f' ({item.rung})'}. " in text
    assert not re.search(r"(?<!\()\b(self_care|soon_gp|urgent_2w|same_day)\b", text)


def test_every_rung_has_words_and_none_says_how_long_it_is() -> None:
    assert tuple(RUNGS) == LADDER
    assert not re.search(r"\d|week|hour|month", " ".join(RUNGS.values()))


def test_the_label_of_the_ruleset_comes_first() -> None:
    assessment = assess_in_python({"given": CASES["speech"]}, open_ruleset("0.1.0"), engine="compiled")
    own = assessment.disposition.model_copy(update={"label": "quite soon"})
    text = unwrapped(explain(assessment.model_copy(update={"disposition": own})))
    assert "Quite soon (urgent_2w)." in text
    assert "* Refer to neurology: quite soon (urgent_2w). " in text


def test_a_rung_without_words_is_shown_as_it_is() -> None:
    assessment = assess_in_python({"given": CASES["speech"]}, open_ruleset("0.1.0"), engine="compiled")
    other = assessment.plan.referrals[0].model_copy(update={"rung": "some_day"})
    plan = assessment.plan.model_copy(update={"referrals": (other,)})
    assert "* Refer to neurology: some_day. " in unwrapped(explain(assessment.model_copy(update={"plan": plan})))


def test_a_page_of_a_rule_or_a_threshold_has_the_words_too(command: Command) -> None:
    assert "Then at least a specialist within two weeks (urgent_2w)" in command("show", "./mini", "escalate-speech").out
    ruleset = open_ruleset(Path("mini"))
    critical = next(name for name, threshold in ruleset.thresholds.items() if threshold.critical)
    assert re.search(r"^Critical: reaches emergency whatever", command("show", "./mini", critical).out, re.MULTILINE)
