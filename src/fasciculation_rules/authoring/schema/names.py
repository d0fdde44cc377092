"""Puts the names of one ruleset into its schemas: findings, rungs, tests, sources, and whole clauses of conditions."""

from __future__ import annotations

from typing import Any

from fasciculation_rules.authoring.schema.clauses import CONDITION, condition_definitions
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.model.vocabulary import Finding, Quantity

Schema = dict[str, Any]

ONE: dict[tuple[str, str], str] = {
    ("Escalate", "urgency"): "rungs",
    ("Escalate", "discharged_by"): "derived",
    ("Weigh", "supports"): "conditions",
    ("Weigh", "opposes"): "conditions",
    ("Weigh", "excludes"): "conditions",
    ("Do", "advise"): "advice",
    ("Do", "safety_net"): "safety_net",
    ("Derivation", "finding"): "derived",
    ("Evidence", "cite"): "sources",
    ("Evidence", "row"): "rows",
    ("Threshold", "quantity"): "quantities",
    ("Threshold", "critical"): "rungs",
    ("Threshold", "cite"): "sources",
    ("Threshold", "row"): "rows",
    ("Urgency", "id"): "rungs",
    ("Urgency", "cite"): "sources",
    ("Urgency", "row"): "rows",
    **{
        (floor, key): names
        for floor in ("Floor", "NarrowedFloor", "SparingFloor")
        for key, names in (("rung", "rungs"), ("cite", "sources"), ("row", "rows"))
    },
    ("Destination", "first_up_to"): "rungs",
    ("SafetyNet", "cite"): "sources",
    ("SafetyNet", "row"): "rows",
    ("Outcomes", "reassure_up_to"): "rungs",
    ("Row", "cite"): "sources",
    ("Expected", "rung"): "rungs",
}
"""Of which names a key of a model holds one."""

SEVERAL: dict[tuple[str, str], str] = {
    ("Escalate", "refer"): "destinations",
    **{(model, "refer"): "destinations" for model in ("Urgency", "Floor", "NarrowedFloor", "SparingFloor")},
    ("SafetyNet", "said_at"): "rungs",
    ("Test", "not_again_in"): "findings",
    ("Do", "order"): "tests",
    ("Do", "unless_contraindicated"): "findings_and_derived",
    ("Example", "asks"): "items",
    ("Finding", "implies"): "findings",
    ("Finding", "excludes"): "findings",
    ("Expected", "fired"): "rules",
    ("Expected", "differential"): "conditions",
    ("Expected", "plan"): "tests_and_advice",
}
"""Of which names a key of a model holds one or several."""

TREES = {("About", "entry"), ("NarrowedFloor", "when"), ("SparingFloor", "unless"), ("Derivation", "means")}
WHEN = ("Escalation", "Differential", "Plan")
GIVEN = {("Example", "given"), ("Vignette", "given"), ("Case", "given")}


def named(ruleset: Ruleset) -> Schema:
    """The definitions that schemas refer to: each list of names, and conditions."""
    vocabulary, outcomes, references = ruleset.vocabulary, ruleset.outcomes, ruleset.references
    lists: dict[str, list[str]] = {
        "rungs": list(outcomes.ladder),
        "findings": list(vocabulary.findings),
        "quantities": list(vocabulary.quantities),
        "derived": list(vocabulary.derived),
        "items": list(vocabulary.items),
        "findings_and_derived": [*vocabulary.findings, *vocabulary.derived],
        "conditions": list(outcomes.conditions),
        "destinations": list(outcomes.destinations),
        "tests": list(outcomes.tests),
        "advice": list(outcomes.advice),
        "tests_and_advice": [*outcomes.tests, *outcomes.advice],
        "safety_net": list(outcomes.safety_net),
        "sources": list(references.sources),
        "rows": list(references.rows),
        "rules": list(ruleset.rules),
    }
    definitions: Schema = {f"names_{key}": {"enum": names} for key, names in lists.items() if names}
    return definitions | condition_definitions(ruleset)


def with_names(schema: Any, items: Schema) -> Any:
    """The same schema, in which every key that holds names of the ruleset lists them."""
    match schema:
        case {"properties": dict(properties), "title": str(model), **rest}:
            found = {key: _key(model, key, value, items) for key, value in properties.items()}
            return {**with_names(rest, items), "title": model, "properties": found}
        case dict():
            return {key: with_names(value, items) for key, value in schema.items()}
        case list():
            return [with_names(item, items) for item in schema]
        case _:
            return schema


def _key(model: str, key: str, schema: Any, items: Schema) -> Any:
    place = (model, key)
    if place in TREES or (key == "when" and model in WHEN):
        return {"$ref": CONDITION}
    if place in GIVEN and items:
        return items
    if place in ONE:
        return {"$ref": f"#/$defs/names_{ONE[place]}"}
    if place in SEVERAL:
        one = {"$ref": f"#/$defs/names_{SEVERAL[place]}"}
        return {"anyOf": [one, {"type": "array", "items": one}]}
    return with_names(schema, items)


def given_items(ruleset: Ruleset) -> Schema:
    """What `given` may hold: every item of the vocabulary, in its short form or its long one."""
    items = {name: _given(item) for name, item in ruleset.vocabulary.items.items()}
    return {"type": "object", "properties": items, "additionalProperties": False}


def _given(item: Finding | Quantity) -> Schema:
    short: Schema
    match item:
        case Finding(values=values):
            short = {"enum": list(values or ("present", "absent"))}
        case Quantity():
            short = {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/given_span"}]}
    long: Schema = {
        "type": "object",
        "required": ["value"],
        "properties": {
            "value": short,
            "at": {"type": "string"},
            "source": {"type": "string"},
            "reference": {"$ref": "#/$defs/given_span"},
        },
        "additionalProperties": False,
    }
    return {"description": item.label, "anyOf": [short, long]}
