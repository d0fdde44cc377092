"""What follows from what is known: a present specific makes its general present, and so on, to a fixed point."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fasciculation_rules.logic.frozen import FrozenMapping
from fasciculation_rules.logic.order import reachable


@dataclass(frozen=True)
class Closure:
    """The consequences of one finding, worked out once for a vocabulary.

    `generals[x]` are present when x is; `specifics[x]` are absent when x is; `excluded[x]` are absent when x
    is present (the partners of x and of its generals, with their specifics).
    """

    generals: Mapping[str, frozenset[str]]
    specifics: Mapping[str, frozenset[str]]
    excluded: Mapping[str, frozenset[str]]

    def __post_init__(self) -> None:
        for name in ("generals", "specifics", "excluded"):
            object.__setattr__(self, name, FrozenMapping(getattr(self, name)))

    @classmethod
    def of(cls, implies: Mapping[str, Iterable[str]], excludes: Iterable[tuple[str, str]]) -> Closure:
        """Built from direct implications (of every finding) and unordered excluded pairs."""
        generals = reachable(implies)
        specifics: dict[str, set[str]] = {name: set() for name in implies}
        for name, above in generals.items():
            for general in above:
                specifics[general].add(name)
        partners: dict[str, set[str]] = {name: set() for name in implies}
        for one, other in excludes:
            partners[one].add(other)
            partners[other].add(one)
        excluded = {}
        for name in implies:
            direct = {partner for present in (name, *generals[name]) for partner in partners[present]}
            excluded[name] = frozenset(direct.union(*(specifics[partner] for partner in direct)))
        frozen = {name: frozenset(below) for name, below in specifics.items()}
        return cls(generals, frozen, excluded)

    def close(self, known: Mapping[str, bool]) -> dict[str, bool]:
        """All that follows; where the given facts contradict each other, presence wins.

        Closing twice changes nothing.
        """
        closed: dict[str, bool] = {}
        for name, present in known.items():
            if not present:
                closed[name] = False
                closed.update(dict.fromkeys(self.specifics[name], False))
        presents = [name for name, present in known.items() if present]
        for name in presents:
            closed.update(dict.fromkeys(self.excluded[name], False))
        for name in presents:
            closed[name] = True
            closed.update(dict.fromkeys(self.generals[name], True))
        return closed

    def contradictions(self, known: Mapping[str, bool]) -> list[tuple[str, str]]:
        """Pairs of given facts that cannot both hold: (present, absent) or (present, present), sorted."""
        found: set[tuple[str, str]] = set()
        for name, present in known.items():
            if present:
                found.update((name, general) for general in self.generals[name] if known.get(general) is False)
                others = (other for other in self.excluded[name] if known.get(other))
                found.update((min(name, other), max(name, other)) for other in others)
        return sorted(found)
