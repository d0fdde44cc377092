"""Whether a FHIR resource is valid, with the codes that its bindings require, by a library that is not ours."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

from pydantic import BaseModel, ValidationError


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
    """Codes that are none of those that their element may have."""
    if isinstance(value, list | tuple):
        for number, each in enumerate(value):
            yield from _unbound(each, f"{place}[{number}]")
    if not isinstance(value, BaseModel):
        return
    for name, field in type(value).model_fields.items():
        found, extra = getattr(value, name, None), field.json_schema_extra
        if found is None:
            continue
        codes = extra.get("enum_values") if isinstance(extra, dict) else None
        for each in found if isinstance(found, list) else [found]:
            if codes and isinstance(each, str) and each not in codes:
                yield f"{place}.{name}: '{each}' is none of {', '.join(map(str, codes))}"
        yield from _unbound(found, f"{place}.{name}")
