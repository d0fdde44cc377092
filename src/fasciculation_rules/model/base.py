"""The base of every value: frozen, closed to unknown keys, and the problems of a failed validation."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationError

from fasciculation_rules.errors import Problem, did_you_mean, problem


class Value(BaseModel):
    """A frozen value whose unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
RuleId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


def _one(value: object) -> object:
    return 1 if str(value) == "1" else value


FormatOne = Annotated[Literal[1], BeforeValidator(_one)]
"""The number of the format, also as text."""


def _as_list(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Names = Annotated[tuple[Name, ...], BeforeValidator(_as_list)]
"""One name or several."""

_DURATION = re.compile(r"P(?:(\d+)W|(\d+)D|T(\d+)H|T(\d+)S)")


def read_duration(text: str) -> timedelta:
    """The subset of ISO 8601 that rulesets use: PnW, PnD, PTnH, PTnS."""
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(f"'{text}' is not a duration: write P14D, P2W, PT12H or PT0S")
    weeks, days, hours, seconds = (int(part or 0) for part in found.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, seconds=seconds)


def _check_duration(text: str) -> str:
    read_duration(text)
    return text


Duration = Annotated[str, AfterValidator(_check_duration)]


def _place(location: tuple[int | str, ...]) -> str:
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def problems_of(error: ValidationError, model: type[BaseModel], at: str = "") -> list[Problem]:
    """The same problems in this library's words, each at its place below `at`."""
    found = []
    for item in error.errors(include_url=False, include_context=False):
        place = _place(item["loc"])
        where = f"{at}.{place}" if at and place and not place.startswith("[") else at + place
        value = (
            str(item["input"]) if isinstance(item["input"], str | int | float | bool) else type(item["input"]).__name__
        )
        match item["type"]:
            case "missing":
                found.append(problem("missing-key", f"'{item['loc'][-1]}' is missing", at=at or where))
            case "extra_forbidden":
                key = str(item["loc"][-1])
                known = [field.alias or name for name, field in model.model_fields.items()]
                hint = did_you_mean(key, known) or f"known here: {', '.join(known)}"
                found.append(problem("unknown-key", f"unknown key '{key}'", at=where, hint=hint))
            case "value_error":
                found.append(problem("bad-value", item["msg"].removeprefix("Value error, "), at=where))
            case _:
                message = f"found {value[:60]!r}; {item['msg'][0].lower()}{item['msg'][1:]}"
                found.append(problem("bad-value", message, at=where))
    return found
