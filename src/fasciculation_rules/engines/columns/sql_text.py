"""The text of a query: one WITH stage after another, each with the columns that are still needed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from fasciculation_rules.engines.columns.dialects import Dialect
from fasciculation_rules.errors import PopulationError

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
    """The query whose rows are the columns `beside`, then those that are kept. The stages lose what nobody needs.

    Raises PopulationError where two columns would have one name.
    """
    check_names([*beside, *(name for stage in stages for name in stage.columns)])
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


def check_names(names: Iterable[str]) -> None:
    """Raises PopulationError where a name stands twice: one column would be read for the other.

    Databases take capitals for small letters.
    """
    counts = Counter(name.casefold() for name in names)
    if twice := sorted(name for name, count in counts.items() if count > 1):
        listed = ", ".join(f"'{name}'" for name in twice)
        raise PopulationError(f"a query needs columns of its own that are called {listed}; rename what is called so")


def packed(stages: Sequence[Stage], kept: Collection[str], name: str) -> list[Stage]:
    """The same columns in as few stages as there can be, and each as late as it is needed.

    Every stage hands on what is needed later, column by column, and a database plans each of them once more.
    The first stage stays, because all of the table is there; the stages after it get the `name` and a number.
    """
    made = {column: text for stage in stages for column, text in stage.columns.items()}
    remarks = {column: remark for stage in stages for column, remark in stage.remarks.items()}
    first, *_ = stages
    roots = {column: _roots(text, made) if column not in first.columns else set() for column, text in made.items()}
    needed = set(kept)
    for column in reversed(made):
        needed |= roots[column] if column in needed else set()
    height: dict[str, int] = {}
    for column in made:
        height[column] = max((height[root] + 1 for root in roots[column]), default=0)
    place = dict.fromkeys(made, max((height[column] for column in kept), default=0))
    for column in reversed(made):
        for root in roots[column] if column in needed else ():
            place[root] = min(place[root], place[column] - 1)
    found = [first, *(Stage(f"{name}_{number}") for number in range(1, max(place.values(), default=0) + 1))]
    for column, text in made.items():
        if column in needed and column not in first.columns:
            found[place[column]].columns[column] = text
    for stage in found:
        stage.remarks = {column: remarks[column] for column in stage.columns if column in remarks}
    return found


def _roots(text: str, made: Container[str]) -> set[str]:
    return {word for word in _COLUMN.findall(text) if word in made}


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
