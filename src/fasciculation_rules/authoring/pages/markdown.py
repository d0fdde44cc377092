"""Pieces of Markdown: text that cannot become markup by accident, links, and a condition as an outline."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from fasciculation_rules.logic.condition import Condition, Leaf
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.report.outline import outline as lines_of

_MARKUP = re.compile(r"([\\`*_\[\]<>|#])")


def plain(text: str) -> str:
    """A text on one line in which nothing is markup."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))


def link(text: str, path: str) -> str:
    """A link to another page, by its path as seen from this one."""
    return f"[{plain(text)}]({path})"


def bullets(items: Iterable[str], *, none: str) -> list[str]:
    """A list, or a sentence where there is nothing to list; and the empty line after it."""
    lines = [f"* {item}" for item in items]
    return [*(lines or [none]), ""]


def heading(ruleset: Ruleset, title: str) -> list[str]:
    """The title of a page, and what every page says of the ruleset."""
    said = f"Ruleset {ruleset.version} ({ruleset.status}), {ruleset.about.review}. It makes no diagnosis."
    return [f"# {plain(title)}", "", plain(said), ""]


def signature() -> list[str]:
    """Where somebody signs."""
    return ["## Sign-off", "", "| name | role | date | agrees, or what to change |", "| --- | --- | --- | --- |",
            "|  |  |  |  |", ""]  # fmt: skip


def outline(condition: Condition, say: Callable[[Leaf], str]) -> list[str]:
    """A condition as nested bullets, one clause a line, in the order in which it is written."""
    return [f"{'  ' * depth}* {line}" for depth, line in lines_of(condition, say)]
