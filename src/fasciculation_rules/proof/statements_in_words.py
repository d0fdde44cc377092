"""Statements as people read them and as rules write them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from fasciculation_rules.engines.durable.subset import Term
from fasciculation_rules.engines.slots import count_of
from fasciculation_rules.logic.condition import Amount, Comparator, Compare, Is, leaves
from fasciculation_rules.logic.grammar import print_leaf
from fasciculation_rules.logic.program import PRESENT, UNKNOWN
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.proof.cells import cut_of
from fasciculation_rules.proof.supports import Supports
from fasciculation_rules.report.rule_page import in_unit, say_leaf

_COMPARED: Mapping[Comparator, str] = {">=": "at least", "<=": "at most", ">": "above", "<": "below"}

Limit: TypeAlias = "tuple[Comparator, int]"


def said(term: Term, ruleset: Ruleset) -> str:
    """In words: a label, and of a quantity its limit in its unit."""
    leaf = _leaf(term, ruleset)
    if isinstance(leaf, Is):
        return say_leaf(leaf, ruleset) if leaf.value != "unknown" else ruleset.vocabulary.label(leaf.name)
    limit = leaf.limit
    amount = in_unit(limit.number, limit.unit) if isinstance(limit, Amount) else str(limit)
    return f"{ruleset.vocabulary.label(leaf.name)} {_COMPARED[leaf.comparator]} {amount}"


def written(term: Term, ruleset: Ruleset) -> str:
    """As a clause of a rule; that nothing is known of an item is said in the same form."""
    return print_leaf(_leaf(term, ruleset))


def _leaf(term: Term, ruleset: Ruleset) -> Is | Compare:
    """The clause of a statement; a listed value belongs to its finding, and a limit is as some rule has it."""
    name = Supports.of(ruleset).item(term)
    if term.operator == "==":
        base, _, value = name.partition("=")
        if value and term.value == PRESENT:
            return Is(base, value)
        return Is(name, "unknown" if term.value == UNKNOWN else "present" if term.value == PRESENT else "absent")
    comparator, count = _limits(ruleset).get((name, term.operator, term.value), (term.operator, term.value))
    quantity = ruleset.vocabulary.quantities[name]
    return Compare(name, comparator, Amount(count * quantity.resolution, quantity.unit))


def _limits(ruleset: Ruleset) -> Mapping[tuple[str, str, int], Limit]:
    """How rules write each limit: `q > 4` where counts are compared by `q >= 5`."""
    found = ruleset.memo.get("limits in words")
    if not isinstance(found, dict):
        found = ruleset.memo.setdefault("limits in words", dict(_written_limits(ruleset)))
    return found


def _written_limits(ruleset: Ruleset) -> Iterator[tuple[tuple[str, str, int], Limit]]:
    program = ruleset.program
    for condition in (*program.derivations.values(), *program.rules.values()):
        for leaf in leaves(condition):
            if isinstance(leaf, Compare):
                above = leaf.comparator in (">", ">=")
                operator, count = (">=", cut_of(leaf)) if above else ("<=", cut_of(leaf) - 1)
                yield (leaf.name, operator, count), (leaf.comparator, count_of(leaf))
