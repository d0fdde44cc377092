"""Every way in which a ruleset can come to a rung: few enough to write down, because escalation is positive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import assert_never

from fasciculation_rules.assessing.urgency import DISCHARGED_TO
from fasciculation_rules.engines.durable.subset import Conjunct, Term, expand
from fasciculation_rules.logic.condition import All, Any, AtLeast, Compare, Condition, Is, Not
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.logic.program import PRESENT, UNKNOWN, Program, Vector
from fasciculation_rules.logic.rails import negation_normal_form
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.proof.hitting import smallest_hitting_set


class State(Enum):
    """What is known of one comparison."""

    HOLDS = "holds"
    OPEN = "open"
    FAILS = "fails"


@dataclass(frozen=True, slots=True)
class Support:
    """One sufficient set of comparisons of an escalation rule; `rank` is the height of its rung."""

    rule: str
    rank: int
    discharged_by: str | None
    terms: Conjunct


@dataclass(frozen=True)
class Supports:
    """All of them for one ruleset, with what a reader of terms needs."""

    ruleset: Ruleset

    @classmethod
    def of(cls, ruleset: Ruleset) -> Supports:
        """Those of a ruleset, worked out once."""
        made = ruleset.memo.get("supports")
        if not isinstance(made, Supports):
            made = ruleset.memo.setdefault("supports", cls(ruleset))
        return made

    @cached_property
    def all(self) -> tuple[Support, ...]:
        """In the order of the rules."""
        rank, rules = self.ruleset.rank, self.ruleset.program.rules
        return tuple(
            Support(name, rank[rule.then.urgency], rule.then.discharged_by, terms)
            for name, rule in self.ruleset.escalations.items()
            for terms in self.ways(rules[name])
        )

    @cached_property
    def discharges(self) -> Mapping[str, tuple[Conjunct, ...]]:
        """The ways in which each discharge comes true."""
        named = dict.fromkeys(support.discharged_by for support in self.all if support.discharged_by)
        return {name: self.ways(self.ruleset.program.derivations[name]) for name in named if name}

    def ways(self, condition: Condition) -> tuple[Conjunct, ...]:
        """The sufficient sets of a condition over what can be given, derived findings written out."""
        return expand(written_out(condition, self.ruleset.program), self.ruleset.program)

    @cached_property
    def _items(self) -> tuple[str, ...]:
        program = self.ruleset.program
        return (*program.findings, *(name for name in program.quantities for _ in "lh"))

    def item(self, term: Term) -> str:
        """The finding or quantity of a term, as the program names it."""
        return self._items[term.slot]

    def is_quantity(self, term: Term) -> bool:
        """Whether a term compares a quantity."""
        return term.slot >= len(self.ruleset.program.findings)

    def asked(self, term: Term) -> bool:
        """Whether a question alone can decide it."""
        return self.ruleset.program.openness[self.item(term)] is Firing.OPEN

    def covers(self, name: str, term: Term) -> bool:
        """Whether stating this finding (present, or absent where the term asks for that) makes the term hold."""
        item, closure = self.item(term), self.ruleset.closure
        if name == item:
            return True
        above, below = closure.generals.get(name, ()), closure.specifics.get(name, ())
        return not self.is_quantity(term) and item in (above if term.value == PRESENT else below)

    def smallest_cover(self, terms: Iterable[Term], candidates: Iterable[str]) -> tuple[str, ...] | None:
        """The fewest candidates that make all the terms hold; ties in the order of the candidates."""
        order = {name: index for index, name in enumerate(dict.fromkeys(candidates))}
        covering = [frozenset(name for name in order if self.covers(name, term)) for term in terms]
        return smallest_hitting_set(covering, order)


def written_out(condition: Condition, program: Program) -> Condition:
    """The negation normal form with what derived findings mean in their place."""
    return _written_out(negation_normal_form(condition), program)


def _written_out(condition: Condition, program: Program) -> Condition:
    match condition:
        case Is(name=name, value=value) if name in program.derivations:
            return _written_out(negation_normal_form(program.derivations[name], negate=value == "absent"), program)
        case Is() | Compare():
            return condition
        case All(of=members):
            return All(tuple(_written_out(member, program) for member in members))
        case Any(of=members):
            return Any(tuple(_written_out(member, program) for member in members))
        case AtLeast(n=n, of=members):
            return AtLeast(n, tuple(_written_out(member, program) for member in members))
        case Not():
            raise AssertionError("negation normal form has no `not`")
        case _:
            assert_never(condition)


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
    """The supports as they stand for one patient: discharged rules counted lower, states looked up once."""

    supports: Supports
    vector: Vector

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

    def rank(self, support: Support) -> int:
        """The height at which a support counts for this patient."""
        lowest = self.supports.ruleset.rank[DISCHARGED_TO]
        return min(support.rank, lowest) if support.discharged_by in self.discharged else support.rank

    @cached_property
    def firing(self) -> tuple[Support, ...]:
        """The supports that hold."""
        return tuple(support for support in self.supports.all if self.holds(support.terms))

    @cached_property
    def height(self) -> int:
        """The rank of at_least."""
        return max((self.rank(support) for support in self.firing), default=0)

    def present(self) -> Iterator[str]:
        """The findings known to be present, and the quantities known."""
        program = self.supports.ruleset.program
        yield from (name for name in program.findings if self.vector[program.slots[name]] == PRESENT)
