"""The reference meaning of a condition, by walking its tree. Every other engine is held to this page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

from fasciculation_rules.logic.condition import All, Any, AtLeast, Compare, Condition, Count, Is, Not
from fasciculation_rules.logic.facts import UNKNOWN_HIGH, UNKNOWN_LOW, Facts
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.logic.rails import negation_normal_form


@dataclass(frozen=True, slots=True)
class Meaning:
    """What evaluation needs beside the facts.

    `openness` gives what an unknown item is worth: OPEN, AWAITS_EXAMINATION or AWAITS_TEST.
    `means` gives the condition of each derived finding.
    """

    openness: Mapping[str, Firing]
    means: Mapping[str, Condition]


def evaluate(condition: Condition, facts: Facts, meaning: Meaning) -> Firing:
    """`all` is minimum, `any` is maximum, `at_least n` is the n-th largest, over negation normal form."""
    match condition:
        case Is(name=name, value=value) if name in meaning.means:
            means = negation_normal_form(meaning.means[name], negate=value == "absent")
            return evaluate(means, facts, meaning)
        case Is(name=name, value=value):
            known = facts.findings.get(name)
            if known is None:
                return meaning.openness[name]
            return Firing.TRUE if known == (value == "present") else Firing.FALSE
        case Compare(name=name):
            return _compare(condition, facts, meaning)
        case Not():
            return evaluate(negation_normal_form(condition), facts, meaning)
        case All(of=members):
            return min(evaluate(member, facts, meaning) for member in members)
        case Any(of=members):
            return max(evaluate(member, facts, meaning) for member in members)
        case AtLeast(n=n, of=members):
            return sorted((evaluate(member, facts, meaning) for member in members), reverse=True)[n - 1]
        case _:
            assert_never(condition)


def _compare(leaf: Compare, facts: Facts, meaning: Meaning) -> Firing:
    if not isinstance(leaf.limit, Count):
        raise TypeError("a condition is evaluated once its limits are counts")
    limit = leaf.limit.value
    low, high = facts.quantities.get(leaf.name, (UNKNOWN_LOW, UNKNOWN_HIGH))
    match leaf.comparator:
        case ">=":
            true, false = low >= limit, high < limit
        case ">":
            true, false = low > limit, high <= limit
        case "<=":
            true, false = high <= limit, low > limit
        case "<":
            true, false = high < limit, low >= limit
        case _:
            assert_never(leaf.comparator)
    return Firing.TRUE if true else Firing.FALSE if false else meaning.openness[leaf.name]
