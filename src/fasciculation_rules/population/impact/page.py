"""An impact as one page of HTML, and its pictures by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from fasciculation_rules._version import __version__
from fasciculation_rules.population.impact.account import (
    TALLY_WORDS,
    WAY_WORDS,
    at_least_differs,
    difference_in_words,
    hiding_in_words,
    method_in_words,
    rule_in_words,
    steps_of,
)
from fasciculation_rules.population.impact.counting import WAYS, Touched
from fasciculation_rules.population.impact.groups import in_order
from fasciculation_rules.population.impact.heading import ADVICE, SYNTHETIC, title
from fasciculation_rules.population.impact.pictures import flow_of, rates_of
from fasciculation_rules.population.impact.shown import TALLIES, Shown, tally_key
from fasciculation_rules.population.impact.subgroups import Comparisons
from fasciculation_rules.report.html import page


@dataclass(frozen=True)
class Pages:
    """The text of each."""

    page: str
    moves: str
    groups: str


def pages_of(found: Shown, compared: Comparisons) -> Pages:
    """With what the rules say of every person there can be, where the extra `prove` is installed.

    Raises PagesUnavailableError without the extra `audit`.
    """
    values = _values(found, compared)
    return Pages(
        page=page("impact", **values, **_meaning(found), alone=False),
        moves=page("impact_moves", **values, alone=True),
        groups=page("impact_groups", **values, alone=True),
    )


def _meaning(found: Shown) -> dict[str, Any]:
    if find_spec("pysat") is None:
        return {"meaning": False}
    from fasciculation_rules.proof.compare.account import compare
    from fasciculation_rules.proof.compare.page import meaning

    return {"meaning": True, **meaning(compare(*found.counted.table.versions))}


def _values(found: Shown, compared: Comparisons) -> dict[str, Any]:
    table, ladder = found.counted.table, found.counted.table.ladder
    old, new = table.versions
    matrices = {"moves": "By the rung that is shown"}
    if at_least_differs(found):
        matrices["at_least"] = "By at_least, the rung that rules alone ask for"
    texts = {f"{before} {after}": found.text("moves", before, after) for before in ladder for after in ladder}
    texts |= {f"{side} {rung}": found.text("moves", side, rung) for side in ("before", "after") for rung in ladder}
    texts |= {f"way {way}": found.text("moves", "way", way) for way in WAYS}
    return {
        "title": title(table),
        "old": old,
        "new": new,
        "library": __version__,
        "review": new.about.review,
        "synthetic": table.source.synthetic,
        "synthetic_words": SYNTHETIC,
        "advice": ADVICE,
        "shown": found,
        "texts": texts,
        "ways": WAY_WORDS,
        "steps": steps_of(found),
        "ladder": ladder,
        "matrices": matrices,
        "kinds": {kind: in_order(kind, set(groups)) for kind, groups in found.counted.groups.items()},
        "differing": [difference_in_words(each) for each in compared.differing],
        "method": method_in_words(compared),
        "tallies": TALLY_WORDS,
        "touched": [_rule(rule, found) for rule in found.counted.rules],
        "hiding": hiding_in_words(found),
        "flow": flow_of(found),
        "rates": rates_of(found, compared),
    }


def _rule(rule: Touched, found: Shown) -> dict[str, Any]:
    tallies = [getattr(rule, what) for what in TALLIES]
    cells = [found.text(*tally_key(tally, *way)) for tally in tallies for way in ((), ("up",), ("down",))]
    return {"name": rule_in_words(rule), "cells": cells}
