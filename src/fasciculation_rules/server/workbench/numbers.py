"""Numbers as people type them, and the same in words, so that a slip of a digit or a unit is heard before it counts."""

from __future__ import annotations

import re

MOST_CHARACTERS = 24
_TYPED = re.compile(r"(<=|>=|<|>|)\s*([0-9]{1,12})(?:([.,])([0-9]{1,9}))?")
_GROUPED = re.compile(r"[0-9]{1,3}(?:[.,'’ \u00a0\u202f_][0-9]{3})+(?:[.,][0-9]+)?")  # noqa: RUF001 - as people type
_COMPARED = {"": "", "<": "less than ", "<=": "at most ", ">": "more than ", ">=": "at least "}


class NotANumber(ValueError):
    """What was typed is no number that can be read without guessing. The message is the key of a text of the page."""


def read_number(typed: str) -> str:
    """`3,2` and `3.2` as `3.2`, `< 0,01` as `< 0.01`.

    Raises NotANumber for thousands separators, for what may be one (`1.234`), and for all that is no plain number.
    """
    text = typed.strip()
    bare = text.lstrip("<>= ")
    if _GROUPED.fullmatch(bare) and not bare.startswith("0"):
        raise NotANumber("number-thousands")
    found = _TYPED.fullmatch(text) if len(text) <= MOST_CHARACTERS else None
    if found is None:
        raise NotANumber("number-unreadable")
    comparator, whole, _, decimals = found.groups()
    number = f"{int(whole)}.{decimals}" if decimals else str(int(whole))
    return f"{comparator} {number}".strip()


_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_GROUPS = ((1_000_000_000, "thousand million"), (1_000_000, "million"), (1_000, "thousand"))


def number_in_words(number: str) -> str:
    """What `read_number` gives in words: `25000` as `twenty-five thousand`, `< 0.1` as `less than zero point one`."""
    comparator, _, digits = number.rpartition(" ")
    whole, _, decimals = digits.partition(".")
    said = _whole(int(whole))
    if decimals:
        said += " point " + " ".join(_ONES[int(digit)] for digit in decimals)
    return _COMPARED[comparator] + said


def _whole(number: int) -> str:
    for size, name in _GROUPS:
        if number >= size:
            rest = number % size
            head = f"{_whole(number // size)} {name}"
            return head if not rest else f"{head} {'and ' if rest < 100 else ''}{_whole(rest)}"
    if number >= 100:
        rest = number % 100
        return f"{_ONES[number // 100]} hundred" + (f" and {_whole(rest)}" if rest else "")
    if number >= 20:
        ten = _TENS[number // 10 - 2]
        return f"{ten}-{_ONES[number % 10]}" if number % 10 else ten
    return _ONES[number]


_PREFIXES = {"": "", "m": "milli", "u": "micro", "n": "nano", "p": "pico", "k": "kilo"}
_BASES = {
    "mol": "moles", "g": "grams", "eq": "equivalents", "[IU]": "international units", "IU": "international units",
    "U": "units", "kat": "katals", "osm": "osmoles", "Pa": "pascals", "L": "litres",
}  # fmt: skip
_PER = {
    "L": "litre", "dL": "decilitre", "mL": "millilitre", "d": "day", "kg": "kilogram", "mol": "mole", "min": "minute",
    "{1.73_m2}": "1.73 square metres", "dL urea": "decilitre of urea", "dL BUN": "decilitre of urea nitrogen",
}  # fmt: skip
_WHOLE = {
    "%": "per cent", "1": "times", "Cel": "degrees Celsius", "[degF]": "degrees Fahrenheit", "{score}": "",
    "mm[Hg]": "millimetres of mercury", "cm[H2O]": "centimetres of water",
    "mg{urea}/dL": "milligrams of urea per decilitre", "mg{BUN}/dL": "milligrams of urea nitrogen per decilitre",
}  # fmt: skip


def unit_in_words(unit: str) -> str:
    """`mmol/L` as `millimoles per litre`; a unit that has no words here stays as it is."""
    if unit in _WHOLE:
        return _WHOLE[unit]
    head, *below = unit.split("/")
    for base, word in _BASES.items():
        prefix = head.removesuffix(base)
        if head.endswith(base) and prefix in _PREFIXES and all(each in _PER for each in below):
            return " per ".join([_PREFIXES[prefix] + word, *(_PER[each] for each in below)])
    return unit


def unit_shown(unit: str) -> str:
    """A unit as a list shows it."""
    shown = {"Cel": "°C", "[degF]": "°F", "{score}": "points", "1": "ratio", "mm[Hg]": "mmHg", "cm[H2O]": "cmH2O"}
    return shown.get(unit, unit.replace("{1.73_m2}", "1.73 m²").replace("[IU]", "IU"))
