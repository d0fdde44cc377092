"""Quantities worked out from others: a closed list, exact, and unknown where any input is.

Sources: adjusted calcium E-ELEC-15 (unknown below 25 g/L of albumin); osmolality E-GLU-02;
ratios to the report's own limits, because fixed ranges differ between laboratories (E-THY-08).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias

from fasciculation_rules.logic.frozen import FrozenMapping

Ends: TypeAlias = tuple[Fraction, Fraction]
"""Low and high of a quantity, in its canonical unit."""

Known: TypeAlias = Mapping[str, Ends]
LOWEST_ALBUMIN = Fraction(25)  # g/L


@dataclass(frozen=True)
class Linear:
    """A constant and so many times each input, in canonical units; unknown where an input may lie below its least."""

    constant: Fraction
    factors: Mapping[str, Fraction]
    least: Mapping[str, Fraction] = field(default_factory=FrozenMapping)

    def __call__(self, known: Known, _: Known) -> Ends | None:
        """The result, where it can be worked out."""
        if any(known[name][0] < least for name, least in self.least.items()):
            return None
        low = high = self.constant
        for name, factor in self.factors.items():
            ends = known[name] if factor > 0 else known[name][::-1]
            low, high = low + factor * ends[0], high + factor * ends[1]
        return low, high


@dataclass(frozen=True)
class Ratio:
    """A result by one end (0 low, 1 high) of the reference interval of its own report."""

    quantity: str
    end: int

    def __call__(self, known: Known, references: Known) -> Ends | None:
        """The ratio, where the report gives that end."""
        limit = references[self.quantity][self.end] if self.quantity in references else Fraction(0)
        if limit <= 0:
            return None
        low, high = known[self.quantity]
        return low / limit, high / limit


_ADJUSTED_CALCIUM = Linear(
    Fraction("0.8"),  # 0.02 for each of the 40 g/L that albumin normally has
    {"calcium_total": Fraction(1), "albumin": Fraction("-0.02")},
    {"albumin": LOWEST_ALBUMIN},
)
_OSMOLALITY = Linear(Fraction(0), {"sodium": Fraction(2), "glucose": Fraction(1), "urea": Fraction(1)})

COMPUTED: dict[str, tuple[tuple[str, ...], Linear | Ratio]] = {
    "calcium_adjusted": (("calcium_total", "albumin"), _ADJUSTED_CALCIUM),
    "osmolality": (("sodium", "glucose", "urea"), _OSMOLALITY),
    "ck_per_upper_limit": (("ck",), Ratio("ck", 1)),
    "tsh_per_lower_limit": (("tsh",), Ratio("tsh", 0)),
    "ft4_per_upper_limit": (("ft4",), Ratio("ft4", 1)),
    "ft4_per_lower_limit": (("ft4",), Ratio("ft4", 0)),
}
"""Each computed quantity: its inputs, and how it is worked out from them and from the report's intervals."""
