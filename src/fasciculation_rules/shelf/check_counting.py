"""Checks that members which are counted do not rest on one sign: two of them should be two."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from itertools import combinations
from typing import assert_never

from fasciculation_rules.logic.closure import Closure
from fasciculation_rules.logic.condition import All, Any, AtLeast, Compare, Condition, Count, Is, Not
from fasciculation_rules.logic.evaluate import Meaning, evaluate
from fasciculation_rules.logic.facts import UNKNOWN_HIGH, UNKNOWN_LOW, Facts
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.logic.grammar import print_leaf
from fasciculation_rules.logic.rails import negation_normal_form

Ends = tuple[int, int]


def counts(condition: Condition, at: str) -> Iterator[tuple[str, AtLeast]]:
    """Every `at_least` of a condition, each with the place of its members."""
    match condition:
        case Is() | Compare():
            return
        case Not(of=member):
            yield from counts(member, f"{at}.not")
        case All(of=members):
            yield from _counts_of(members, f"{at}.all")
        case Any(of=members):
            yield from _counts_of(members, f"{at}.any")
        case AtLeast(of=members):
            yield f"{at}.of", condition
            yield from _counts_of(members, f"{at}.of")
        case _:
            assert_never(condition)


def _counts_of(members: Iterable[Condition], at: str) -> Iterator[tuple[str, AtLeast]]:
    for index, member in enumerate(members):
        yield from counts(member, f"{at}[{index}]")


@dataclass(frozen=True)
class Counting:
    """What following one fact to another takes: closure, and the meaning of derived findings."""

    closure: Closure
    meaning: Meaning

    @classmethod
    def of(cls, closure: Closure, quantities: Iterable[str], means: Mapping[str, Condition]) -> Counting:
        """Built from resolved conditions; what an unknown item is worth does not matter here."""
        return cls(closure, Meaning(dict.fromkeys((*closure.generals, *quantities), Firing.OPEN), means))

    def twice(self, written: Condition, resolved: Condition, at: str) -> Iterator[tuple[str, str]]:
        """Each pair of members that one sign makes true, as the place of the first and a message."""
        found = list(counts(resolved, at))
        for (place, counted), (_, said) in zip(found, counts(written, at) if found else (), strict=True):
            for one, other in combinations(range(len(counted.of)), 2):
                for first, second in ((one, other), (other, one)):
                    if self._makes_true(counted.of[first], counted.of[second]):
                        names = (_name(said.of[index], index) for index in (first, second))
                        message = "what makes {} true may make {} true, so one sign would count as two"
                        yield f"{place}[{first}]", message.format(*names)
                        break

    def _makes_true(self, one: Condition, other: Condition) -> bool:
        return any(evaluate(other, facts, self.meaning) is Firing.TRUE for facts in self._ways(one))

    def _ways(self, condition: Condition) -> Iterator[Facts]:
        """For each branch of a condition the facts that hold wherever that branch does."""
        match condition:
            case Is(name=name, value=value) if name in self.meaning.means:
                yield from self._ways(negation_normal_form(self.meaning.means[name], negate=value == "absent"))
            case Is(name=name, value=value):
                yield Facts(self.closure.close({name: value == "present"}))
            case Compare(name=name):
                yield Facts({}, {name: _ends(condition)})
            case Not():
                yield from self._ways(negation_normal_form(condition))
            case Any(of=members) | AtLeast(n=1, of=members):
                for member in members:
                    yield from self._ways(member)
            case All(of=members):
                yield reduce(_both, map(self._surely, members))
            case AtLeast(n=n, of=members):
                yield reduce(_both if n == len(members) else _either, map(self._surely, members))
            case _:
                assert_never(condition)

    def _surely(self, condition: Condition) -> Facts:
        """The facts that hold wherever the condition does."""
        return reduce(_either, self._ways(condition))


def _ends(leaf: Compare) -> Ends:
    """The counts that a comparison leaves open."""
    if not isinstance(leaf.limit, Count):
        raise TypeError(f"the limit of '{leaf.name}' is not a count")
    limit = leaf.limit.value
    match leaf.comparator:
        case ">=":
            return limit, UNKNOWN_HIGH
        case ">":
            return limit + 1, UNKNOWN_HIGH
        case "<=":
            return UNKNOWN_LOW, limit
        case "<":
            return UNKNOWN_LOW, limit - 1
        case _:
            assert_never(leaf.comparator)


def _both(one: Facts, other: Facts) -> Facts:
    """What holds where both do."""
    known = {name: _overlap(ends, one.quantities.get(name, ends)) for name, ends in other.quantities.items()}
    return Facts({**one.findings, **other.findings}, {**one.quantities, **known})


def _either(one: Facts, other: Facts) -> Facts:
    """What holds where at least one of them does."""
    findings = {name: there for name, there in one.findings.items() if other.findings.get(name) is there}
    shared = one.quantities.keys() & other.quantities.keys()
    return Facts(findings, {name: _hull(one.quantities[name], other.quantities[name]) for name in shared})


def _overlap(one: Ends, other: Ends) -> Ends:
    return max(one[0], other[0]), min(one[1], other[1])


def _hull(one: Ends, other: Ends) -> Ends:
    return min(one[0], other[0]), max(one[1], other[1])


def _name(member: Condition, index: int) -> str:
    """A clause as it is written; of anything larger its place in the list."""
    match member:
        case Is() | Compare():
            return f"'{print_leaf(member)}'"
        case Not() | All() | Any() | AtLeast():
            return f"of[{index}]"
        case _:
            assert_never(member)
