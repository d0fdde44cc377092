"""Calm: ten thousand well people with the complaints of benign twitching are neither frightened nor sent in haste.

The shares are those of the prospective cohort in EVIDENCE (row E-BFS-03, rounded in the issue): tingling 71 %, cramps
65 %, a feeling of weakness 35 %, drawn independently. No source gives ages, durations or how many places twitch, so
those are spread evenly over values that take in the edges of the bands. Everybody has answered the screen and denied
every red flag. `pytest -s` shows the table of rungs.
"""

from __future__ import annotations

import datetime
import random
from collections import Counter
from typing import Any

import pytest

from fasciculation_rules import Case, Ruleset, assess, open_ruleset

ON = datetime.date(2026, 11, 1)
EXAMINED = {"value": "present", "at": datetime.date(2026, 10, 2)}
PEOPLE = pytest.mark.parametrize("count", [2_000, pytest.param(10_000, marks=pytest.mark.nightly)])
AGES = (18, 25, 32, 39, 44, 45, 46, 53, 60, 67, 74, 81)
DURATIONS = ("3 days", "13 days", "27 days", "28 days", "6 weeks", "83 days", "84 days", "26 weeks", "1 a", "3 a")
TINGLING, CRAMPS, FELT_WEAKNESS = 0.71, 0.65, 0.35

Said = dict[str, Any]


@pytest.fixture(scope="module")
def whole() -> Ruleset:
    """Ruleset 1.0.0."""
    return open_ruleset("1.1.0")


@pytest.fixture(scope="module")
def denied(whole: Ruleset) -> list[str]:
    """What a well person denies: the questions of the screen, and below those with a yes every red flag."""
    findings = whole.vocabulary.findings
    red = [name for name, item in findings.items() if item.red_flag and item.kind in ("history", "visible")]
    return [*(name for name, item in findings.items() if item.screen is not None), *red]


def well_people(denied: list[str], count: int) -> list[Said]:
    """The same people every time."""
    draw = random.Random(20261101)
    people = []
    for _ in range(count):
        said: Said = dict.fromkeys(denied, "absent")
        said["fasciculation"] = "present"
        said["eyelid_twitch"] = "absent"
        said["age"] = f"{draw.choice(AGES)} years"
        said["sex"] = draw.choice(["female", "male"])
        said["twitch_duration"] = draw.choice(DURATIONS)
        said["fasciculation_multifocal"] = draw.choice(["present", "absent"])
        for share, name, general in (
            (TINGLING, "paraesthesia", "sensory_symptoms"),
            (CRAMPS, "muscle_cramp", "pain_cramp_or_stiffness"),
            (FELT_WEAKNESS, "weakness_subjective", None),
        ):
            if draw.random() < share:
                said[name] = "present"
                if general:
                    del said[general]
        people.append(said)
    return people


def rungs(people: list[Said], ruleset: Ruleset) -> tuple[Counter[str], Counter[str]]:
    """How many are shown each rung, and for how many the rules that fired give it. People alike are assessed once."""
    alike = Counter(frozenset((name, str(value)) for name, value in said.items()) for said in people)
    one_of = {frozenset((name, str(value)) for name, value in said.items()): said for said in people}
    shown: Counter[str] = Counter()
    fired: Counter[str] = Counter()
    for key, count in alike.items():
        assessment = assess(Case.read({"given": one_of[key]}), ruleset, engine="compiled", on=ON)
        shown[assessment.disposition.rung] += count
        fired[assessment.urgency.at_least] += count
    return shown, fired


def table(title: str, shown: Counter[str], fired: Counter[str], ruleset: Ruleset) -> str:
    lines = [f"\n{title}", f"{'rung':<12}{'shown':>8}{'by rules':>10}"]
    lines.extend(f"{rung:<12}{shown[rung]:>8}{fired[rung]:>10}" for rung in ruleset.rank)
    return "\n".join(lines)


@PEOPLE
@pytest.mark.parametrize(("examined", "ceiling"), [(True, "routine"), (False, "soon_gp")])
def test_nobody_who_is_well_is_sent_higher_than_this(
    examined: bool, ceiling: str, count: int, whole: Ruleset, denied: list[str]
) -> None:
    people = well_people(denied, count)
    if examined:
        normal = {"neuro_examination_normal": EXAMINED, "basic_bloods_normal": EXAMINED}
        nothing_new = {"symptom_new_since_examination": "absent", "fatigable_symptoms": "absent"}
        people = [said | normal | nothing_new for said in people]
    shown, fired = rungs(people, whole)
    print(table("examined, bloods normal" if examined else "not examined", shown, fired, whole))
    assert shown.total() == count
    rank = whole.rank
    assert max(rank[rung] for rung in shown) <= rank[ceiling]
    assert max(rank[rung] for rung in fired) <= rank[ceiling]
