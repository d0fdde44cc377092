"""What is known of somebody in CQL: what was said, what contradicts it, what follows from it, what is worked out."""

from __future__ import annotations

from fractions import Fraction
from math import ceil

from fasciculation_rules.assessing.overtaken import BLOODS
from fasciculation_rules.exchange.cql.conditions import is_name, known
from fasciculation_rules.exchange.cql.writing import Library, joined, quoted
from fasciculation_rules.model.computed import COMPUTED, LOWEST_ALBUMIN
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.model.vocabulary import Quantity

FACTS = "Facts"
"""The name under which the other library is included."""

LIMITED = ("ck", "tsh", "ft4")
"""Quantities that are also read in the limits of their report."""

HALF_EVEN = """define function "Half even"(exact Decimal):
  case
    when exact - Floor(exact) < 0.5 then Floor(exact)
    when exact - Floor(exact) > 0.5 then Floor(exact) + 1
    when Floor(exact) mod 2 = 0 then Floor(exact)
    else Floor(exact) + 1
  end"""
WITHIN = """define function "Within"(ends Interval<Integer>, bottom Integer, top Integer):
  Interval[Min({Max({start of ends, bottom}), top}), Min({Max({end of ends, bottom}), top})]"""


def write_known(ruleset: Ruleset, into: Library) -> None:
    """Adds a parameter for each item, and of each what is known."""
    _Known(ruleset, into).write()


