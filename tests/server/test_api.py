"""The HTTP interface: it says what the library says, described in OpenAPI, and refuses as the hooks do."""

from __future__ import annotations

import asyncio
import datetime
import json
import threading
from collections.abc import Iterator

import httpx
import pytest
from asking import Service
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from tests.strategies import cases

from fasciculation_rules import Case, assess, explain, open_ruleset
from fasciculation_rules.errors import EngineDisagreementError
from fasciculation_rules.model.api import Compared
from fasciculation_rules.model.site import Mode

RULES = open_ruleset("1.1.0")
DAY = datetime.date(2026, 11, 22)
TOLD = {"fasciculation": "present", "motor_function_loss": "present", "age": "42 years"}
"""A person in a few words."""


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    own = Service()
    yield own
    own.close()


@pytest.fixture(scope="module")
def described(service: Service) -> dict:
    return service.ask("GET", "/api/v1/openapi.json").json()


def ask(service: Service, name: str, body: object, **said: object) -> httpx.Response:
    return service.ask("POST", f"/api/v1/{name}", content=json.dumps(body), **said)


def valid(described: dict, schema: str, data: object) -> None:
    pointed = {"$ref": f"#/components/schemas/{schema}", "components": described["components"]}
    Draft202012Validator(pointed, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(data)


# ---------------------------------------------------------------- laws


@given(cases(RULES), st.booleans())
@settings(max_examples=25)
def test_the_interface_says_what_the_library_says(service, described, case, reconcile):
    body = {**case.model_dump(mode="json", by_alias=True, exclude_none=True), "on": str(DAY), "reconcile": reconcile}
    valid(described, "AssessRequest", body)
    answer = ask(service, "assess", body)
    expected = assess(case, RULES, on=DAY, reconcile=reconcile)
    assert answer.text == expected.to_json()
    valid(described, "Assessment", answer.json())
    assert ask(service, "explain", body).text == explain(expected)


# ---------------------------------------------------------------- the description


def test_the_description_is_openapi_3_1(described):
    assert described["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(described).validate()


def test_the_description_names_every_address_and_no_other(service, described):
    paths = {route.path for route in service.app.routes if route.path.startswith("/api/")}
    assert set(described["paths"]) == paths - {"/api/v1/openapi.json"}


@pytest.mark.parametrize(
    "given", [{"age": "42 years"}, {"age": {"value": "42 years"}}, {"ck": {"from": "1", "to": "2"}}]
)
def test_the_short_form_and_the_long_form_of_a_value_are_described(described, given):
    valid(described, "AssessRequest", {"given": given})


def test_what_is_not_described_is_refused_and_what_is_refused_is_not_described(service, described):
    for body in ({"given": {}, "patient": "x"}, {"given": {"age": 42, "x": {"y": 1}}}, {"given": []}, []):
        errors = list(
            Draft202012Validator(
                {"$ref": "#/components/schemas/AssessRequest", "components": described["components"]}
            ).iter_errors(body)
        )
        assert errors
        assert ask(service, "assess", body).status_code == 422


# ---------------------------------------------------------------- refusals


def test_every_problem_is_named_at_once_at_its_place_and_without_what_was_found(service):
    answer = ask(service, "assess", {"given": {"dysfagia": "present", "potassium": "Smith"}, "on": "Jones"})
    again = ask(service, "assess", {"given": {"dysfagia": "present", "potassium": "Smith"}})
    assert [answer.status_code, again.status_code] == [422, 422]
    assert {tuple(issue["expression"]) for issue in again.json()["issue"]} == {
        ("given.dysfagia",),
        ("given.potassium",),
    }
    assert "did you mean 'dysphagia'" in again.text
    assert "Smith" not in answer.text + again.text
    assert "Jones" not in answer.text


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"{", 400),
        (b"\xff", 400),
        (b'{"given":{},"given":{}}', 400),
        (b"[" * 5_000, 400),
        (b'"' + b"x" * 1_100_000, 413),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_as_by_the_hooks(service, content, status):
    answer = service.ask("POST", "/api/v1/assess", content=content)
    assert answer.status_code == status
    assert answer.json()["resourceType"] == "OperationOutcome"


def test_a_token_counts_for_exactly_the_address_it_was_made_for(tmp_path):
    from test_tokens import ISSUER, KEY_SET, token

    (tmp_path / "keys.json").write_text(json.dumps(KEY_SET))
    own = Service(tmp_path, clients=[{"issuer": ISSUER, "keys": "keys.json"}])
    own.now = datetime.datetime.now(datetime.UTC)
    answers = {}
    for name, body in (
        ("assess", {"given": TOLD}),
        ("explain", {"given": TOLD}),
        ("compare", {"old": "1", "new": "2"}),
    ):
        for aud in ("assess", "explain", "compare", None):
            made = aud and token(aud=f"https://cds.example/api/v1/{aud}", number=f"{name}-{aud}")
            found = ask(own, name, body, headers={"Authorization": f"Bearer {made}"} if made else {})
            answers[name, aud] = found.status_code
            if found.status_code == 401:
                assert found.headers["www-authenticate"] == "Bearer"
        described = own.ask("GET", "/api/v1/openapi.json").json()
        assert described["paths"][f"/api/v1/{name}"]["post"]["security"] == [{"token": []}]
    own.close()
    in_order = {pair: status for pair, status in answers.items() if pair[0] == pair[1]}
    assert in_order == {("assess",) * 2: 200, ("explain",) * 2: 200, ("compare",) * 2: 422}
    assert {status for pair, status in answers.items() if pair not in in_order} == {401}


@pytest.mark.parametrize("name", ["assess", "explain", "compare"])
def test_where_guidance_has_ended_there_is_none(name):
    for own in (Service(), Service(mode=Mode.OFF)):
        if own.standing.serving.site.mode is not Mode.OFF:
            own.standing.turn_red("RulesetAlteredError")
        assert ask(own, name, {"given": TOLD}).status_code == 503
        own.close()


def test_engines_that_disagree_end_all_guidance(monkeypatch):
    def differ(*_, **__):
        raise EngineDisagreementError("two engines differ")

    monkeypatch.setattr("fasciculation_rules.server.api.serving.assess", differ)
    own = Service()
    assert ask(own, "assess", {"given": TOLD}).status_code == 503
    assert own.standing.red == "EngineDisagreementError"
    own.close()


def test_nothing_of_a_person_stands_in_the_log():
    own = Service()
    ask(own, "assess", {"given": TOLD, "label": "Mrs Smith"})
    ask(own, "assess", {"given": {"mrs_smith": "present"}})
    lines = [json.loads(line) for line in own.log.getvalue().splitlines()]
    own.close()
    assert [set(line) for line in lines] == [{"time", "event", "asked", "status", "milliseconds"}] * 2
    assert [line["status"] for line in lines] == [200, 422]


# ---------------------------------------------------------------- comparing


def test_versions_are_compared_once_and_as_the_command_line_does(service, described, monkeypatch):
    from fasciculation_rules.proof.compare.account import as_json, compare
    from fasciculation_rules.server.api import comparing

    calls = []

    def counted(*pair):
        calls.append(pair)
        return compare(*pair)

    monkeypatch.setattr(comparing, "compare", counted)
    body = {"old": "1.0.0", "new": "1.1.0"}
    one, again = ask(service, "compare", body), ask(service, "compare", body)
    assert one.status_code == 200, one.text
    assert one.content == again.content
    assert len(calls) == 1
    valid(described, "Compared", one.json())
    expected = as_json(compare(open_ruleset("1.0.0"), RULES))
    assert {name: value for name, value in one.json().items() if name != "source_attributes"} == json.loads(
        json.dumps(expected)
    )
    assert Compared.model_validate(one.json()).model_dump(mode="json", exclude_unset=True) == one.json()


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ({"old": "1.0.0", "new": "7.0.0"}, 404, "1.1.0"),
        ({"old": "1.0.0", "new": "../../etc"}, 422, "a version such as"),
        ({"old": "1.0.0", "new": "rulesets/1.0.0"}, 422, "a version such as"),
        ({"old": "1.0.0"}, 422, "'new' is missing"),
        ({"old": "1.0.0", "new": "1.1.0", "cases": "/tmp"}, 422, "unknown key"),
    ],
)
def test_only_released_versions_are_compared(service, body, status, says):
    answer = ask(service, "compare", body)
    assert answer.status_code == status
    assert says in answer.text


