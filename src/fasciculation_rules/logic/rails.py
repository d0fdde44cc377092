"""Negation normal form, and the two rails on which every engine runs.

The TRUE rail of a condition is its negation normal form; the FALSE rail is that of its negation.
Both are read over *known* facts with two values: `x is present` holds when x is known present,
`x is absent` when x is known absent, `q >= c` when the low end of q is, `q < c` when its high end is.
Neither rail true is undecided. Both true is a defect.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from fasciculation_rules.logic.condition import All, Any, AtLeast, Comparator, Compare, Condition, Is, Not

_OPPOSITE_VALUE = {"present": "absent", "absent": "present"}
_OPPOSITE_COMPARATOR: dict[Comparator, Comparator] = {">=": "<", "<": ">=", "<=": ">", ">": "<="}


def negation_normal_form(condition: Condition, *, negate: bool = False) -> Condition:
    """The same meaning without `not`: every negation is pushed into the leaves."""
    match condition:
        case Is(name=name, value=value):
            if negate and value not in _OPPOSITE_VALUE:
                return Not(condition)  # a listed value, before it is resolved to a finding of its own: only printed
            return Is(name, _OPPOSITE_VALUE[value]) if negate else condition
        case Compare(name=name, comparator=comparator, limit=limit):
            return Compare(name, _OPPOSITE_COMPARATOR[comparator], limit) if negate else condition
        case Not(of=member):
            return negation_normal_form(member, negate=not negate)
        case All(of=members):
            of = tuple(negation_normal_form(member, negate=negate) for member in members)
            return Any(of) if negate else All(of)
        case Any(of=members):
            of = tuple(negation_normal_form(member, negate=negate) for member in members)
            return All(of) if negate else Any(of)
        case AtLeast(n=n, of=members):
            of = tuple(negation_normal_form(member, negate=negate) for member in members)
            return AtLeast(len(of) - n + 1 if negate else n, of)
        case _:
            assert_never(condition)


@dataclass(frozen=True, slots=True)
class Rails:
    """One condition as two positive ones."""

    true: Condition
    false: Condition


def rails(condition: Condition) -> Rails:
    """Both rails of a condition."""
    return Rails(negation_normal_form(condition), negation_normal_form(condition, negate=True))


def positive(condition: Condition) -> bool:
    """Whether the condition rests on nothing absent: no `not` and no `is absent` once negations are pushed in."""
    match condition:
        case Is(value=value):
            return value != "absent"
        case Compare():
            return True
        case Not():
            return positive(negation_normal_form(condition))
        case All(of=members) | Any(of=members) | AtLeast(of=members):
            return all(positive(member) for member in members)
        case _:
            assert_never(condition)
