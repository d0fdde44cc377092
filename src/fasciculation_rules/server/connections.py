"""Connections that ask for nothing are closed, so that a few hundred silent ones cannot shut everybody else out."""

from __future__ import annotations

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

SECONDS = 20
"""For the head of a request to arrive, and again for its body; also how long a connection may idle."""


class Punctual(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it, which alone waits for ever for a request that was begun, or never was."""

    _state: object = None
    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A connection is there; nothing was asked yet."""
        super().connection_made(transport)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone."""
        self._end()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        """Something arrived, or an answer is complete."""
        super().handle_events()
        self._watch()

    def _watch(self) -> None:
        if self.conn.their_state is self._state:
            return
        self._end()
        self._state = self.conn.their_state
        if self._state in (h11.IDLE, h11.SEND_BODY) and not self.transport.is_closing():
            self._late = self.loop.call_later(SECONDS, self.transport.close)

    def _end(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None
