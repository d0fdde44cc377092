"""What the client did not send is fetched from its own server, with its own token, and from nowhere else."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from asking import Service
from ehr_people import body, bundle, condition, patient, prefetch
from test_tokens import ISSUER, KEY_SET, token

from fasciculation_rules.server import fetching

BASE = "https://fhir.ehr.example/r4"
URGENT = prefetch(condition("fasciculation", 10), condition("weakness_progressive", 2))


class Elsewhere:
    """Stands in for the network: what each path answers, and what was asked of which machine with which headers."""

    def __init__(self) -> None:
        self.asked: list[httpx.Request] = []
        self.answers: dict[str, Callable[[httpx.Request], httpx.Response]] = {}
        self.numbers = {"fhir.ehr.example": "93.184.216.34", "inside.example": "10.0.0.7"}

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.MockTransport(self._answer), follow_redirects=False)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        path = request.url.path.removeprefix("/r4/")
        return self.answers.get(path, lambda _: httpx.Response(200, json=bundle([])))(request)

    async def resolve(self, host: str, *_: object, **__: object) -> list[Any]:
        return [(2, 1, 6, "", (self.numbers[host], 443))]


@pytest.fixture
def net(monkeypatch: pytest.MonkeyPatch) -> Elsewhere:
    there = Elsewhere()
    monkeypatch.setattr(fetching, "opened", there.client)

    async def resolved(host: str, port: int, *, private: bool) -> str:
        loop = type("Loop", (), {"getaddrinfo": staticmethod(there.resolve)})
        with monkeypatch.context() as patch:
            patch.setattr(asyncio, "get_running_loop", lambda: loop)
            return await original(host, port, private=private)

    original = fetching._resolved
    monkeypatch.setattr(fetching, "_resolved", resolved)
    there.answers = {
        "Patient/p1": lambda _: httpx.Response(200, json=patient()),
        "Condition": lambda _: httpx.Response(200, json=URGENT["problems"]),
    }
    return there


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    import datetime

    (tmp_path / "keys.json").write_text(json.dumps(KEY_SET), encoding="utf-8")
    client = {"issuer": ISSUER, "keys": "keys.json", "fhir": [BASE, "https://inside.example/r4"]}
    found = Service(tmp_path, clients=[client])
    found.now = datetime.datetime.now(datetime.UTC)
    yield found
    found.close()


def ask(service: Service, number: int, server: str = BASE, of: str = "p1", **values: Any) -> httpx.Response:
    given = {
        "access_token": "SECRET",
        "token_type": "Bearer",
        "expires_in": 300,
        "scope": "patient/*.rs",
        "subject": "cds",
    }
    said = {**body(values), "fhirServer": server, "fhirAuthorization": {**given, "patient": of}}
    headers = {"Authorization": f"Bearer {token(number=number)}"}
    return service.call(said, headers=headers)


def test_what_is_lacking_is_fetched_by_the_published_templates_alone(service: Service, net: Elsewhere) -> None:
    found = ask(service, 101)
    assert found.json()["cards"][0]["indicator"] == "warning"
    paths = {request.url.path for request in net.asked}
    assert paths == {f"/r4/{kind}" for kind in (
        "Patient/p1", "Condition", "Observation", "QuestionnaireResponse", "MedicationRequest", "FamilyMemberHistory",
        "ServiceRequest",
    )}  # fmt: skip
    for request in net.asked:
        assert (request.method, request.url.host) == ("GET", "93.184.216.34")
        assert request.headers["host"] == "fhir.ehr.example"
        assert request.extensions["sni_hostname"] == "fhir.ehr.example"
        assert request.headers["authorization"] == "Bearer SECRET"
    assert "SECRET" not in found.text + service.log.getvalue()


def test_what_was_sent_is_not_fetched(service: Service, net: Elsewhere) -> None:
    assert ask(service, 102, **URGENT).json()["cards"]
    assert net.asked == []


@pytest.mark.parametrize("server", [
    "https://evil.example/r4", "http://fhir.ehr.example/r4", "https://fhir.ehr.example/r4/../admin",
    "https://fhir.ehr.example", "https://fhir.ehr.example:444/r4", "https://user@fhir.ehr.example/r4",
])  # fmt: skip
def test_nothing_is_fetched_from_a_server_that_is_not_listed(server: str, service: Service, net: Elsewhere) -> None:
    assert ask(service, 103, server).status_code == 412
    assert net.asked == []


def test_nothing_is_fetched_with_a_token_of_another_patient(service: Service, net: Elsewhere) -> None:
    assert ask(service, 104, of="p2").status_code == 412
    assert net.asked == []


def test_a_listed_name_that_means_a_private_machine_is_not_spoken_to(service: Service, net: Elsewhere) -> None:
    assert ask(service, 105, "https://inside.example/r4").status_code == 412
    net.numbers["fhir.ehr.example"] = "127.0.0.1"
    assert ask(service, 106).status_code == 412
    assert net.asked == []


def test_a_redirect_is_not_followed(service: Service, net: Elsewhere) -> None:
    net.answers["Condition"] = lambda _: httpx.Response(302, headers={"location": "https://evil.example/"})
    assert ask(service, 107).status_code == 412
    assert {request.url.host for request in net.asked} == {"93.184.216.34"}


def paged(pages: int, onward: str = f"{BASE}/Condition?page=") -> Callable[[httpx.Request], httpx.Response]:
    def answer(request: httpx.Request) -> httpx.Response:
        number = int(request.url.params.get("page", "1"))
        link = [{"relation": "next", "url": f"{onward}{number + 1}"}] if number < pages else []
        return httpx.Response(200, json=bundle([condition("fasciculation", number)], link=link))

    return answer


def test_up_to_three_pages_are_read_and_a_fourth_makes_the_list_incomplete(service: Service, net: Elsewhere) -> None:
    net.answers["Condition"] = paged(3)
    assert ask(service, 108).status_code == 200
    net.answers["Condition"] = paged(4)
    assert ask(service, 109).status_code == 412


def test_a_next_page_elsewhere_is_not_fetched_and_the_list_counts_as_incomplete(
    service: Service, net: Elsewhere
) -> None:
    net.answers["Condition"] = paged(2, "https://evil.example/Condition?page=")
    assert ask(service, 110).status_code == 412
    assert {request.headers["host"] for request in net.asked} == {"fhir.ehr.example"}


@pytest.mark.parametrize("way", ["../../admin?page=", "%2e%2e/admin?page=", "/../x/..%5cadmin?page="])
def test_a_next_page_that_climbs_out_of_the_listed_path_is_not_fetched(
    way: str, service: Service, net: Elsewhere
) -> None:
    net.answers["Condition"] = paged(2, f"{BASE}/{way}")
    assert ask(service, 120).status_code == 412
    assert all(request.url.path.startswith("/r4/") and "admin" not in request.url.path for request in net.asked)


@pytest.mark.parametrize("answer", [
    httpx.Response(500), httpx.Response(200, text="<html>"), httpx.Response(200, content=b"[" * 100_000),
    httpx.Response(200, content=b" " * (9 * 1024 * 1024)), httpx.Response(204),
], ids=["failed", "no JSON", "deep", "large", "empty"])  # fmt: skip
def test_what_cannot_be_fetched_is_unknown_and_never_absent(
    answer: httpx.Response, service: Service, net: Elsewhere
) -> None:
    net.answers["Observation"] = lambda _: answer
    found = ask(service, 111)
    assert found.json()["extension"]["example.fasciculation-rules.incomplete"] == ["diagnoses", "labs"]
    net.answers["Condition"] = lambda _: answer
    assert ask(service, 112).status_code == 412


def test_a_slow_server_is_not_waited_for(service: Service, net: Elsewhere, monkeypatch: pytest.MonkeyPatch) -> None:
    async def slow(*_: object, **__: object) -> bytes:
        await asyncio.sleep(30)
        raise AssertionError("unreachable")

    monkeypatch.setattr(fetching, "get", slow)
    assert ask(service, 113).status_code == 412
