"""Two thousand broken requests: each gets a clear refusal or a sound answer, soon, and nobody else's data."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from random import Random
from typing import Any

import httpx
import pytest
from asking import CALLS, Service
from ehr_people import body, condition, laboratory, prefetch, record
from test_wire import schema

REQUESTS = 2_000
ODD: tuple[Any, ...] = (
    *(None, True, 0, -1, 1e308, "", "x" * 3_000, "\x00", "\U0001f600", "\u202e", "2026-13-45", [], [[]], {}),
    *({"resourceType": "Bundle"}, {"resourceType": 7}, {"coding": [{"code": None}]}, {"reference": "#"}),
    *(["Patient/p1"], "Patient/p2"),
)
MARKER = "MARKER-OF-ANOTHER"


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in parts:
        found += places(each, (*path, key))
    return found


def mutated(random: Random, data: Any) -> Any:
    """The same with some of its parts gone, doubled, moved or of another kind."""
    data = json.loads(json.dumps(data))
    for _ in range(random.randint(1, 6)):
        path = random.choice(places(data))
        holder = data
        for step in path[:-1]:
            holder = holder[step]
        match random.randrange(4):
            case 0:
                del holder[path[-1]]
            case 1:
                holder[path[-1]] = random.choice(ODD)
            case 2 if isinstance(holder, list):
                holder.append(holder[path[-1]])
            case _:
                holder[path[-1]] = [holder[path[-1]]]
        if not places(data):
            return data
    return data


def requests(random: Random) -> bytes:
    """One request: a mutated call, mutated bytes, or noise."""
    values = record(random, entry=random.random() < 0.8)
    stranger = {**condition("dyspnoea_rest", 0, of="p2"), "note": [{"text": MARKER}]}
    values["problems"]["entry"].append({"resource": stranger})
    said = mutated(random, body(values, random.choice(["patient-view", "order-sign", "problem-list-item-create"])))
    raw = json.dumps(said).encode()
    if random.random() < 0.25:
        broken = bytearray(raw)
        for _ in range(random.randint(1, 8)):
            broken[random.randrange(len(broken))] = random.randrange(256)
        raw = bytes(broken[: random.randrange(len(broken))] if random.random() < 0.3 else broken)
    return random.randbytes(random.randrange(2_000)) if random.random() < 0.03 else raw


HEADERS: tuple[dict[str, str], ...] = (
    {}, {}, {}, {"content-type": "text/xml"}, {"content-encoding": "gzip"}, {"authorization": "Bearer x"},
    {"x-forwarded-host": "evil.example"}, {"accept-language": "\x7f"},
)  # fmt: skip


@pytest.mark.slow
def test_two_thousand_broken_requests_are_refused_or_soundly_answered() -> None:
    service, random, statuses = Service(), Random(17), Counter[int]()
    sound = schema("response")

    async def all_of_them() -> None:
        transport = httpx.ASGITransport(service.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://cds.example", timeout=5) as client:
            for _ in range(REQUESTS):
                found = await client.post(CALLS, content=requests(random), headers=random.choice(HEADERS))
                statuses[found.status_code] += 1
                assert MARKER not in found.text
                if found.status_code == 200:
                    sound.validate(found.json())
                else:
                    assert 400 <= found.status_code < 500, found.text
                    assert found.json()["resourceType"] == "OperationOutcome"

    asyncio.run(all_of_them())
    assert service.standing.red == ""
    assert service.call(body(prefetch(condition("fasciculation")))).status_code == 200
    assert sum(statuses.values()) == REQUESTS
    assert min(statuses[200], statuses[400], statuses[412]) > 20
    service.close()


def test_numbers_beyond_all_measure_are_set_aside() -> None:
    service = Service()
    for value in (1e308, -1e308, 10**400):
        labs = [laboratory("2823-3", value, "mmol/L")]
        found = service.call(body(prefetch(condition("fasciculation"), labs=labs)))
        assert found.status_code == 200
        assert found.json()["cards"][0]["indicator"] == "info"
    service.close()
