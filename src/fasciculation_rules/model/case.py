"""One person as given: names and values as written, before any vocabulary has looked at them."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationError

from fasciculation_rules.errors import CaseError, Problem
from fasciculation_rules.model.base import FormatOne, Text, Value, problems_of


class Span(Value):
    """Somewhere from one amount to another, both included."""

    low: Text = Field(alias="from")
    high: Text = Field(alias="to")


def _as_date(value: object) -> object:
    return value[:10] if isinstance(value, str) and len(value) > 10 and value[10] in "T " else value


class Given(Value):
    """One statement of a case: a value, and where it comes from.

    `reference` is the reference interval of the report, for rules that are relative to the laboratory.
    """

    value: Text | Span
    at: Annotated[datetime.date, BeforeValidator(_as_date)] | None = None
    source: str | None = None
    reference: Span | None = None


def _long_form(value: object) -> object:
    if isinstance(value, str) or (isinstance(value, Mapping) and "from" in value):
        return {"value": value}
    return value


GivenValue = Annotated[Given, BeforeValidator(_long_form)]
"""A statement in its short form (`present`) or its long one (`{value: present, at: ...}`)."""


class Case(Value):
    """What is known of one person. Whatever is not in `given` is unknown.

    `label` is free text for the reader; it never enters an assessment or a record.
    """

    format: FormatOne = 1
    label: str = ""
    given: dict[str, GivenValue] = {}

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
            return cls.model_validate(data)
        except ValidationError as error:
            problems = [_without_values(p) for p in problems_of(error, cls)]
            raise CaseError("the case cannot be read", problems, case=data) from None


def _without_values(problem: Problem) -> Problem:
    if problem.code != "bad-value":
        return problem
    at = problem.at
    for ending in (".str", ".Span", ".constrained-str"):
        at = at.removesuffix(ending)
    hint = "write text such as 'present', '42 years', '< 5 ng/L', or {value: ..., at: YYYY-MM-DD}"
    return replace(problem, at=at, message="the value is not one a case can hold", hint=hint)
