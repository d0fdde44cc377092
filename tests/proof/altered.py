"""The small ruleset with a rule written otherwise, and every patient there can be under a few of its names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from fasciculation_rules import Ruleset
from fasciculation_rules.logic.condition import Condition
from fasciculation_rules.logic.condition import names as names_of
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.logic.grammar import read_condition
from fasciculation_rules.logic.program import Program
from fasciculation_rules.proof.cells import cells_of
from fasciculation_rules.proof.replay import is_closed

NEEDLESS = read_condition(
    {
        "any": [
            "bulbar_symptoms is present",
            {"all": ["dysarthria is present", "weakness is present"]},
            "babinski is present",
        ]
    }
)
"""Who slurs has a bulbar symptom, so the middle of it can do nothing."""


def with_condition(ruleset: Ruleset, name: str, condition: Condition) -> Ruleset:
    """The ruleset with another condition under a name of its program."""
    program = ruleset.program
    rules, derivations = dict(program.rules), dict(program.derivations)
    (rules if name in rules else derivations)[name] = condition
    changed = Program(program.findings, program.quantities, program.openness, derivations, rules)
    return replace(ruleset, program=changed)


def inputs_of(ruleset: Ruleset, condition: Condition) -> tuple[str, ...]:
    """What a condition rests on, through derived findings."""
    found: dict[str, None] = {}
    for name in names_of(condition):
        means = ruleset.program.derivations.get(name)
        found |= dict.fromkeys((name,) if means is None else inputs_of(ruleset, means))
    return tuple(found)


def everybody(ruleset: Ruleset, condition: Condition) -> Iterator[Facts]:
    """Every patient that a condition can tell from another, with what follows; intervals end at cut points."""
    inputs = inputs_of(ruleset, condition)
    findings = [name for name in inputs if name in ruleset.program.findings]
    quantities = [name for name in inputs if name in ruleset.program.quantities]
    ends = [[None, *_intervals(ruleset, name)] for name in quantities]
    for said in product((None, True, False), repeat=len(findings)):
        known = {name: there for name, there in zip(findings, said, strict=True) if there is not None}
        closed = ruleset.closure.close(known)
        if any(closed[name] is not there for name, there in known.items()):
            continue
        for chosen in product(*ends):
            values = {name: end for name, end in zip(quantities, chosen, strict=True) if end is not None}
            facts = Facts(closed, values)
            if is_closed(facts, ruleset):
                yield facts


def _intervals(ruleset: Ruleset, name: str) -> list[tuple[int, int]]:
    """Everything from one count that matters to another: those on both sides of each cut point, and the ends."""
    cells = cells_of(ruleset)[name]
    counts = sorted({count for cell in cells for count in cell} | {cut - 1 for cut in cells.cuts} | set(cells.cuts))
    return [(low, high) for low in counts for high in counts if low <= high]
