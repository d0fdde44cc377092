"""Why this urgency, and why not another: the fewest findings that suffice for it, and the fewest that would change it.

Exact, by looking at every sufficient set of every escalation rule; a solver says the same in the tests.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from fasciculation_rules.engines.durable.subset import Term
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.logic.program import ABSENT, PRESENT, UNKNOWN
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.proof.hitting import smallest_hitting_set
from fasciculation_rules.proof.supports import Standing, State, Supports


@dataclass(frozen=True, slots=True)
class Reason:
    """Known items that alone reach `at_least`, and the rule that says so (none at the lowest rung)."""

    items: tuple[str, ...]
    rule: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """Items that would have to be otherwise, and the rung that would then be sure.

    `terms` are the comparisons that would hold (for a raise, or a discharge); `denied` the items to be taken away.
    """

    rung: str
    terms: tuple[Term, ...] = ()
    stated: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """How many items change."""
        return len(self.stated) + len(self.denied)


@dataclass(frozen=True, slots=True)
class Why:
    """The reason for at_least, and the smallest change either way (None where there is none)."""

    at_least: str
    reason: Reason
    raised: Change | None
    lowered: Change | None


def why(facts: Facts, ruleset: Ruleset) -> Why:
    """Why at_least is what it is for closed facts."""
    supports = Supports.of(ruleset)
    standing = Standing(supports, ruleset.program.encode(facts))
    return Why(
        at_least=ruleset.outcomes.ladder[standing.height],
        reason=reason_of(standing),
        raised=raised(standing),
        lowered=lowered(standing),
    )


def reason_of(standing: Standing) -> Reason:
    """The fewest known items from which the rung follows; ties in the order of the rules."""
    if not standing.height:
        return Reason((), None)
    supports, best = standing.supports, None
    known = list(standing.present())
    for support in standing.firing:
        if standing.rank(support) == standing.height:
            cover = _cover(support.terms, known, supports)
            if cover is not None and (best is None or len(cover) < len(best.items)):
                best = Reason(cover, support.rule)
    if best is None:
        raise AssertionError("a rung that is reached has a support that holds")
    return best


def raised(standing: Standing) -> Change | None:
    """The fewest statements, new or changed, with which a higher rung is sure."""
    supports, best = standing.supports, _undone_discharge(standing)
    ladder = supports.ruleset.outcomes.ladder
    ways = []
    for support in supports.all:
        if standing.rank(support) > standing.height:
            lacking = tuple(term for term in support.terms if standing.state(term) is not State.HOLDS)
            taken_back = sum(standing.state(term) is State.FAILS for term in lacking)
            ways.append((len(lacking), taken_back, standing.rank(support), lacking))
    # Of ways of one size, first what contradicts nothing that was said, then what reaches the next rung only.
    for size, _, rank, lacking in sorted(ways, key=lambda way: way[:3]):
        if best is not None and best.size <= max(1, (size + 1) // 2):
            continue
        best = _smaller(best, _stating(lacking, ladder[rank], standing))
    return best


def lowered(standing: Standing) -> Change | None:
    """The fewest items to be taken away, or to be stated so that a discharge comes true, for a lower rung."""
    if not standing.height:
        return None
    reaching = [support for support in standing.firing if standing.rank(support) == standing.height]
    best = _denying([support.terms for support in reaching], standing)
    for name, ways in supports_that_discharge(standing):
        lower = max(
            (standing.supports.ruleset.rank["routine"] if each.discharged_by == name else standing.rank(each))
            for each in standing.firing
        )
        if lower < standing.height:
            for terms in ways:
                lacking = tuple(term for term in terms if standing.state(term) is not State.HOLDS)
                rung = standing.supports.ruleset.outcomes.ladder[lower]
                best = _smaller(best, _stating(lacking, rung, standing))
    return best


def supports_that_discharge(standing: Standing) -> Iterator[tuple[str, tuple[tuple[Term, ...], ...]]]:
    """The discharges that are not true yet, and their ways."""
    for name, ways in standing.supports.discharges.items():
        if name not in standing.discharged:
            yield name, ways


def _smaller(one: Change | None, other: Change | None) -> Change | None:
    if one is None or other is None:
        return one or other
    return other if other.size < one.size else one


def _cover(terms: Sequence[Term], known: Iterable[str], supports: Supports) -> tuple[str, ...] | None:
    """The fewest known items from which the terms follow: quantities as they stand, findings or what implies them."""
    measured = dict.fromkeys(supports.item(term) for term in terms if supports.is_quantity(term))
    found = [term for term in terms if not supports.is_quantity(term)]
    own = [supports.item(term) for term in found]
    cover = supports.smallest_cover(found, [*own, *known])
    return None if cover is None else (*cover, *measured)


def _stating(lacking: tuple[Term, ...], rung: str, standing: Standing) -> Change | None:
    """The fewest statements that make these terms hold; None where they contradict each other or what stays."""
    supports = standing.supports
    measured = tuple(dict.fromkeys(supports.item(term) for term in lacking if supports.is_quantity(term)))
    found = tuple(term for term in lacking if not supports.is_quantity(term))
    cover = supports.smallest_cover(found, _candidates(found, supports))
    return None if cover is None else Change(rung, lacking, stated=(*cover, *measured))


def _candidates(terms: tuple[Term, ...], supports: Supports) -> Iterator[str]:
    """The findings of the terms, then what makes two of them hold at once."""
    closure = supports.ruleset.closure
    yield from (supports.item(term) for term in terms)
    for term in terms:
        beside = closure.specifics if term.value == PRESENT else closure.generals
        for name in sorted(beside.get(supports.item(term), ())):
            if sum(supports.covers(name, other) for other in terms) > 1:
                yield name


def _denying(sets: list[tuple[Term, ...]], standing: Standing) -> Change | None:
    """The fewest items without which none of the sets holds: a denied finding takes its specifics with it."""
    supports = standing.supports
    closure, ladder = supports.ruleset.closure, supports.ruleset.outcomes.ladder
    broken_by = []
    for terms in sets:
        names = {supports.item(term) for term in terms}
        for term in terms:
            if not supports.is_quantity(term):
                names |= closure.generals.get(supports.item(term), frozenset())
        broken_by.append(frozenset(names))
    order = {name: index for index, name in enumerate(supports.ruleset.program.slots)}
    chosen = smallest_hitting_set(broken_by, order)
    return None if chosen is None else Change(ladder[_height_without(chosen, standing)], denied=chosen)


def _height_without(denied: tuple[str, ...], standing: Standing) -> int:
    supports = standing.supports
    specifics = supports.ruleset.closure.specifics
    gone = {*denied, *(name for one in denied for name in specifics.get(one, ()))}
    left = [each for each in standing.firing if not any(supports.item(term) in gone for term in each.terms)]
    return max((standing.rank(support) for support in left), default=0)


def _undone_discharge(standing: Standing) -> Change | None:
    """One statement that ends a discharge, where rules would then count higher."""
    supports, ladder = standing.supports, standing.supports.ruleset.outcomes.ladder
    higher = [each.rank for each in standing.firing if each.discharged_by in standing.discharged]
    if max(higher, default=0) <= standing.height:
        return None
    for name in sorted(standing.discharged):
        for terms in supports.discharges[name]:
            for term in terms:
                if term.value == ABSENT and standing.vector[term.slot] != UNKNOWN:
                    return Change(ladder[max(higher)], stated=(supports.item(term),), terms=(_present(term),))
    return None


def _present(term: Term) -> Term:
    return Term(term.slot, "==", PRESENT)
