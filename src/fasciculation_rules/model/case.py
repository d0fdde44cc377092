"""One person as given: names and values as written, before any vocabulary has looked at them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Discriminator, Field, Tag, ValidationError

from fasciculation_rules.errors import CaseError, Problem, did_you_mean, is_plain_name, problem
from fasciculation_rules.logic.frozen import FrozenMapping
from fasciculation_rules.model.base import Date, FormatOne, Text, Value
from fasciculation_rules.model.problems import Location, expected, known_keys, place_of

MOST_ITEMS = 1_000
"""More statements than this are no case; every vocabulary is far smaller."""


class Private(Value):
    """A value about a person: a failed validation does not print it."""

    model_config = ConfigDict(hide_input_in_errors=True)


class Span(Private):
    """Somewhere from one amount to another, both included."""

    low: Text = Field(alias="from")
    high: Text = Field(alias="to")


def _form(value: object) -> str:
    return "[text]" if isinstance(value, str) else "[span]"


class Given(Private):
    """One statement of a case: a value, and where it comes from.

    `reference` is the reference interval of the report, for rules that are relative to the laboratory.
    """

    value: Annotated[Annotated[Text, Tag("[text]")] | Annotated[Span, Tag("[span]")], Discriminator(_form)]
    at: Date | None = None
    source: str | None = None
    reference: Span | None = None


def _long_form(value: object) -> object:
    if isinstance(value, str | Span) or (isinstance(value, Mapping) and "from" in value):
        return {"value": value}
    return dict(value) if isinstance(value, Mapping) else value


GivenValue = Annotated[Given, BeforeValidator(_long_form, json_schema_input_type=Text | Span | Given)]
"""A statement in its short form (`present`) or its long one (`{value: present, at: ...}`)."""


class Case(Private):
    """What is known of one person. Whatever is not in `given` is unknown.

    `label` is free text for the reader; it never enters an assessment or a record.
    """

    format: FormatOne = 1
    label: str = ""
    given: Annotated[Mapping[str, GivenValue], Field(max_length=MOST_ITEMS), AfterValidator(FrozenMapping)] = Field(
        default_factory=FrozenMapping
    )

    @classmethod
    def of(cls, **given: Any) -> Case:
        """A case from keywords: `Case.of(age="42 years", fasciculation="present")`.

        Raises CaseError naming every value that cannot be read.
        """
        return cls.read({"given": given})

    @classmethod
    def read(cls, data: object) -> Case:
        """A case from plain data: a mapping with `given`, and perhaps `format` and `label`.

        Raises CaseError with every problem at its place; the data is its attribute, never its message.
        """
        if isinstance(data, Case):
            return data
        try:
            return cls.model_validate(dict(data) if isinstance(data, Mapping) else data)
        except ValidationError as error:
            raise CaseError("the case cannot be read", _problems(error, data), case=data) from None


def place_of_item(name: str, given: Mapping[str, object]) -> str:
    """Where a statement stands; by its number where its name may be something said about the person."""
    return f"given.{name}" if is_plain_name(name) else f"given[{list(given).index(name)}]"


_HINT = "write text such as 'present', '42 years', '< 5 ng/L', or {value: ..., at: YYYY-MM-DD}"


def _problems(error: ValidationError, data: object) -> list[Problem]:
    """The problems without what was found: that is about a person."""
    found = []
    for item in error.errors(include_url=False, include_input=False):
        location = item["loc"]
        at, key = _place(location, data), str(location[-1]) if location else ""
        match item["type"]:
            case "missing":
                found.append(problem("missing-key", f"'{key}' is missing", at=at))
            case "extra_forbidden":
                known = known_keys(Case, location)
                hint = did_you_mean(key, known) or f"known here: {', '.join(known)}"
                named = f"unknown key '{key}'" if is_plain_name(key) else "a key is not known here"
                found.append(problem("unknown-key", named, at=at, hint=hint))
            case "value_error":
                found.append(problem("bad-value", "expected a date, YYYY-MM-DD", at=at))
            case "too_long":
                found.append(problem("bad-value", f"a case has at most {MOST_ITEMS} items", at=at))
            case _ if len(location) < 2:
                found.append(problem("bad-value", expected(item), at=at))
            case _:
                found.append(problem("bad-value", "the value is not one a case can hold", at=at, hint=_HINT))
    return found


def _place(location: Location, data: object) -> str:
    if len(location) > 1 and isinstance(data, Mapping):
        start = place_of_item(str(location[1]), {str(name): None for name in data["given"]})
        rest = [part for part in location[2:] if is_plain_name(str(part))]
        return ".".join([start, *map(str, rest)])
    return place_of(tuple(part for part in location if is_plain_name(str(part))))
