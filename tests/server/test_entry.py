"""Who has no twitching on record gets no card, whatever else is wrong; who has gets few."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from ehr_people import NOW, RULESET, bundle, call, condition, denial, patient, prefetch, record, referral, serving
from hypothesis import given
from hypothesis import strategies as st

from fasciculation_rules import Case, assess
from fasciculation_rules.server.call import HOOKS
from fasciculation_rules.server.deciding import Decided, decide
from fasciculation_rules.server.freshness import entry_findings
from fasciculation_rules.server.policy import Topic
from fasciculation_rules.server.prefetch import gather
from fasciculation_rules.server.state import State

ALARMING = ("potassium", "oxygen", "stroke", "seizure", "cauda")
DRAFTS = (referral(status="draft"),)


@pytest.fixture
def state() -> Iterator[State]:
    found = State(None)
    yield found
    found.close()


def answer(values: dict[str, object], state: State, hook: str = "patient-view", **more: object) -> Decided:
    drafts = DRAFTS if hook.startswith("order") else ()
    return decide(call(values, hook, drafts=drafts, **more), gather(values), SERVING, state, NOW)


SERVING = serving()


@pytest.mark.slow
@pytest.mark.parametrize("each", [1, pytest.param(len(HOOKS), marks=pytest.mark.nightly)])
def test_ten_thousand_people_without_twitching_get_no_card_on_any_hook(each: int, state: State) -> None:
    """For every change each of them is seen on one hook in turn, by night on all."""
    random, why, alarmed = Random(1), Counter[str](), Counter[str]()
    hooks = tuple(HOOKS)
    for number in range(10_000):
        alarming = ALARMING[number % 20] if number % 20 < len(ALARMING) else ""
        values = record(random, entry=False, alarming=alarming)
        for turn in range(each):
            found = answer(values, state, hooks[(number // 20 + turn) % len(hooks)], instance=f"{number}-{turn}")
            assert found.body["cards"] == []
            why[found.why] += 1
        alarmed[alarming] += 1
    assert why == {"no-entry": 10_000 * each}
    assert all(alarmed[name] == 500 for name in ALARMING)


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("alarming", ALARMING)
def test_what_alarms_alone_is_silent_on_each_hook_and_speaks_beside_twitching(
    hook: str, alarming: str, state: State
) -> None:
    without, beside = (record(Random(3), entry=entry, alarming=alarming) for entry in (False, True))
    assert answer(without, state, hook).body["cards"] == []
    if alarming in ("potassium", "oxygen"):
        assert answer(beside, state, hook).body["cards"][0]["indicator"] == "critical"


def rates(people: int, seed: int, state: State) -> Counter[str]:
    """Cards by rung over so many openings of charts of people who twitch."""
    random, shown = Random(seed), Counter[str]()
    for number in range(people):
        found = answer(record(random, entry=True), state, instance=str(number))
        if found.show is not None and found.seen is not None:
            row = found.show.row
            shown["screen" if row == 4 else f"{found.seen.assessment.urgency.at_least}, row {row}"] += 1
    return shown


PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "card-rates.md").read_text(encoding="utf-8")
ENVELOPE = {rung: int(most) for rung, most in re.findall(r"^\| (\w+) \| \d+ \| (\d+) \|$", PAGE, re.MULTILINE)}
"""At most so many cards in a thousand openings of charts of people who twitch."""


def test_cards_for_people_who_twitch_stay_within_the_documented_numbers(state: State) -> None:
    shown = rates(500, 5, state)
    assert set(ENVELOPE) == {"screen", *RULESET.outcomes.ladder[2:]}
    for rung, most in ENVELOPE.items():
        assert sum(n for name, n in shown.items() if name.startswith(rung)) * 2 <= most, rung


@pytest.mark.nightly
def test_ten_thousand_people_who_twitch_stay_within_the_documented_numbers(state: State) -> None:
    shown = rates(10_000, 7, state)
    print(dict(shown))
    for rung, most in ENVELOPE.items():
        assert sum(n for name, n in shown.items() if name.startswith(rung)) / 10 <= most, rung


@given(st.randoms(use_true_random=False), st.data())
def test_taking_anything_out_of_a_record_brings_no_card_but_for_what_only_silences(
    random: Random, data: st.DataObject
) -> None:
    state = State(None)
    values = record(random, entry=random.random() < 0.7)
    more = (condition("known_mnd", 400), denial("weakness_subjective"), condition("fasciculation", 3, of="other"))
    problems = [each["resource"] for each in values["problems"]["entry"]] + random.sample(more, random.randrange(4))
    values = {**values, "problems": bundle({each["id"]: each for each in problems}.values())}
    whole = answer(values, state)
    lost = data.draw(st.sampled_from([key for key in ("problems", "labs", "answers") if values[key]["entry"]]))
    entries = values[lost]["entry"]
    gone = data.draw(st.integers(0, len(entries) - 1))
    resource = entries[gone]["resource"]
    found = answer({**values, lost: bundle(each["resource"] for each in entries if each is not entries[gone])}, state)
    state.close()
    silences = resource["resourceType"] == "QuestionnaireResponse" or str(resource["id"]).startswith("c-known-mnd")
    if found.show is not None and whole.show is None and not silences:
        assert found.show.topic is Topic.SCREEN, "only the offer of the screen may come back"
        assert "refuted" in str(resource), "and that by an answer lost"


@given(
    st.dictionaries(
        st.sampled_from(sorted(RULESET.vocabulary.findings)), st.sampled_from(["present", "absent"]), max_size=8
    )
)
def test_nobody_who_comes_in_by_the_rules_was_told_apart_before_them(given: dict[str, str]) -> None:
    plain = {name: value for name, value in given.items() if not RULESET.vocabulary.findings[name].values}
    case = Case.read({"given": plain})
    if assess(case, RULESET, reconcile=True).scope.entry is not True:
        return
    from fasciculation_rules.assessing.admit import admit
    from fasciculation_rules.assessing.findings import close

    facts = close(admit(case, RULESET, reconcile=True), case, RULESET, reconcile=True).facts
    assert any(facts.findings.get(name) for name in entry_findings(RULESET))


def test_a_child_who_twitches_and_a_dead_person_get_no_card(state: State) -> None:
    child = prefetch(condition("fasciculation"), person=patient(birth="2015-01-01"))
    dead = prefetch(condition("fasciculation"), person=patient(deceasedBoolean=True))
    assert answer(child, state).why == "out-of-scope"
    assert answer(dead, state).why == "deceased"
