"""What a firing rests on: the known leaves that make it true, and the unknown ones that could still decide it."""

from __future__ import annotations

from typing import assert_never

from fasciculation_rules.assess.tables import Tables
from fasciculation_rules.logic.condition import All, Any, AtLeast, Compare, Condition, Is, Not
from fasciculation_rules.logic.evaluate import evaluate
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.logic.rails import negation_normal_form
from fasciculation_rules.model.ruleset import Ruleset


def rests_on(rule: str, facts: Facts, tables: Tables) -> tuple[str, ...]:
    """The items that make a firing rule true, in the order of its clauses."""
    program = tables.ruleset.program
    return tuple(dict.fromkeys(_true_leaves(program.rails[rule].true, facts, tables.ruleset)))


def _true_leaves(condition: Condition, facts: Facts, ruleset: Ruleset) -> list[str]:
    """The true leaves of a true condition in negation normal form: of `any` only the members that hold."""
    meaning = ruleset.program.meaning
    match condition:
        case Is(name=name, value=value) if name in meaning.means:
            means = negation_normal_form(meaning.means[name], negate=value == "absent")
            return _true_leaves(means, facts, ruleset)
        case Is(name=name) | Compare(name=name):
            return [name]
        case All(of=members):
            return [name for member in members for name in _true_leaves(member, facts, ruleset)]
        case Any(of=members) | AtLeast(of=members):
            holding = (member for member in members if evaluate(member, facts, meaning) is Firing.TRUE)
            return [name for member in holding for name in _true_leaves(member, facts, ruleset)]
        case Not():
            raise AssertionError("negation normal form has no `not`")
        case _:
            assert_never(condition)


def could_decide(rule: str, facts: Facts, tables: Tables) -> frozenset[str]:
    """The unknown items that could still help an undecided rule to fire: those in no part already decided."""
    items = tables.items[rule]
    known = facts.findings
    if all(item not in known and item not in facts.quantities for item in items):
        return items
    found: set[str] = set()
    _open_leaves(tables.ruleset.program.rails[rule].true, facts, tables.ruleset, found)
    return frozenset(found)


def _open_leaves(condition: Condition, facts: Facts, ruleset: Ruleset, found: set[str]) -> Firing:
    meaning = ruleset.program.meaning
    match condition:
        case Is(name=name, value=value) if name in meaning.means:
            means = negation_normal_form(meaning.means[name], negate=value == "absent")
            return _open_leaves(means, facts, ruleset, found)
        case Is() | Compare():
            firing = evaluate(condition, facts, meaning)
            if not firing.decided:
                found.add(condition.name)
            return firing
        case All(of=members):
            return _open_members(members, len(members), facts, ruleset, found)
        case Any(of=members):
            return _open_members(members, 1, facts, ruleset, found)
        case AtLeast(n=n, of=members):
            return _open_members(members, n, facts, ruleset, found)
        case Not():
            raise AssertionError("negation normal form has no `not`")
        case _:
            assert_never(condition)


def _open_members(members: tuple[Condition, ...], n: int, facts: Facts, ruleset: Ruleset, found: set[str]) -> Firing:
    """At least n of the members (all of them, or one): adds their open leaves only if the whole is undecided."""
    inside: set[str] = set()
    firings = sorted((_open_leaves(member, facts, ruleset, inside) for member in members), reverse=True)
    firing = firings[n - 1]
    if not firing.decided:
        found |= inside
    return firing
