"""Members that are counted may not rest on one sign; what only looks as if they did is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from gallery import MINI

from fasciculation_rules.errors import RulesetInvalidError
from fasciculation_rules.shelf.freeze import freeze
from fasciculation_rules.shelf.read import read_files

RULE = Path("rules/escalation/escalate-minors.yaml").as_posix()
MEMBERS = b"    - cramps is present\n    - bulbar_symptoms is present\n    - weakness is present\n"

CRAMPS, WEAKNESS, BABINSKI = "cramps is present", "weakness is present", "babinski is present"
SPEECH, SWALLOWING, BULBAR = "dysarthria is present", "dysphagia is present", "bulbar_symptoms is present"

APART = {
    "three findings": f"[{CRAMPS}, {WEAKNESS}, {BULBAR}]",
    "specifics of one finding": f"[{SPEECH}, {SWALLOWING}]",
    "a specific and its general in one member": f"[{{any: [{SPEECH}, {BULBAR}]}}, {CRAMPS}]",
    "two ends of one quantity": "[potassium < 2 mmol/L, potassium > 6 mmol/L]",
    "what is shared and not enough": f"[{{all: [{CRAMPS}, {WEAKNESS}]}}, {{all: [{CRAMPS}, {BABINSKI}]}}]",
    "what is true only with more": f"[{SPEECH}, {{all: [{BULBAR}, {WEAKNESS}]}}]",
    "two of three, and another": f"[{{at_least: 2, of: [{CRAMPS}, {WEAKNESS}, {BABINSKI}]}}, {SPEECH}]",
}
TOGETHER = {
    "one finding twice": f"[{CRAMPS}, {WEAKNESS}, {CRAMPS}]",
    "a specific and its general": f"[{SPEECH}, {BULBAR}]",
    "a general and its specific": f"[{BULBAR}, {SPEECH}]",
    "a sign and what it makes present": "[hyperreflexia is present, upper_motor_neurone_signs is present]",
    "what a sign makes present, and the sign": "[upper_motor_neurone_signs is present, hyperreflexia is present]",
    "two limits of one quantity": "[potassium < 2 mmol/L, potassium <= 2.2 mmol/L]",
    "one limit twice": "[age >= 60 years, age > 59 years]",
    "a part and the whole": f"[{CRAMPS}, {{all: [{CRAMPS}, {WEAKNESS}]}}]",
    "one that both may rest on": f"[{{any: [{CRAMPS}, {WEAKNESS}]}}, {{any: [{CRAMPS}, {BABINSKI}]}}]",
    "one of some": f"[{{at_least: 1, of: [{SPEECH}, {CRAMPS}]}}, {BULBAR}]",
    "all of some": f"[{{at_least: 2, of: [{SPEECH}, {CRAMPS}]}}, {BULBAR}]",
    "what any two of three make present": f"[{{at_least: 2, of: [{SPEECH}, {SWALLOWING}, {BULBAR}]}}, {BULBAR}]",
    "one listed value twice": f"[sex is male, {{any: [sex is male, {CRAMPS}]}}]",
    "a span and its part": "[{all: [age >= 40 years, age < 60 years]}, age >= 30 years]",
}


def problems(members: str) -> list[tuple[str, str]]:
    files = read_files(MINI)
    assert MEMBERS in files[RULE]
    changed = files[RULE].replace(b"  of:\n" + MEMBERS, f"  of: {members}\n".encode())
    assert changed != files[RULE]
    try:
        freeze({**files, RULE: changed}, "mini")
    except RulesetInvalidError as error:
        return [(found.code, found.at) for found in error.problems]
    return []


@pytest.mark.parametrize("members", APART.values(), ids=APART)
def test_members_that_take_two_signs_may_be_counted(members: str) -> None:
    assert problems(members) == []


@pytest.mark.parametrize("members", TOGETHER.values(), ids=TOGETHER)
def test_members_that_one_sign_makes_true_may_not(members: str) -> None:
    assert {code for code, _ in problems(members)} == {"counted-twice"}


@pytest.mark.parametrize("members", [f"[{CRAMPS}, {CRAMPS}]", f"[{SPEECH}, {BULBAR}]"])
def test_a_pair_is_named_once(members: str) -> None:
    assert problems(members) == [("counted-twice", "when.of[0]")]
