"""What goes over the wire, held to JSON Schemas written from the specification."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import jsonschema
import pytest
from ehr_people import (
    NOW,
    RULESET,
    answers,
    body,
    bundle,
    call,
    condition,
    denial,
    laboratory,
    prefetch,
    record,
    referral,
    serving,
)

from fasciculation_rules.model.orders import Orders
from fasciculation_rules.server.cards import OVERRIDE_REASONS
from fasciculation_rules.server.deciding import Decided, decide
from fasciculation_rules.server.discovery import discovery
from fasciculation_rules.server.prefetch import gather
from fasciculation_rules.server.state import State

SCHEMAS = json.loads((Path(__file__).parent / "schemas.json").read_text(encoding="utf-8"))
SERVING = serving()


def schema(name: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator({**SCHEMAS, "$ref": f"#/$defs/{name}"})


@pytest.fixture
def state() -> Iterator[State]:
    found = State(None)
    yield found
    found.close()


def answer(
    values: dict[str, Any], state: State, instance: str = "1", hook: str = "patient-view", **more: Any
) -> Decided:
    return decide(call(values, hook, instance, **more), gather(values), SERVING, state, NOW)


def hollow(value: object, at: str = "") -> list[str]:
    """Places of null and of what is empty, save the list of cards."""
    match value:
        case dict():
            found = [place for key, each in value.items() for place in hollow(each, f"{at}.{key}")]
            return found if value else [at]
        case list():
            found = [place for number, each in enumerate(value) for place in hollow(each, f"{at}[{number}]")]
            return found if value or at == ".cards" else [at]
        case None | "":
            return [at]
        case _:
            return []


def test_discovery_is_as_specified() -> None:
    said = discovery(serving(encounter_start=True))
    schema("discovery").validate(said)
    assert hollow(said) == []
    assert {each["hook"] for each in said["services"]} == {
        *("patient-view", "problem-list-item-create", "order-select", "order-sign", "encounter-start")
    }
    assert len({each["id"] for each in said["services"]}) == 1


def test_the_templates_use_only_what_every_client_can_fill() -> None:
    for template in discovery(SERVING)["services"][0]["prefetch"].values():
        assert [word for word in ("_include", "_revinclude", "_has", "today()", "resolve()") if word in template] == []
        assert "{{context.patientId}}" in template


@pytest.mark.slow
def test_five_hundred_records_are_answered_as_specified(state: State) -> None:
    random = Random(11)
    shown = 0
    for number in range(500):
        values = record(random, entry=number % 5 > 0)
        jsonschema.validate(body(values, instance=str(number)), {**SCHEMAS, "$ref": "#/$defs/request"})
        found = answer(values, state, str(number))
        said = json.loads(json.dumps(found.body))
        schema("response").validate(said)
        assert hollow(said) == []
        for card in said["cards"]:
            shown += 1
            assert len(card["summary"]) <= 139
            assert all("p1" not in link["url"] and "?" not in link["url"] for link in card["links"])
            assert "not reviewed by a clinician" in card["detail"]
            assert "absent" not in card["detail"]
    assert shown > 100


def test_the_same_call_has_the_same_bytes_and_another_has_others(state: State) -> None:
    values = prefetch(condition("fasciculation", 10), condition("dysarthria", 2))
    again = [json.dumps(answer(values, state, "7").body) for _ in range(3)]
    assert len(set(again)) == 1
    assert answer(values, state, "8").body["cards"][0]["uuid"] not in again[0]


def test_a_card_says_what_was_recorded_what_to_consider_what_nobody_recorded_why_and_who_says_so(state: State) -> None:
    values = prefetch(condition("fasciculation", 10), condition("dysarthria", 2))
    card = answer(values, state).body["cards"][0]
    assert card["summary"] == "Muscle twitching with slurred speech: consider a specialist within two weeks."
    parts = card["detail"].split("\n\n")
    assert parts[0] == "**Draft rules, not reviewed by a clinician.**"
    assert parts[1] == "Recorded: muscle twitching, 12 Nov 2026; slurred speech, 20 Nov 2026."
    assert parts[2].startswith("Consider: a specialist within two weeks (neurology;")
    assert parts[3].startswith("Not recorded: a sudden neurological symptom, ")
    assert parts[3].endswith("... (19 of 20 screen items).")
    assert "[nice-ng127 E-NG127-09" in parts[4]
    assert parts[5] == "Ruleset 1.1.0, not reviewed by a clinician. It advises clinicians and makes no diagnosis."
    assert len(parts) == 6
    assert [(each["code"], each["display"]) for each in card["overrideReasons"]] == list(OVERRIDE_REASONS)


def test_the_card_of_the_screen_is_one_sentence_and_one_link(state: State) -> None:
    card = answer(prefetch(condition("fasciculation", 3)), state).body["cards"][0]
    assert card["summary"] == "Muscle twitching recorded: 2-minute red-flag screen not on record."
    assert "suggestions" not in card
    assert "overrideReasons" not in card
    assert len(card["links"]) == 1


def test_what_is_too_old_to_count_is_named_with_its_day_and_never_as_unheard_of(state: State) -> None:
    values = prefetch(condition("fasciculation", 10), condition("dyspnoea_rest", 20), condition("dysarthria", 2))
    card = answer(values, state).body["cards"][0]
    assert "Not recorded: a breathing problem (last recorded 2 Nov 2026), " in card["detail"]


def test_an_older_emergency_beside_a_fresh_finding_of_today_is_asked_about_and_not_advised(state: State) -> None:
    problems = (condition("fasciculation", 10), condition("dyspnoea_rest", 12))
    card = answer(prefetch(*problems, labs=[laboratory("2823-3", 2.8, "mmol/L")]), state).body["cards"][0]
    assert (card["indicator"], card["source"]["topic"]["code"]) == ("critical", "same-day")
    advice = "Consider: the same day. With what was recorded earlier: emergency; is it still so?"
    assert advice in card["detail"].split("\n\n")


def test_a_draft_of_somebody_else_answers_nothing(state: State) -> None:
    values = prefetch(condition("fasciculation", 10), condition("weakness_progressive", 2))
    named = {"status": "draft", "reasonCode": [{"text": "Suspected motor neurone disease"}]}
    other, ours = referral(of="p2", **named), referral(**named)
    assert answer(values, state, hook="order-sign", drafts=(other,)).show is not None
    assert answer(values, state, hook="order-sign", drafts=(ours,)).why == "already-ordered"


def test_old_findings_are_asked_about_and_nothing_is_suggested(state: State) -> None:
    card = answer(prefetch(condition("fasciculation", 40), condition("dyspnoea_rest", 13)), state).body["cards"][0]
    assert card["indicator"] == "warning"
    assert card["summary"].endswith("recorded 13 days ago: is it still so?")
    assert "suggestions" not in card
    assert "Consider" not in card["detail"]


def test_what_was_found_in_this_encounter_is_fresh_however_long_it_lasts(state: State) -> None:
    found = condition("dyspnoea_rest", 13)
    early = answer(prefetch(condition("fasciculation", 40), found), state)
    here = answer(prefetch(condition("fasciculation", 40), diagnoses=[found]), state)
    assert (early.body["cards"][0]["indicator"], here.body["cards"][0]["indicator"]) == ("warning", "critical")


def test_what_the_site_has_a_code_for_is_suggested_as_a_draft_and_nothing_else(state: State) -> None:
    values = prefetch(condition("fasciculation", 10), condition("weakness_progressive", 2))
    card = answer(values, state).body["cards"][0]
    assert card["selectionBehavior"] == "any"
    made = [each["actions"][0] for each in card["suggestions"]]
    assert [each["resource"]["code"]["coding"][0]["code"] for each in made] == ["REF-NEURO", "UE"]
    assert {(each["type"], each["resource"]["status"], each["resource"]["intent"]) for each in made} == {
        ("create", "draft", "order")
    }
    assert [each.get("isRecommended", False) for each in card["suggestions"]] == [True, False]
    assert "motor neurone" in json.dumps(made[0]["resource"]["reasonCode"])


def test_what_is_under_way_is_neither_advised_nor_suggested(state: State) -> None:
    urgent = (condition("fasciculation", 10), condition("weakness_progressive", 2))
    assert answer(prefetch(*urgent, referrals=[referral()]), state).why == "already-referred"
    for other in (
        referral(status="revoked"),
        referral(status="entered-in-error"),
        referral(of="p2"),
        referral(status="completed", days=91),
        referral("UE"),
        referral(doNotPerform=True),
    ):
        found = answer(prefetch(*urgent, referrals=[other]), state)
        assert found.show is not None
    assert answer(prefetch(*urgent, referrals=[referral(status="completed", days=90)]), state).why == "already-referred"


def test_a_draft_referral_answers_the_advice_once_it_names_the_suspicion(state: State) -> None:
    values = prefetch(condition("fasciculation", 10), condition("weakness_progressive", 2))
    bare = referral(status="draft")
    named = {**bare, "reasonCode": [{"text": "Suspected motor neurone disease"}]}
    assert answer(values, state, hook="order-sign", drafts=(bare,)).show is not None
    assert answer(values, state, hook="order-sign", drafts=(named,)).why == "already-ordered"


def test_data_of_somebody_else_are_dropped_and_counted(state: State) -> None:
    found = answer(prefetch(condition("fasciculation", of="p2"), condition("weakness_progressive")), state)
    assert (found.why, found.body["cards"]) == ("no-entry", [])
    assert found.person is not None
    assert found.person.imported.report.another_subject == 1


def test_a_key_that_could_not_be_read_is_unknown_and_named(state: State) -> None:
    values = prefetch(condition("fasciculation", 3))
    values["labs"] = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "timeout"}]}
    del values["family"]
    found = answer(values, state)
    assert found.incomplete == ("labs", "family")
    assert found.body["cards"][0]["detail"].endswith("Laboratory results, family history could not be read.")


def test_the_problem_just_entered_counts_although_the_problem_list_does_not_show_it_yet(state: State) -> None:
    entered = (condition("fasciculation", 0),)
    found = answer(prefetch(), state, hook="problem-list-item-create", entered=entered)
    assert found.show is not None


def test_denials_with_their_dates_finish_the_screen(state: State) -> None:
    said = dict.fromkeys(RULESET.vocabulary.screen, False)
    assert (
        answer(prefetch(condition("fasciculation", 10), answers=[answers(2, **said)]), state).why == "screen-complete"
    )
    assert answer(prefetch(condition("fasciculation", 400), answers=[answers(2)]), state).why == "no-entry"


def test_what_is_denied_only_by_silence_is_not_denied(state: State) -> None:
    problems = (condition("fasciculation", 3), condition("weakness_progressive"), denial("dysarthria"))
    values = prefetch(*problems, labs=[laboratory("2823-3", 4.2, "mmol/L")])
    found = answer({**values, "answers": bundle([])}, state)
    assert found.show is not None
    assert "(19 of 20 screen items)" in found.body["cards"][0]["detail"]


def test_a_problem_that_is_being_entered_and_has_no_date_yet_is_of_today(state: State) -> None:
    def undated(code: str) -> dict[str, Any]:
        return {key: value for key, value in condition(code).items() if key != "recordedDate"}

    found = answer(prefetch(), state, hook="problem-list-item-create", entered=(undated("fasciculation"),))
    assert found.body["cards"][0]["indicator"] == "info"
    twitching = prefetch(condition("fasciculation", 3))
    found = answer(twitching, state, hook="problem-list-item-create", entered=(undated("dyspnoea_rest"),))
    assert found.body["cards"][0]["indicator"] == "critical"


def test_a_card_says_the_value_that_was_measured_and_what_it_follows_from(state: State) -> None:
    low = answer(prefetch(condition("fasciculation", 10), labs=[laboratory("2823-3", 2.3, "mmol/L", 0)]), state)
    card = low.body["cards"][0]
    assert card["summary"] == "Muscle twitching with serum potassium 2.3 mmol/L: consider emergency assessment now."
    assert "serum potassium 2.3 mmol/L, 22 Nov 2026." in card["detail"]
    thin = answer(prefetch(condition("fasciculation", 10), condition("weight_loss", 2)), state).body["cards"][0]
    label = RULESET.vocabulary.label("weight_loss")
    assert thin["summary"].startswith(f"Muscle twitching with {label}: ")
    assert f"; {label}, 20 Nov 2026." in thin["detail"]


def test_a_summary_names_no_disease_also_not_a_known_one(state: State) -> None:
    values = prefetch(condition("fasciculation", 10), condition("known_mnd", 400), condition("dyspnoea_rest", 1))
    card = answer(values, state).body["cards"][0]
    assert "motor neurone" not in card["summary"]
    assert "motor neurone disease, 18 Oct 2025" in card["detail"]


def test_what_is_asked_about_is_what_was_recorded_so_long_ago(state: State) -> None:
    old, new = condition("dyspnoea_rest", 13), condition("weakness_progressive", 1)
    card = answer(prefetch(condition("fasciculation", 40), old, new), state).body["cards"][0]
    assert card["summary"] == ("Muscle twitching with breathlessness at rest, recorded 13 days ago: is it still so?")


def test_one_order_of_the_site_may_ask_for_two_things_and_is_suggested_once_and_not_again(state: State) -> None:
    both = [
        {"outcome": name, "system": "urn:site", "code": "ALL", "display": "Referral with bloods"}
        for name in ("destination.neurology", "test.electrolytes")
    ]
    site = replace(SERVING, orders=Orders.read({"format": 1, "orders": both}))

    def suggested(**keys: Any) -> list[str]:
        values = prefetch(condition("fasciculation", 10), condition("dysarthria", 2), **keys)
        found = decide(call(values), gather(values), site, state, NOW)
        return [each["label"] for card in found.body["cards"] for each in card.get("suggestions", ())]

    assert suggested() == ["Refer: neurology"]
    assert suggested(referrals=[referral("ALL")]) == []
