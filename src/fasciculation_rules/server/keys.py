"""The public keys of a client: from a file, or from where it publishes them, kept for ten minutes."""

from __future__ import annotations

import asyncio
import datetime
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from fasciculation_rules.errors import SiteError
from fasciculation_rules.model.site import Client
from fasciculation_rules.server.refusing import Refused

KEPT = datetime.timedelta(minutes=10)
LAST_GOOD = datetime.timedelta(hours=24)
PAUSE = datetime.timedelta(seconds=30)
"""Between two attempts to fetch, so that tokens with unknown key ids cause no storm."""

SECONDS = 5
"""For a set of keys to arrive whole."""

Fetch = Callable[[str], Awaitable[bytes]]
_NEVER = datetime.datetime.min.replace(tzinfo=datetime.UTC)


class Keys:
    """The keys of one client."""

    def __init__(self, client: Client, folder: Path, fetch: Fetch) -> None:
        """Raises SiteError where its file cannot be read."""
        self._address, self._fetch = client.keys_at, fetch
        self._found: dict[str, Any] = {} if client.keys is None else keys_of_file(folder / client.keys)
        self._fetched = self._tried = _NEVER
        self._renewing = asyncio.Lock()

    async def find(self, name: str, now: datetime.datetime) -> Any:
        """The key of that id.

        Raises Refused (401) where the client has none, and 503 where its keys could not be fetched for a day.
        """
        if self._address is not None and (now - self._fetched > KEPT or name not in self._found):
            async with self._renewing:  # who comes meanwhile waits for the same answer
                await self._renew(self._address, now)
            if now - self._fetched > LAST_GOOD:
                raise Refused(503, "transient", "the keys of the caller cannot be fetched")
        if name not in self._found:
            raise Refused(401, "security", "the call has no token that is in order here", why="unknown key")
        return self._found[name]

    async def _renew(self, address: str, now: datetime.datetime) -> None:
        """Fetches them again, unless that was tried just now; the last good ones stay where it fails."""
        if now - self._tried < PAUSE:
            return
        self._tried = now
        try:
            async with asyncio.timeout(SECONDS):
                raw = await self._fetch(address)
            self._found = read_key_set(raw, address)
        except (OSError, SiteError):
            return
        self._fetched = now


def read_key_set(text: str | bytes, file: str) -> dict[str, Any]:
    """The public keys of a JWK set by their ids, those for ES384 and RS384.

    Raises SiteError where there is none.
    """
    import jwt

    found = {}
    try:
        for each in json.loads(text)["keys"]:
            if each.get("kid") and each.get("use", "sig") == "sig" and each.get("kty") in ("EC", "RSA"):
                algorithm = "ES384" if each["kty"] == "EC" else "RS384"
                found[str(each["kid"])] = jwt.PyJWK(each, algorithm).key
    except (ValueError, TypeError, KeyError, AttributeError, jwt.PyJWTError) as error:
        raise SiteError(f"'{file}' is no JWK set with keys for ES384 or RS384: {type(error).__name__}") from None
    if not found:
        raise SiteError(f"'{file}' has no key with a `kid` for ES384 or RS384")
    return found


def keys_of_file(path: Path) -> dict[str, Any]:
    """The keys of a file.

    Raises SiteError where it cannot be read.
    """
    try:
        return read_key_set(path.read_bytes(), path.name)
    except OSError as error:
        raise SiteError(f"'{path}' cannot be read: {error.strerror}") from None