class _Known:
    def __init__(self, ruleset: Ruleset, into: Library) -> None:
        self.vocabulary, self.closure, self.into = ruleset.vocabulary, ruleset.closure, into
        self.program = ruleset.program
        self.quantities = self.vocabulary.quantities
        self.generals: dict[str, list[str]] = {name: [] for name in self.program.findings}
        self.specifics: dict[str, list[str]] = {name: [] for name in self.program.findings}
        self.partners: dict[str, list[str]] = {name: [] for name in self.program.findings}
        self._relate()

    def write(self) -> None:
        self.into.section(
            "What a caller may say.",
            "A finding is true, false, or null for unknown. A quantity is an interval of whole numbers of the step "
            "that its comment names, both ends included. What is said here counts more than what a record says.",
        )
        for name in self.program.findings:
            self.into.add(f"parameter {quoted(name)} Boolean default null", self.vocabulary.label(name))
        for name, quantity in self.quantities.items():
            step = f"{self.vocabulary.label(name)}, in steps of {quantity.resolution} {quantity.unit}"
            self.into.add(f"parameter {quoted(name)} Interval<Integer> default null", step)
        for name in self._limited():
            words = f"{self.vocabulary.label(name)}: reference interval of the report, {self.quantities[name].unit}"
            self.into.add(f"parameter {quoted(f'{name} reference')} Interval<Decimal> default null", words)
        self.into.add("context Patient")
        self.into.section("What was said.")
        for name in self.program.findings:
            self.into.define(f"{name} said", f"Coalesce({quoted(name)}, {FACTS}.{quoted(name)})")
        self.into.section("Quantities, as said or worked out exactly and rounded half-even once.")
        self._functions()
        for name in sorted(self.quantities, key=lambda name: name in COMPUTED):
            self._quantity(name)
        self.into.section(
            "What is known: what was said, and what follows from it.",
            "Where two sayings contradict each other, presence counts, and a sign more than a summary.",
        )
        for name in self.program.findings:
            self._finding(name)

    def _relate(self) -> None:
        """What the vocabulary says of each finding directly, both ways."""
        for name, finding in self.vocabulary.findings.items():
            for general in finding.implies:
                self.generals[name].append(general)
                self.specifics[general].append(name)
            values = [f"{name}={value}" for value in finding.values]
            pairs = [(name, other) for other in finding.excludes]
            pairs += [(one, other) for index, one in enumerate(values) for other in values[index + 1 :]]
            for one, other in pairs:
                if other not in self.partners[one]:
                    self.partners[one].append(other)
                    self.partners[other].append(one)

    # ---------------------------------------------------------------- quantities

    def _limited(self) -> list[str]:
        return [name for name in LIMITED if name in self.quantities]

    def _functions(self) -> None:
        if any(name in self.quantities for name in COMPUTED):
            self.into.add(HALF_EVEN)
            self.into.add(WITHIN)
            for name in self._limited():
                given = quoted(f"{name} reference")
                self.into.define(f"{name} limits", f"Coalesce({given}, {FACTS}.{given})")

    def _quantity(self, name: str) -> None:
        said = [quoted(name), f"{FACTS}.{quoted(name)}"]
        if name in COMPUTED and all(other in self.quantities for other in COMPUTED[name][0]):
            said.append(self._worked_out(name))
        self.into.define(f"{name} known", f"Coalesce({', '.join(said)})")

    def _worked_out(self, name: str) -> str:
        """Where every input is known, an interval of counts that is kept within the range."""
        inputs = COMPUTED[name][0]
        lacking = [f"{known(other)} is null" for other in inputs]
        ends = {end: f'"Half even"({self._exact(name, end)})' for end in ("start", "end")}
        bottom, top = self.quantities[name].bounds()
        if name == "calcium_adjusted":
            least = LOWEST_ALBUMIN / self.quantities["albumin"].resolution
            lacking.append(f"start of {known('albumin')} < {ceil(least)}")
        elif name != "osmolality":
            limit = self._limit(name)
            lacking.append(f"{limit} is null or {limit} <= 0.0")
        worked_out = f'"Within"(Interval[{ends["start"]}, {ends["end"]}], {bottom}, {top})'
        expression = f"if {' or '.join(lacking)} then null else {worked_out}"
        return self.into.define(f"{name} worked out", expression)

    def _limit(self, name: str) -> str:
        base, _, which = name.partition("_per_")
        return f"{'end' if which == 'upper_limit' else 'start'} of {quoted(f'{base} limits')}"

    def _exact(self, name: str, end: str) -> str:
        """One end in steps of the computed quantity, before it is rounded."""
        step = self.quantities[name].resolution

        def part(other: str, factor: Fraction, end: str = end) -> str:
            ratio = factor * self.quantities[other].resolution / step
            return f"{end} of {known(other)} * {_decimal(ratio)}"

        match name:
            case "calcium_adjusted":
                other_end = "end" if end == "start" else "start"
                whole = Fraction("0.02") * 40 / step
                calcium, albumin = part("calcium_total", Fraction(1)), part("albumin", Fraction("0.02"), other_end)
                return f"Round({calcium} + {_decimal(whole)} - {albumin}, 6)"
            case "osmolality":
                terms = (part("sodium", Fraction(2)), part("glucose", Fraction(1)), part("urea", Fraction(1)))
                return f"Round({' + '.join(terms)}, 6)"
            case _:
                base = name.partition("_per_")[0]
                return f"Round({part(base, Fraction(1))} / ({self._limit(name)}), 6)"

    # ---------------------------------------------------------------- findings

    def _finding(self, name: str) -> None:
        """True if it or a kind of it is present, false if it is ruled out."""
        holds, ruled_out = self._holds(name), self._ruled_out(name)
        said = quoted(f"{name} said")
        if (holds, ruled_out) == (f"{said} is true", f"{said} is false"):
            self.into.define(is_name(name), said)
        else:
            self.into.define(is_name(name), f"case when {holds} then true when {ruled_out} then false else null end")

    def _holds(self, name: str) -> str:
        """Whether its presence counts, or that of a kind of it."""
        if not self.specifics[name]:
            return self._counts(name)
        parts = [self._counts(name), *map(self._holds, self.specifics[name])]
        return self.into.define(f"{name} holds", joined("or", parts))

    def _ruled_out(self, name: str) -> str:
        """Whether it was denied, or something that excludes it holds, or a general of it is ruled out."""
        others = [*map(self._holds, self.partners[name]), *map(self._ruled_out, self.generals[name])]
        if not others:
            return self._denied(name)
        return self.into.define(f"{name} ruled out", joined("or", [self._denied(name), *others]))

    def _counts(self, name: str) -> str:
        """Whether it was said and counts: a summary does not beside a sign that it excludes."""
        said = f"{quoted(f'{name} said')} is true"
        against = self._against(name) if self.vocabulary.is_summary(name) else []
        if not against:
            return said
        return self.into.define(f"{name} counts", f"{said} and not Coalesce({joined('or', against)}, false)")

    def _against(self, summary: str) -> list[str]:
        """What was said that contradicts a summary; of two summaries both are kept."""
        others = [name for name in self.program.findings if name in self.closure.excluded[summary]]
        found = [f"{quoted(f'{name} said')} is true" for name in others if not self.vocabulary.is_summary(name)]
        return found + (self._out_of_range() if summary == BLOODS else [])

    def _denied(self, name: str) -> str:
        """Whether it was denied and the denial counts: not beside a kind of it that was said to be present."""
        said = f"{quoted(f'{name} said')} is false"
        if not self.specifics[name]:
            return said
        return self.into.define(f"{name} denied", f"{said} and not {self._told(name)}")

    def _told(self, name: str) -> str:
        """Whether it or a kind of it was said to be present, whatever contradicts it."""
        if not any(map(self.vocabulary.is_summary, (name, *self.closure.specifics[name]))):
            return self._holds(name)
        said = f"{quoted(f'{name} said')} is true"
        return self.into.define(f"{name} told", joined("or", [said, *map(self._told, self.specifics[name])]))

    def _out_of_range(self) -> list[str]:
        return [
            clause
            for name, quantity in self.quantities.items()
            if quantity.normal is not None
            for clause in _outside(name, quantity, quantity.normal)
        ]


def _outside(name: str, quantity: Quantity, normal: tuple[Fraction, Fraction]) -> list[str]:
    bottom, top = (ceil(end / quantity.resolution) for end in normal)
    return [f"end of {known(name)} < {bottom}", f"start of {known(name)} >= {top}"]


def _decimal(number: Fraction) -> str:
    """An exact decimal of at most eight places, as CQL has them."""
    shifted = number * 10**8
    if shifted.denominator != 1:
        raise ValueError(f"{number} has no decimal of eight places")
    whole, rest = divmod(shifted.numerator, 10**8)
    return f"{whole}.{rest:08d}".rstrip("0") + ("0" if rest == 0 else "")
