"""Loosens the schema of a model to what a YAML file may hold: an editor types `yes` and 3 where we read text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fasciculation_rules.model.base import NAME

Schema = dict[str, Any]
DURATION = r"^P([0-9]{1,5}[WD]|T[0-9]{1,5}[HS])$"
NUMBER = {"anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}]}
PAIR = {"type": "array", "items": NUMBER, "minItems": 2, "maxItems": 2}
_SPAN = {"anyOf": [{"type": "string", "pattern": DURATION}, {"const": "never"}]}
HORIZON = {
    "anyOf": [
        *_SPAN["anyOf"],
        {"type": "object", "properties": {"present": _SPAN, "absent": _SPAN}, "additionalProperties": False},
    ]
}
TRUTH = [True, False, "yes", "no", "true", "false"]

BY_KEY: dict[str, Schema] = {
    "horizon": HORIZON,
    "resolution": NUMBER,
    "range": PAIR,
    "normal": PAIR,
    "delay": {"type": "string", "pattern": DURATION},
    "first_action_within": {"type": "string", "pattern": DURATION},
    "within": {"type": "string", "pattern": DURATION},
    "format": {"enum": [1, "1"]},
}
"""Keys whose text is read by a function, of which a model's schema knows nothing."""


def loosened(schema: Any) -> Any:
    """The same schema, in which texts may look like numbers, one name may stand for a list, and nothing is null."""
    match schema:
        case {"properties": dict(properties), **rest}:
            found = {key: BY_KEY.get(key) or loosened(value) for key, value in properties.items()}
            return {**_each(rest), "properties": found}
        case {"anyOf": list(choices), **rest} if {"type": "null"} in choices:
            left = [loosened(choice) for choice in choices if choice != {"type": "null"}]
            return {**_each(rest), **(left[0] if len(left) == 1 else {"anyOf": left})}
        case {"patternProperties": dict(by_pattern), **rest} if len(by_pattern) == 1:
            ((pattern, value),) = by_pattern.items()  # without this, a key of another form would go unchecked
            return {**_each(rest), "propertyNames": {"pattern": pattern}, "additionalProperties": loosened(value)}
        case {"type": "boolean", **rest}:
            return {**_each(rest), "enum": TRUTH}
        case {"type": "integer", **rest} if "const" not in rest:
            return {**_each(rest), "type": "integer"}
        case {"type": "array", "items": {"pattern": pattern} as item, **rest} if pattern == NAME:
            return {**_each(rest), "anyOf": [item, {"type": "array", "items": item}]}
        case {"type": "string", **rest} if not rest.keys() & {"pattern", "enum", "const", "format"}:
            return {**_each(rest), "type": ["string", "number"]}
        case dict():
            return _each(schema)
        case list():
            return [loosened(item) for item in schema]
        case _:
            return schema


def _each(schema: Mapping[Any, Any]) -> Schema:
    """Every part loosened; a default would be written with types that the file does not have."""
    return {key: loosened(value) for key, value in schema.items() if key != "default"}
