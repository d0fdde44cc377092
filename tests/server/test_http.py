"""Requests good and bad: each has one clear answer, and nothing but guidance is ever a 200."""

from __future__ import annotations

import datetime
import gzip
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from asking import CALLS, Service
from ehr_people import NOW, body, bundle, condition, patient, prefetch, referral

from fasciculation_rules.audit.ledger import file
from fasciculation_rules.audit.ledger.store import Ledger
from fasciculation_rules.errors import EngineDisagreementError, RulesetAlteredError
from fasciculation_rules.server import standing as standing_module
from fasciculation_rules.server.silencing import What, resume, silence, silences
from fasciculation_rules.server.state import begin

TWITCH = prefetch(condition("fasciculation", 3))
URGENT = prefetch(condition("fasciculation", 10), condition("weakness_progressive", 2))


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    found = Service()
    yield found
    found.close()


@pytest.fixture
def made() -> Iterator[Callable[..., Service]]:
    """Makes services, and ends them."""
    there: list[Service] = []

    def make(folder: Path | None = None, **site: Any) -> Service:
        there.append(Service(folder, **site))
        return there[-1]

    yield make
    for each in there:
        each.close()


def without(values: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key not in keys}


NEXT = bundle([condition("fasciculation", 3)], link=[{"relation": "next", "url": "https://fhir.example/more"}])
FAILED = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "timeout"}]}
MERGED = patient(link=[{"type": "replaced-by", "other": {"reference": "Patient/p9"}}])
OLD = bundle([{**condition("fasciculation"), "clinicalStatus": "active", "verificationStatus": "confirmed"}])
CALL = body(TWITCH)

