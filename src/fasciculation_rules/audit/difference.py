"""The first place where two decisions differ, as a JSON path; a letter is told by the name it stands for."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from fasciculation_rules.audit.signs import FIRINGS, STATES, Signs, spelt_out

Path = tuple[str | int, ...]


class _Nothing:
    """What stands where one of two has nothing."""


NOTHING = _Nothing()

LONGEST = 80
"""Of a longer text only the length is told."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Where two decisions first differ, in the order of canonical JSON, and what stands there. It is about a person."""

    path: str
    recorded: str
    now: str

    def __str__(self) -> str:
        return f"{self.path}: {self.recorded} in the record, {self.now} now"


ORDER = ("input", "entry", "firings", "escalations", "discharged", "urgency", "disposition", "plan", "differential")
"""As one follows from the other, so that what is named first is nearest to the cause."""


def first_difference(recorded: Any, now: Any, signs: Signs, *, at: str = "$.decision") -> Difference | None:
    """The first difference, or None where both are the same."""
    found = _first(_spelt_out(recorded, signs), _spelt_out(now, signs), ())
    if found is None:
        return None
    path, one, other = found
    return Difference(at + "".join(map(_step, path)), _say(one), _say(other))


def _spelt_out(decision: Any, signs: Signs) -> Any:
    """The decision with a name and a word for each of its letters, as far as it has a letter for each name."""
    try:
        closed = {**decision["input"]["closed"]}
        closed["findings"] = spelt_out(closed["findings"], signs.findings, STATES)
        firings = spelt_out(decision["firings"], signs.rules, FIRINGS)
        return {**decision, "firings": firings, "input": {**decision["input"], "closed": closed}}
    except (KeyError, TypeError):
        return decision


def _first(one: Any, other: Any, path: Path) -> tuple[Path, Any, Any] | None:
    steps: Sequence[tuple[str | int, Any, Any]]
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        keys = sorted({*one, *other}, key=lambda key: (ORDER.index(key) if key in ORDER and not path else 99, key))
        steps = [(key, one.get(key, NOTHING), other.get(key, NOTHING)) for key in keys]
    elif isinstance(one, list) and isinstance(other, list):
        pairs = zip_longest(one, other, fillvalue=NOTHING)
        steps = [(place, here, there) for place, (here, there) in enumerate(pairs)]
    else:
        same = type(one) is type(other) and one == other  # True equals 1, and is another thing in JSON
        return None if same else (path, one, other)
    return next((found for step, here, there in steps if (found := _first(here, there, (*path, step)))), None)


def _step(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step}" if step.isidentifier() and step.isascii() else f"['{step}']"


def _say(value: Any) -> str:
    match value:
        case _Nothing():
            return "nothing"
        case Mapping() | list():
            return "a list" if isinstance(value, list) else "an object"
        case str() if len(value) > LONGEST:
            return f"text of {len(value)} characters"
        case _:
            return json.dumps(value, ensure_ascii=False)
