"""Kept cases as the file that keeps them, in the words of the examples beside the rules."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.model.kept import Kept, KeptCase
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.proof.kept.english import amount
from fasciculation_rules.proof.witness import given as findings_of

ON = "2026-11-01"
"""The day on which a made case is assessed, and of its records that need a date: any day would do."""


def to_given(facts: Facts, ruleset: Ruleset) -> dict[str, object]:
    """The facts as the `given:` of an example, without what follows from the rest."""
    found: dict[str, object] = {}
    for name, value in findings_of(Facts(facts.findings, {}), ruleset).items():
        dated = ruleset.vocabulary.items[name].needs_date
        found[name] = {"value": value, "at": ON} if dated else value
    for name, (low, high) in facts.quantities.items():
        ends = amount(name, low, ruleset), amount(name, high, ruleset)
        found[name] = ends[0] if low == high else {"from": ends[0], "to": ends[1]}
    return found


def text_of(kept: Kept) -> str:
    """The whole file. Reading it gives the same value."""
    lines = [
        f"# Cases that a solver made for ruleset {kept.ruleset}: they show what its examples and cases leave unshown.",
        "# Written by `fasciculation-rules coverage` and `fasciculation-rules mutate` with --write, not by hand.",
        "format: 1",
        f"ruleset: {kept.ruleset}",
        f"logic: {kept.logic}",
        "cases:",
    ]
    for rule, cases in kept.cases.items():
        lines.append(f"  {rule}:")
        for case in cases:
            lines += _lines(case)
    return "\n".join(lines) + "\n"


def _lines(case: KeptCase) -> Iterator[str]:
    start = "    - "
    for key, value in _entries(case):
        yield f"{start}{key}: {_flow(value)}"
        start = "      "


def _entries(case: KeptCase) -> Iterator[tuple[str, object]]:
    yield "shows", list(case.shows)
    if case.given:
        given = {name: each.model_dump(mode="json", by_alias=True) for name, each in case.given.items()}
        yield "given", {name: _said(each) for name, each in given.items()}
    if case.on is not None:
        yield "on", case.on.isoformat()
    if case.reconcile:
        yield "reconcile", "yes"
    yield "expect", case.expect
    if case.urgency is not None:
        yield "urgency", dict(case.urgency)
    if case.differential is not None:
        yield "differential", list(case.differential)


def _said(given: Mapping[str, object]) -> object:
    """A statement in its short form where it has nothing but a value."""
    known = {key: value for key, value in given.items() if value is not None}
    return known["value"] if set(known) == {"value"} else known


def _flow(value: object) -> str:
    """Flow style; text that YAML would not read as itself is quoted."""
    match value:
        case Mapping():
            return "{" + ", ".join(f"{key}: {_flow(item)}" for key, item in value.items()) + "}"
        case str():
            return value if value and all(sign.isalnum() or sign in " ._-/%()" for sign in value) else json.dumps(value)
        case Sequence():
            return "[" + ", ".join(_flow(item) for item in value) + "]"
        case _:
            raise TypeError(f"a kept case has no {type(value).__name__}")
