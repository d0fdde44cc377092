"""Tokens: the one in order is accepted once; every other is a 401 that says no more, and asks nobody."""

from __future__ import annotations

import asyncio
import base64
import datetime
import hashlib
import hmac
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from asking import CALLS, Service
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from ehr_people import body, condition, prefetch

from fasciculation_rules.server import keys as keys_module

ISSUER = "https://ehr.example"
ADDRESS = f"https://cds.example{CALLS}"
CALL = body(prefetch(condition("fasciculation", 3)))
CURVE, OTHER_CURVE = ec.generate_private_key(ec.SECP384R1()), ec.generate_private_key(ec.SECP384R1())
LONG = rsa.generate_private_key(65537, 2048)


def public(key: Any, name: str) -> dict[str, Any]:
    kind = jwt.algorithms.ECAlgorithm if isinstance(key, ec.EllipticCurvePrivateKey) else jwt.algorithms.RSAAlgorithm
    return {**kind.to_jwk(key.public_key(), as_dict=True), "kid": name, "use": "sig"}


KEY_SET = {"keys": [public(CURVE, "curve"), public(LONG, "long")]}


def claims(**said: Any) -> dict[str, Any]:
    now = int(datetime.datetime.now(datetime.UTC).timestamp())
    usual = {"iss": ISSUER, "aud": ADDRESS, "iat": now, "exp": now + 300, "jti": f"{said.pop('number', 0)}-{id(said)}"}
    return {key: value for key, value in {**usual, **said}.items() if value is not None}


def token(key: Any = CURVE, algorithm: str = "ES384", kid: str | None = "curve", *, head: Any = (), **said: Any) -> str:
    header = {"typ": "JWT", **({"kid": kid} if kid else {}), **dict(head)}
    return jwt.encode(claims(**said), key, algorithm, {name: value for name, value in header.items() if value})


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    (tmp_path / "keys.json").write_text(json.dumps(KEY_SET), encoding="utf-8")
    client = {"issuer": ISSUER, "keys": "keys.json", "key_addresses": ["https://ehr.example/keys"]}
    found = Service(tmp_path, clients=[client], state=str(tmp_path / "state"))
    found.now = datetime.datetime.now(datetime.UTC)
    yield found
    found.close()


def status(service: Service, given: str | None, path: str = CALLS) -> int:
    headers = {} if given is None else {"Authorization": f"Bearer {given}"}
    found = service.ask("POST", path, content=json.dumps(CALL), headers=headers)
    if found.status_code == 401:
        told = found.json()["issue"][0]["details"]["text"]
        assert told == "the call has no token that is in order here"
        assert found.headers["www-authenticate"] == "Bearer"
    return found.status_code


def test_a_token_in_order_is_accepted_with_either_algorithm(service: Service) -> None:
    assert status(service, token(number=1)) == 200
    assert status(service, token(LONG, "RS384", "long", number=2)) == 200
    assert status(service, token(number=3, aud=["https://other.example", ADDRESS])) == 200
    assert status(service, token(number=4, head={"jku": "https://ehr.example/keys"})) == 200


def test_a_token_is_accepted_once_also_by_another_worker_and_after_a_restart(service: Service, tmp_path: Path) -> None:
    one = token(number=5)
    assert status(service, one) == 200
    assert status(service, one) == 401
    client = {"issuer": ISSUER, "keys": "keys.json"}
    other = Service(tmp_path, clients=[client], state=str(tmp_path / "state"))
    other.now = service.now
    assert status(other, one) == 401
    other.close()


