"""Rails as the one shape durable_rules is trusted with: conjuncts of integer comparisons, any of which suffices.

    rail      =  conjunct or conjunct or ...       (at most CAP)
    conjunct  =  term and term and ...             (one term a slot, sorted by slot)
    term      =  slot == state | slot >= count | slot <= count

Leaves are translated here on purpose apart from `codegen.py`: `compiled` checks every answer of `durable`,
and a fault they shared would pass the check.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Literal, NamedTuple, TypeAlias, assert_never

from fasciculation_rules.engines.slots import count_of
from fasciculation_rules.errors import Problem, UnsupportedConditionError, problem
from fasciculation_rules.logic.condition import All, Any, AtLeast, Compare, Condition, Is, Not
from fasciculation_rules.logic.program import ABSENT, PRESENT, Program

CAP = 64
"""Conjuncts one rail may have. Past it the author names a part of the rule as a derived finding."""

_WORK = 4096  # Pairs looked at in one product. A rail that needs more is far past the cap, whatever absorption does.


class Term(NamedTuple):
    """One comparison of a slot with an integer. (A tuple, because compiling compares and hashes thousands.)"""

    slot: int
    operator: Literal["==", ">=", "<="]
    value: int

    def implies(self, other: Term) -> bool:
        """Whether this term, true, makes the other true (both on one slot, with one operator)."""
        match self.operator:
            case "==":
                return self.value == other.value
            case ">=":
                return self.value >= other.value
            case "<=":
                return self.value <= other.value
            case _:
                assert_never(self.operator)


Conjunct: TypeAlias = tuple[Term, ...]
_Terms: TypeAlias = dict[int, Term]


class _TooManyError(Exception):
    """The expansion was given up."""


@dataclass(frozen=True, slots=True)
class Disjuncts:
    """Both rails of one condition."""

    true: tuple[Conjunct, ...]
    false: tuple[Conjunct, ...]


def to_disjuncts(program: Program) -> dict[str, Disjuncts]:
    """Both rails of every name of a program.

    Raises UnsupportedConditionError with one problem for each rail past the cap.
    """
    expansion = _Expansion(program)
    problems: list[Problem] = []
    found: dict[str, Disjuncts] = {}
    for name, rails in program.rails.items():
        sides = []
        for side, rail in (("TRUE", rails.true), ("FALSE", rails.false)):
            conjuncts, said = expansion.conjuncts(rail)
            sides.append(conjuncts)
            if said:
                message = f"the {side} rail of '{name}' has {said} conjuncts; the durable engine takes {CAP}"
                hint = "name a part of the condition as a derived finding"
                problems.append(problem("too-many-conjuncts", message, at=name, hint=hint))
        found[name] = Disjuncts(*sides)
    if problems:
        raise UnsupportedConditionError("the durable engine cannot run these conditions", problems)
    return found


def expand(condition: Condition, program: Program) -> tuple[Conjunct, ...]:
    """The conjuncts of a condition without `not`, in canonical order, beyond the cap of the engine.

    Raises UnsupportedConditionError where there are more than anybody could look through.
    """
    try:
        found = _Expansion(program, most=_WORK).expand(condition)
    except _TooManyError:
        raise UnsupportedConditionError(f"the condition has more than {_WORK} conjuncts") from None
    return tuple(sorted(tuple(sorted(terms.values())) for terms in found))


@dataclass(frozen=True, slots=True)
class _Expansion:
    """Rails to conjuncts, over the slots of one program; given up where there are more than `most`."""

    program: Program
    most: int = CAP * 4

    def conjuncts(self, rail: Condition) -> tuple[tuple[Conjunct, ...], str]:
        """The conjuncts in canonical order, and how many in words if they are more than the cap."""
        try:
            found = self.expand(rail)
        except _TooManyError:
            return (), f"more than {self.most}"
        conjuncts = sorted(tuple(sorted(terms.values())) for terms in found)
        return tuple(conjuncts), str(len(conjuncts)) if len(conjuncts) > CAP else ""

    def expand(self, rail: Condition) -> list[_Terms]:
        match rail:
            case Is(name=name, value=value):
                slot = self.program.slots[name]
                return [{slot: Term(slot, "==", PRESENT if value == "present" else ABSENT)}]
            case Compare():
                term = self.compare(rail)
                return [{term.slot: term}]
            case All(of=members):
                return self.at_least(len(members), members)
            case Any(of=members):
                return self.at_least(1, members)
            case AtLeast(n=n, of=members):
                return self.at_least(n, members)
            case Not():
                raise AssertionError("a rail has no `not`")
            case _:
                assert_never(rail)

    def compare(self, leaf: Compare) -> Term:
        """`q > 4` is `low >= 5`: a lower limit reads the low end, an upper limit the high end."""
        slot, limit = self.program.slots[leaf.name], count_of(leaf)
        match leaf.comparator:
            case ">=":
                return Term(slot, ">=", limit)
            case ">":
                return Term(slot, ">=", limit + 1)
            case "<=":
                return Term(slot + 1, "<=", limit)
            case "<":
                return Term(slot + 1, "<=", limit - 1)
            case _:
                assert_never(leaf.comparator)

    def at_least(self, n: int, members: tuple[Condition, ...]) -> list[_Terms]:
        """Member by member: `held[k]` is what makes at least k of those seen so far true."""
        if not 1 <= n <= len(members):
            # It would be an empty conjunct, which fires on everything, the extension's own messages too.
            raise ValueError("a condition without members, or that asks for more than it has, has no meaning")
        if n == 1:
            return self._absorb([terms for member in members for terms in self.expand(member)])
        held: list[list[_Terms]] = [[{}], *([] for _ in range(n))]
        for seen, member in enumerate(members):
            rail = self.expand(member)
            # From the top down, so that each member counts once; and only the counts that can still matter.
            for count in range(min(n, seen + 1), max(n - (len(members) - seen) + 1, 1) - 1, -1):
                held[count] = self._absorb([*held[count], *self._both(held[count - 1], rail)])
        return held[n]

    def _both(self, some: list[_Terms], others: list[_Terms]) -> list[_Terms]:
        if len(some) * len(others) > _WORK:
            raise _TooManyError
        joined = (_merge(one, other) for one in some for other in others)
        return [terms for terms in joined if terms is not None and self._satisfiable(terms)]

    def _absorb(self, conjuncts: list[_Terms]) -> list[_Terms]:
        """Without those that a weaker one already covers (`a` covers `a and b`)."""
        kept = conjuncts if len(conjuncts) < 2 or _are_all_alone(conjuncts) else _weakest(conjuncts)
        if len(kept) > self.most:
            raise _TooManyError
        return kept

    def _satisfiable(self, terms: _Terms) -> bool:
        """No interval is empty: a low end is never above its high end."""
        first = len(self.program.findings)
        last = first + 2 * len(self.program.quantities)
        ends = sorted(slot for slot in terms if first <= slot < last)
        pairs = ((low, high) for low, high in pairwise(ends) if high == low + 1 and (low - first) % 2 == 0)
        return all(terms[low].value <= terms[high].value for low, high in pairs)


def _merge(one: _Terms, other: _Terms) -> _Terms | None:
    """Both at once with one term a slot, or None where they contradict each other."""
    merged = dict(one)
    for slot, term in other.items():
        held = merged.get(slot)
        if held is None or term.implies(held):
            merged[slot] = term
        elif not held.implies(term):
            return None
    return merged


def _weakness(terms: _Terms) -> tuple[int, list[tuple[int, int]]]:
    """An order in which whatever covers another comes before it."""
    bounds = ((slot, -term.value if term.operator == "<=" else term.value) for slot, term in terms.items())
    return len(terms), sorted(bounds)


def _weakest(conjuncts: list[_Terms]) -> list[_Terms]:
    kept: list[_Terms] = []
    kept_by_slot: dict[int, list[_Terms]] = {}  # What covers another names one of its slots first.
    for terms in sorted(conjuncts, key=_weakness):
        if not any(_covers(weaker, terms) for slot in terms for weaker in kept_by_slot.get(slot, ())):
            kept.append(terms)
            kept_by_slot.setdefault(next(iter(terms), -1), []).append(terms)
    return kept


def _are_all_alone(conjuncts: list[_Terms]) -> bool:
    """Whether each has one term and a slot to itself, as most lists of signs do: then none covers another."""
    return all(len(terms) == 1 for terms in conjuncts) and len({*chain.from_iterable(conjuncts)}) == len(conjuncts)


def _covers(weaker: Mapping[int, Term], stronger: Mapping[int, Term]) -> bool:
    """Whether the stronger, true, makes the weaker true."""
    return weaker.keys() <= stronger.keys() and all(stronger[slot].implies(term) for slot, term in weaker.items())
