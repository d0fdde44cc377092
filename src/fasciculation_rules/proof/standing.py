"""The supports of a ruleset as they stand for one patient: what holds, what fails, and what is waited for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from operator import itemgetter
from typing import assert_never

from fasciculation_rules.assessing.urgency import DISCHARGED_TO
from fasciculation_rules.engines.durable.subset import Conjunct, Term
from fasciculation_rules.engines.slots import decode
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.logic.program import UNKNOWN, Vector
from fasciculation_rules.proof.supports import Support, Supports


class State(Enum):
    """What is known of one comparison."""

    HOLDS = "holds"
    OPEN = "open"
    FAILS = "fails"


def state_of(term: Term, vector: Vector) -> State:
    """What a vector says of a term."""
    match term.operator:
        case "==":
            found = vector[term.slot]
            return State.OPEN if found == UNKNOWN else State.HOLDS if found == term.value else State.FAILS
        case ">=":
            low, high = vector[term.slot], vector[term.slot + 1]
            return State.HOLDS if low >= term.value else State.FAILS if high < term.value else State.OPEN
        case "<=":
            low, high = vector[term.slot - 1], vector[term.slot]
            return State.HOLDS if high <= term.value else State.FAILS if low > term.value else State.OPEN
        case _:
            assert_never(term.operator)


@dataclass(frozen=True)
class Standing:
    """Every comparison is looked at once, and discharged rules count lower."""

    supports: Supports
    vector: Vector

    @cached_property
    def facts(self) -> Facts:
        """What is known."""
        return decode(self.supports.ruleset.program, self.vector)

    @cached_property
    def _states(self) -> tuple[int, int]:
        """The terms that hold, and those that fail, as bits."""
        holding = failing = 0
        blank = self.supports.ruleset.program.encode(Facts())
        for slot, terms in self.supports.by_slot.items():
            if self.vector[slot] != blank[slot]:
                for term, bit in terms:
                    state = state_of(term, self.vector)
                    holding |= bit if state is State.HOLDS else 0
                    failing |= bit if state is State.FAILS else 0
        return holding, failing

    @property
    def holding(self) -> int:
        """The terms of supports that hold, as bits."""
        return self._states[0]

    @property
    def failing(self) -> int:
        """The terms of supports that fail, as bits."""
        return self._states[1]

    @cached_property
    def discharged(self) -> frozenset[str]:
        """The discharges that are true."""
        ways = self.supports.discharges.items()
        return frozenset(name for name, found in ways if any(self.holds(terms) for terms in found))

    def state(self, term: Term) -> State:
        """What is known of a term."""
        return state_of(term, self.vector)

    def holds(self, terms: Conjunct) -> bool:
        """Whether all terms hold."""
        return all(state_of(term, self.vector) is State.HOLDS for term in terms)

    def lacking(self, terms: Conjunct) -> Conjunct:
        """Those of the terms that do not hold."""
        return tuple(term for term in terms if state_of(term, self.vector) is not State.HOLDS)

    def open_asked(self, terms: Conjunct) -> Conjunct | None:
        """Those of the terms that are open, if none fails and a question can decide each; else None."""
        waiting = self.lacking(terms)
        asked = all(self.state(term) is State.OPEN and self.supports.asked(term) for term in waiting)
        return waiting if asked else None

    @cached_property
    def waiting(self) -> tuple[tuple[Support, Conjunct], ...]:
        """The supports that questions alone could fulfil, each with the terms that are still open."""
        holding, failing, askable = self.holding, self.failing, self.supports.askable
        found = []
        for support in self.supports.all:
            lacking = support.mask & ~holding
            if lacking and not lacking & failing and not lacking & ~askable:
                found.append((support, support.terms if lacking == support.mask else self.lacking(support.terms)))
        return tuple(found)

    @property
    def discharges_asked(self) -> Iterator[tuple[frozenset[str], Conjunct]]:
        """The discharges as they are, then each other one that answers could make true, with the terms still open."""
        yield self.discharged, ()
        for name, ways in self.supports.discharges.items():
            if name not in self.discharged:
                for way in ways:
                    if (terms := self.open_asked(way)) is not None:
                        yield self.discharged | {name}, terms

    def undecided(self, name: str) -> list[Conjunct]:
        """The ways in which the condition of a floor is or may yet be true."""
        ways = self.supports.floors[name]
        return [way for way in ways if all(self.state(term) is not State.FAILS for term in way)]

    def open_ways(self, name: str) -> list[Conjunct]:
        """What the condition of a floor still waits for, in each way in which answers could make it true."""
        return [terms for way in self.supports.floors[name] if (terms := self.open_asked(way))]

    def rank(self, support: Support) -> int:
        """The height at which a support counts for this patient."""
        return self.rank_given(support, self.discharged)

    def rank_given(self, support: Support, discharged: frozenset[str]) -> int:
        """The height at which a support counts where these discharges are true."""
        lowest = self.supports.ruleset.rank[DISCHARGED_TO]
        return min(support.rank, lowest) if support.discharged_by in discharged else support.rank

    @cached_property
    def firing(self) -> tuple[Support, ...]:
        """The supports that hold, in the order of the rules."""
        left, unmet = self.holding, ~self.holding
        found = []
        while left:
            lowest = left & -left
            found += [each for each in self.supports.by_lowest.get(lowest, ()) if not each[1].mask & unmet]
            left ^= lowest
        return tuple(support for _, support in sorted(found, key=itemgetter(0)))

    @cached_property
    def height(self) -> int:
        """The rank of at_least."""
        return self.height_given(self.discharged)

    def height_given(self, discharged: frozenset[str]) -> int:
        """The rank of at_least where these discharges are true."""
        return max((self.rank_given(support, discharged) for support in self.firing), default=0)
