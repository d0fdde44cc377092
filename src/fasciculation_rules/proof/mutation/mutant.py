"""A rule with one slip in it: in its condition, in what follows from it, or gone altogether."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fasciculation_rules.logic.condition import Condition
from fasciculation_rules.model.rule import Derivation, Differential, Escalation, Rule
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.proof.hygiene import name_in_program
from fasciculation_rules.proof.mutation.conditions import slips

UP, DOWN, SWAPPED, DELETED = "one rung up", "one rung down", "other side", "deleted"


@dataclass(frozen=True, slots=True)
class Mutant:
    """One slip. `rule` is the condition's name in the program; `condition` is the wrong one, if that is what is wrong.

    `to` is the wrong rung or side.
    """

    rule: str
    kind: str
    place: str = ""
    condition: Condition | None = None
    to: str = ""

    @property
    def label(self) -> str:
        """The same in few words."""
        if self.condition is None:
            return f"{self.kind} ({self.to})" if self.to else self.kind
        return f"clause {self.place} {self.kind}" if self.place else f"the whole {self.kind}"


def mutants_of(name: str, ruleset: Ruleset) -> Iterator[Mutant]:
    """The mutants of one condition of the program and of the rule it belongs to."""
    program = ruleset.program
    condition = program.rules[name] if name in program.rules else program.derivations[name]
    for kind, place, changed in slips(condition):
        yield Mutant(name, kind, place, changed)
    rule = _rule(name, ruleset)
    if rule is not None:
        yield from _consequences(name, rule, ruleset)
        yield Mutant(name, DELETED)


def _rule(name: str, ruleset: Ruleset) -> Rule | None:
    """The rule of a condition; the entry and the floors have none."""
    if name in ruleset.rules:
        return ruleset.rules[name]
    return next((rule for rule in ruleset.of_kind(Derivation) if name_in_program(rule) == name), None)


def _consequences(name: str, rule: Rule, ruleset: Ruleset) -> Iterator[Mutant]:
    match rule:
        case Escalation():
            ladder = ruleset.outcomes.ladder
            height = ladder.index(rule.then.urgency)
            if height + 1 < len(ladder):
                yield Mutant(name, UP, to=ladder[height + 1])
            if height > 0:
                yield Mutant(name, DOWN, to=ladder[height - 1])
        case Differential():
            if rule.then.side in ("for", "against"):
                yield Mutant(name, SWAPPED, to="against" if rule.then.side == "for" else "for")
        case _:
            return
