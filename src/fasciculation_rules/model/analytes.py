"""What converting one analyte needs beside its units: molar mass, charge, names of units that laboratories use.

Source: evidence table of quantities (UPDATES section 2C). Molar masses are in g/mol, exact as printed there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Analyte:
    """`molar_mass` in g/mol or None; `charge` for meq; `aliases` maps a unit's text to a UCUM unit.

    `affine` maps a unit to (factor, offset): factor x value + offset is the value in the unit `canonical`.
    `refuse` lists units that parse but mean another thing for this analyte.
    """

    molar_mass: Fraction | None = None
    charge: int | None = None
    aliases: Mapping[str, str] = field(default_factory=dict)
    affine: Mapping[str, tuple[Fraction, Fraction]] = field(default_factory=dict)
    canonical: str = ""
    refuse: tuple[str, ...] = ()


def _mass(text: str, charge: int | None = None) -> Analyte:
    return Analyte(molar_mass=Fraction(text), charge=charge)


_CALCIUM = _mass("40.078", 2)

ANALYTES: dict[str, Analyte] = {
    "potassium": _mass("39.0983", 1),
    "sodium": _mass("22.98977", 1),
    "magnesium": _mass("24.305", 2),
    "phosphate": _mass("30.97376"),  # reported as phosphorus, never as PO4
    "calcium_adjusted": _CALCIUM,
    "calcium_total": _CALCIUM,
    "calcium_ionised": _CALCIUM,
    "glucose": _mass("180.156"),
    "ketones": _mass("104.105"),
    "hba1c": Analyte(affine={"%": (Fraction("10.93"), Fraction("-23.5"))}, canonical="mmol/mol"),
    "tsh": Analyte(aliases={"mU/L": "m[IU]/L", "mIU/L": "m[IU]/L", "uIU/mL": "u[IU]/mL", "uU/mL": "u[IU]/mL"}),
    "ft4": _mass("776.870"),
    "total_b12": _mass("1355.365"),  # cyanocobalamin; with hydroxocobalamin 180 ng/L would be 134 pmol/L, not 133
    "mma": _mass("118.088"),
    "homocysteine": _mass("135.185"),
    "egfr": Analyte(aliases={"mL/min": "mL/min/{1.73_m2}"}),
    "urea": Analyte(  # in mg/dL one has to say which: urea, or its nitrogen alone (BUN)
        aliases={"mg/dL urea": "mg{urea}/dL", "mg/dL BUN": "mg{BUN}/dL"},
        affine={
            "mg{urea}/dL": (10 / Fraction("60.055"), Fraction(0)),
            "mg{BUN}/dL": (10 / Fraction("28.0134"), Fraction(0)),
        },
        canonical="mmol/L",
    ),
    "lithium_level": _mass("6.941", 1),
    "copper": _mass("63.546"),
    "temperature": Analyte(affine={"[degF]": (Fraction(5, 9), Fraction(-160, 9))}, canonical="Cel"),
    "sleep_per_night": Analyte(refuse=("h/d",)),
}

NO_ANALYTE = Analyte()
