"""Feedback: kept once, joined to its card, exported; what cannot be kept is named and the rest is kept."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from asking import CALLS, Service
from ehr_people import body, condition, prefetch

from fasciculation_rules.server.feedback import as_csv, as_ndjson, erase_comments

URGENT = prefetch(condition("fasciculation", 10), condition("weakness_progressive", 2))
TIME = "2026-11-22T12:00:00Z"


@pytest.fixture
def service() -> Iterator[Service]:
    found = Service()
    yield found
    found.close()


def card(service: Service) -> dict[str, Any]:
    found: dict[str, Any] = service.call(body(URGENT)).json()["cards"][0]
    return found


def tell(service: Service, *entries: Any) -> Any:
    return service.ask("POST", f"{CALLS}/feedback", content=json.dumps({"feedback": entries}))


def overridden(uuid: str, **more: Any) -> dict[str, Any]:
    reason = {"reason": {"code": "resolved"}, "userComment": "gone since Monday"}
    return {"card": uuid, "outcome": "overridden", "overrideReason": reason, "outcomeTimestamp": TIME, **more}


def accepted(shown: dict[str, Any]) -> dict[str, Any]:
    chosen = [{"id": shown["suggestions"][0]["uuid"]}]
    return {"card": shown["uuid"], "outcome": "accepted", "acceptedSuggestions": chosen, "outcomeTimestamp": TIME}


def test_feedback_is_joined_to_card_decision_rules_and_version(service: Service) -> None:
    shown = card(service)
    assert tell(service, accepted(shown), overridden(shown["uuid"])).status_code == 200
    rows = [json.loads(line) for line in as_ndjson(service.standing.state).splitlines()]
    assert [row["action_taken"] for row in rows] == ["accepted", "overridden"]
    assert rows[1]["user_feedback"] == "gone since Monday"
    assert rows[0]["ruleset"] == "1.1.0"
    assert "escalate-progressive-weakness" in rows[0]["rules"]
    assert rows[0]["intervention"] == shown["summary"]
    assert rows[0]["decision"].startswith("sha256:")


def test_the_same_feedback_twice_is_kept_once(service: Service) -> None:
    said = overridden(card(service)["uuid"])
    for time in (TIME, TIME, "2026-11-22T13:00:00+01:00"):
        assert tell(service, said, {**said, "outcomeTimestamp": time}).status_code == 200
    assert len(as_ndjson(service.standing.state).splitlines()) == 1


def test_an_unknown_card_is_named_and_the_others_are_kept(service: Service) -> None:
    unknown = "00000000-0000-4000-8000-000000000000"
    found = tell(service, overridden(unknown), overridden(card(service)["uuid"]))
    assert found.status_code == 207
    assert [(each["code"], each["expression"]) for each in found.json()["issue"]] == [("not-found", ["feedback[0]"])]
    assert len(as_ndjson(service.standing.state).splitlines()) == 1
    assert tell(service, overridden(unknown)).status_code == 404


@pytest.mark.parametrize(("change", "words"), [
    ({"card": "x'; DROP TABLE cards"}, "card is the uuid of a card"),
    ({"outcome": "ignored"}, "outcome is 'accepted' or 'overridden'"),
    ({"outcome": "accepted"}, "acceptedSuggestions is needed"),
    ({"outcomeTimestamp": "yesterday"}, "outcomeTimestamp is a time with its offset"),
    ({"outcomeTimestamp": "2026-11-22T12:00:00"}, "outcomeTimestamp is a time with its offset"),
])  # fmt: skip
def test_an_entry_that_is_no_feedback_is_told_why(change: dict[str, Any], words: str, service: Service) -> None:
    found = tell(service, overridden(card(service)["uuid"], **change))
    assert found.status_code == 400
    assert words in found.json()["issue"][0]["details"]["text"]


def test_what_is_no_entry_is_told_at_its_place_and_half_a_character_is_no_failure(service: Service) -> None:
    shown = card(service)["uuid"]
    found = tell(service, "x", overridden(shown, overrideReason={"userComment": "\ud800!"}))
    assert (found.status_code, found.json()["issue"][0]["expression"]) == (207, ["feedback[0]"])
    assert json.loads(as_ndjson(service.standing.state))["user_feedback"] == "?!"


@pytest.mark.parametrize("data", [{}, {"feedback": []}, {"feedback": [{}] * 1001}, [], {"feedback": "x"}])
def test_what_is_no_feedback_at_all_is_refused(data: Any, service: Service) -> None:
    assert service.ask("POST", f"{CALLS}/feedback", content=json.dumps(data)).status_code == 400


def test_the_export_is_csv_that_no_spreadsheet_runs(service: Service) -> None:
    reason = {"userComment": '=HYPERLINK(1),\n"quoted"'}
    tell(service, overridden(card(service)["uuid"], overrideReason=reason))
    row = next(csv.DictReader(io.StringIO(as_csv(service.standing.state))))
    assert row["user_feedback"] == '\'=HYPERLINK(1),\n"quoted"'
    assert {"intervention", "action_taken", "user_feedback", "user", "at", "location"} <= set(row)


def test_what_a_user_wrote_can_be_erased_and_the_rest_stays(service: Service) -> None:
    uuid = card(service)["uuid"]
    tell(service, overridden(uuid))
    assert erase_comments(service.standing.state, uuid) == 1
    assert "Monday" not in as_ndjson(service.standing.state)
    assert len(as_ndjson(service.standing.state).splitlines()) == 1
