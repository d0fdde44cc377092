"""JSON Schema for editors: what each file of one ruleset may say, whole clauses and names of this vocabulary included.

A schema helps while typing; opening the ruleset is what decides, and its messages are better.
"""

from __future__ import annotations

from typing import Any

from fasciculation_rules.authoring.schema.forms import loosened
from fasciculation_rules.authoring.schema.names import given_items, named, with_names
from fasciculation_rules.model.base import NAME, Value
from fasciculation_rules.model.case import Case
from fasciculation_rules.model.outcomes import Outcomes, References, Threshold
from fasciculation_rules.model.rule import KINDS
from fasciculation_rules.model.ruleset import About, Ruleset, Vignette
from fasciculation_rules.model.vocabulary import Vocabulary

Schema = dict[str, Any]
DRAFT = "http://json-schema.org/draft-07/schema#"
"""The draft that editors read."""

FILES: dict[str, tuple[str, type[Value]]] = {
    "ruleset": ("ruleset.yaml", About),
    "vocabulary": ("vocabulary.yaml", Vocabulary),
    "outcomes": ("outcomes.yaml", Outcomes),
    "references": ("references.yaml", References),
    "vignette": ("cases/*.yaml", Vignette),
    "case": ("a case file", Case),
}


def schemas_of(ruleset: Ruleset) -> dict[str, Schema]:
    """Every schema by the name of its file, in a fixed order."""
    shared, found = named(ruleset), dict[str, Schema]()
    for stem, (place, model) in FILES.items():
        found[stem] = _whole(f"{place} of ruleset {ruleset.version}", _of(model, given_items(ruleset)), shared)
    found["thresholds"] = _whole(f"thresholds.yaml of ruleset {ruleset.version}", _thresholds(), shared)
    rules = [_of(model, given_items(ruleset)) for model in KINDS.values()]
    found["rule"] = _whole(f"rules/*/*.yaml of ruleset {ruleset.version}", _one_of(rules), shared)
    return {f"{stem}.schema.json": found[stem] for stem in sorted(found)}


def _of(model: type[Value], items: Schema) -> Schema:
    """The schema of one model, loosened to what YAML holds, with the names that this ruleset knows."""
    schema: Schema = with_names(loosened(model.model_json_schema()), items)
    return schema


def _thresholds() -> Schema:
    schema = _of(Threshold, {})
    definitions = schema.pop("$defs", {})
    return {
        "type": "object",
        "propertyNames": {"pattern": NAME},
        "additionalProperties": schema,
        "$defs": definitions,
    }


def _one_of(schemas: list[Schema]) -> Schema:
    """A file that is one of several forms, told apart by its `kind`, which each requires."""
    definitions: Schema = {}
    for schema in schemas:
        definitions |= schema.pop("$defs", {})
        kind = schema["properties"]["kind"]
        definitions[f"rule_{kind['const']}"] = {**schema, "required": ["kind", *schema["required"]]}
    chosen = [
        {
            "if": {"properties": {"kind": {"const": kind}}},
            "then": {"$ref": f"#/$defs/rule_{kind}"},
        }
        for kind in KINDS
    ]
    kinds = {"kind": {"enum": list(KINDS)}}
    return {"type": "object", "required": ["kind"], "properties": kinds, "allOf": chosen, "$defs": definitions}


def _whole(title: str, schema: Schema, shared: Schema) -> Schema:
    """A document by itself: the names it refers to stand in it."""
    return {"$schema": DRAFT, **schema, "title": title, "$defs": {**schema.get("$defs", {}), **shared}}