def symmetric() -> str:
    secret = json.dumps(public(LONG, "long")).encode()
    head, said = ({"alg": "HS384", "typ": "JWT", "kid": "long"}, claims())
    parts = [base64.urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=") for each in (head, said)]
    mark = hmac.digest(secret, b".".join(parts), hashlib.sha384)
    return b".".join([*parts, base64.urlsafe_b64encode(mark).rstrip(b"=")]).decode()


def unsigned() -> str:
    head, said = ({"alg": "none", "typ": "JWT", "kid": "curve"}, claims())
    return (
        b".".join(base64.urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=") for each in (head, said)).decode()
        + "."
    )


SECOND = int(datetime.datetime.now(datetime.UTC).timestamp())
REFUSED: list[tuple[str, Any]] = [
    ("none at all", lambda: None),
    ("no token", lambda: "nonsense"),
    ("three empty parts", lambda: ".."),
    ("too long", lambda: "x" * 20_000),
    ("another issuer", lambda: token(iss="https://evil.example")),
    ("another key", lambda: token(OTHER_CURVE)),
    ("unknown key id", lambda: token(kid="other")),
    ("no key id", lambda: token(kid=None)),
    ("another algorithm", lambda: token(LONG, "RS256", "long")),
    ("symmetric, with the public key as its secret", symmetric),
    ("not signed", unsigned),
    ("no type", lambda: token(head={"typ": "at+jwt"})),
    ("its keys from elsewhere", lambda: token(head={"jku": "https://evil.example/keys"})),
    ("another audience", lambda: token(aud="https://cds.example/cds-services/other")),
    ("an audience with a slash more", lambda: token(aud=ADDRESS + "/")),
    ("the audience of discovery", lambda: token(aud="https://cds.example/cds-services")),
    ("expired", lambda: token(iat=SECOND - 500, exp=SECOND - 120)),
    ("from the future", lambda: token(iat=SECOND + 600, exp=SECOND + 700)),
    ("valid for too long", lambda: token(exp=SECOND + 3600)),
    ("never expires", lambda: token(exp=None)),
    ("no time of issue", lambda: token(iat=None)),
    ("no id", lambda: token(jti=None)),
    ("an id that is no text", lambda: token(jti=7)),
    ("no audience", lambda: token(aud=None)),
    ("no issuer", lambda: token(iss=None)),
]


@pytest.mark.parametrize("make", [row[1] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_every_other_token_is_refused(make: Any, service: Service) -> None:
    assert status(service, make()) == 401


def test_feedback_needs_a_token_for_its_own_address(service: Service) -> None:
    assert status(service, token(number=6), f"{CALLS}/feedback") == 401
    assert status(service, token(number=7, aud=f"{ADDRESS}/feedback"), f"{CALLS}/feedback") == 400


def test_discovery_needs_none_unless_the_site_says_so(service: Service, tmp_path: Path) -> None:
    assert service.ask("GET", "/cds-services").status_code == 200
    client = {"issuer": ISSUER, "keys": "keys.json"}
    strict = Service(tmp_path, clients=[client], discovery_needs_token=True)
    strict.now = service.now
    assert strict.ask("GET", "/cds-services").status_code == 401
    good = token(number=8, aud="https://cds.example/cds-services")
    assert strict.ask("GET", "/cds-services", headers={"Authorization": f"Bearer {good}"}).status_code == 200
    strict.close()


@pytest.mark.parametrize("said", [
    {"exp": "99999999999"}, {"iat": "1"}, {"exp": "99999999999", "iat": "99999999990"}, {"jti": "\ud800"},
])  # fmt: skip
def test_claims_of_odd_kinds_are_no_failure_of_the_service(said: dict[str, Any], service: Service) -> None:
    assert status(service, token(**said)) == (200 if "jti" in said else 401)


def test_whoever_waits_for_the_state_keeps_nobody_else_waiting(service: Service) -> None:
    async def both() -> list[str]:
        done: list[str] = []

        async def ask(what: str, method: str, path: str, **said: Any) -> None:
            await service._ask(method, path, said)
            done.append(what)

        with service.standing.state.writing():
            calling = asyncio.create_task(
                ask("call", "POST", CALLS, content="{}", headers={"Authorization": f"Bearer {token(number=60)}"})
            )
            await asyncio.sleep(0.1)
            await ask("health", "GET", "/health")
        await calling
        return done

    assert asyncio.run(both()) == ["health", "call"]


def test_a_state_that_cannot_be_kept_ends_all_guidance(service: Service) -> None:
    service.standing.state._connection.execute("PRAGMA query_only = ON")  # as on a full disk
    assert status(service, token(number=61)) == 503
    assert service.ask("GET", "/ready").json()["why"] == "StateError"


# ---------------------------------------------------------------- keys that are published


class Published:
    """Where a client publishes its keys: what it serves, and how often it was asked."""

    def __init__(self) -> None:
        self.serves: bytes | None = json.dumps(KEY_SET).encode()
        self.asked: list[str] = []

    async def __call__(self, address: str, *, private: bool) -> bytes:
        self.asked.append(address)
        if self.serves is None:
            raise OSError("down")
        return self.serves


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Service, Published]]:
    from fasciculation_rules.server import app

    there = Published()
    monkeypatch.setattr(app, "_fetch", there)
    found = Service(tmp_path, clients=[{"issuer": ISSUER, "keys_at": "https://ehr.example/keys"}])
    found.now = datetime.datetime.now(datetime.UTC)
    yield found, there
    found.close()


def test_published_keys_are_kept_ten_minutes(published: tuple[Service, Published]) -> None:
    service, there = published
    assert [status(service, token(number=n)) for n in (10, 11)] == [200, 200]
    assert there.asked == ["https://ehr.example/keys"]
    service.now += datetime.timedelta(minutes=11)
    status(service, token(number=12))
    assert len(there.asked) == 2


def test_calls_that_come_while_the_keys_are_fetched_wait_for_them(
    published: tuple[Service, Published], monkeypatch: pytest.MonkeyPatch
) -> None:
    service, there = published
    serve = Published.__call__

    async def slowly(self: Published, address: str, *, private: bool) -> bytes:
        await asyncio.sleep(0.05)
        return await serve(self, address, private=private)

    monkeypatch.setattr(Published, "__call__", slowly)

    async def all_at_once() -> list[int]:
        said = [
            {"content": json.dumps(CALL), "headers": {"Authorization": f"Bearer {token(number=n)}"}}
            for n in range(70, 74)
        ]
        return [each.status_code for each in await asyncio.gather(*(service._ask("POST", CALLS, s) for s in said))]

    assert asyncio.run(all_at_once()) == [200] * 4
    assert len(there.asked) == 1


def test_an_unknown_key_id_is_asked_for_once_in_a_while(published: tuple[Service, Published]) -> None:
    service, there = published
    status(service, token(number=13))
    service.now += datetime.timedelta(seconds=31)
    assert [status(service, token(kid="new", number=n)) for n in range(14, 24)] == [401] * 10
    assert len(there.asked) == 2


def test_the_last_good_keys_stay_for_a_day_and_no_longer(published: tuple[Service, Published]) -> None:
    service, there = published
    assert status(service, token(number=30)) == 200
    there.serves = None
    service.now += datetime.timedelta(hours=23)
    assert status(service, token(number=31)) == 200
    service.now += datetime.timedelta(hours=2)
    assert status(service, token(number=32)) == 503


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"keys": []}', '{"keys": [{"kty": "oct", "k": "AAAA", "kid": "s"}]}', '{"keys": 1}']
)
def test_what_is_no_set_of_public_keys_is_refused(text: str) -> None:
    from fasciculation_rules.errors import SiteError

    with pytest.raises(SiteError, match=r"^'keys\.json' (is no JWK set|has no key)"):
        keys_module.read_key_set(text, "keys.json")
