"""Quantities worked out from others: a closed list, exact, and unknown where any input is.

Sources: adjusted calcium E-ELEC-15 (unknown below 25 g/L of albumin); osmolality E-GLU-02;
ratios to the report's own limits, because fixed ranges differ between laboratories (E-THY-08).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TypeAlias

Ends: TypeAlias = tuple[Fraction, Fraction]
"""Low and high of a quantity, in its canonical unit."""

Known: TypeAlias = Mapping[str, Ends]
LOWEST_ALBUMIN = Fraction(25)  # g/L


def _adjusted_calcium(known: Known, _: Known) -> Ends | None:
    calcium, albumin = known["calcium_total"], known["albumin"]
    if albumin[0] < LOWEST_ALBUMIN:
        return None
    return (
        calcium[0] + Fraction("0.02") * (40 - albumin[1]),
        calcium[1] + Fraction("0.02") * (40 - albumin[0]),
    )


def _osmolality(known: Known, _: Known) -> Ends | None:
    sodium, glucose, urea = known["sodium"], known["glucose"], known["urea"]
    return 2 * sodium[0] + glucose[0] + urea[0], 2 * sodium[1] + glucose[1] + urea[1]


def _ratio(quantity: str, end: int) -> Callable[[Known, Known], Ends | None]:
    def ratio(known: Known, references: Known) -> Ends | None:
        limit = references[quantity][end] if quantity in references else Fraction(0)
        if limit <= 0:
            return None
        low, high = known[quantity]
        return low / limit, high / limit

    return ratio


COMPUTED: dict[str, tuple[tuple[str, ...], Callable[[Known, Known], Ends | None]]] = {
    "calcium_adjusted": (("calcium_total", "albumin"), _adjusted_calcium),
    "osmolality": (("sodium", "glucose", "urea"), _osmolality),
    "ck_per_upper_limit": (("ck",), _ratio("ck", 1)),
    "tsh_per_lower_limit": (("tsh",), _ratio("tsh", 0)),
    "ft4_per_upper_limit": (("ft4",), _ratio("ft4", 1)),
    "ft4_per_lower_limit": (("ft4",), _ratio("ft4", 0)),
}
"""Each computed quantity: its inputs, and how it is worked out from them and from the report's intervals."""
