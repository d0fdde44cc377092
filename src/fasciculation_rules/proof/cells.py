"""The cut points of each quantity: between two of them no rule can tell one count from another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import ceil

from fasciculation_rules.logic.condition import Compare, Condition, Count, leaves
from fasciculation_rules.model.ruleset import Ruleset


@dataclass(frozen=True, slots=True)
class Cells:
    """The cut points of one quantity, ascending, and its range; a cut point is the first count of the cell above it."""

    low: int
    high: int
    cuts: tuple[int, ...]

    def __iter__(self) -> Iterator[tuple[int, int]]:
        """The first and the last count of each cell of the range."""
        inside = [cut for cut in self.cuts if self.low < cut <= self.high]
        firsts = [self.low, *inside]
        lasts = [*(cut - 1 for cut in inside), self.high]
        yield from zip(firsts, lasts, strict=True)


def cut_of(leaf: Compare) -> int:
    """The count at which a comparison turns: `q > 4` and `q <= 4` turn at 5."""
    if not isinstance(leaf.limit, Count):
        raise TypeError("a condition is encoded once its limits are counts")
    return leaf.limit.value + (leaf.comparator in (">", "<="))


def cells_of(ruleset: Ruleset, more: Iterable[Condition] = ()) -> Mapping[str, Cells]:
    """The cells of every quantity under a ruleset, and under conditions beyond it."""
    program = ruleset.program
    cuts: dict[str, set[int]] = {name: set(normal_limits(ruleset, name)) for name in program.quantities}
    for condition in (*program.derivations.values(), *program.rules.values(), *more):
        for leaf in leaves(condition):
            if isinstance(leaf, Compare):
                cuts[leaf.name].add(cut_of(leaf))
    bounds = {name: ruleset.vocabulary.quantities[name].bounds() for name in program.quantities}
    return {name: Cells(*bounds[name], tuple(sorted(found))) for name, found in cuts.items()}


def normal_limits(ruleset: Ruleset, name: str) -> tuple[int, ...]:
    """The cut points of the normal range: values below the first and from the second on lie outside it."""
    quantity = ruleset.vocabulary.quantities[name]
    return tuple(ceil(end / quantity.resolution) for end in quantity.normal or ())
