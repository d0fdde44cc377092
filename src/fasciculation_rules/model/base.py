"""The base of every value: frozen, closed to unknown keys, its texts typed strictly."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints

from fasciculation_rules.logic.frozen import FrozenMapping


class Value(BaseModel):
    """A frozen value whose unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, defer_build=True)


NAME, RULE_ID = r"^[a-z][a-z0-9_]*$", r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
Name = Annotated[str, StringConstraints(pattern=NAME)]
RuleId = Annotated[str, StringConstraints(pattern=RULE_ID)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]

Key = TypeVar("Key")
Item = TypeVar("Item")
Frozen = Annotated[Mapping[Key, Item], AfterValidator(FrozenMapping)]
"""A mapping that stays what it was read as."""


def _one(value: object) -> object:
    return 1 if str(value) == "1" else str(value)  # True equals 1, and is none


FormatOne = Annotated[Literal[1], BeforeValidator(_one)]
"""The number of the format, also as text."""


def _as_list(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Names = Annotated[tuple[Name, ...], BeforeValidator(_as_list)]
"""One name or several."""

_DURATION = re.compile(r"P(?:([0-9]{1,5})W|([0-9]{1,5})D|T([0-9]{1,5})H|T([0-9]{1,5})S)")


def read_duration(text: str) -> datetime.timedelta:
    """The subset of ISO 8601 that rulesets use: PnW, PnD, PTnH, PTnS."""
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError("expected a duration such as P14D, P2W, PT12H or PT0S")
    weeks, days, hours, seconds = (int(part or 0) for part in found.groups())
    return datetime.timedelta(weeks=weeks, days=days, hours=hours, seconds=seconds)


def _check_duration(text: str) -> str:
    read_duration(text)
    return text


Duration = Annotated[str, AfterValidator(_check_duration)]

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ].+)?")


def _read_date(value: object) -> datetime.date:
    match value:
        case datetime.datetime():
            return value.date()
        case datetime.date():
            return value
        case str() if _DATE.fullmatch(value):
            with suppress(ValueError):
                return datetime.datetime.fromisoformat(value).date()
    raise ValueError("expected a date, YYYY-MM-DD")


Date = Annotated[datetime.date, BeforeValidator(_read_date)]
"""A day; of a date with a time, the day. Numbers are not dates."""
