"""The words a case is written in: findings, quantities and derived findings, all names in one namespace."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.logic.frozen import FrozenMapping
from fasciculation_rules.model.base import Frozen, Name, Names, Text, Value, read_duration
from fasciculation_rules.model.quantity import read_amount
from fasciculation_rules.model.units import UNITS


class Kind(StrEnum):
    """How an item comes to be known."""

    HISTORY = "history"
    VISIBLE = "visible"
    ELICITED = "elicited"
    MEASUREMENT = "measurement"
    TEST = "test"

    @property
    def openness(self) -> Firing:
        """What an unknown item of this kind is worth: ask, examine or test."""
        match self:
            case Kind.HISTORY | Kind.VISIBLE:
                return Firing.OPEN
            case Kind.ELICITED:
                return Firing.AWAITS_EXAMINATION
            case Kind.MEASUREMENT | Kind.TEST:
                return Firing.AWAITS_TEST


class Horizon(Value):
    """For how many days a dated record counts; None is for ever."""

    present: int | None = None
    absent: int | None = None


def _read_horizon(value: object) -> object:
    if isinstance(value, dict):
        return {key: _days(text) for key, text in value.items()}
    days = _days(value)
    return {"present": days, "absent": days}


def _days(value: object) -> object:
    if value == "never":
        return None
    return read_duration(value).days if isinstance(value, str) else value


class Item(Value):
    """What a finding and a quantity share."""

    label: Text
    ask: Text
    kind: Kind
    observer: Literal["patient", "clinician"] = "patient"
    family: Name | None = None
    needs_date: bool = False
    horizon: Annotated[Horizon, BeforeValidator(_read_horizon)] = Horizon()
    codes: Name | None = None


class Finding(Item):
    """Something present or absent (or one of `values`)."""

    values: Names = ()
    implies: Names = ()
    excludes: Names = ()
    red_flag: bool = False
    screen: Annotated[int, Field(ge=1, le=99)] | None = None

    @model_validator(mode="after")
    def _listed(self) -> Finding:
        if self.values and (self.red_flag or self.screen is not None or self.family is not None):
            raise ValueError("a finding with listed values has no red_flag, screen or family")
        return self


class Quantity(Item):
    """Something measured. `range` and `normal` are in `unit`; a value outside `range` is refused.

    A value known to lie outside `normal` (low inclusive, high exclusive) contradicts `basic_bloods_normal`.
    """

    unit: str
    resolution: Fraction
    range: tuple[Fraction, Fraction]
    normal: tuple[Fraction, Fraction] | None = None
    computed: bool = False

    @field_validator("unit")
    @classmethod
    def _known_unit(cls, unit: str) -> str:
        if unit not in UNITS:
            raise ValueError(f"'{unit}' is not a unit this library knows")
        return unit

    @field_validator("resolution", "range", "normal", mode="before")
    @classmethod
    def _exact(cls, value: object) -> object:
        if isinstance(value, list | tuple):
            return tuple(_fraction(part) for part in value)
        return value if value is None else _fraction(value)

    @model_validator(mode="after")
    def _ordered(self) -> Quantity:
        if self.resolution <= 0 or self.range[0] >= self.range[1]:
            raise ValueError("the resolution must be above zero and the range must go from low to high")
        if any((end / self.resolution).denominator != 1 for end in self.range):
            raise ValueError("both ends of the range must be multiples of the resolution")
        if self.normal is not None and self.normal[0] >= self.normal[1]:
            raise ValueError("the normal range must go from low to high")
        return self

    def bounds(self) -> tuple[int, int]:
        """The range as counts."""
        return self._bounds

    @cached_property
    def _bounds(self) -> tuple[int, int]:
        low, high = self.range
        return int(low / self.resolution), int(high / self.resolution)


def _fraction(value: object) -> Fraction:
    amount = read_amount(str(value))
    if amount is None or amount.comparator or amount.unit:
        raise ValueError(f"'{value}' is not a plain decimal number")
    return amount.number


class Derived(Value):
    """A finding that a rule defines; the vocabulary holds its label only."""

    label: Text


class Vocabulary(Value):
    """Every name of a ruleset, in the order in which a clinician asks."""

    findings: Frozen[Name, Finding]
    quantities: Frozen[Name, Quantity] = Field(default_factory=FrozenMapping)
    derived: Frozen[Name, Derived] = Field(default_factory=FrozenMapping)

    @cached_property
    def items(self) -> Mapping[str, Finding | Quantity]:
        """Findings, then quantities."""
        items: dict[str, Finding | Quantity] = {**self.findings, **self.quantities}
        return FrozenMapping(items)

    @cached_property
    def screen(self) -> tuple[str, ...]:
        """The general questions in the order in which they are asked."""
        asked = [(finding.screen, name) for name, finding in self.findings.items() if finding.screen is not None]
        return tuple(name for _, name in sorted(asked))

    @cached_property
    def red_flags(self) -> tuple[str, ...]:
        """Findings marked as red flags."""
        return tuple(name for name, finding in self.findings.items() if finding.red_flag)

    def is_summary(self, name: str) -> bool:
        """Whether it sums up an examination or a panel as normal: those are the findings that need a date."""
        finding = self.findings.get(name)
        return finding is not None and finding.needs_date

    def label(self, name: str) -> str:
        """The words for a name, of whatever block; a listed value reads `sex: male`."""
        base, _, value = name.partition("=")
        item = self.items.get(base) or self.derived.get(base)
        label = item.label if item else base
        return f"{label}: {value}" if value else label
