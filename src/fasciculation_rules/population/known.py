"""How much is known of the people who are counted: what a run says of its input, for `watch` to compare."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from fasciculation_rules.population.intake.origin import Origin
from fasciculation_rules.population.intake.tally import Tally

Stratum = dict[str, Any]


def known_of(parts: Iterable[list[Stratum]]) -> list[Stratum]:
    """The strata of all parts added up: rows, and how many of them hold something in each column."""
    rows: Counter[str] = Counter()
    known: dict[str, Counter[str]] = {}
    for part in parts:
        for each in part:
            key = json.dumps(each["stratum"])
            rows[key] += each["rows"]
            known.setdefault(key, Counter()).update(each["known"])
    return [
        {"stratum": json.loads(key), "rows": rows[key], "known": dict(sorted(known[key].items()))}
        for key in sorted(rows)
    ]


def mapping_of(origin: Origin | None) -> Mapping[str, Any] | None:
    """Records with a code that is known, those with one that is not, and units by quantity; None for a wide table."""
    if origin is None:
        return None
    tally = Tally.from_json(origin.tally)
    units: dict[str, dict[str, int]] = {}
    for (quantity, unit), count in sorted(tally.units.items()):
        units.setdefault(quantity, {})[unit] = count
    return {"mapped": tally.known.total(), "unmapped": tally.unknown.total(), "units": units}
