"""Fetches what the client did not send, from the client's own FHIR server: from nowhere else, and never for long."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import socket
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urljoin, urlsplit

from fasciculation_rules.exchange.fhir.shapes import Json, object_of, objects_of, text_of
from fasciculation_rules.model.site import Client
from fasciculation_rules.server.call import Authorization, Call

if TYPE_CHECKING:
    import httpx

SECONDS = 0.4
MOST_PAGES = 3
MOST_BYTES = 8 * 1024 * 1024


class NotAllowedError(OSError):
    """An address that nothing is fetched from."""


def may_fetch(call: Call, client: Client | None) -> Authorization | None:
    """With what the service may read for this call: a token for a server of the client's list, for this patient."""
    given = call.authorization
    if given is None or client is None or given.server not in client.fhir:
        return None
    return given if given.patient in ("", call.patient) else None


async def fetch(
    names: Iterable[str], templates: Mapping[str, str], call: Call, client: Client, given: Authorization
) -> dict[str, Json]:
    """What could be fetched of these keys in the time there is. What failed is simply not there."""
    found: dict[str, Json] = {}

    async def one(name: str, web: httpx.AsyncClient) -> None:
        found[name] = await _pages(filled(templates[name], call), web, client, given)

    try:
        async with asyncio.timeout(SECONDS), opened() as web:
            await asyncio.gather(*(one(name, web) for name in names), return_exceptions=True)
    except TimeoutError:
        pass
    return found


def filled(template: str, call: Call) -> str:
    """A template with the ids of the call, which have no letters that an address would need escaped."""
    return template.replace("{{context.patientId}}", call.patient).replace("{{context.encounterId}}", call.encounter)


def opened() -> httpx.AsyncClient:
    """A client that follows no redirects, and heeds no settings of its surroundings."""
    import httpx

    return httpx.AsyncClient(follow_redirects=False, trust_env=False, timeout=5)


async def _pages(path: str, web: httpx.AsyncClient, client: Client, given: Authorization) -> Json:
    """The resource, or up to three pages of a search as one Bundle; the link to a further page stays."""
    address: str = f"{given.server}/{path}"
    first: Json = {}
    for _ in range(MOST_PAGES):
        page = await _read(address, web, client, given)
        if not first:
            first = page
        else:
            first["entry"] = [*objects_of(first.get("entry")), *objects_of(page.get("entry"))]
            first["link"] = page.get("link", [])
        onward = [text_of(each.get("url")) for each in objects_of(page.get("link")) if each.get("relation") == "next"]
        if not onward:
            return first
        address = urljoin(address, onward[0])
        if not _is_below(address, given.server):
            return first
    return first


def _is_below(address: str, server: str) -> bool:
    """Whether an address is one of this server; none that climbs out of its path is."""
    steps = unquote(urlsplit(address).path).replace("\\", "/").split("/")
    return address.startswith((f"{server}/", f"{server}?")) and ".." not in steps


async def _read(address: str, web: httpx.AsyncClient, client: Client, given: Authorization) -> Json:
    headers = {"Authorization": f"Bearer {given.token}", "Accept": "application/fhir+json"}
    raw = await get(address, web, headers, private=client.private_network)
    return object_of(json.loads(raw))


async def get(address: str, web: httpx.AsyncClient, headers: Mapping[str, str], *, private: bool = False) -> bytes:
    """The body at an https address, from the very machine whose address was looked at.

    Raises NotAllowedError where that is private and must not be, OSError where nothing whole came.
    """
    import httpx

    parts = urlsplit(address)
    host, port = parts.hostname or "", parts.port or 443
    number = await _resolved(host, port, private=private)
    aimed = parts._replace(netloc=f"[{number}]:{port}" if ":" in number else f"{number}:{port}").geturl()
    named: dict[str, Any] = {"sni_hostname": host}
    body = bytearray()
    try:
        asked = {**headers, "Host": parts.netloc}
        async with web.stream("GET", aimed, headers=asked, extensions=named) as answer:
            if answer.status_code != 200:
                raise OSError(f"status {answer.status_code}")
            async for piece in answer.aiter_bytes():
                body += piece
                if len(body) > MOST_BYTES:
                    raise OSError("too large")
    except httpx.HTTPError as error:
        raise OSError(type(error).__name__) from None
    return bytes(body)


async def _resolved(host: str, port: int, *, private: bool) -> str:
    """The one address that is then spoken to, so that a name cannot mean another machine a moment later."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for *_, place in found:
        number = str(place[0])
        if private or ipaddress.ip_address(number.partition("%")[0]).is_global:
            return number
    raise NotAllowedError("no public address")
