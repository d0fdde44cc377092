"""Conditions and quantities of the program, in which limits are counts, in the words of a reader."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from fasciculation_rules.logic.condition import All, Amount, Any, AtLeast, Compare, Condition, Count, Is, Leaf, Not
from fasciculation_rules.logic.english import in_english
from fasciculation_rules.logic.grammar import print_number
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.model.units import readable_units
from fasciculation_rules.report.rule_page import say_leaf


def with_amounts(condition: Condition, ruleset: Ruleset) -> Condition:
    """The condition with each limit as a number and a unit."""

    def changed(node: Condition) -> Condition:
        match node:
            case Is():
                return node
            case Compare(name=name, limit=Count(value=count)):
                quantity = ruleset.vocabulary.quantities[name]
                return replace(node, limit=Amount(count * quantity.resolution, quantity.unit))
            case Compare():
                return node
            case Not(of=member):
                return Not(changed(member))
            case All(of=members) | Any(of=members) | AtLeast(of=members):
                return replace(node, of=tuple(changed(member) for member in members))
            case _:
                assert_never(node)

    return changed(condition)


def condition_in_english(condition: Condition, ruleset: Ruleset) -> str:
    """The condition as a rule's page says it."""

    def say(leaf: Leaf) -> str:
        return say_leaf(leaf, ruleset)

    return in_english(with_amounts(condition, ruleset), say)


def amount(name: str, count: int, ruleset: Ruleset) -> str:
    """A count of a quantity as a case gives it."""
    quantity = ruleset.vocabulary.quantities[name]
    return f"{print_number(count * quantity.resolution)} {readable_units(name, quantity.unit)[0]}"
