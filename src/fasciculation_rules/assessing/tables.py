"""What can be worked out from a ruleset before any case is seen; kept with the ruleset, and nothing of a case in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from fasciculation_rules.assessing.bits import Names, union
from fasciculation_rules.assessing.walk import Walk, to_walk
from fasciculation_rules.logic.condition import Condition, leaves
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.model.outcomes import Floor
from fasciculation_rules.model.ruleset import AGE_UNKNOWN, Ruleset

ASKED = (Firing.OPEN, Firing.AWAITS_EXAMINATION, Firing.AWAITS_TEST)
"""What can be done next, by what it is worth: ask, examine, test."""


@dataclass(frozen=True, slots=True)
class Known:
    """Known items as bits: all of them, and those present (a measured quantity is)."""

    items: int
    present: int


@dataclass(frozen=True)
class Tables:
    """Derived tables of one frozen ruleset. Rules and items are bits; `rules` and `items` turn them back into names."""

    ruleset: Ruleset

    @classmethod
    def of(cls, ruleset: Ruleset) -> Tables:
        """The tables of a ruleset, made once."""
        return ruleset.kept(cls)

    @cached_property
    def rules(self) -> Names:
        """The names of the program: derivations, entry, floors, rules."""
        return Names(self.ruleset.program.names)

    @cached_property
    def items(self) -> Names:
        """The input items: findings as the rails see them, then quantities."""
        program = self.ruleset.program
        return Names((*program.findings, *program.quantities))

    @cached_property
    def walks(self) -> dict[str, Walk]:
        """The walk of each rule."""
        program = self.ruleset.program
        return {name: to_walk(condition, program, self.items.bit) for name, condition in program.rules.items()}

    @cached_property
    def finding_slots(self) -> int:
        """How many slots findings take: they come first, and hold states, not counts."""
        return len(self.ruleset.program.findings)

    @cached_property
    def rests_on(self) -> dict[str, int]:
        """All items each rule names, through derived findings."""
        rules = self.ruleset.program.rules
        return {name: self.items.mask(self._inputs(condition)) for name, condition in rules.items()}

    def _inputs(self, condition: Condition) -> Iterable[str]:
        derivations = self.ruleset.program.derivations
        for leaf in leaves(condition):
            if leaf.name in derivations:
                yield from self._inputs(derivations[leaf.name])
            else:
                yield leaf.name

    @cached_property
    def by_rung(self) -> dict[str, int]:
        """The escalation rules of each rung, ascending."""
        masks = dict.fromkeys(self.ruleset.outcomes.ladder, 0)
        for name, rule in self.ruleset.escalations.items():
            masks[rule.then.urgency] |= self.rules.bit[name]
        return masks

    @cached_property
    def dischargeable(self) -> dict[int, int]:
        """For each derived finding that discharges (its bit): the minor rules that name it."""
        masks: dict[int, int] = {}
        for name, rule in self.ruleset.escalations.items():
            if rule.then.discharged_by is not None:
                bit = self.rules.bit[rule.then.discharged_by]
                masks[bit] = masks.get(bit, 0) | self.rules.bit[name]
        return masks

    @cached_property
    def floors(self) -> dict[str, Floor]:
        """The floors by the name under which they are applied."""
        floors = self.ruleset.outcomes.floors
        return {**dict(floors), AGE_UNKNOWN: floors.under_16}

    def first_first(self, destinations: Iterable[str], rung: str) -> list[str]:
        """Those that come first at this rung, then the others, each as they were."""
        rank, every = self.ruleset.rank, self.ruleset.outcomes.destinations

        def later(name: str) -> bool:
            up_to = every[name].first_up_to
            return up_to is None or rank[rung] > rank[up_to]

        return sorted(destinations, key=later)

    def rungs_above(self, rung: str) -> tuple[str, ...]:
        """Rungs above one, ascending."""
        ladder = self.ruleset.outcomes.ladder
        return ladder[ladder.index(rung) + 1 :]

    @cached_property
    def supporting(self) -> int:
        """Differential rules that speak for a condition."""
        rules = self.ruleset.differentials.items()
        return self.rules.mask(name for name, rule in rules if rule.then.side == "for")

    @cached_property
    def about(self) -> dict[str, int]:
        """The differential rules of each condition."""
        masks: dict[str, int] = {}
        for name, rule in self.ruleset.differentials.items():
            masks[rule.then.condition] = masks.get(rule.then.condition, 0) | self.rules.bit[name]
        return masks

    @cached_property
    def plans(self) -> int:
        """Plan rules."""
        return self.rules.mask(self.ruleset.plans)

    @cached_property
    def signed(self) -> int:
        """What people call rules: not derivations, entry and floors."""
        return self.rules.mask(name for name in self.ruleset.rules if name in self.rules.bit)

    @cached_property
    def worth(self) -> dict[Firing, int]:
        """The items of each openness."""
        openness = self.ruleset.program.openness
        return {kind: self.items.mask(n for n in self.items.names if openness[n] is kind) for kind in ASKED}

    @cached_property
    def examination(self) -> int:
        """The summaries of an examination."""
        vocabulary = self.ruleset.vocabulary
        return self.worth[Firing.AWAITS_EXAMINATION] & self.items.mask(
            filter(vocabulary.is_summary, vocabulary.findings)
        )

    @cached_property
    def base(self) -> dict[str, str]:
        """The vocabulary name of each item (`sex=male` is of `sex`)."""
        return {name: name.partition("=")[0] for name in self.items.names}

    @cached_property
    def position(self) -> dict[str, int]:
        """Screen items in their order, then the rest of the vocabulary in its order."""
        vocabulary = self.ruleset.vocabulary
        rest = [name for name in vocabulary.items if name not in vocabulary.screen]
        return {name: index for index, name in enumerate([*vocabulary.screen, *rest])}

    @cached_property
    def generals(self) -> tuple[tuple[str, int, int, int], ...]:
        """Every finding that has specifics: its name, its bit, the bits of its generals, and those of its specifics."""
        closure, items = self.ruleset.closure, self.items
        return tuple(
            (name, items.bit[name], items.mask(closure.generals[name]), items.mask(below))
            for name, below in closure.specifics.items()
            if below
        )

    @cached_property
    def families(self) -> dict[str, tuple[int, ...]]:
        """The slots of the findings of each duration's family: it is asked once one of them is present."""
        vocabulary, slots = self.ruleset.vocabulary, self.ruleset.program.slots
        return {
            name: tuple(
                slots[other] for other, finding in vocabulary.findings.items() if finding.family == quantity.family
            )
            for name, quantity in vocabulary.quantities.items()
            if quantity.family is not None
        }

    @cached_property
    def screened(self) -> int:
        """The screen, what lies under its questions, and the generals above them."""
        closure = self.ruleset.closure
        names = set(self.ruleset.vocabulary.screen)
        for name in self.ruleset.vocabulary.screen:
            names |= closure.specifics[name] | closure.generals[name]
        return self.items.mask(names)

    def known(self, facts: Facts) -> Known:
        """The items that are known, as bits."""
        bit = self.items.bit
        present = union([bit[name] for name, there in facts.findings.items() if there])
        absent = union([bit[name] for name, there in facts.findings.items() if not there])
        present |= union([bit[name] for name in facts.quantities])
        return Known(present | absent, present)
