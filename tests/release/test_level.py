"""The level that is needed is the true one: a false one comes with the smallest patient, replayed by what assesses."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.release.making import CRAMPS, SPEECH, copy, put, rewrite

from fasciculation_rules import Case, Ruleset, assess, open_ruleset
from fasciculation_rules.release.level import as_case, in_words, needed

MINORS = "rules/escalation/escalate-minors.yaml"
ANY = "    - dysarthria is present\n    - dysphagia is present\n"
OTHER_WAY_ROUND = "    - dysphagia is present\n    - dysarthria is present\n"

OLD = "1.0.0"


@pytest.fixture
def old(bare: Path) -> Ruleset:
    put(bare, OLD)
    return open_ruleset(bare / OLD)


def changed(shelf: Path, *changes: tuple[str, str, str]) -> Ruleset:
    folder = copy(shelf, OLD, "1.0.1")
    for file, before, after in changes:
        rewrite(folder, file, (before, after))
    return open_ruleset(folder)


def decided(case: dict[str, object], version: Ruleset) -> dict[str, object]:
    """What an integrator gets, without who said so."""
    found = assess(Case.of(**case), version, engine="compiled").model_dump(mode="json")
    return {key: value for key, value in found.items() if key not in ("ruleset", "explanation", "limits", "labels")}


PATCHES = {
    "words": ((SPEECH, "may be motor neurone disease.", "may be a motor neurone disease."),),
    "a threshold in another unit": (("thresholds.yaml", "value: 2.5 mmol/L", "value: 2500 umol/L"),),
    "an any in another order": ((SPEECH, ANY, OTHER_WAY_ROUND),),
    "what is implied left out": (
        (MINORS, "    - cramps is present\n    - bulbar", "    - weakness is present\n    - bulbar"),
        (MINORS, "symptoms is present\n    - weakness is present", "symptoms is present\n    - cramps is present"),
    ),
    "a source's year": (("references.yaml", "year: 2026", "year: 2025"),),
}


@pytest.mark.parametrize("changes", PATCHES.values(), ids=PATCHES)
def test_what_decides_nothing_otherwise_is_a_patch(
    changes: tuple[tuple[str, str, str], ...], old: Ruleset, bare: Path
) -> None:
    found = needed(old, changed(bare, *changes))
    assert (found.level, found.shown) == ("patch", None)


MINORS_CHANGED = {
    "a clause less": ((SPEECH, "    - dysphagia is present\n", ""), (SPEECH, ", dysphagia: absent", "")),
    "a threshold": (("thresholds.yaml", "value: 2.5 mmol/L", "value: 2.6 mmol/L"),),
    "a rung": ((CRAMPS, "urgency: soon_gp", "urgency: routine"),),
    "a destination": ((SPEECH, "refer: neurology", "refer: gp"),),
    "a shorter delay": ((SPEECH, "  refer: neurology\n", "  refer: neurology\n  within: P2D\n"),),
    "one more needed": ((MINORS, "at_least: 2", "at_least: 3"),),
    "a strength": (("rules/differential/support-bfs.yaml", "strength: weak", "strength: moderate"),),
    "what counts as one": (("vocabulary.yaml", "implies: [bulbar_symptoms]\n  dysphagia", "implies: []\n  dysphagia"),),
}


@pytest.mark.parametrize("name", MINORS_CHANGED)
def test_where_decisions_may_change_somebody_shows_it_and_nobody_smaller_does(
    name: str, old: Ruleset, bare: Path
) -> None:
    new = changed(bare, *MINORS_CHANGED[name])
    found = needed(old, new)
    assert found.level == "minor"
    assert found.shown is not None
    case = as_case(found.shown, old, new)
    assert decided(case, old) != decided(case, new)
    assert (found.shown.before, found.shown.after) == tuple(
        assess(Case.of(**case), version, engine="durable").urgency.at_least for version in (old, new)
    )
    for left in itertools.combinations(case, len(case) - 1):
        less = Case.of(**{key: case[key] for key in left})
        if found.shown.before != found.shown.after:
            assert assess(less, old).urgency.at_least == assess(less, new).urgency.at_least
    assert "a patient of whom" in in_words(found.shown, old, new)


def test_a_limit_that_sites_may_move_is_not_the_same_as_one_that_they_may_not(old: Ruleset, bare: Path) -> None:
    """Both are 1.9 mmol/L, and a site may move the first of them."""
    calcium = "rules/escalation/escalate-calcium-critical.yaml"
    new = changed(bare, (calcium, "when: calcium_adjusted < calcium_low", "when: calcium_adjusted < 1.9 mmol/L"))
    found = needed(old, new)
    assert (found.level, found.shown) == ("minor", None)
    assert "rules.escalate-calcium-critical: thresholds that a site may move" in found.why[0]
    case, profile = (
        Case.of(calcium_adjusted="1.95 mmol/L"),
        {"name": "a site", "thresholds": {"calcium_low": "2 mmol/L"}},
    )
    assert assess(case, old, profile=profile).urgency.at_least != assess(case, new, profile=profile).urgency.at_least


def test_what_only_dates_can_show_is_a_minor_without_a_patient(old: Ruleset, bare: Path) -> None:
    found = needed(old, changed(bare, ("vocabulary.yaml", "horizon: P90D", "horizon: P91D")))
    assert (found.level, found.why, found.shown) == (
        "minor",
        ("what decides differs: findings.weakness.horizon",),
        None,
    )


MEASURED = "kind: {}\n    observer: clinician\n    unit: mmol/L"
MAJORS = {
    "a rule removed": (("outcomes.yaml", "  sleep: {label: sleep, text: Sleep may help.}\n", ""),),
    "a kind": (("vocabulary.yaml", MEASURED.format("test"), MEASURED.format("measurement")),),
    "a name": (
        ("outcomes.yaml", "  sleep: {label", "  rest: {label"),
        ("rules/plan/advise-sleep.yaml", "advise: sleep", "advise: rest"),
    ),
}


@pytest.mark.parametrize("name", MAJORS)
def test_what_others_rely_on_is_not_taken_away_by_less_than_a_major(name: str, old: Ruleset, bare: Path) -> None:
    folder = copy(bare, OLD, "2.0.0")
    for file, before, after in MAJORS[name]:
        rewrite(folder, file, (before, after))
    if name == "a rule removed":
        (folder / "rules/plan/advise-sleep.yaml").unlink()
    found = needed(old, open_ruleset(folder))
    assert found.level == "major"
    assert any("removed or renamed" in why or "has another kind" in why for why in found.why)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.permutations(["cramps", "bulbar_symptoms", "weakness"]),
    st.permutations(["dysarthria", "dysphagia"]),
    st.permutations(["babinski", "hyperreflexia"]),
)
def test_any_order_of_members_is_a_patch(
    tmp_path_factory: pytest.TempPathFactory, minors: list[str], speech: list[str], signs: list[str]
) -> None:
    shelf = tmp_path_factory.mktemp("shelf")
    put(shelf, OLD)
    folder = copy(shelf, OLD, "1.0.1")
    lines = "".join(f"    - {name} is present\n" for name in ["cramps", "bulbar_symptoms", "weakness"])
    rewrite(folder, MINORS, (lines, "".join(f"    - {name} is present\n" for name in minors)))
    rewrite(folder, SPEECH, (ANY, "".join(f"    - {name} is present\n" for name in speech)))
    lines = "    - babinski is present\n    - hyperreflexia is present\n"
    derived = "rules/derivation/derive-upper-motor-neurone-signs.yaml"
    rewrite(folder, derived, (lines, "".join(f"    - {name} is present\n" for name in signs)))
    found = needed(open_ruleset(shelf / OLD), open_ruleset(folder))
    assert (found.level, found.shown) == ("patch", None)
