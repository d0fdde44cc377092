"""All addresses of the service as one ASGI application; what goes wrong becomes one clear answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fasciculation_rules.errors import FasciculationRulesError, ServerUnavailableError, StateError
from fasciculation_rules.server.api.serving import Interface
from fasciculation_rules.server.fetching import get, opened
from fasciculation_rules.server.hooks import Hooks
from fasciculation_rules.server.keys import Keys
from fasciculation_rules.server.logs import Log
from fasciculation_rules.server.refusing import Refused, outcome, outcome_of_problems
from fasciculation_rules.server.serving import review_due
from fasciculation_rules.server.standing import Standing
from fasciculation_rules.server.tokens import Callers
from fasciculation_rules.server.workbench.serving import Workbench

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

WATCH_SECONDS = 30


def application(standing: Standing, folder: Path, log: Log | None = None) -> Starlette:
    """The application of one site. `folder` is where the files of the site lie.

    Raises ServerUnavailableError without the extra `server`, SiteError where keys cannot be read.
    """
    try:
        from starlette.applications import Starlette
        from starlette.middleware import Middleware
        from starlette.middleware.cors import CORSMiddleware
        from starlette.routing import Route
    except ImportError:
        raise ServerUnavailableError(
            "the service needs packages that are not installed: pip install 'fasciculation-rules[server]'"
        ) from None
    log = log or Log()
    site = standing.serving.site
    keys = {
        client.issuer: Keys(client, folder, partial(_fetch, private=client.private_network)) for client in site.clients
    }
    callers = Callers(site, standing.state, keys)
    hooks, interface = Hooks(standing, callers, log), Interface(standing, callers, log)
    health, workbench = Health(standing), Workbench(standing, log)
    return Starlette(
        routes=[
            Route("/cds-services", hooks.discover, methods=["GET"]),
            Route("/cds-services/{service}", hooks.call, methods=["POST"]),
            Route("/cds-services/{service}/feedback", hooks.feedback, methods=["POST"]),
            Route("/api/v1/openapi.json", interface.described, methods=["GET"]),
            Route("/api/v1/assess", interface.assess, methods=["POST"]),
            Route("/api/v1/explain", interface.explain, methods=["POST"]),
            Route("/api/v1/compare", interface.compare, methods=["POST"]),
            Route("/workbench", workbench.page, methods=["GET", "POST"]),
            Route("/workbench/{name}", workbench.file, methods=["GET"]),
            Route("/health", health.health, methods=["GET"]),
            Route("/ready", health.ready, methods=["GET"]),
            Route("/metrics", health.metrics, methods=["GET"]),
        ],
        middleware=[
            Middleware(
                CORSMiddleware,
                allow_origins=[str(origin) for origin in site.browsers_of],
                allow_methods=["GET", "POST"],
                allow_headers=["Authorization", "Content-Type"],
                expose_headers=["X-Decision-Id"],
            )
        ]
        if site.browsers_of
        else [],
        exception_handlers=_handlers(standing, log),
        lifespan=_lifespan(standing),
    )


class Health:
    """Whether the process lives, whether it gives guidance, and its counters."""

    def __init__(self, standing: Standing) -> None:
        self._standing = standing

    async def health(self, _request: Request) -> Response:
        """The process answers."""
        return _json(200, {"status": "alive"})

    async def ready(self, _request: Request) -> Response:
        """200 where guidance is given; 503 with the reason where it is not."""
        standing = self._standing
        ruleset = standing.serving.ruleset
        why = "stopping" if standing.stopping else standing.red
        about = {
            "ruleset": ruleset.version,
            "review": ruleset.about.review,
            "review_due": review_due(ruleset).isoformat(),
            "mode": str(standing.serving.site.mode),
        }
        return _json(
            503 if why else 200, {"status": "red" if why else "ready", **({"why": why} if why else {}), **about}
        )

    async def metrics(self, _request: Request) -> Response:
        """The text that Prometheus reads."""
        return self._standing.metrics.response()


async def _fetch(address: str, *, private: bool) -> bytes:
    async with opened() as web:
        return await get(address, web, {"Accept": "application/json"}, private=private)


def _handlers(standing: Standing, log: Log) -> Mapping[Any, Any]:
    from starlette.exceptions import HTTPException

    async def refused(_request: Request, error: Any) -> Response:
        headers = {401: {"WWW-Authenticate": "Bearer"}, 429: {"Retry-After": "60"}}.get(error.status, {})
        one = outcome(error.code, error.message, at=error.at)
        told = outcome_of_problems(error.problems) if error.problems else one
        return _json(error.status, told, headers)

    async def unknown(_request: Request, error: Any) -> Response:
        words = {404: "there is nothing at this address", 405: "this address takes no such request"}
        return _json(error.status_code, outcome("not-found", words.get(error.status_code, "not possible")))

    async def broken(_request: Request, error: Exception) -> Response:
        log.say("broken", why=type(error).__name__)
        return _json(500, outcome("exception", "the service failed, so there is no guidance", severity="fatal"))

    async def unkept(_request: Request, error: StateError) -> Response:
        standing.turn_red(type(error).__name__)
        log.say("red", why=type(error).__name__)
        return _json(503, outcome("exception", "the service cannot keep its state, so there is no guidance"))

    return {
        Refused: refused,
        StateError: unkept,
        HTTPException: unknown,
        FasciculationRulesError: broken,
        Exception: broken,
    }


def _lifespan(standing: Standing) -> Any:
    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async def watch() -> None:
            while True:
                await asyncio.sleep(WATCH_SECONDS)
                await asyncio.to_thread(standing.watch)

        watching = asyncio.create_task(watch())
        standing.metrics.ready.set(1)
        try:
            yield
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching
            standing.close()

    return lifespan


def _json(status: int, body: object, headers: Mapping[str, str] | None = None) -> Response:
    from starlette.responses import JSONResponse

    return JSONResponse(body, status, {"Cache-Control": "no-store", **(headers or {})})
