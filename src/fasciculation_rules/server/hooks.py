"""The addresses of CDS Hooks: discovery, calls and feedback."""

from __future__ import annotations

import asyncio
import datetime
import json
import time
from typing import TYPE_CHECKING

from fasciculation_rules.errors import EngineError, FhirError, LedgerError, RulesetError, StateError
from fasciculation_rules.model.site import Client
from fasciculation_rules.server.asking import sent
from fasciculation_rules.server.bodies import MOST_BYTES, json_of
from fasciculation_rules.server.call import SERVICE, Call, read_call
from fasciculation_rules.server.deciding import Decided, needs_no_look, without_a_look
from fasciculation_rules.server.discovery import discovery, hooks_of
from fasciculation_rules.server.feedback import take_feedback
from fasciculation_rules.server.fetching import fetch, may_fetch
from fasciculation_rules.server.prefetch import Gathered, gather, lacking, templates
from fasciculation_rules.server.refusing import Refused, outcome

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from fasciculation_rules.server.logs import Log
    from fasciculation_rules.server.standing import Standing
    from fasciculation_rules.server.tokens import Callers

SECONDS = 2.0
"""So long after its last byte a call is answered without guidance: an EHR has given up by then."""


class Hooks:
    """Answers the three addresses for one site."""

    def __init__(self, standing: Standing, callers: Callers, log: Log) -> None:
        self._standing, self._callers, self._log = standing, callers, log
        serving = standing.serving
        self._hooks = hooks_of(serving)
        self._templates = templates(serving.ruleset)
        self._discovery = _bytes(discovery(serving))
        self._base = f"{serving.address}/cds-services"

    async def discover(self, request: Request) -> Response:
        """GET: what is offered. It is about nobody, so that a token is asked for only where the site says so."""
        if self._standing.serving.site.discovery_needs_token:
            await self._caller(request, "")
        return _answer(200, self._discovery)

    async def call(self, request: Request) -> Response:
        """POST: one call of a hook."""
        begun, hook = time.perf_counter(), "unknown"
        status, found = 500, None
        try:
            if request.path_params["service"] != SERVICE:
                raise Refused(404, "not-found", f"the service here is '{SERVICE}'")
            self._check_ready()
            raw = await sent(request, MOST_BYTES)
            async with asyncio.timeout(SECONDS):
                client = await self._caller(request, f"/{SERVICE}")
                call = await asyncio.wrap_future(self._standing.threads.submit(self._read, raw))
                hook = call.hook
                found = await self._decided(call, client)
            status = 200
            self._standing.metrics.decided(found)
            return _answer(200, _bytes(found.body), **{"X-Decision-Id": found.decision})
        except Refused as refused:
            status = refused.status
            raise
        except TimeoutError:
            status = 503
            raise Refused(503, "timeout", f"no decision within {SECONDS:g} seconds, so there is no guidance") from None
        finally:
            seconds = time.perf_counter() - begun
            self._standing.metrics.answered(hook, status, seconds)
            self._log.say(
                "call",
                hook=hook,
                status=status,
                milliseconds=round(seconds * 1000, 1),
                decision=found.decision if found else None,
                why=found.why if found else None,
                topic=str(found.show.topic) if found and found.show else None,
            )

    async def feedback(self, request: Request) -> Response:
        """POST: what became of cards. Entries that cannot be kept are named; the others are kept."""
        if request.path_params["service"] != SERVICE:
            raise Refused(404, "not-found", f"the service here is '{SERVICE}'")
        await self._caller(request, f"/{SERVICE}/feedback")
        data = json_of(await sent(request, MOST_BYTES))
        refused = await asyncio.to_thread(take_feedback, self._standing.state, data, self._standing.clock())
        for each in refused:
            self._standing.metrics.told(each["status"])
        if not refused:
            self._standing.metrics.told(200)
            return _answer(200, b"{}")
        whole = len(refused) == len(data["feedback"])
        status = (404 if all(each["status"] == 404 for each in refused) else 400) if whole else 207
        issues = [
            {**outcome("not-found" if each["status"] == 404 else "value", each["message"])["issue"][0],
             "expression": [f"feedback[{each['entry']}]"]}
            for each in refused
        ]  # fmt: skip
        return _answer(status, _bytes({"resourceType": "OperationOutcome", "issue": issues}))

    # ------------------------------------------------------------ steps

    def _read(self, raw: bytes) -> Call:
        return read_call(json_of(raw), self._hooks, self._standing.serving.site.problem_entered)

    def _check_ready(self) -> None:
        if self._standing.red:
            raise Refused(503, "exception", "the service stopped giving guidance; see its readiness and its log")

    async def _caller(self, request: Request, path: str) -> Client | None:
        try:
            return await self._callers.check(
                request.headers.get("authorization"), f"{self._base}{path}", self._standing.clock()
            )
        except Refused as refused:
            self._standing.metrics.refused(refused.why)
            self._log.say("refused", why=refused.why)
            raise

    async def _decided(self, call: Call, client: Client | None) -> Decided:
        """The decision, in a thread of its own, with what was lacking fetched before.

        Raises Refused (422, 503) where there can be none.
        """
        standing = self._standing
        why = needs_no_look(call, standing.serving)
        if why is not None:
            return without_a_look(call, why)
        at: datetime.datetime = standing.clock()
        gathered = await self._gathered(call, client)
        deciding = standing.threads.submit(standing.decide, call, gathered, at)
        try:
            return await asyncio.wrap_future(deciding)
        except asyncio.CancelledError:
            deciding.add_done_callback(lambda _: standing.forget(call))
            raise
        except FhirError as error:
            code = error.problems[0].code if error.problems else "not-fhir"
            raise Refused(422, "business-rule", f"the prefetched data cannot be read as FHIR: {code}") from None
        except (EngineError, LedgerError, RulesetError, StateError) as error:
            self._log.say("red", why=type(error).__name__)
            raise Refused(503, "exception", "no decision could be made, so there is no guidance") from None

    async def _gathered(self, call: Call, client: Client | None) -> Gathered:
        values = dict(call.prefetch)
        given, wanted = may_fetch(call, client), lacking(values, call)
        if given is not None and client is not None and wanted:
            got = await fetch(wanted, self._templates, call, client, given)
            self._standing.metrics.fetched(wanted, set(got))
            values |= got
        return gather(values)


def _bytes(body: object) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _answer(status: int, body: bytes, **headers: str) -> Response:
    from starlette.responses import Response

    return Response(body, status, {"Cache-Control": "no-store", **headers}, "application/json")
