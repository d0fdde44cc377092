"""Reads the conformance suite's format into programs and facts: all that an engine in another language has to write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fasciculation_rules.logic.condition import All, AtLeast, Compare, Condition, Count, Is, Not
from fasciculation_rules.logic.condition import Any as AnyOf
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.logic.firing import WORDS
from fasciculation_rules.logic.program import Program


def read_condition(outline: Any) -> Condition:
    """A clause of three words, or a structure."""
    match outline:
        case str():
            name, sign, value = outline.split(" ")
            return Is(name, value) if sign == "is" else Compare(name, sign, Count(int(value)))  # type: ignore[arg-type]
        case {"all": members}:
            return All(tuple(map(read_condition, members)))
        case {"any": members}:
            return AnyOf(tuple(map(read_condition, members)))
        case {"not": member}:
            return Not(read_condition(member))
        case {"at_least": n, "of": members}:
            return AtLeast(n, tuple(map(read_condition, members)))
        case _:
            raise ValueError(outline)


def read_program(outline: Mapping[str, Any]) -> Program:
    """The program of a file."""
    unknown = {**outline["findings"], **outline["quantities"]}
    return Program(
        tuple(outline["findings"]),
        tuple(outline["quantities"]),
        {name: WORDS[word] for name, word in unknown.items()},
        {name: read_condition(means) for name, means in outline["derivations"].items()},
        {name: read_condition(rule) for name, rule in outline["rules"].items()},
    )


def read_facts(case: Mapping[str, Any]) -> Facts:
    """The facts of a case."""
    findings = {name: state == "present" for name, state in case["findings"].items()}
    return Facts(findings, {name: (low, high) for name, (low, high) in case["quantities"].items()})
