"""A ruleset as engines see it: numbered slots, derivations in order, and the rails of every condition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from fasciculation_rules.logic.condition import Condition
from fasciculation_rules.logic.condition import names as names_of
from fasciculation_rules.logic.evaluate import Meaning
from fasciculation_rules.logic.facts import UNKNOWN_HIGH, UNKNOWN_LOW, Facts
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.logic.frozen import FrozenMapping
from fasciculation_rules.logic.order import topological
from fasciculation_rules.logic.rails import Rails, rails

UNKNOWN, PRESENT, ABSENT = 0, 1, 2
"""The three states of a finding's slot."""

Vector = list[int]
"""One slot a finding, two a quantity (low, high), one a derived finding."""


@dataclass(frozen=True)
class Program:
    """Everything an engine needs, and nothing else.

    `findings` and `quantities` are the input names in vocabulary order; `openness` is what each is worth unknown.
    `derivations` and `rules` map a name to its condition (limits are counts, `not` is allowed).
    """

    findings: tuple[str, ...]
    quantities: tuple[str, ...]
    openness: Mapping[str, Firing]
    derivations: Mapping[str, Condition]
    rules: Mapping[str, Condition]
    meaning: Meaning = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name in ("openness", "derivations", "rules"):
            object.__setattr__(self, name, FrozenMapping(getattr(self, name)))
        object.__setattr__(self, "meaning", Meaning(self.openness, self.derivations))

    @cached_property
    def derivation_order(self) -> tuple[str, ...]:
        """Derived findings, each after those it rests on."""
        return topological({name: self.derived_in(means) for name, means in self.derivations.items()})

    @cached_property
    def stages(self) -> tuple[tuple[str, ...], ...]:
        """Derived findings in layers: a layer rests only on layers before it."""
        layer: dict[str, int] = {}
        for name in self.derivation_order:
            layer[name] = 1 + max((layer[other] for other in self.derived_in(self.derivations[name])), default=-1)
        depth = 1 + max(layer.values(), default=-1)
        return tuple(tuple(name for name in self.derivation_order if layer[name] == index) for index in range(depth))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Derivations in order, then rules: position here is the bit of every engine's answer."""
        return (*self.derivation_order, *self.rules)

    @cached_property
    def bits(self) -> Mapping[str, int]:
        """The bit of each name."""
        return FrozenMapping({name: 1 << index for index, name in enumerate(self.names)})

    @cached_property
    def rails(self) -> Mapping[str, Rails]:
        """Both rails of each condition."""
        conditions = {**self.derivations, **self.rules}
        return FrozenMapping({name: rails(conditions[name]) for name in self.names})

    @cached_property
    def compared(self) -> frozenset[str]:
        """The quantities of which some condition asks how much."""
        conditions = (*self.derivations.values(), *self.rules.values())
        return frozenset(name for condition in conditions for name in names_of(condition)) & {*self.quantities}

    @cached_property
    def slots(self) -> Mapping[str, int]:
        """The first slot of each finding, quantity and derived finding."""
        slots = {name: index for index, name in enumerate(self.findings)}
        slots |= {name: len(self.findings) + 2 * index for index, name in enumerate(self.quantities)}
        derived = len(self.findings) + 2 * len(self.quantities)
        slots |= {name: derived + index for index, name in enumerate(self.derivation_order)}
        return FrozenMapping(slots)

    @cached_property
    def _blank(self) -> tuple[int, ...]:
        ends = (UNKNOWN_LOW, UNKNOWN_HIGH) * len(self.quantities)
        return (UNKNOWN,) * len(self.findings) + ends + (UNKNOWN,) * len(self.derivations)

    def encode(self, facts: Facts) -> Vector:
        """The facts as one list of integers; derived slots are left unknown for the engine to fill."""
        vector = list(self._blank)
        slots = self.slots
        for name, present in facts.findings.items():
            vector[slots[name]] = PRESENT if present else ABSENT
        for name, (low, high) in facts.quantities.items():
            slot = slots[name]
            vector[slot], vector[slot + 1] = low, high
        return vector

    def derived_in(self, condition: Condition) -> tuple[str, ...]:
        """The derived findings that a condition names."""
        return tuple(name for name in names_of(condition) if name in self.derivations)

    def decode(self, mask: int) -> tuple[str, ...]:
        """The names whose bit is set, in order."""
        return tuple(name for name, bit in self.bits.items() if mask & bit)


@dataclass(frozen=True, slots=True)
class Answer:
    """Which conditions are TRUE and which are FALSE, as bits; the rest are undecided."""

    true: int
    false: int
