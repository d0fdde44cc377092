"""Strict JSON: numbers stay as written, nothing is given twice, and what is nested too deep is not parsed at all."""

from __future__ import annotations

import json
import re
from typing import Any

from fasciculation_rules.errors import Problem
from fasciculation_rules.shelf.strict_yaml import MAX_BYTES, MAX_DEPTH, Document, Refused, decode, given_twice


def read_json(raw: bytes, file: str, problems: list[Problem], *, max_bytes: int = MAX_BYTES) -> Document | None:
    """The document in `raw`, or None with the reason added to `problems`."""
    try:
        text = decode(raw, max_bytes)
        if _deepest_bracket(text) > MAX_DEPTH:
            raise Refused("too-deep", f"more than {MAX_DEPTH} levels of nesting")
        data = json.loads(text, object_pairs_hook=_once, parse_float=str, parse_int=str, parse_constant=str)
        return Document(file, data, text)
    except json.JSONDecodeError as error:
        problems.append(Problem(file, error.lineno, error.colno, "", "not-json", error.msg))
    except Refused as refused:
        problems.append(refused.of(file))
    return None


_STRINGS_AND_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)


def _deepest_bracket(text: str) -> int:
    """How deep the brackets go, counted before a recursive parser sees the text."""
    depth = deepest = 0
    for found in _STRINGS_AND_BRACKETS.findall(text):
        if found[0] != '"':
            depth += 1 if found in "[{" else -1
            deepest = max(deepest, depth)
    return deepest


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for key, value in pairs:
        if key in data:
            raise given_twice(key)
        data[key] = value
    return data
