"""Reads the page as a browser without a script does: its fields, what is chosen in them, and its text."""

from __future__ import annotations

from collections.abc import Iterable
from html.parser import HTMLParser
from urllib.parse import urlencode

from asking import Service

VOID = {"input", "meta", "link", "br"}


class Page(HTMLParser):
    """One page. `fields` is what a browser would post; `texts` are its texts, each with the language it stands in."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.fields: list[tuple[str, str]] = []
        self.texts: list[tuple[str, str]] = []
        self.ids: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self._open: list[tuple[str, str]] = []
        self._select = ""
        self._options: list[tuple[str, bool]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        self.tags.append((tag, said))
        if "id" in said:
            self.ids.append(said["id"])
        lang = said.get("lang") or (self._open[-1][1] if self._open else "")
        if tag not in VOID:
            self._open.append((tag, lang))
        if tag == "input" and "name" in said:
            kind = said.get("type", "text")
            if kind not in ("radio", "checkbox") or "checked" in said:
                self.fields.append((said["name"], said.get("value", "")))
        elif tag == "select":
            self._select, self._options = said["name"], []
        elif tag == "option":
            self._options.append((said["value"], "selected" in said))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass
        if tag == "select":
            chosen = [value for value, selected in self._options if selected]
            self.fields.append((self._select, (chosen or [self._options[0][0]])[0]))

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append((data.strip(), self._open[-1][1] if self._open else ""))

    @property
    def text(self) -> str:
        """All of it."""
        return " ".join(" ".join(text for text, _ in self.texts).split())

    def said(self) -> dict[str, str]:
        """What is chosen or typed, by the name of the field."""
        return dict(self.fields)


def post(service: Service, fields: Iterable[tuple[str, str]], **headers: str) -> Page:
    """The page that comes back for these fields."""
    answer = service.ask(
        "POST",
        "/workbench",
        content=urlencode(list(fields)),
        headers={"Content-Type": "application/x-www-form-urlencoded", **headers},
    )
    assert answer.status_code == 200, answer.text
    return Page(answer.text)
