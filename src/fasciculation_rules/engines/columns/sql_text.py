"""The text of a query: one WITH stage after another, each with the columns that are still needed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from fasciculation_rules.engines.columns.dialects import Dialect

_COLUMN = re.compile(r"\b[a-z_][a-z0-9_]*\b")


@dataclass
class Stage:
    """One WITH stage: the columns that it works out, with a remark on each."""

    name: str
    columns: dict[str, str] = field(default_factory=dict)
    remarks: dict[str, str] = field(default_factory=dict)


def text_of(
    stages: Sequence[Stage],
    dialect: Dialect,
    table: str,
    beside: Sequence[str],
    kept: Sequence[str],
    heading: Sequence[str],
) -> str:
    """The query whose rows are the columns `beside`, then those that are kept. The stages lose what nobody needs."""
    lines = [f"-- {line}".rstrip() for line in (*heading, *([dialect.note] if dialect.note else []))]
    lines.append("WITH")
    source = table
    wanted = _wanted(stages, kept)
    for stage, carried in zip(stages, wanted, strict=True):
        lines.append(f"{stage.name} {dialect.stage}")
        lines.append("  SELECT")
        lines += _selected([*beside, *carried], stage)
        lines.append(f"  FROM {source}")
        lines.append(")" if stage is stages[-1] else "),")
        source = stage.name
    lines.append("SELECT")
    lines.append("  " + ", ".join([*beside, *kept]))
    lines.append(f"FROM {source}")
    return "\n".join(lines) + "\n"


def _selected(carried: Sequence[str], stage: Stage) -> Iterator[str]:
    """The lines of one select list; a remark stands at the end of its line."""
    items = [(name, "") for name in carried if name not in stage.columns]
    items += [(f"{text} AS {name}", stage.remarks.get(name, "")) for name, text in stage.columns.items()]
    for index, (text, remark) in enumerate(items):
        comma = "," if index < len(items) - 1 else ""
        yield f"    {text}{comma}" + (f" -- {remark}" if remark else "")


def _wanted(stages: Sequence[Stage], kept: Sequence[str]) -> list[list[str]]:
    """For each stage, the columns of those before it that are still needed after it, in order of appearance."""
    known: list[list[str]] = []
    seen: list[str] = []
    for stage in stages:
        known.append(list(seen))
        seen = list(dict.fromkeys((*seen, *stage.columns)))
    needed, found = set(kept), []
    for stage, before in zip(reversed(stages), reversed(known), strict=True):
        stage.columns = {name: text for name, text in stage.columns.items() if name in needed}
        found.append([name for name in before if name in needed and name not in stage.columns])
        needed |= {word for text in stage.columns.values() for word in _COLUMN.findall(text)}
    return found[::-1]
