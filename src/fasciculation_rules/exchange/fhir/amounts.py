"""Numbers with units as a case writes them: unit and code must agree, and nothing is guessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from fasciculation_rules.assessing.measure import Measure
from fasciculation_rules.errors import Problem
from fasciculation_rules.exchange.fhir.shapes import Json, decimal_of, object_of, objects_of, text_of
from fasciculation_rules.exchange.fhir.statement import Amounts
from fasciculation_rules.exchange.meanings import Meaning
from fasciculation_rules.exchange.systems import RANGE_MEANING, UCUM, system_of
from fasciculation_rules.model.analytes import ANALYTES, NO_ANALYTE
from fasciculation_rules.model.case import Span
from fasciculation_rules.model.units import UNITS, WORDS, UnitError, conversion
from fasciculation_rules.model.vocabulary import Quantity

COMPARATORS = ("<", "<=", ">=", ">")
WITHOUT_UNIT = ("1", "{score}")


@dataclass(frozen=True, slots=True)
class Read:
    """A value as text or as the two ends of a span, its counts, and its unit; or the reason why there is none."""

    value: str | Amounts = ""
    counts: tuple[int, int] | None = None
    unit: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Scale:
    """One quantity, the code it was found under, and the names that a site has for units."""

    name: str
    quantity: Quantity
    meaning: Meaning
    aliases: Mapping[str, str]
    units: dict[tuple[str, str, str], tuple[str, str]] = field(default_factory=dict)
    """Units that were worked out before."""

    def read(self, kind: str, value: object) -> Read:
        """What a `value[x]` says of the quantity."""
        match kind:
            case "Quantity":
                return self._quantity(object_of(value))
            case "Range":
                return self._range(object_of(value))
            case "Integer" | "Decimal":
                number = decimal_of(value)
                if number is None:
                    return Read(reason="value-unreadable")
                if self.quantity.unit not in WITHOUT_UNIT:
                    return Read(reason="unit-unreadable")
                return self._checked(f"{number} {self.quantity.unit}", self.quantity.unit)
            case _:
                return Read(reason="value-unreadable")

    def _quantity(self, found: Json) -> Read:
        number, comparator = decimal_of(found.get("value")), found.get("comparator") or ""
        if number is None or (comparator and comparator not in COMPARATORS):
            return Read(reason="value-unreadable")
        unit, reason = self._unit(found)
        if reason:
            return Read(reason=reason)
        return self._checked(f"{comparator} {number} {unit}".strip(), unit)

    def _range(self, found: Json) -> Read:
        """Both ends, or one of them as a bound."""
        low, high = object_of(found.get("low")), object_of(found.get("high"))
        if low.get("comparator") or high.get("comparator"):
            return Read(reason="value-unreadable")
        if not (low and high):
            return self._quantity({**low, "comparator": ">="} if low else {**high, "comparator": "<="})
        ends = [self._quantity(low), self._quantity(high)]
        if reason := ends[0].reason or ends[1].reason:
            return Read(reason=reason)
        return self._checked((str(ends[0].value), str(ends[1].value)), ends[0].unit)

    def _checked(self, value: str | Amounts, unit: str) -> Read:
        """The same with its counts, if a case may say so."""
        problems: list[Problem] = []
        measure = Measure(self.name, self.quantity, "", problems)
        said = value if isinstance(value, str) else Span.model_validate({"from": value[0], "to": value[1]})
        counts = measure.ends(said)
        if counts is None:
            ranged = any(found.code == "out-of-range" for found in problems)
            return Read(reason="out-of-range" if ranged else "value-unreadable")
        return Read(value, counts, unit)

    # ---------------------------------------------------------------- units

    def _unit(self, found: Json) -> tuple[str, str]:
        """The unit as a case writes it, or the reason why there is none."""
        key = (text_of(found.get("system")), text_of(found.get("code")), text_of(found.get("unit")))
        if key not in self.units:
            self.units[key] = self._worked_out(*key)
        return self.units[key]

    def _worked_out(self, address: str, code: str, words: str) -> tuple[str, str]:
        system, printed = system_of(address), self._named(words)
        if code and system in (UCUM, ""):
            coded = self._named(code) if self._is_ucum(code) or code in self.aliases else ""
            if not coded:
                return "", "unit-unreadable"
            if printed and self._factor(printed) != self._factor(coded):
                return "", "unit-disagrees"
            unit = coded
        else:
            unit = printed
        if not unit and self.quantity.unit in WITHOUT_UNIT and not words and not code:
            unit = self.quantity.unit
        if not unit:
            return "", "unit-unreadable"
        return ("", "unit-disagrees") if self.of_another_property(unit) else (unit, "")

    def _named(self, text: str) -> str:
        """The unit that a text names for this quantity, or an empty text."""
        unit = self.aliases.get(text, text)
        return unit if unit and self._factor(unit) is not None else ""

    def _factor(self, unit: str) -> tuple[Fraction, Fraction] | None:
        try:
            return conversion(self.name, unit, self.quantity.unit)
        except UnitError:
            return None

    def _is_ucum(self, code: str) -> bool:
        """Words for units (`days`, `C`) are no UCUM; `mmol/l` is."""
        return code not in WORDS or "/" in code

    def of_another_property(self, unit: str) -> bool:
        """Whether the code is about moles and the unit about mass, or the like; only one of them can be right."""
        if not self.meaning.unit:
            return False
        about, given = (self._dimension(each) for each in (self.meaning.unit, unit))
        return about is not None and about != given

    def _dimension(self, unit: str) -> str | None:
        unit = ANALYTES.get(self.name, NO_ANALYTE).aliases.get(unit, WORDS.get(unit, unit))
        found = UNITS.get(unit)
        if found is None:
            return None
        return "substance concentration" if found.dimension == "charge concentration" else found.dimension

    # ---------------------------------------------------------------- reference interval

    def reference(self, ranges: object, unit: str) -> tuple[Amounts | None, bool]:
        """The reference interval of the report, and whether one was there that could not be used."""
        found = [each for each in objects_of(ranges) if (each.get("low") or each.get("high")) and _is_normal(each)]
        if not found:
            return None, False
        low, high = object_of(found[0].get("low")), object_of(found[0].get("high"))
        if len(found) > 1 or not high:
            return None, True
        ends = [self._limit(low, unit) if low else f"0 {unit}", self._limit(high, unit)]
        if None in ends or not unit:
            return None, True
        problems: list[Problem] = []
        span = Span.model_validate({"from": ends[0], "to": ends[1]})
        read = Measure(self.name, self.quantity, "", problems).reference(span)
        return ((span.low, span.high), False) if read else (None, True)

    def _limit(self, found: Json, unit: str) -> str | None:
        """One limit; without a unit of its own it has that of the value."""
        number = None if found.get("comparator") else decimal_of(found.get("value"))
        own, reason = self._unit(found) if found.get("unit") or found.get("code") else (unit, "")
        return None if number is None or reason else f"{number} {own}"


def _is_normal(found: Json) -> bool:
    """A range without a type is the normal one; one for some people only is not."""
    codings = objects_of(object_of(found.get("type")).get("coding"))
    typed = [coding for coding in codings if system_of(text_of(coding.get("system"))) in (RANGE_MEANING, "")]
    return not codings or any(text_of(coding.get("code")) == "normal" for coding in typed)
