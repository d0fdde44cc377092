"""The problems of a failed validation, in this library's words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias, get_args

from pydantic import BaseModel, ValidationError

from fasciculation_rules.errors import Problem, did_you_mean, problem
from fasciculation_rules.model.base import NAME, RULE_ID

Location: TypeAlias = tuple[int | str, ...]

_EXPECTED = {
    "bool_parsing": "expected yes or no",
    "bool_type": "expected yes or no",
    "dict_type": "expected a mapping",
    "enum": "expected {expected}",
    "greater_than_equal": "expected at least {ge}",
    "int_from_float": "expected a whole number",
    "int_parsing": "expected a whole number",
    "int_type": "expected a whole number",
    "less_than_equal": "expected at most {le}",
    "literal_error": "expected {expected}",
    "model_attributes_type": "expected a mapping",
    "model_type": "expected a mapping",
    "string_too_short": "expected some text",
    "string_type": "expected text",
    "tuple_type": "expected a list",
}
_PATTERNS = {
    NAME: "expected a name of lower-case letters, digits and underscores",
    RULE_ID: "expected a name of lower-case letters, digits and hyphens",
}


def problems_of(error: ValidationError, model: type[BaseModel]) -> list[Problem]:
    """Each problem at its place; what was found is quoted, so a case says less (see `Case.read`)."""
    found = []
    for item in error.errors(include_url=False):
        place = place_of(item["loc"])
        match item["type"]:
            case "missing":
                found.append(problem("missing-key", f"'{item['loc'][-1]}' is missing", at=place))
            case "extra_forbidden":
                key, known = str(item["loc"][-1]), known_keys(model, item["loc"])
                hint = did_you_mean(key, known) or f"known here: {', '.join(known)}"
                found.append(problem("unknown-key", f"unknown key '{key}'", at=place, hint=hint))
            case _:
                found.append(problem("bad-value", _sentence(item), at=place))
    return found


def _sentence(item: Any) -> str:
    context: Mapping[str, Any] = item.get("ctx", {})
    match item["type"]:
        case "value_error":
            said = str(context["error"])
        case "string_pattern_mismatch":
            said = _PATTERNS[context["pattern"]]
        case _:
            said = expected(item)
    return f"found {_found(item['input'])}; {said}" if said.startswith("expected") else said


def expected(item: Any) -> str:
    """What would have been right, whatever was found."""
    return str(_EXPECTED.get(item["type"], item["msg"])).format_map(item.get("ctx", {}))


def _found(value: object) -> str:
    match value:
        case dict():
            return "a mapping"
        case list() | tuple():
            return "a list"
        case "":
            return "nothing"
        case _:
            return f"'{str(value)[:60]}'"


def place_of(location: Location) -> str:
    """A location as people write it, `when.all[1]`, without the steps that name a form and not a key."""
    text = ""
    for part in location:
        if isinstance(part, int):
            text += f"[{part}]"
        elif not part.startswith("["):
            text += f".{part}" if text else part
    return text


def known_keys(model: type[BaseModel], location: Location) -> list[str]:
    """The keys of the value in which the last step of a location was not expected."""
    for part in location[:-1]:
        for name, field in model.model_fields.items():
            if part in (name, field.alias):
                model = next(_models_in(field.annotation), model)
    return [field.alias or name for name, field in model.model_fields.items()]


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)