BAD: list[tuple[str, Any, int, str]] = [
    ("no object", [], 400, "the body is no JSON object"),
    ("no hook", without(CALL, "hook"), 400, "answers the hooks patient-view,"),
    ("another hook", {**CALL, "hook": "medication-prescribe"}, 400, "and no other"),
    ("no instance", without(CALL, "hookInstance"), 400, "hookInstance is the UUID of this call"),
    ("no context", without(CALL, "context"), 400, "context is an object"),
    ("no patient", {**CALL, "context": {}}, 400, "context.patientId is the bare id of the patient"),
    ("patient with its type", body(TWITCH, patientId="Patient/p1"), 400, "a bare id, such as 123 and not Type/123"),
    ("patient as a folder", body(TWITCH, patientId=".."), 400, "a bare id"),
    ("patient as an address", body(TWITCH, patientId="../../p1"), 400, "a bare id"),
    ("prefetch as a list", {**CALL, "prefetch": []}, 400, "prefetch is an object"),
    ("no prefetch", without(CALL, "prefetch"), 412, "the patient was neither prefetched whole nor could it be fetched"),
    ("no problems", body(without(TWITCH, "problems")), 412, "the problem list was neither prefetched whole"),
    ("problems null", body({**TWITCH, "problems": None}), 412, "the problem list"),
    ("problems failed", body({**TWITCH, "problems": FAILED}), 412, "the problem list"),
    ("problems of one page", body({**TWITCH, "problems": NEXT}), 412, "the problem list"),
    ("another patient", body({**TWITCH, "patient": patient("p2")}), 422, "is not the patient of the context"),
    ("no patient at all", body({**TWITCH, "patient": condition("fasciculation")}), 422, "is not the patient"),
    ("merged patient", body({**TWITCH, "patient": MERGED}), 422, "this patient record was merged into another"),
    ("old FHIR", body({**TWITCH, "problems": OLD}), 422, "cannot be read as FHIR: wrong-fhir-version"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "status", "words"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_a_call_that_cannot_be_decided_is_told_why(said: Any, status: int, words: str, service: Service) -> None:
    found = service.call(said)
    assert found.status_code == status
    told = found.json()
    assert told["resourceType"] == "OperationOutcome"
    assert words in told["issue"][0]["details"]["text"]
    assert "cards" not in told
    assert "p1" not in found.text


RAW: list[tuple[str, bytes, dict[str, str], int]] = [
    ("nothing", b"", {}, 400),
    ("no JSON", b"{hook: patient-view}", {}, 400),
    ("cut off", json.dumps(CALL).encode()[:-9], {}, 400),
    ("latin-1", '{"hook":"é"}'.encode("latin-1"), {}, 400),
    ("a key twice", b'{"hook":"patient-view","hook":"order-sign"}', {}, 400),
    ("too deep", b'{"a":' * 80 + b"1" + b"}" * 80, {}, 400),
    ("deeper than a stack", b"[" * 200_000, {}, 400),
    ("too large", b" " * (8 * 1024 * 1024 + 1), {}, 413),
    ("a bomb", gzip.compress(b" " * 50_000_000), {"content-encoding": "gzip"}, 413),
    ("no gzip", b"plainly not", {"content-encoding": "gzip"}, 400),
    ("half a gzip", gzip.compress(json.dumps(CALL).encode())[:-12], {"content-encoding": "gzip"}, 400),
    ("brotli", b"x", {"content-encoding": "br"}, 415),
]


@pytest.mark.parametrize(("raw", "headers", "status"), [row[1:] for row in RAW], ids=[row[0] for row in RAW])
def test_a_body_that_is_no_call_is_refused(raw: bytes, headers: dict[str, str], status: int, service: Service) -> None:
    found = service.ask("POST", CALLS, content=raw, headers=headers)
    assert found.status_code == status
    assert found.json()["resourceType"] == "OperationOutcome"


def test_a_packed_body_is_read(service: Service) -> None:
    found = service.ask(
        "POST", CALLS, content=gzip.compress(json.dumps(CALL).encode()), headers={"content-encoding": "gzip"}
    )
    assert found.json() == service.call(CALL).json()


def test_extra_fields_and_unknown_extensions_are_ignored(service: Service) -> None:
    more = {**CALL, "extension": {"com.example": {"x": 1}}, "later": True, "context": {**CALL["context"], "z": [1]}}
    assert service.call(more).json() == service.call(CALL).json()


def test_every_answer_names_its_decision_and_is_not_stored(service: Service) -> None:
    for said in (CALL, body(prefetch()), body(TWITCH, "order-sign")):
        found = service.call(said)
        assert found.headers["x-decision-id"].startswith("sha256:")
        assert found.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("method", "path", "status"), [
    ("GET", "/nowhere", 404), ("GET", CALLS, 405), ("POST", "/cds-services", 405),
    ("POST", "/cds-services/another", 404), ("POST", "/cds-services/another/feedback", 404),
])  # fmt: skip
def test_other_addresses_say_so(method: str, path: str, status: int, service: Service) -> None:
    found = service.ask(method, path)
    assert (found.status_code, found.json()["resourceType"]) == (status, "OperationOutcome")


def why(found: Any) -> str:
    said = found.json()
    assert said["cards"] == []
    return str(said["extension"]["example.fasciculation-rules.why-no-card"])


def test_an_order_hook_looks_only_at_what_the_site_lists(service: Service) -> None:
    def ordering(hook: str, *drafts: Any, **context: Any) -> Any:
        return service.call(body(URGENT, hook, draftOrders=bundle(drafts), **context))

    other, ours = referral("XRAY", status="draft"), referral("UE", status="draft")
    assert why(ordering("order-sign", other)) == "no-relevant-order"
    assert ordering("order-sign", ours, other).json()["cards"]
    assert why(ordering("order-select", ours, selections=[])) == "no-relevant-order"
    assert why(ordering("order-select", ours, selections=["ServiceRequest/other"])) == "no-relevant-order"
    assert ordering("order-select", ours, selections=[f"ServiceRequest/{ours['id']}"]).json()["cards"]
    concept = {"coding": [{"system": "urn:site", "code": "SALBUTAMOL"}]}
    medicine = {"resourceType": "MedicationRequest", "id": "m1", "medicationCodeableConcept": concept}
    assert ordering("order-sign", medicine).json()["cards"]


def test_an_epic_opening_that_follows_a_problem_is_one(service: Service) -> None:
    entered = {"com.epic.cdshooks.request.bpa-trigger-action": "6"}
    said = body(prefetch(), conditions=bundle([condition("fasciculation", 0)]))
    assert service.call({**said, "extension": entered}).json()["cards"]


def test_a_silent_site_decides_and_records_and_shows_nothing(made: Callable[..., Service], tmp_path: Path) -> None:
    ledger = tmp_path / "d.ledger"
    file.begin(ledger)
    silent = made(mode="silent", ledger=str(ledger))
    assert why(silent.call(body(URGENT))) == "silent-mode"
    with Ledger.open_to_read(ledger) as opened:
        bodies = [json.loads(opening.body) for entry, opening in opened.rows("") if opening]
    kept = next(each for each in bodies if "decision" in each)
    assert kept["shown"]["card"]["indicator"] == "warning"
    assert kept["shown"]["why"] == "silent-mode"
    assert kept["import"]["incomplete"] == []
    assert kept["provenance"]
    assert "p1" not in json.dumps(kept)


def test_what_is_off_is_off(made: Callable[..., Service]) -> None:
    assert why(made(mode="off").call(body(URGENT))) == "off"


def test_the_site_may_ask_for_no_card_below_a_rung(made: Callable[..., Service]) -> None:
    site = made(lowest_rung="urgent_2w")
    assert why(site.call(body(TWITCH))) == "below-site-floor"
    assert site.call(body(URGENT)).json()["cards"]


def test_a_topic_a_hook_a_rule_and_a_site_can_be_silenced_and_resumed_while_it_runs(
    made: Callable[..., Service],
) -> None:
    site = made()
    state, who = site.standing.state, {"by": "safety officer", "why": "too many", "at": NOW}
    for what, name in ((What.TOPIC, "urgent-referral"), (What.HOOK, "patient-view"), (What.SITE, "test")):
        silence(state, what, name, **who)
        assert why(site.call(body(URGENT))) == "silenced"
        assert [(each.what, each.name, each.by) for each in silences(state)] == [(what, name, "safety officer")]
        resume(state, what, name, at=NOW)
        assert site.call(body(URGENT)).json()["cards"]
    silence(state, What.RULE, "escalate-progressive-weakness", **who)
    assert site.call(body(URGENT)).json()["cards"], "other rules still ask for it"


def test_one_card_in_thirty_days_unless_it_is_louder(made: Callable[..., Service], tmp_path: Path) -> None:
    site = made(remembers_cards=True, state=str(tmp_path))
    calm, urgent = TWITCH, URGENT
    first = site.call(body(calm, instance="1")).content
    assert site.call(body(calm, instance="1")).content == first, "the same call again"
    assert why(site.call(body(calm, instance="2"))) == "already-shown"
    assert site.call(body(urgent, instance="3")).json()["cards"], "the rung rose"
    assert why(site.call(body(urgent, instance="4"))) == "already-shown"
    old = prefetch(condition("fasciculation", 10), condition("dyspnoea_rest", 12))
    new = prefetch(condition("fasciculation", 10), condition("dyspnoea_rest", 1))
    assert site.call(body(old, instance="5")).json()["cards"][0]["indicator"] == "warning"
    assert site.call(body(new, instance="6")).json()["cards"][0]["indicator"] == "critical"
    assert why(site.call(body(new, instance="7"))) == "already-shown"
    site.now = NOW + datetime.timedelta(days=31)
    later = prefetch(condition("fasciculation", 10), condition("weakness_progressive", 2))
    assert site.call(body(later, instance="8")).json()["cards"]
    assert b"p1" not in (tmp_path / "state.sqlite").read_bytes()


# ---------------------------------------------------------------- what ends all guidance


def test_engines_that_disagree_end_all_guidance(made: Callable[..., Service], monkeypatch: pytest.MonkeyPatch) -> None:
    site = made()

    def differ(*_: object) -> object:
        raise EngineDisagreementError("they differ")

    with monkeypatch.context() as patch:
        patch.setattr(standing_module, "decide", differ)
        found = site.call(body(URGENT))
    assert (found.status_code, "cards" in found.json()) == (503, False)
    assert site.call(body(URGENT)).status_code == 503, "until a restart"
    assert site.ask("GET", "/ready").status_code == 503
    assert site.ask("GET", "/health").status_code == 200


def test_what_ends_the_guidance_of_one_worker_ends_that_of_all_until_a_restart(
    made: Callable[..., Service], tmp_path: Path
) -> None:
    one, other = made(state=str(tmp_path)), made(state=str(tmp_path))
    one.standing.turn_red("EngineDisagreementError")
    assert other.call(body(URGENT)).status_code == 503
    assert other.ask("GET", "/ready").json()["why"] == "EngineDisagreementError"
    begin(tmp_path)
    assert made(state=str(tmp_path)).call(body(URGENT)).status_code == 200


def test_an_altered_ruleset_ends_all_guidance(made: Callable[..., Service], monkeypatch: pytest.MonkeyPatch) -> None:
    site = made()
    assert site.ask("GET", "/ready").json()["review"] == "not reviewed by a clinician"

    def altered(_: object) -> None:
        raise RulesetAlteredError("ruleset 1.1.0 was altered")

    monkeypatch.setattr(standing_module, "reverify", altered)
    site.standing.watch()
    assert site.call(body(URGENT)).status_code == 503
    assert site.ask("GET", "/ready").json()["why"] == "ruleset 1.1.0 was altered"


def test_a_ledger_that_is_gone_ends_all_guidance(made: Callable[..., Service], tmp_path: Path) -> None:
    ledger = tmp_path / "d.ledger"
    file.begin(ledger)
    site = made(ledger=str(ledger))
    assert site.call(body(URGENT)).status_code == 200
    for each in tmp_path.glob("d.ledger*"):
        each.unlink()
    assert site.call(body(URGENT, instance="2")).status_code == 503
    assert site.ask("GET", "/ready").status_code == 503


def test_no_decision_in_time_is_no_empty_answer(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    from fasciculation_rules.server import hooks

    monkeypatch.setattr(hooks, "SECONDS", 0.05)
    monkeypatch.setattr(service.standing, "decide", lambda *_: time.sleep(0.3))
    found = service.call(body(URGENT))
    assert (found.status_code, "cards" in found.json()) == (503, False)


def test_a_card_that_nobody_saw_is_not_counted_as_shown(
    made: Callable[..., Service], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import time

    from fasciculation_rules.server import hooks

    site = made(remembers_cards=True, state=str(tmp_path))
    decide = site.standing.decide

    def late(*said: Any) -> Any:
        found = decide(*said)
        time.sleep(0.3)
        return found

    with monkeypatch.context() as patch:
        patch.setattr(hooks, "SECONDS", 0.2)
        patch.setattr(site.standing, "decide", late)
        assert site.call(body(URGENT, instance="1")).status_code == 503
    time.sleep(1)  # until what nobody waits for has come to its end
    assert site.call(body(URGENT, instance="2")).json()["cards"]


def test_engines_that_disagree_after_the_caller_has_left_end_all_guidance(
    made: Callable[..., Service], monkeypatch: pytest.MonkeyPatch
) -> None:
    import time

    from fasciculation_rules.server import hooks

    site = made()

    def late(*_: object) -> object:
        time.sleep(1)
        raise EngineDisagreementError("they differ")

    monkeypatch.setattr(hooks, "SECONDS", 0.5)
    monkeypatch.setattr(standing_module, "decide", late)
    assert site.call(body(URGENT)).json()["issue"][0]["code"] == "timeout"
    site.standing.threads.shutdown()
    assert site.ask("GET", "/ready").json()["why"] == "EngineDisagreementError"


# ---------------------------------------------------------------- logs and metrics


def test_neither_log_nor_metrics_say_anything_of_a_person(service: Service) -> None:
    secret = patient(name="p1", birth="1961-05-04")
    service.call(body({**URGENT, "patient": {**secret, "name": [{"family": "Marker"}]}}))
    service.call({**CALL, "hook": "Marker", "context": {"patientId": "Marker 7"}})
    said = service.log.getvalue() + service.ask("GET", "/metrics").text
    assert '"event": "call"' in said
    assert 'cards_total{row="3",rung="urgent_2w",topic="urgent-referral"}' in said
    for secret_text in ("Marker", "1961", "p1"):  # as words: a time since 1970 may hold the digits of a year by chance
        assert re.search(rf"\b{secret_text}\b", said) is None


def test_browsers_of_the_site_may_call_and_no_others(made: Callable[..., Service]) -> None:
    site = made(browsers_of=["https://ehr.example"])
    asked = {"Access-Control-Request-Method": "POST"}
    ours = site.ask("OPTIONS", CALLS, headers={"Origin": "https://ehr.example", **asked})
    other = site.ask("OPTIONS", CALLS, headers={"Origin": "https://evil.example", **asked})
    assert ours.headers["access-control-allow-origin"] == "https://ehr.example"
    assert "access-control-allow-origin" not in other.headers
