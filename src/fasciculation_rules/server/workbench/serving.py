"""The addresses of the page: the page itself, the same with answers, and its two files."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from importlib.resources import files
from typing import TYPE_CHECKING

from fasciculation_rules.server.asking import answered, sent
from fasciculation_rules.server.refusing import Refused
from fasciculation_rules.server.workbench.answers import MOST_BYTES, read_form
from fasciculation_rules.server.workbench.catalogue import Catalogue, catalogue_for
from fasciculation_rules.server.workbench.making import html_of, make, refused_page

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from fasciculation_rules.server.logs import Log
    from fasciculation_rules.server.standing import Standing

FORM = "application/x-www-form-urlencoded"
OWN = "same-origin"
FILES = {"page.css": "text/css", "page.js": "text/javascript"}
"""What the page loads, all of it from here."""


class Workbench:
    """The page of one site. It keeps nothing: what was answered comes with every request, and goes with its answer."""

    def __init__(self, standing: Standing, log: Log) -> None:
        self._standing, self._log = standing, log
        site = standing.serving.site
        self._headers = headers(site.embedded_in)
        self._trial = standing.serving.stamp.startswith("**TEST")
        self._files = {name: _file(name) for name in FILES}

    async def page(self, request: Request) -> Response:
        """GET: an empty page. POST: the page for the answers that came."""
        begun, status = time.perf_counter(), 500
        words = catalogue_for(request.headers.get("accept-language", ""))
        try:
            fields = read_form(await _form(request)) if request.method == "POST" else []
            text = await answered(self._standing, self._log, lambda: self._made(fields, words))
        except Refused as refused:
            status, text = refused.status, refused_page(refused.message, words)
        else:
            status = 200
        finally:
            milliseconds = round((time.perf_counter() - begun) * 1000, 1)
            self._log.say("page", status=status, milliseconds=milliseconds)
        return _response(status, text, self._headers)

    def _made(self, fields: list[tuple[str, str]], words: Catalogue) -> str:
        serving = self._standing.serving
        today = self._standing.clock().astimezone(serving.zone).date()
        made = make(fields, serving.ruleset, words, today)
        return html_of(made, serving.ruleset, words, trial=self._trial)

    async def file(self, request: Request) -> Response:
        """GET: the style or the script."""
        name = request.path_params["name"]
        if name not in self._files:
            raise Refused(404, "not-found", "there is nothing at this address")
        content, tag = self._files[name]
        own = {"ETag": tag, "Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
        if request.headers.get("if-none-match") == tag:
            return _response(304, "", own)
        return _response(200, content, own, FILES[name])


def headers(embedded_in: tuple[str, ...]) -> Mapping[str, str]:
    """What every page is sent with: nothing from elsewhere, nothing kept, nothing told to anybody."""
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "connect-src": "'self'",
        "img-src": "'self' data:",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": " ".join(embedded_in) or "'none'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {sources}" for name, sources in policy.items()),
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Vary": "Accept-Language",
    }


async def _form(request: Request) -> bytes:
    """Raises Refused for what did not come from the page itself: nobody else fills it in."""
    if request.headers.get("sec-fetch-site", OWN) != OWN:
        raise Refused(403, "forbidden", "answers come from this page alone")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise Refused(415, "not-supported", f"answers come as {FORM}")
    return await sent(request, MOST_BYTES)


def _file(name: str) -> tuple[str, str]:
    """The text of a file, and its tag."""
    text = (files("fasciculation_rules") / "server" / "workbench" / "static" / name).read_text(encoding="utf-8")
    return text, f'"{hashlib.sha256(text.encode()).hexdigest()[:16]}"'


def _response(status: int, text: str, own: Mapping[str, str], kind: str = "text/html") -> Response:
    from starlette.responses import Response

    return Response(text, status, dict(own), f"{kind}; charset=utf-8")