def test_comparisons_wait_for_each_other_and_too_many_are_refused(monkeypatch):
    from fasciculation_rules.server.api import comparing
    from fasciculation_rules.server.refusing import Refused

    go, at_once, most = threading.Event(), [], []

    def slow(self, old, new):
        at_once.append(1)
        most.append(len(at_once))
        go.wait(10)
        at_once.pop()
        return b"{}"

    monkeypatch.setattr(comparing.Comparisons, "_compared", slow)
    comparisons = comparing.Comparisons()
    waiting = [comparisons.of("1.0.0", f"1.0.{n}") for n in range(comparing.MOST_WAITING)]
    assert comparisons.of("1.0.0", "1.0.0") is waiting[0]
    with pytest.raises(Refused) as refused:
        comparisons.of("1.0.0", "9.9.9")
    assert refused.value.status == 429
    go.set()
    assert [each.result(10) for each in waiting] == [b"{}"] * len(waiting)
    assert max(most) == 1


# ---------------------------------------------------------------- beside other applications


def test_the_service_is_mounted_in_another_application_with_its_page():
    from starlette.applications import Starlette
    from starlette.routing import Mount

    own = Service()
    outer = Starlette(routes=[Mount("/twitching", own.app)])

    async def asked() -> list[httpx.Response]:
        transport = httpx.ASGITransport(outer)
        async with httpx.AsyncClient(transport=transport, base_url="http://app.example/twitching/") as client:
            return [
                await client.post("api/v1/assess", json={"given": TOLD}),
                await client.get("workbench"),
                await client.get("workbench/page.css"),
            ]

    assessed, page, style = asyncio.run(asked())
    own.close()
    assert assessed.json() == json.loads(assess(Case.of(**TOLD), RULES, on=own.now.date()).to_json())
    assert 'href="workbench/page.css"' in page.text
    assert style.status_code == 200
