"""Parts of JSON as the kind they should be; what is of another kind is as if it were not there."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

from fasciculation_rules.logic.grammar import print_number

Json = dict[str, Any]

_NOTHING: Json = {}


def object_of(value: object) -> Json:
    """An object, or an empty one."""
    return value if isinstance(value, dict) else _NOTHING


def objects_of(value: object) -> list[Json]:
    """The objects of a list; one that stands without its list is read as a list of one."""
    if isinstance(value, dict):
        return [value]
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def text_of(value: object) -> str:
    """A text without the spaces around it, or an empty one."""
    return value.strip() if isinstance(value, str) else ""


def number_of(value: object) -> Fraction | None:
    """The number as written, exactly; None for anything else, for infinity, and for what no measurement needs."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    text = str(value)
    if len(text) > LONGEST_NUMBER or "/" in text or "_" in text:
        return None
    try:
        _, _, exponent = text.lower().partition("e")
        return None if exponent and abs(int(exponent)) > LARGEST_EXPONENT else Fraction(text)
    except ValueError:
        return None


def decimal_of(value: object) -> str | None:
    """The number as plain decimal digits, as a case writes it; None where there is none."""
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        text = str(value)
        if _PLAIN.fullmatch(text):
            return text
    number = number_of(value)
    text = "" if number is None else print_number(number)
    return text if text and "/" not in text else None


_PLAIN = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?")
LONGEST_NUMBER, LARGEST_EXPONENT = 40, 30
