"""Every way in which a ruleset can come to a rung: few enough to write down, because escalation is positive.

    support   =  one sufficient set of comparisons of an escalation rule, derived findings written out
    statement =  what can be said of one item, as a comparison: a finding is present or absent, a quantity within limits

Every comparison that occurs has a number, so that sets of them are bits of an integer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import assert_never

from fasciculation_rules.engines.durable.subset import Conjunct, Term, expand
from fasciculation_rules.logic.condition import All, Any, AtLeast, Compare, Condition, Is, Not
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.logic.program import ABSENT, PRESENT, UNKNOWN, Program
from fasciculation_rules.logic.rails import negation_normal_form
from fasciculation_rules.model.ruleset import SPARED_EXAMINATION, UNDER_16, Ruleset
from fasciculation_rules.proof.cells import Cells, cells_of
from fasciculation_rules.proof.hitting import smallest_hitting_set


@dataclass(frozen=True, slots=True)
class Support:
    """One sufficient set of comparisons of an escalation rule; `rank` is the height of its rung."""

    rule: str
    rank: int
    discharged_by: str | None
    terms: Conjunct
    mask: int
    """The terms as bits."""


@dataclass(frozen=True)
class Supports:
    """All of them for one ruleset, with what a reader of terms needs."""

    ruleset: Ruleset
    _told: dict[Term, frozenset[Term]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, ruleset: Ruleset) -> Supports:
        """Those of a ruleset, worked out once."""
        made = ruleset.memo.get("supports")
        if not isinstance(made, Supports):
            made = ruleset.memo.setdefault("supports", cls(ruleset))
        return made

    @cached_property
    def _numbered(self) -> tuple[tuple[Support, ...], tuple[Term, ...]]:
        rank, rules = self.ruleset.rank, self.ruleset.program.rules
        number: dict[Term, int] = {}
        found = []
        for name, rule in self.ruleset.escalations.items():
            for terms in self.ways(rules[name]):
                mask = sum(1 << number.setdefault(term, len(number)) for term in terms)
                found.append(Support(name, rank[rule.then.urgency], rule.then.discharged_by, terms, mask))
        return tuple(found), tuple(number)

    @property
    def all(self) -> tuple[Support, ...]:
        """In the order of the rules."""
        return self._numbered[0]

    @property
    def terms(self) -> tuple[Term, ...]:
        """Every comparison of a support, by its number."""
        return self._numbered[1]

    @cached_property
    def by_lowest(self) -> Mapping[int, list[tuple[int, Support]]]:
        """The supports, with their places, under the lowest bit of each."""
        found: dict[int, list[tuple[int, Support]]] = {}
        for place, support in enumerate(self.all):
            found.setdefault(support.mask & -support.mask, []).append((place, support))
        return found

    @cached_property
    def by_slot(self) -> Mapping[int, tuple[tuple[Term, int], ...]]:
        """The comparisons of each slot, with their bits. Those of a quantity lie under both of its slots."""
        found: dict[int, list[tuple[Term, int]]] = {}
        for number, term in enumerate(self.terms):
            found.setdefault(term.slot, []).append((term, 1 << number))
            if self.is_quantity(term):
                other = opposite(term).slot
                found.setdefault(other, []).append((term, 1 << number))
        return {slot: tuple(terms) for slot, terms in found.items()}

    @cached_property
    def discharges(self) -> Mapping[str, tuple[Conjunct, ...]]:
        """The ways in which each discharge comes true."""
        named = dict.fromkeys(support.discharged_by for support in self.all if support.discharged_by)
        return {name: self.ways(self.ruleset.program.derivations[name]) for name in named if name}

    @cached_property
    def floors(self) -> Mapping[str, tuple[Conjunct, ...]]:
        """The ways in which the conditions of floors come true."""
        rules = self.ruleset.program.rules
        return {name: self.ways(rules[name]) if name in rules else () for name in (UNDER_16, SPARED_EXAMINATION)}

    def ways(self, condition: Condition) -> tuple[Conjunct, ...]:
        """The sufficient sets of a condition over what can be given, derived findings written out."""
        return expand(written_out(condition, self.ruleset.program), self.ruleset.program)

    # ------------------------------------------------------------ items

    @cached_property
    def _items(self) -> tuple[str, ...]:
        program = self.ruleset.program
        return (*program.findings, *(name for name in program.quantities for _ in "lh"))

    def item(self, term: Term) -> str:
        """The finding or quantity of a term, as the program names it."""
        return self._items[term.slot]

    def question(self, term: Term) -> str:
        """Its item by the vocabulary: `sex=male` answers one question, `sex`."""
        return self.item(term).partition("=")[0]

    def is_quantity(self, term: Term) -> bool:
        """Whether a term is about a quantity."""
        return term.slot >= len(self.ruleset.program.findings)

    def is_listed(self, term: Term) -> bool:
        """Whether a term is about a listed value, such as `sex=male`."""
        return "=" in self.item(term)

    def asked(self, term: Term) -> bool:
        """Whether a question alone can decide it."""
        return self.ruleset.program.openness[self.item(term)] is Firing.OPEN

    @cached_property
    def askable(self) -> int:
        """The terms of supports that a question alone can decide, as bits."""
        return sum(1 << number for number, term in enumerate(self.terms) if self.asked(term))

    def statement(self, name: str, value: int) -> Term:
        """That a finding is present or absent."""
        return Term(self.ruleset.program.slots[name], "==", value)

    def either(self, name: str) -> tuple[Term, Term]:
        """That a finding is present, and that it is absent."""
        return self.statement(name, PRESENT), self.statement(name, ABSENT)

    @cached_property
    def summaries(self) -> tuple[Term, ...]:
        """That what an examination or a panel sums up is normal."""
        vocabulary = self.ruleset.vocabulary
        return tuple(self.statement(name, PRESENT) for name in filter(vocabulary.is_summary, vocabulary.findings))

    @cached_property
    def cells(self) -> Mapping[str, Cells]:
        """The amounts of each quantity that rules can tell apart."""
        return cells_of(self.ruleset)

    # ------------------------------------------------------------ what follows from what

    def told(self, statement: Term) -> frozenset[Term]:
        """What follows from a statement, itself included; of limits, those that occur in supports."""
        found = self._told.get(statement)
        if found is None:
            found = self._told[statement] = frozenset((statement, *self._follows(statement)))
        return found

    def _follows(self, statement: Term) -> Iterator[Term]:
        closure, name = self.ruleset.closure, self.item(statement)
        if self.is_quantity(statement):
            yield from (term for term in self.terms if term.slot == statement.slot and statement.implies(term))
        elif statement.value == PRESENT:
            yield from (self.statement(general, PRESENT) for general in closure.generals[name])
            yield from (self.statement(other, ABSENT) for other in closure.excluded[name])
        else:
            yield from (self.statement(specific, ABSENT) for specific in closure.specifics[name])

    def makers(self, term: Term) -> tuple[Term, ...]:
        """The statements about findings from which a term follows: its own first, then in vocabulary order."""
        return self._makers[term]

    @cached_property
    def _makers(self) -> Mapping[Term, tuple[Term, ...]]:
        every = [one for name in self.ruleset.program.findings for one in self.either(name)]
        made: dict[Term, list[Term]] = {term: [term] for term in every}
        for statement in every:
            for term in self.told(statement) - {statement}:
                made[term].append(statement)
        return {term: tuple(found) for term, found in made.items()}

    def fewest(self, sets: Iterable[Sequence[Term]]) -> tuple[Term, ...] | None:
        """The fewest statements of which each set has one, none contradicting another; None where there are none.

        Of a set, only the first and what is in others too can be needed.
        """
        given = [tuple(dict.fromkeys(each)) for each in sets]
        counted = Counter(statement for each in given for statement in each)
        kept = [[one for index, one in enumerate(each) if not index or counted[one] > 1] for each in given]
        order = {one: index for index, one in enumerate(dict.fromkeys(one for each in kept for one in each))}
        return smallest_hitting_set([frozenset(each) for each in kept], order, self.apart(order))

    def apart(self, statements: Iterable[Term]) -> Mapping[Term, frozenset[Term]]:
        """For each statement those that contradict it."""
        found = [(one, opposite(one), self.told(one)) for one in statements]
        return {
            one: frozenset(other for other, not_other, told in found if not_other in tells or not_one in told)
            for one, not_one, tells in found
        }


def opposite(statement: Term) -> Term:
    """Its denial: absent for present, below a limit for at least the limit."""
    match statement.operator:
        case "==":
            return Term(statement.slot, "==", {PRESENT: ABSENT, ABSENT: PRESENT}.get(statement.value, UNKNOWN))
        case ">=":
            return Term(statement.slot + 1, "<=", statement.value - 1)
        case "<=":
            return Term(statement.slot - 1, ">=", statement.value + 1)
        case _:
            assert_never(statement.operator)


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
