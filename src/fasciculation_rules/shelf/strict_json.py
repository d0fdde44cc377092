"""Strict JSON: numbers stay as written, nothing is given twice, and what is nested too deep is not parsed at all."""

from __future__ import annotations

import json
import re
from typing import Any

from fasciculation_rules.errors import Problem
from fasciculation_rules.shelf.strict_yaml import MAX_BYTES, MAX_DEPTH, Document, Refused, decode, given_twice, place_in


def read_json(raw: bytes, file: str, problems: list[Problem], *, max_bytes: int = MAX_BYTES) -> Document | None:
    """The document in `raw`, or None with the reason added to `problems`."""
    try:
        text = decode(raw, max_bytes)
        _check_depth(text)
        try:
            data = json.loads(text, object_pairs_hook=_once, parse_float=str, parse_int=str, parse_constant=str)
        except _GivenTwiceError:
            raise _first_given_twice(text) from None
        return Document(file, data, text)
    except json.JSONDecodeError as error:
        problems.append(Problem(file, error.lineno, error.colno, "", "not-json", error.msg))
    except Refused as refused:
        problems.append(refused.of(file))
    return None


_STRING = r'"(?:[^"\\]|\\.)*+"?'
_STRINGS_AND_BRACKETS = re.compile(rf"{_STRING}|[\[\]{{}}]", re.DOTALL)
_NEITHER = bytes(set(range(256)) - set(b'"[]{}'))
"""All that is neither a bracket nor the end of a string."""

_STRINGS_BRACKETS_AND_COLONS = re.compile(rf"{_STRING}|[\[\]{{}}:]", re.DOTALL)


def _check_depth(text: str) -> None:
    """Counts brackets before a recursive parser sees the text.

    Raises Refused at the first that is too deep.
    """
    if _deepest(text) <= MAX_DEPTH:
        return
    depth = 0
    for found in _STRINGS_AND_BRACKETS.finditer(text):
        if found[0] in ("[", "{"):
            depth += 1
            if depth > MAX_DEPTH:
                place = place_in(text, found.start())
                raise Refused("too-deep", f"more than {MAX_DEPTH} levels of nesting", place)
        elif found[0] in ("]", "}"):
            depth -= 1


def _deepest(text: str) -> int:
    """At least the deepest nesting as far as the text is JSON, and at most twice that: far faster than the place."""
    plain = text.replace("\\\\", "").replace('\\"', "").encode("utf-8", "replace")
    brackets = b"".join(plain.translate(None, _NEITHER).split(b'"')[::2])
    levels = length = 0
    while len(brackets) != length and levels <= MAX_DEPTH:
        length = len(brackets)
        brackets = brackets.replace(b"{}", b"").replace(b"[]", b"")
        levels += 2  # one of braces, one of brackets
    return levels + len(brackets)  # what is left has no match, so that nobody knows how deep it lies


class _GivenTwiceError(Exception):
    """Some key is given twice; the parser does not say where."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) != len(pairs):
        raise _GivenTwiceError
    return data


def _first_given_twice(text: str) -> Refused:
    """The refusal of the first such key at its place. The text is JSON at least as far as that."""
    keys: list[set[str]] = []
    before = ""
    start = 0
    for found in _STRINGS_BRACKETS_AND_COLONS.finditer(text):
        piece = found[0]
        if piece in ("[", "{"):
            keys.append(set())
        elif piece in ("]", "}"):
            keys.pop()
        elif piece == ":":  # what comes before a colon is a key
            key = json.loads(before)
            if key in keys[-1]:
                return given_twice(key, place_in(text, start))
            keys[-1].add(key)
        else:
            before, start = piece, found.start()
    raise AssertionError("a parser found a key that is given twice")
