"""The name of every slot of a vector, and the way back from a vector to the facts."""

from __future__ import annotations

from fasciculation_rules.logic.condition import Compare, Count
from fasciculation_rules.logic.facts import UNKNOWN_HIGH, UNKNOWN_LOW, Facts
from fasciculation_rules.logic.program import PRESENT, UNKNOWN, Program, Vector


def slot_names(program: Program) -> tuple[str, ...]:
    """`f12` a finding, `l3` and `h3` the low and high end of a quantity, `d4` a derived finding: one a slot.

    Generated code and messages use these, never a name from a ruleset.
    """
    findings = [f"f{index}" for index in range(len(program.findings))]
    ends = [f"{end}{index}" for index in range(len(program.quantities)) for end in "lh"]
    derived = [f"d{index}" for index in range(len(program.derivations))]
    return (*findings, *ends, *derived)


def decode(program: Program, vector: Vector) -> Facts:
    """The facts that were encoded; derived slots are not facts."""
    states = zip(program.findings, vector, strict=False)
    findings = {name: state == PRESENT for name, state in states if state != UNKNOWN}
    quantities = {}
    for name in program.quantities:
        slot = program.slots[name]
        ends = vector[slot], vector[slot + 1]
        if ends != (UNKNOWN_LOW, UNKNOWN_HIGH):
            quantities[name] = ends
    return Facts(findings, quantities)


def count_of(leaf: Compare) -> int:
    """The limit of a comparison; in a frozen ruleset every limit is a count."""
    if not isinstance(leaf.limit, Count):
        raise TypeError(f"the limit of '{leaf.name}' is not a count")
    return leaf.limit.value
