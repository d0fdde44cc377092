"""What the rules of a version use of a person: worked out from every condition there is, never declared."""

from __future__ import annotations

from collections.abc import Mapping

from fasciculation_rules.audit.safety.selecting import read_by
from fasciculation_rules.logic.condition import names
from fasciculation_rules.model.outcomes import NarrowedFloor, SparingFloor
from fasciculation_rules.model.rule import Plan
from fasciculation_rules.model.ruleset import Ruleset

FLOOR, ENTRY = "floor", "entry"


def used(ruleset: Ruleset) -> Mapping[str, tuple[str, ...]]:
    """Each item that something reads, with the rules, floors or entry criterion that read it; in vocabulary order.

    Advice that an item withholds reads it as well. Items of which nothing is worked out are not in it.
    """
    found: dict[str, list[str]] = {}
    for rule in ruleset.rules.values():
        read = set(read_by(rule, ruleset))
        if isinstance(rule, Plan):
            read |= set(rule.then.unless_contraindicated)
        for name in read:
            found.setdefault(name, []).append(rule.rule)
    for name in names(ruleset.about.entry):
        found.setdefault(name, []).append(ENTRY)
    for which, floor in ruleset.outcomes.floors:
        tree = floor.when if isinstance(floor, NarrowedFloor) else None
        tree = floor.unless if isinstance(floor, SparingFloor) else tree
        for name in names(tree) if tree is not None else ():
            found.setdefault(name, []).append(f"{FLOOR} {which}")
    order = {name: place for place, name in enumerate((*ruleset.vocabulary.items, *ruleset.program.derivations))}
    return {name: tuple(found[name]) for name in sorted(found, key=lambda name: order.get(name, len(order)))}
