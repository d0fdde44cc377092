"""One piece of work for somebody who waits: in a thread with engines of its own, bounded in time, or no guidance."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from fasciculation_rules.errors import EngineError, RulesetError
from fasciculation_rules.model.site import Mode
from fasciculation_rules.server.bodies import read_body
from fasciculation_rules.server.refusing import Refused

if TYPE_CHECKING:
    from starlette.requests import Request

    from fasciculation_rules.server.logs import Log
    from fasciculation_rules.server.standing import Standing

SECONDS = 2.0
SECONDS_TO_SEND = 10

Found = TypeVar("Found")


async def sent(request: Request, most: int) -> bytes:
    """The body of a request.

    Raises Refused: 408 where it does not come, and as `read_body` does.
    """
    try:
        return await asyncio.wait_for(read_body(request, most), SECONDS_TO_SEND)
    except TimeoutError:
        raise Refused(408, "timeout", "the body took too long to arrive") from None


def check_open(standing: Standing) -> None:
    """Raises Refused (503) where the site is off, or guidance has ended."""
    if standing.serving.site.mode is Mode.OFF:
        raise Refused(503, "exception", "the service is switched off at this site")
    if standing.red:
        raise Refused(503, "exception", "the service stopped giving guidance; see its readiness and its log")


async def answered(standing: Standing, log: Log, work: Callable[[], Found]) -> Found:
    """What the work finds.

    Raises Refused (503) where the site is off, guidance has ended, engines disagree, or it takes too long; and what
    the work refuses.
    """
    check_open(standing)
    try:
        running = asyncio.get_running_loop().run_in_executor(standing.threads, work)
        return await asyncio.wait_for(running, SECONDS)
    except TimeoutError:
        raise Refused(503, "timeout", f"no answer within {SECONDS:g} seconds, so there is no guidance") from None
    except (EngineError, RulesetError) as error:
        standing.turn_red(type(error).__name__)
        log.say("red", why=type(error).__name__)
        raise Refused(503, "exception", "no answer could be made, so there is no guidance") from None
