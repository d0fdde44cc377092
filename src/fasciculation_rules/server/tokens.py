"""Who calls: a JSON Web Token of a known issuer, for exactly this address, that was never used before."""

from __future__ import annotations

import asyncio
import datetime
import hashlib
from collections.abc import Mapping
from typing import Any

from fasciculation_rules.model.site import Client, Site
from fasciculation_rules.server.keys import Keys
from fasciculation_rules.server.refusing import Refused
from fasciculation_rules.server.state import State

ALGORITHMS = ("ES384", "RS384")
"""Those that the specification recommends. `none` and symmetric ones are never accepted."""

SKEW_SECONDS = 60
LONGEST_SECONDS = 15 * 60
_REQUIRED = ("iss", "aud", "exp", "iat", "jti")
_MOST_TOKEN = 16_384


class Callers:
    """The clients of a site, and the tokens they have used."""

    def __init__(self, site: Site, state: State, keys: Mapping[str, Keys]) -> None:
        self._clients = {client.issuer: client for client in site.clients}
        self._state, self._keys = state, keys

    @property
    def anybody(self) -> bool:
        """Whether no client is named, so that nobody is asked who he is."""
        return not self._clients

    async def check(self, header: str | None, address: str, now: datetime.datetime) -> Client | None:
        """The client whose token this is; None where nobody is asked. `address` is that of the call as registered.

        Raises Refused (401) for every token that is not in order; why is for the log, not for the caller.
        """
        if self.anybody:
            return None
        scheme, _, token = (header or "").partition(" ")
        if scheme.lower() != "bearer" or not token or len(token) > _MOST_TOKEN:
            raise _unknown("no bearer token")
        head, claimed = _unchecked(token)
        client = self._clients.get(claimed)
        if client is None:
            raise _unknown("unknown issuer")
        if head.get("typ") != "JWT" or head.get("alg") not in ALGORITHMS or not isinstance(head.get("kid"), str):
            raise _unknown("header without typ JWT, an accepted alg, or kid")
        if (where := head.get("jku")) is not None and where not in client.key_addresses:
            raise _unknown("jku outside the list")
        key = await self._keys[client.issuer].find(head["kid"], now)
        claims = _checked(token, key, head["alg"], client, address)
        await asyncio.to_thread(self._claim, claims, client, now)
        return client

    def _claim(self, claims: Mapping[str, Any], client: Client, now: datetime.datetime) -> None:
        """Takes the token, once for all workers and also after a restart."""
        issued, until, name = claims["iat"], claims["exp"], claims["jti"]
        if not isinstance(name, str) or not name or len(name) > 255:
            raise _unknown("jti is no short text")
        if not isinstance(issued, int | float) or not isinstance(until, int | float):
            raise _unknown("times that are no numbers")
        if not 0 < until - issued <= LONGEST_SECONDS:
            raise _unknown("valid for more than 15 minutes")
        digest, second = hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest(), int(now.timestamp())
        with self._state.writing() as tables:
            tables.execute("DELETE FROM tokens WHERE until < ?", (second - SKEW_SECONDS,))
            taken = tables.execute(
                "INSERT OR IGNORE INTO tokens VALUES (?, ?, ?)", (client.issuer, digest, int(until) + SKEW_SECONDS)
            )
        if not taken.rowcount:
            raise _unknown("used before")


def _unchecked(token: str) -> tuple[dict[str, Any], str]:
    """The header, and who claims to have signed. Nothing of it is believed yet."""
    import jwt

    try:
        head = jwt.get_unverified_header(token)
        claims = jwt.decode(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise _unknown("no token") from None
    issuer = claims.get("iss")
    return head, issuer if isinstance(issuer, str) else ""


def _checked(token: str, key: Any, algorithm: str, client: Client, address: str) -> dict[str, Any]:
    import jwt

    try:
        return jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            audience=address,
            issuer=client.issuer,
            leeway=SKEW_SECONDS,
            options={"require": list(_REQUIRED)},
        )
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError) as error:
        raise _unknown(type(error).__name__) from None


def _unknown(why: str) -> Refused:
    return Refused(401, "security", "the call has no token that is in order here", why=why)
