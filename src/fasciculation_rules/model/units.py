"""Units as exact factors: a UCUM subset, the words people write for time, and nothing guessed."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from fasciculation_rules.model.analytes import ANALYTES, NO_ANALYTE


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: its dimension and how many of the dimension's base it is."""

    dimension: str
    factor: Fraction


def _concentrations(dimension: str, base: str, names: str) -> dict[str, Unit]:
    """`mg/dL ng/L`: a prefix of the base over a volume."""
    found = {}
    for name in names.split():
        amount, volume = name.split("/")
        factor = _PREFIXES[amount.removesuffix(base)] / _VOLUMES[volume]
        found[name] = Unit(dimension, factor)
    return found


_PREFIXES = {p: Fraction(f) for p, f in {"": "1", "m": "1e-3", "u": "1e-6", "n": "1e-9", "p": "1e-12"}.items()}
_VOLUMES = {"L": Fraction(1), "dL": Fraction(1, 10), "mL": Fraction(1, 1000)}


def _units(dimension: str, **factors: str) -> dict[str, Unit]:
    return {name: Unit(dimension, Fraction(factor)) for name, factor in factors.items()}


UNITS: dict[str, Unit] = {
    **_concentrations("mass concentration", "g", "g/L g/dL mg/L mg/dL ug/L ug/dL ug/mL ng/L ng/dL ng/mL pg/mL"),
    **_concentrations("substance concentration", "mol", "mmol/L umol/L nmol/L pmol/L"),
    **_concentrations("charge concentration", "eq", "meq/L"),
    **_concentrations("arbitrary concentration", "[IU]", "m[IU]/L u[IU]/mL"),
    **_units("catalytic concentration", **{"U/L": "1", "ukat/L": "60", "nkat/L": "0.06"}),
    **_units("time", d="1", wk="7", mo="30.4375", a="365.25", h="1/24", min="1/1440"),
    **_units("pressure", kPa="1", Pa="1e-3"),
    "mm[Hg]": Unit("pressure", Fraction("0.1333224")),
    "cm[H2O]": Unit("pressure", Fraction("0.0980665")),
    **_units("mass", g="1", mg="1e-3", ug="1e-6"),
    "g/d": Unit("mass rate", Fraction(1)),
    "mg/d": Unit("mass rate", Fraction("1e-3")),
    "mL": Unit("volume", Fraction("1e-3")),
    "L": Unit("volume", Fraction(1)),
    "mL/kg": Unit("volume per mass", Fraction(1)),
    "1": Unit("ratio", Fraction(1)),
    "%": Unit("ratio", Fraction("0.01")),
    "mmol/mol": Unit("substance ratio", Fraction(1)),
    "mL/min/{1.73_m2}": Unit("filtration rate", Fraction(1)),
    "mosm/kg": Unit("osmolality", Fraction(1)),
    "{score}": Unit("score", Fraction(1)),
    "Cel": Unit("temperature", Fraction(1)),
    "[degF]": Unit("fahrenheit", Fraction(1)),
}

WORDS: dict[str, str] = {
    "day": "d", "days": "d", "week": "wk", "weeks": "wk", "month": "mo", "months": "mo",
    "year": "a", "years": "a", "hour": "h", "hours": "h", "minute": "min", "minutes": "min",
    "mmHg": "mm[Hg]", "cmH2O": "cm[H2O]", "C": "Cel", "F": "[degF]", "percent": "%",
    "mmol/l": "mmol/L", "umol/l": "umol/L", "nmol/l": "nmol/L", "pmol/l": "pmol/L", "g/l": "g/L", "g/dl": "g/dL",
    "mg/dl": "mg/dL", "mg/l": "mg/L", "ng/l": "ng/L", "pg/ml": "pg/mL", "U/l": "U/L", "IU/L": "U/L", "mEq/L": "meq/L",
}  # fmt: skip
"""What people write for a UCUM unit. `IU/L` of an enzyme is `U/L`; TSH has aliases of its own."""


class UnitError(ValueError):
    """The unit is unknown, or is not one of this quantity's."""


def in_ucum(quantity: str, unit: str) -> str:
    """The UCUM unit that somebody means who writes this unit for this quantity; an unknown one stays as it is."""
    return ANALYTES.get(quantity, NO_ANALYTE).aliases.get(unit, WORDS.get(unit, unit))


@lru_cache(maxsize=4096)  # a few hundred pairs of unit names exist; nothing of a patient is in the key
def conversion(quantity: str, unit: str, canonical: str) -> tuple[Fraction, Fraction]:
    """(factor, offset) such that canonical value = factor x value + offset, exactly.

    Raises UnitError where the two do not measure the same thing for this quantity.
    """
    analyte = ANALYTES.get(quantity, NO_ANALYTE)
    unit = in_ucum(quantity, unit)
    if unit in analyte.affine and canonical == analyte.canonical:
        return analyte.affine[unit]
    if unit not in UNITS or unit in analyte.refuse:
        raise UnitError(f"'{unit}' is not a unit of {quantity}")
    given, wanted = UNITS[unit], UNITS[canonical]
    factor = given.factor / wanted.factor
    match given.dimension, wanted.dimension:
        case one, other if one == other:
            return factor, Fraction(0)
        case "mass concentration", "substance concentration" if analyte.molar_mass:
            return factor / analyte.molar_mass, Fraction(0)
        case "substance concentration", "mass concentration" if analyte.molar_mass:
            return factor * analyte.molar_mass, Fraction(0)
        case "charge concentration", "substance concentration" if analyte.charge:
            return factor / analyte.charge, Fraction(0)
    raise UnitError(f"'{unit}' is not a unit of {quantity}")


_SPOKEN = {unit: word for word, unit in WORDS.items() if UNITS[unit].dimension == "time"}


def readable_units(quantity: str, canonical: str) -> tuple[str, ...]:
    """The same in the words that people use: `years`, not `a`."""
    return tuple(_SPOKEN.get(unit, unit) for unit in accepted_units(quantity, canonical))


def accepted_units(quantity: str, canonical: str) -> tuple[str, ...]:
    """Every unit that converts to the canonical one, the canonical first."""
    analyte = ANALYTES.get(quantity, NO_ANALYTE)
    found = []
    for unit in (*UNITS, *analyte.aliases, *analyte.affine):
        try:
            conversion(quantity, unit, canonical)
        except UnitError:
            continue
        found.append(unit)
    return tuple(dict.fromkeys([canonical, *found]))
