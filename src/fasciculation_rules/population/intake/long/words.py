"""Reads what a row says of one item: the value as a case writes it, its unit beside it or inside, its reference."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from fasciculation_rules.assessing.measure import Measure
from fasciculation_rules.errors import Problem
from fasciculation_rules.logic.grammar import print_number
from fasciculation_rules.model.case import Span
from fasciculation_rules.model.quantity import read_amount
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.model.units import UnitError, conversion
from fasciculation_rules.model.vocabulary import Finding, Quantity

Ends = tuple[str, str]
"""The two ends of a span or of a reference interval, as a case writes them."""

MOST_KEPT = 200_000
"""Rows in different words that are remembered; most rows are in words that were read before."""

_SPAN = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,15})?)\s*-\s*([0-9]{1,15}(?:\.[0-9]{1,15})?)\s*((?![0-9.,]).*)")


class Row(NamedTuple):
    """The words of a row, each as text or nothing."""

    item: str
    value: str | None
    unit: str | None
    low: str | None
    high: str | None


@dataclass(frozen=True, slots=True)
class Read:
    """A value as a case writes it with its counts, or the `reason` why there is none; `unit` as it was written.

    `unused` is whether there was a reference interval that does not count.
    """

    value: str | Ends = ""
    counts: tuple[int, int] | None = None
    reference: Ends | None = None
    unit: str = ""
    reason: str = ""
    unused: bool = False


@dataclass(frozen=True)
class Words:
    """What rows say in the words of one ruleset."""

    ruleset: Ruleset
    kept: dict[Row, Read] = field(default_factory=dict)

    def read(self, row: Row) -> Read:
        """What it says of its item, which the ruleset has."""
        found = self.kept.get(row)
        if found is None:
            if len(self.kept) >= MOST_KEPT:
                self.kept.clear()
            found = self.kept[row] = self._read(row)
        return found

    def _read(self, row: Row) -> Read:
        item = self.ruleset.vocabulary.items[row.item]
        if row.value is None:
            return Read(reason="no-value")
        if row.value == "unknown":
            return Read(reason="value-lacking")
        if isinstance(item, Finding):
            return Read(row.value) if row.value in (item.values or ("present", "absent")) else _UNREADABLE
        return self._amount(row, row.value, item)

    def _amount(self, row: Row, value: str, quantity: Quantity) -> Read:
        numbers, inside = _parted(value.translate(_SIGNS))
        if not numbers:
            return _UNREADABLE
        if inside and row.unit and not _same_unit(row.item, inside, row.unit, quantity):
            return Read(unit=row.unit, reason="unit-disagrees")
        unit = inside or row.unit or ""
        said = tuple(f"{number} {unit}".strip() for number in numbers)
        problems: list[Problem] = []
        measure = Measure(row.item, quantity, "", problems)
        counts = measure.ends(said[0] if len(said) == 1 else _span(said[0], said[1]))
        if counts is None:
            return Read(unit=unit, reason=_REASONS.get(problems[0].code, "value-unreadable"))
        reference, unused = self._reference(row, measure, unit)
        return Read(said[0] if len(said) == 1 else (said[0], said[1]), counts, reference, unit, unused=unused)

    def _reference(self, row: Row, measure: Measure, unit: str) -> tuple[Ends | None, bool]:
        """The reference interval in the unit of the value; from nothing where it has no lower end."""
        if row.low is None and row.high is None:
            return None, False
        if row.high is None:
            return None, True
        ends = f"{row.low or 0} {unit}".strip(), f"{row.high} {unit}".strip()
        return (None, True) if measure.reference(_span(*ends)) is None else (ends, False)

    def span(self, name: str, low: int, high: int) -> Ends:
        """From one count to another, as a case writes it."""
        quantity = self.ruleset.vocabulary.quantities[name]
        return tuple(f"{print_number(end * quantity.resolution)} {quantity.unit}" for end in (low, high))  # type: ignore[return-value]


_SIGNS = {ord("≤"): "<=", ord("≥"): ">="}

_UNREADABLE = Read(reason="value-unreadable")

_REASONS = {"out-of-range": "out-of-range", "missing-unit": "unit-unreadable", "unknown-unit": "unit-unreadable"}


def _parted(value: str) -> tuple[tuple[str, ...], str]:
    """One number with its comparator, or both ends of a span; and the unit, if it stands there."""
    if found := _SPAN.fullmatch(value):
        return (found[1], found[2]), found[3]
    amount = read_amount(value)
    if amount is None:
        return (), ""
    return (value.strip().removesuffix(amount.unit).strip() if amount.unit else value,), amount.unit


def _same_unit(name: str, inside: str, beside: str, quantity: Quantity) -> bool:
    try:
        return conversion(name, inside, quantity.unit) == conversion(name, beside, quantity.unit)
    except UnitError:
        return False


def _span(low: str, high: str) -> Span:
    return Span.model_validate({"from": low, "to": high})
