"""The groups in which people are counted: bands of age, sex, and what other columns of the table say."""

from __future__ import annotations

from itertools import pairwise

import polars as pl

from fasciculation_rules.engines.columns.rules import HIGH, LOW
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.population.cohort import ADULT

AGE, SEX, UNKNOWN = "age", "sex", "unknown"
FEWER = "smaller groups together"
_CUTS = (ADULT, *range(30, 91, 10))
_LONGEST = 60

BANDS = (
    f"under {ADULT}",
    *(f"{low}-{high - 1}" for low, high in pairwise(_CUTS)),
    f"{_CUTS[-1]} and over",
)
"""Nobody's age is shown more finely, and the oldest are one band."""


def age_band(columns: tuple[str, ...]) -> pl.Expr:
    """The number of the band in which both ends of the age lie; empty where they do not, or where it is unknown."""
    if AGE + LOW not in columns or AGE + HIGH not in columns:
        return pl.lit(None, pl.Int8)
    low, high = (pl.sum_horizontal([pl.col(AGE + end) >= cut for cut in _CUTS]) for end in (LOW, HIGH))
    known = pl.col(AGE + LOW).is_not_null() & pl.col(AGE + HIGH).is_not_null() & (low == high)
    return pl.when(known).then(low).otherwise(None)


def name_of(kind: str, value: object, versions: tuple[Ruleset, Ruleset]) -> str:
    """A group as people read it."""
    if value is None:
        return UNKNOWN
    if kind == AGE:
        return BANDS[int(str(value))]
    if kind == SEX:
        known = next(each for each in versions if SEX in each.vocabulary.findings)
        return known.vocabulary.findings[SEX].values[int(str(value)) - 1]
    text = "".join(letter if letter.isprintable() else "?" for letter in str(value))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def in_order(kind: str, names: set[str]) -> list[str]:
    """Bands by age; everything else by name, and what is unknown last."""

    def place(name: str) -> tuple[bool, bool, int, str]:
        return name == UNKNOWN, name == FEWER, BANDS.index(name) if kind == AGE and name in BANDS else 0, name

    return sorted(names, key=place)
