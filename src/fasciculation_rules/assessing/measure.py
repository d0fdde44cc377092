"""What is said of one quantity as counts: units converted exactly, rounded once, bounds and spans as intervals."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from fasciculation_rules.errors import Problem, did_you_mean, problem
from fasciculation_rules.logic.grammar import print_number
from fasciculation_rules.model.case import Span
from fasciculation_rules.model.quantity import Amount, read_amount, to_count
from fasciculation_rules.model.units import UNITS, UnitError, conversion, readable_units
from fasciculation_rules.model.vocabulary import Quantity

Ends = tuple[int, int]


@dataclass(frozen=True)
class Measure:
    """Reads what a case says of one quantity. Every fault is added to `problems`; no value of the case is in it."""

    name: str
    quantity: Quantity
    at: str
    problems: list[Problem]

    def ends(self, value: str | Span) -> Ends | None:
        """Low and high as counts, or None with the problem noted."""
        read = self._span(value) if isinstance(value, Span) else self._point_or_bound(value)
        if read is None:
            return None
        (low, high), exact = read
        (bottom, top), (least, most) = self.quantity.bounds(), self.quantity.range
        if bottom <= low <= high <= top and all(least <= number <= most for number in exact):
            return low, high
        unit = readable_units(self.name, self.quantity.unit)[0]
        accepted = f"{print_number(least)} to {print_number(most)} {unit}"
        message = f"the value of '{self.name}' lies outside the accepted range {accepted}"
        self._note("out-of-range", message, "check the value and its unit")
        return None

    def reference(self, span: Span) -> tuple[Fraction, Fraction] | None:
        """The report's own limits in the canonical unit, or None with the problem noted."""
        low, high = self._exact(span.low), self._exact(span.high)
        if low is None or high is None:
            return None
        least, most = self.quantity.range
        if min(least, Fraction(0)) <= low[1] < high[1] <= most:
            return low[1], high[1]
        message = f"the reference interval of '{self.name}' does not go from low to high within its accepted range"
        self._note("bad-reference", message, "copy both limits from the report, each with its unit")
        return None

    def _span(self, value: Span) -> tuple[Ends, tuple[Fraction, ...]] | None:
        low, high = self._exact(value.low), self._exact(value.high)
        if low is None or high is None:
            return None
        if low[1] > high[1]:
            self._note("bad-span", f"the span of '{self.name}' does not go from low to high", "exchange its two ends")
            return None
        return (self._count(low[1]), self._count(high[1])), (low[1], high[1])

    def _point_or_bound(self, text: str) -> tuple[Ends, tuple[Fraction, ...]] | None:
        read = self._exact(text, bounded=True)
        if read is None:
            return None
        (amount, exact), (bottom, top) = read, self.quantity.bounds()
        count = self._count(exact)
        match amount.comparator:
            case "<":
                above = exact > count * self.quantity.resolution
                ends = bottom, count if self._floored and above else count - 1
            case "<=":
                ends = bottom, count
            case ">":
                ends = count if self._floored else count + 1, top
            case ">=":
                ends = count, top
            case _:
                ends = count, count
        return ends, (exact,)

    @property
    def _floored(self) -> bool:
        """Completed years: somebody over 16 has completed 16, and so has somebody under sixteen and a half."""
        return self.name == "age"

    def _count(self, exact: Fraction) -> int:
        return to_count(exact, self.quantity.resolution, floor=self._floored)

    def _exact(self, text: str, *, bounded: bool = False) -> tuple[Amount, Fraction] | None:
        """The amount as read and its value in the canonical unit, or None with the problem noted."""
        name, unit = self.name, self.quantity.unit
        amount = read_amount(text)
        if amount is None or (amount.comparator and not bounded):
            message = f"'{name}' is a quantity; its value is not a plain decimal number with a unit"
            self._note("bad-quantity", message, self._units())
            return None
        if not amount.unit and unit not in ("1", "{score}"):
            self._note("missing-unit", f"the value of '{name}' has no unit", self._units())
            return None
        try:
            factor, offset = conversion(name, amount.unit or unit, unit)
        except UnitError:
            hint = "" if amount.unit in UNITS else did_you_mean(amount.unit, readable_units(name, unit))
            self._note("unknown-unit", f"the unit of '{name}' is not one that is read for it", hint or self._units())
            return None
        return amount, amount.number * factor + offset

    def _units(self) -> str:
        return f"units read here: {', '.join(readable_units(self.name, self.quantity.unit))}"

    def _note(self, code: str, message: str, hint: str) -> None:
        self.problems.append(problem(code, message, at=self.at, hint=hint))
