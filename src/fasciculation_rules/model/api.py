"""What the HTTP interface takes and gives beside a case and an assessment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationError

from fasciculation_rules.errors import ArgumentError, CaseError, problem
from fasciculation_rules.model.assessment import Part
from fasciculation_rules.model.base import Date, Value
from fasciculation_rules.model.case import Case
from fasciculation_rules.model.problems import problems_of

_VERSION = r"[0-9]{1,6}\.[0-9]{1,6}\.[0-9]{1,6}"


def _version(text: str) -> str:
    if re.fullmatch(_VERSION, text) is None:
        raise ValueError("expected a version such as 1.0.0")
    return text


Version = Annotated[str, AfterValidator(_version), Field(json_schema_extra={"pattern": f"^{_VERSION}$"})]
"""A released version; never a folder."""

_HOW = {"on": "expected a day, YYYY-MM-DD", "reconcile": "expected true or false"}


class AssessRequest(Case):
    """A case, and how to look at it: `on` is the day of assessment (today where it is not given).

    `reconcile` settles contradictions as records need, instead of refusing them.
    """

    on: Date | None = None
    reconcile: bool = False

    @classmethod
    def read(cls, data: object) -> AssessRequest:
        """A request from plain data.

        Raises CaseError with every problem at its place; no value of the case is in its message.
        """
        if not isinstance(data, Mapping):
            raise CaseError("the case is a mapping with `given`")
        case = Case.read({name: value for name, value in data.items() if name not in _HOW})
        try:
            how = _How.model_validate({name: data[name] for name in _HOW if name in data})
        except ValidationError as error:
            wrong = [str(item["loc"][0]) for item in error.errors(include_url=False, include_input=False)]
            raise CaseError(
                "the case cannot be read", [problem("bad-value", _HOW[at], at=at) for at in wrong]
            ) from None
        return cls(format=case.format, label=case.label, given=case.given, on=how.on, reconcile=how.reconcile)


class _How(Value):
    on: Date | None = None
    reconcile: bool = False


class CompareRequest(Value):
    """Two released versions."""

    old: Version
    new: Version

    @classmethod
    def read(cls, data: object) -> CompareRequest:
        """A request from plain data.

        Raises ArgumentError with every problem at its place.
        """
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            raise ArgumentError("the request cannot be read", problems_of(error, cls)) from None


class ComparedPart(Part):
    """What was added to one part of a ruleset, removed from it, and which keys of what changed."""

    part: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: dict[str, tuple[str, ...]]


class ComparedClause(Part):
    """One clause: a name, and what it says of it; `value` where it compares a number."""

    name: str
    says: str
    value: str | None = None


class ComparedWay(Part):
    """One way in which a rule fires in one version alone: `when` holds, and nothing of `unless` does."""

    when: tuple[ComparedClause, ...]
    unless: tuple[tuple[ComparedClause, ...], ...]


class ComparedRule(Part):
    """A rule of both versions that fires on other people."""

    rule: str
    newly: tuple[ComparedWay, ...]
    no_longer: tuple[ComparedWay, ...]


class ComparedMove(Part):
    """A move of at_least that somebody makes: the smallest such person. `decided`: whether an answer was found."""

    before: str
    after: str
    given: dict[str, Any] | None = None
    rules: tuple[str, ...] = ()
    decided: bool = True


class ComparedAttribute(Part):
    """A source attribute of HTI-1 that differs."""

    id: str
    before: str
    after: str


class Compared(Part):
    """Two versions compared. `nothing_else`: it is proven that nothing but `rules` moves anybody."""

    old: str
    new: str
    structure: tuple[ComparedPart, ...]
    rules: tuple[ComparedRule, ...]
    moves: tuple[ComparedMove, ...]
    nothing_else: bool
    people: None = None
    source_attributes: tuple[ComparedAttribute, ...]


class OutcomeCoding(Part):
    """The code of a problem, which is stable."""

    system: str
    code: str


class OutcomeDetails(Part):
    """What was found, what was expected, and what to do."""

    text: str
    coding: tuple[OutcomeCoding, ...] = ()


class OutcomeIssue(Part):
    """One problem; `expression` is the element it is about."""

    severity: Literal["fatal", "error"]
    code: str
    details: OutcomeDetails
    expression: tuple[str, ...] = ()


class Outcome(Part):
    """Why there is no answer, in the form of FHIR's OperationOutcome."""

    resourceType: Literal["OperationOutcome"]  # noqa: N815 - FHIR's name
    issue: tuple[OutcomeIssue, ...]
