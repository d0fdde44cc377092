"""Whether a FHIR resource is valid, with the codes that its bindings require, by a library that is not ours."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

from pydantic import BaseModel, ValidationError

_STATUS = ["registered", "preliminary", "final", "amended", "corrected", "cancelled", "entered-in-error", "unknown"]
WHOLE = {
    ("Observation", "status"): _STATUS,
    ("RiskAssessment", "status"): _STATUS,
    ("DetectedIssue", "status"): _STATUS,
    ("QuestionnaireItem", "type"): [
        "group",
        "display",
        "question",
        "boolean",
        "decimal",
        "integer",
        "date",
        "dateTime",
        "time",
        "string",
        "text",
        "url",
        "choice",
        "open-choice",
        "attachment",
        "reference",
        "quantity",
    ],
}
"""Required value sets of R4 of which that library lists only the beginning."""


def faults(resource: dict[str, Any]) -> list[str]:
    """What is wrong with it under FHIR R4B, each at its place; an empty list where nothing is."""
    kind = resource["resourceType"]
    model = getattr(import_module(f"fhir.resources.R4B.{kind.lower()}"), kind)
    try:
        read = model.model_validate(resource)
    except ValidationError as error:
        return [f"{kind}.{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()]
    return list(_unbound(read, kind))


def _unbound(value: object, place: str) -> Iterator[str]:
    """Codes that are none of those that their element may have, where the list of them is whole."""
    if isinstance(value, list | tuple):
        for number, each in enumerate(value):
            yield from _unbound(each, f"{place}[{number}]")
    if not isinstance(value, BaseModel):
        return
    for name, field in type(value).model_fields.items():
        found, extra = getattr(value, name, None), field.json_schema_extra
        if found is None:
            continue
        codes = WHOLE.get((type(value).__name__, name)) or (
            extra.get("enum_values") if isinstance(extra, dict) else None
        )
        for each in found if isinstance(found, list) else [found]:
            if codes and isinstance(each, str) and each not in codes and codes[-1] not in ("+", "etc."):
                yield f"{place}.{name}: '{each}' is none of {', '.join(map(str, codes))}"
        yield from _unbound(found, f"{place}.{name}")
