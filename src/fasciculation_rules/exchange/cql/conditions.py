"""A condition as CQL: with three values, as its `and`, `or` and `not` have them, and with five, as numbers.

CQL's three values are Kleene's, and `null` is unknown. A condition is written from its TRUE rail, so that `not` stands
before a finding only. How a finding waits is lost in three values; the five are numbers, 0 does not fire to 4 fires,
of which `all` is the least and `any` the greatest.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import assert_never

from fasciculation_rules.exchange.cql.writing import Library, joined, listed, quoted
from fasciculation_rules.logic.condition import (
    All,
    Any,
    AtLeast,
    Comparator,
    Compare,
    Condition,
    Count,
    Is,
    Not,
    leaves,
)
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.logic.grammar import print_number
from fasciculation_rules.logic.rails import negation_normal_form
from fasciculation_rules.model.ruleset import Ruleset

AT_LEAST = "At least"
"""The function that counts members with three values."""

COUNTING = (
    f'define function "{AT_LEAST}"(n Integer, spare Integer, members List<Boolean>):\n'
    "  case\n"
    "    when Count(members M where M return all 1) >= n then true\n"
    "    when Count(members M where not M return all 1) > spare then false\n"
    "    else null\n"
    "  end"
)

GREATEST = "Greatest"
"""The function that gives the n-th greatest of some worths."""

NTH = (
    f'define function "{GREATEST}"(n Integer, worths List<Integer>):\n'
    "  case\n"
    + "".join(f"    when Count(worths W where W >= {worth} return all W) >= n then {worth}\n" for worth in (4, 3, 2, 1))
    + "    else 0\n"
    "  end"
)


@dataclass(frozen=True)
class Conditions:
    """Writes the conditions of one ruleset into a library."""

    ruleset: Ruleset
    into: Library

    # ---------------------------------------------------------------- three values

    def said(self, condition: Condition) -> str:
        """An expression that is true, false or null."""
        match condition:
            case Is(name=name, value=value):
                return is_present(name) if value == "present" else f"not {is_present(name)}"
            case Compare():
                return self._compared(condition)
            case All(of=members):
                return joined("and", map(self.said, members))
            case Any(of=members):
                return joined("or", map(self.said, members))
            case AtLeast(n=n, of=members):
                every = listed(map(self.said, members))
                return f'"{AT_LEAST}"({n}, {len(members) - n}, {every})'
            case Not():
                raise AssertionError("a rail has no `not`")
            case _:
                assert_never(condition)

    def _compared(self, leaf: Compare) -> str:
        """The comparison under its own name: true if all of the interval passes, false if nothing of it does."""
        low, high, limit = f"start of {known(leaf.name)}", f"end of {known(leaf.name)}", _count(leaf)
        match leaf.comparator:
            case ">=" | ">":
                true, false = f"{low} {leaf.comparator} {limit}", f"{high} {_OTHER[leaf.comparator]} {limit}"
            case "<=" | "<":
                true, false = f"{high} {leaf.comparator} {limit}", f"{low} {_OTHER[leaf.comparator]} {limit}"
            case _:
                assert_never(leaf.comparator)
        return self.into.define(self._name(leaf), f"case when {true} then true when {false} then false else null end")

    def _name(self, leaf: Is | Compare) -> str:
        match leaf:
            case Is(name=name, value=value):
                return is_name(name, value)
            case Compare(name=name, comparator=comparator):
                quantity = self.ruleset.vocabulary.quantities[name]
                return f"{name} {comparator} {print_number(_count(leaf) * quantity.resolution)} {quantity.unit}"

    # ---------------------------------------------------------------- five values

    def worth(self, condition: Condition) -> str:
        """An expression that is one of the numbers of `Firing`."""
        match condition:
            case Is(name=name, value=value) if name in self.ruleset.program.derivations:
                means = negation_normal_form(self.ruleset.program.derivations[name], negate=value == "absent")
                return self.worth_of(is_name(name, value), means, self.said(condition))
            case Is() | Compare():
                return self.worth_of(self._name(condition), condition, self.said(condition))
            case All(of=members):
                return _extreme("Min", map(self.worth, members))
            case Any(of=members):
                return _extreme("Max", map(self.worth, members))
            case AtLeast(n=n, of=members):
                return f'"{GREATEST}"({n}, {listed(map(self.worth, members))})'
            case Not():
                raise AssertionError("a rail has no `not`")
            case _:
                assert_never(condition)

    def worth_of(self, name: str, condition: Condition, said: str) -> str:
        """The worth of a condition in negation normal form, under a name; `said` refers to its three values.

        Where everything in it waits for the same, three values are enough to tell.
        """
        called = worth_of(name)
        if called in self.into.defined:
            return quoted(called)
        waits = self._waits(condition)
        if len(waits) > 1:
            return self.into.define(called, self.worth(condition))
        cases = f"when {said} then {int(Firing.TRUE)} when not ({said}) then {int(Firing.FALSE)}"
        return self.into.define(called, f"case {cases} else {int(waits.pop())} end")

    def _waits(self, condition: Condition) -> set[Firing]:
        """What an undecided clause of a condition may wait for, through derived findings."""
        program = self.ruleset.program
        found: set[Firing] = set()
        for leaf in leaves(condition):
            means = program.derivations.get(leaf.name)
            found |= {program.openness[leaf.name]} if means is None else self._waits(means)
        return found


def is_name(name: str, value: str = "present") -> str:
    """What a clause on a finding is called: `sex is male` where its values are listed."""
    base, _, chosen = name.partition("=")
    if not chosen:
        return f"{base} is {value}"
    return f"{base} is {chosen}" if value == "present" else f"{base} is not {chosen}"


def is_present(name: str) -> str:
    """The reference to what is known of a finding, or of one of its listed values."""
    return quoted(is_name(name))


def fires(rule: str) -> str:
    """The reference to the three values of a rule."""
    return quoted(f"{rule} fires")


def known(quantity: str) -> str:
    """The reference to what is known of a quantity."""
    return quoted(f"{quantity} known")


def worth_of(name: str) -> str:
    """What the five values of something are called."""
    return f"worth of {name}"


_OTHER: dict[Comparator, Comparator] = {">=": "<", ">": "<=", "<=": ">", "<": ">="}


def _count(leaf: Compare) -> int:
    if not isinstance(leaf.limit, Count):
        raise TypeError("a condition is written once its limits are counts")
    return leaf.limit.value


def _extreme(function: str, members: Iterable[str]) -> str:
    parts = list(members)
    return parts[0] if len(parts) == 1 else f"{function}({listed(parts)})"
