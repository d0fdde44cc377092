"""A small JSON Schema validator: the words our schemas use, and a refusal of any other, so that none goes unchecked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "number": (int, float),
    "integer": int,
}
SAID = {"$schema", "$defs", "title", "description", "format", "if"}
"""Words that constrain nothing by themselves."""


def faults(value: Any, schema: dict[str, Any], root: dict[str, Any], at: str = "") -> Iterator[str]:
    """What is wrong with a value, and where."""
    for word, said in schema.items():
        match word:
            case "$ref":
                yield from faults(value, root["$defs"][said.removeprefix("#/$defs/")], root, at)
            case "type":
                if not any(_is(value, name) for name in ([said] if isinstance(said, str) else said)):
                    yield f"{at}: not {said}"
            case "enum":
                if not any(value == one and type(value) is type(one) for one in said):
                    yield f"{at}: {value!r} is none of {len(said)}"
            case "const":
                if value != said:
                    yield f"{at}: not {said!r}"
            case "pattern":
                if isinstance(value, str) and re.search(said, value) is None:
                    yield f"{at}: {value!r} does not look like {said}"
            case "minLength":
                if isinstance(value, str) and len(value) < said:
                    yield f"{at}: too short"
            case "minimum" | "maximum":
                if isinstance(value, int) and (value < said if word == "minimum" else value > said):
                    yield f"{at}: beyond {said}"
            case "minItems" | "maxItems":
                if isinstance(value, list) and (len(value) < said if word == "minItems" else len(value) > said):
                    yield f"{at}: {len(value)} items"
            case "maxProperties":
                if isinstance(value, dict) and len(value) > said:
                    yield f"{at}: too many keys"
            case "required":
                yield from (f"{at}: '{key}' is missing" for key in said if isinstance(value, dict) and key not in value)
            case "properties":
                for key in said.keys() & (value.keys() if isinstance(value, dict) else ()):
                    yield from faults(value[key], said[key], root, f"{at}.{key}")
            case "additionalProperties":
                for key in (value if isinstance(value, dict) else {}).keys() - schema.get("properties", {}).keys():
                    if said is False:
                        yield f"{at}: unknown key '{key}'"
                    elif isinstance(said, dict):
                        yield from faults(value[key], said, root, f"{at}.{key}")
            case "propertyNames":
                for key in value if isinstance(value, dict) else ():
                    yield from faults(key, said, root, f"{at}.{key}")
            case "items":
                for index, item in enumerate(value if isinstance(value, list) else ()):
                    yield from faults(item, said, root, f"{at}[{index}]")
            case "anyOf" | "oneOf":
                found = [list(faults(value, one, root, at)) for one in said]
                if all(found):
                    yield f"{at}: none of {len(said)} forms: {min(found, key=len)[0]}"
            case "allOf":
                for one in said:
                    yield from faults(value, one, root, at)
            case "then":
                if not list(faults(value, schema["if"], root, at)):
                    yield from faults(value, said, root, at)
            case _:
                assert word in SAID, f"the validator does not know '{word}'"


def _is(value: Any, name: str) -> bool:
    return isinstance(value, TYPES[name]) and not isinstance(value, bool)
