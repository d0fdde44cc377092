"""Turns the conditions people write into those engines run: names checked, values as findings, limits as counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import assert_never

from fasciculation_rules.errors import Problem, did_you_mean, problem
from fasciculation_rules.logic.condition import All, Amount, Any, AtLeast, Compare, Condition, Count, Is, Not, Threshold
from fasciculation_rules.logic.grammar import print_number
from fasciculation_rules.model import outcomes
from fasciculation_rules.model.quantity import read_amount
from fasciculation_rules.model.units import UnitError, accepted_units, conversion
from fasciculation_rules.model.vocabulary import Quantity, Vocabulary

Note = Callable[[Problem], None]


@dataclass(frozen=True)
class Resolver:
    """Resolves against one vocabulary and one table of thresholds (those of a profile, if there is one)."""

    vocabulary: Vocabulary
    thresholds: Mapping[str, outcomes.Threshold]

    def resolve(self, condition: Condition, at: str, note: Note) -> Condition:
        """The condition over counts and plain findings; every fault is noted at its place."""
        match condition:
            case Is():
                return self._finding(condition, at, note)
            case Compare():
                return self._comparison(condition, at, note)
            case Not(of=member):
                return Not(self.resolve(member, f"{at}.not", note))
            case All(of=members):
                return All(self._members(members, f"{at}.all", note))
            case Any(of=members):
                return Any(self._members(members, f"{at}.any", note))
            case AtLeast(n=n, of=members):
                return AtLeast(n, self._members(members, f"{at}.of", note))
            case _:
                assert_never(condition)

    def _members(self, members: tuple[Condition, ...], at: str, note: Note) -> tuple[Condition, ...]:
        return tuple(self.resolve(member, f"{at}[{index}]", note) for index, member in enumerate(members))

    def _finding(self, leaf: Is, at: str, note: Note) -> Condition:
        finding = self.vocabulary.findings.get(leaf.name)
        if finding is None and leaf.name not in self.vocabulary.derived:
            known = [*self.vocabulary.findings, *self.vocabulary.derived]
            if leaf.name in self.vocabulary.quantities:
                hint = f"compare it: {leaf.name} >= NUMBER UNIT"
                note(problem("quantity-as-finding", f"'{leaf.name}' is a quantity", at=at, hint=hint))
            else:
                hint = did_you_mean(leaf.name, known)
                note(problem("unknown-finding", f"unknown finding '{leaf.name}'", at=at, hint=hint))
            return leaf
        values = finding.values if finding and finding.values else ("present", "absent")
        if leaf.value not in values:
            hint = f"one of: {', '.join(values)}"
            note(problem("unknown-value", f"'{leaf.name}' cannot be '{leaf.value}'", at=at, hint=hint))
        if finding and finding.values:
            return Is(f"{leaf.name}={leaf.value}", "present")
        return leaf

    def _comparison(self, leaf: Compare, at: str, note: Note) -> Condition:
        quantity = self.vocabulary.quantities.get(leaf.name)
        if quantity is None:
            hint = did_you_mean(leaf.name, self.vocabulary.quantities)
            note(problem("unknown-quantity", f"unknown quantity '{leaf.name}'", at=at, hint=hint))
            return leaf
        match leaf.limit:
            case Threshold(name=name):
                threshold = self.thresholds.get(name)
                if threshold is None:
                    hint = did_you_mean(name, self.thresholds)
                    note(problem("unknown-threshold", f"unknown threshold '{name}'", at=at, hint=hint))
                    return leaf
                if threshold.quantity != leaf.name:
                    if threshold.quantity in self.vocabulary.quantities:  # else the threshold itself is at fault
                        note(problem("wrong-threshold", f"'{name}' is a threshold of '{threshold.quantity}'", at=at))
                    return leaf
                count = self.count(threshold.quantity, threshold.value, at, lambda _: None)
            case Amount(number=number, unit=unit):
                count = self._on_grid(leaf.name, quantity, number, unit, at, note)
            case Count(value=value):
                count = value
            case _:
                assert_never(leaf.limit)
        return leaf if count is None else Compare(leaf.name, leaf.comparator, Count(count))

    def count(self, name: str, text: str, at: str, note: Note) -> int | None:
        """A limit such as `2.5 mmol/L` as a count, or None with the fault noted."""
        quantity, amount = self.vocabulary.quantities[name], read_amount(text)
        if amount is None or amount.comparator:
            note(problem("bad-amount", f"'{text}' is not a number and a unit", at=at))
            return None
        return self._on_grid(name, quantity, amount.number, amount.unit, at, note)

    def _on_grid(self, name: str, quantity: Quantity, number: Fraction, unit: str, at: str, note: Note) -> int | None:
        try:
            factor, offset = conversion(name, unit, quantity.unit)
        except UnitError as error:
            hint = f"units read here: {', '.join(accepted_units(name, quantity.unit))}"
            note(problem("unknown-unit", str(error), at=at, hint=hint))
            return None
        count = (number * factor + offset) / quantity.resolution
        if count.denominator != 1:
            resolution = print_number(quantity.resolution)
            message = f"the limit lies between two counts of {name} (resolution {resolution} {quantity.unit})"
            note(problem("off-grid", message, at=at, hint="write it in the canonical unit, on the grid"))
            return None
        low, high = quantity.bounds()
        if not low <= count <= high:
            note(problem("out-of-range", f"the limit lies outside the range of {name}", at=at))
        return int(count)
