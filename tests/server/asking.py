"""Asks the service without a network: the application itself, with a clock and a log of the test's own."""

from __future__ import annotations

import asyncio
import datetime
import io
import json
from pathlib import Path
from typing import Any

import httpx
from ehr_people import NOW, serving

from fasciculation_rules.server.app import application
from fasciculation_rules.server.logs import Log
from fasciculation_rules.server.standing import Standing

CALLS = "/cds-services/muscle-twitching"


class Service:
    """One process of the service."""

    def __init__(self, folder: Path | None = None, **site: Any) -> None:
        self.now = NOW
        self.log = io.StringIO()
        self.standing = Standing(serving(**site), self._clock)
        self.app = application(self.standing, folder or Path(), Log(self.log))

    def _clock(self) -> datetime.datetime:
        return self.now

    def ask(self, method: str, path: str, **said: Any) -> httpx.Response:
        """One request."""
        return asyncio.run(self._ask(method, path, said))

    async def _ask(self, method: str, path: str, said: dict[str, Any]) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://cds.example") as client:
            return await client.request(method, path, **said)

    def call(self, body: Any, **said: Any) -> httpx.Response:
        """One call of a hook."""
        return self.ask("POST", CALLS, content=json.dumps(body), **said)

    def close(self) -> None:
        """Ends its threads."""
        self.standing.close()
