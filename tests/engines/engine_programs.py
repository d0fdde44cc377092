"""Random programs and people, the same for the same seed: for the bench, the conformance suite and long runs."""

from __future__ import annotations

from random import Random

from fasciculation_rules.logic.condition import All, Any, AtLeast, Compare, Condition, Count, Is, Not
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.logic.program import Program

OPENNESS = (Firing.OPEN, Firing.AWAITS_EXAMINATION, Firing.AWAITS_TEST)
LIMITS = (0, 28, 84, 91, 280, 1000)


def random_program(
    random: Random, *, findings: int = 200, quantities: int = 50, derivations: int = 15, rules: int = 130
) -> Program:
    """Rules as authors write them: a few leaves, some `any` of small `all`, now and then a count or a negation."""
    finding_names = tuple(f"finding_{index}" for index in range(findings))
    quantity_names = tuple(f"quantity_{index}" for index in range(quantities))
    openness = {name: random.choices(OPENNESS, (70, 15, 15))[0] for name in finding_names}
    openness |= {name: random.choices(OPENNESS, (20, 5, 75))[0] for name in quantity_names}
    derived: list[str] = []

    def leaf() -> Condition:
        drawn = random.random()
        if derived and drawn < 0.12:
            return Is(random.choice(derived), "absent" if random.random() < 0.2 else "present")
        if quantity_names and drawn < 0.3:
            comparator = random.choice((">=", "<=", ">", "<"))
            return Compare(random.choice(quantity_names), comparator, Count(random.choice(LIMITS)))
        return Is(random.choice(finding_names), "absent" if random.random() < 0.15 else "present")

    def members(fewest: int, most: int) -> tuple[Condition, ...]:
        return tuple(leaf() for _ in range(random.randint(fewest, most)))

    def condition() -> Condition:
        drawn = random.random()
        if drawn < 0.25:
            return All(members(2, 4))
        if drawn < 0.5:
            return Any(members(2, 7))
        if drawn < 0.7:
            return Any((*members(1, 3), All(members(2, 3))))
        if drawn < 0.9:
            return All((Any(members(2, 5)), *members(1, 2)))
        if drawn < 0.95:
            return AtLeast(2, members(3, 5))
        return All((leaf(), Not(Any(members(2, 3)))))

    means = {}
    for index in range(derivations):
        means[f"derived_{index}"] = condition()
        derived.append(f"derived_{index}")
    written = {f"rule-{index}": condition() for index in range(rules)}
    return Program(finding_names, quantity_names, openness, means, written)


def random_facts(random: Random, program: Program) -> Facts:
    """Sparse, as people are: mostly unknown, or mostly absent, and never half and half."""
    unknown, present = random.choice(((0.97, 0.5), (0.9, 0.3), (0.5, 0.05), (0.1, 0.04), (0.0, 0.1), (0.3, 0.3)))
    findings = {name: random.random() < present for name in program.findings if random.random() >= unknown}
    quantities = {}
    for name in program.quantities:
        if random.random() >= max(unknown, 0.2):
            low = random.choice(LIMITS) + random.choice((-1, 0, 0, 1))
            width = random.choice((0, 0, 0, 0, 1, 60, 1000))
            quantities[name] = (low, low + width)
    return Facts(findings, quantities)
