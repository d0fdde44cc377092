"""Conditions as JSON Schema, so that an editor completes whole clauses of findings, quantities and thresholds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.model.units import WORDS, accepted_units
from fasciculation_rules.model.vocabulary import Quantity

Schema = dict[str, Any]
CONDITION = "#/$defs/condition"
NUMBER = r"-?[0-9]+(\.[0-9]+)?"


def condition_definitions(ruleset: Ruleset) -> Schema:
    """The definitions of a clause, of a condition and of the span of a quantity."""
    several: Schema = {"type": "array", "items": {"$ref": CONDITION}, "minItems": 1}
    forms = [
        {"$ref": "#/$defs/clause"},
        _structure({"all": several}),
        _structure({"any": several}),
        _structure({"not": {"$ref": CONDITION}}),
        _structure({"at_least": {"anyOf": [{"type": "integer"}, {"type": "string"}]}, "of": several}),
    ]
    return {
        "clause": {"anyOf": [{"enum": list(_written(ruleset))}, *_compared(ruleset)]},
        "condition": {"anyOf": forms},
        "given_span": {
            "type": "object",
            "required": ["from", "to"],
            "properties": {"from": {"type": "string"}, "to": {"type": "string"}},
            "additionalProperties": False,
        },
    }


def _structure(keys: Schema) -> Schema:
    return {"type": "object", "required": list(keys), "properties": keys, "additionalProperties": False}


def _written(ruleset: Ruleset) -> Iterator[str]:
    """Every clause that can be written out: findings with their values, and quantities beside their thresholds."""
    for name, finding in ruleset.vocabulary.findings.items():
        yield from (f"{name} is {value}" for value in finding.values or ("present", "absent"))
    for name in ruleset.vocabulary.derived:
        yield from (f"{name} is {value}" for value in ("present", "absent"))
    for name, threshold in ruleset.thresholds.items():
        yield from (f"{threshold.quantity} {comparator} {name}" for comparator in (">=", "<=", ">", "<"))


def _compared(ruleset: Ruleset) -> Iterator[Schema]:
    """A pattern for each quantity: any number, in any unit that converts."""
    for name, quantity in ruleset.vocabulary.quantities.items():
        units = "|".join(map(re.escape, _units(name, quantity)))
        yield {"type": "string", "pattern": f"^{name} (>=|<=|>|<) {NUMBER} ({units})$"}


def _units(name: str, quantity: Quantity) -> list[str]:
    accepted = accepted_units(name, quantity.unit)
    return [*accepted, *(word for word, unit in WORDS.items() if unit in accepted)]
