"""The addresses of the HTTP interface: the same callers, limits and refusals as those of the hooks."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

from fasciculation_rules.assessing.straight_line import assess
from fasciculation_rules.errors import (
    ArgumentError,
    CaseError,
    EngineDisagreementError,
    EngineError,
    EngineUnavailableError,
    RulesetError,
    RulesetNotFoundError,
)
from fasciculation_rules.model.api import AssessRequest, CompareRequest
from fasciculation_rules.model.assessment import Assessment
from fasciculation_rules.report.text import explain
from fasciculation_rules.server.api.comparing import Comparisons
from fasciculation_rules.server.api.openapi import PATHS, openapi
from fasciculation_rules.server.asking import answered, check_open, sent
from fasciculation_rules.server.bodies import json_of
from fasciculation_rules.server.refusing import Refused

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from fasciculation_rules.server.logs import Log
    from fasciculation_rules.server.standing import Standing
    from fasciculation_rules.server.tokens import Callers

MOST_BYTES = 1024 * 1024
SECONDS_TO_COMPARE = 60


class Interface:
    """Assess, explain and compare for one site. Nothing of a case is kept."""

    def __init__(self, standing: Standing, callers: Callers, log: Log) -> None:
        self._standing, self._callers, self._log = standing, callers, log
        self._comparisons = Comparisons()
        self._described = json.dumps(openapi(standing.serving), ensure_ascii=False).encode()

    async def described(self, request: Request) -> Response:
        """GET: what is here, in OpenAPI. It is about nobody; a token is asked for only where the site says so."""
        if self._standing.serving.site.discovery_needs_token:
            await self._check_caller(request, "/api/v1/openapi.json")
        return _response(200, self._described)

    async def assess(self, request: Request) -> Response:
        """POST: a case; its assessment."""
        return await self._told(request, "assess", lambda found: found.to_json(), "application/json")

    async def explain(self, request: Request) -> Response:
        """POST: a case; its assessment in words."""
        return await self._told(request, "explain", explain, "text/plain")

    async def compare(self, request: Request) -> Response:
        """POST: two versions; what the newer says otherwise, and of whom."""
        with _Said(self._log, "compare") as said:
            check_open(self._standing)
            await self._check_caller(request, PATHS["compare"])
            asked = _read(CompareRequest.read, json_of(await sent(request, MOST_BYTES)))
            body = await self._compared(asked)
            said.status = 200
        return _response(200, body)

    # ------------------------------------------------------------ steps

    async def _told(self, request: Request, name: str, say: Callable[[Assessment], str], kind: str) -> Response:
        with _Said(self._log, name) as said:
            await self._check_caller(request, PATHS[name])
            asked = _read(AssessRequest.read, json_of(await sent(request, MOST_BYTES)))
            text = await answered(self._standing, self._log, lambda: self._assessed(asked, say))
            said.status = 200
        return _response(200, text.encode(), kind)

    def _assessed(self, asked: AssessRequest, say: Callable[[Assessment], str]) -> str:
        serving = self._standing.serving
        today = self._standing.clock().astimezone(serving.zone).date()
        return say(
            _read(lambda _: assess(asked, serving.ruleset, on=asked.on or today, reconcile=asked.reconcile), None)
        )

    async def _compared(self, asked: CompareRequest) -> bytes:
        """Raises Refused where there is no such version, or no answer in time."""
        try:
            waiting = asyncio.wrap_future(self._comparisons.of(asked.old, asked.new))
            return await asyncio.wait_for(asyncio.shield(waiting), SECONDS_TO_COMPARE)
        except TimeoutError:
            message = f"no comparison within {SECONDS_TO_COMPARE} seconds; it goes on, so ask again in a minute"
            raise Refused(503, "timeout", message) from None
        except RulesetNotFoundError as error:
            raise Refused(404, "not-found", error.summary) from None
        except EngineUnavailableError as error:
            raise Refused(501, "not-supported", error.summary) from None
        except EngineDisagreementError as error:
            self._standing.turn_red(type(error).__name__)
            raise Refused(503, "exception", "two engines differ, so there is no guidance") from None
        except (EngineError, RulesetError) as error:
            raise Refused(503, "exception", error.summary) from None

    async def _check_caller(self, request: Request, path: str) -> None:
        standing = self._standing
        try:
            address = f"{standing.serving.address}{path}"
            await self._callers.check(request.headers.get("authorization"), address, standing.clock())
        except Refused as refused:
            standing.metrics.refused(refused.why)
            self._log.say("refused", why=refused.why)
            raise


class _Said:
    """One line of the log for one call: what was asked for, how it ended, how long it took; nothing of a person."""

    def __init__(self, log: Log, name: str) -> None:
        self._log, self._name, self._begun, self.status = log, name, time.perf_counter(), 500

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: object, error: object, _trace: object) -> None:
        status = error.status if isinstance(error, Refused) else self.status
        milliseconds = round((time.perf_counter() - self._begun) * 1000, 1)
        self._log.say("api", asked=self._name, status=status, milliseconds=milliseconds)


def _read(read: Callable[[Any], Any], data: object) -> Any:
    """What it reads; problems with what was sent become one refusal (422) with all of them."""
    try:
        return read(data)
    except (CaseError, ArgumentError) as error:
        raise Refused(422, "invalid", error.summary, problems=error.problems) from None


def _response(status: int, body: bytes, kind: str = "application/json") -> Response:
    from starlette.responses import Response

    kind = f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
    return Response(body, status, {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}, kind)
