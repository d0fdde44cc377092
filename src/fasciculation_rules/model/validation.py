"""A protocol of validation as a machine reads it, and a set of cases with the panel's word on each."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Literal, TypeAlias

from pydantic import BeforeValidator, Field

from fasciculation_rules.logic.frozen import FrozenMapping
from fasciculation_rules.model.base import Date, FormatOne, Frozen, Name, Text, Value
from fasciculation_rules.model.case import GivenValue

Percent = Annotated[int, Field(ge=1, le=99)]
Count: TypeAlias = Annotated[int, Field(ge=1)]


def _share(value: object) -> object:
    try:
        return Fraction(str(value))
    except ValueError:
        raise ValueError("expected a number such as 0.60") from None


Share = Annotated[Fraction, BeforeValidator(_share), Field(ge=0, le=1)]


class Sensitivity(Value):
    """The least share of people with a condition who must be shown their rung or above, and of how many."""

    at_least: Percent
    cases: Count


class Calm(Value):
    """The rungs that are calm, the least share of well people kept there, and of how many."""

    rungs: tuple[Name, ...]
    at_least: Percent
    cases: Count


class Agreement(Value):
    """The least weighted kappa."""

    at_least: Share


class Protocol(Value):
    """The block of a protocol that a machine reads. Only a final one is validated against."""

    format: FormatOne
    status: Literal["proposal", "final"]
    dated: Date
    confidence: Percent
    sensitivity: Sensitivity
    calm: Calm
    agreement: Agreement


class PanelWord(Value):
    """What the panel said: the rung, and the condition that was found; none where the person is well."""

    rung: Name
    condition: Name | None = None


class ValidationCase(Value):
    """One person: what was known at the first contact, and the panel's word."""

    case: Text
    given: Frozen[str, GivenValue] = Field(default_factory=FrozenMapping)
    on: Date | None = None
    panel: PanelWord


class Cases(Value):
    """A set of cases. `independent`: no author of the rules had a part in it, on the word of those who collected it."""

    format: FormatOne
    collected_by: Text
    independent: bool
    panel_blinded: bool
    collected_from: Date
    deviations: tuple[Text, ...] = ()
    cases: tuple[ValidationCase, ...]
