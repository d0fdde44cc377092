"""Why this urgency, and why not another: the fewest findings that suffice for it, and the fewest that would change it.

Exact, by looking at every sufficient set of every escalation rule; the tests hold it to a solver and to brute force.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from fasciculation_rules.engines.durable.subset import Conjunct, Term
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.logic.program import ABSENT, PRESENT
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.proof.otherwise import decided, otherwise, unknown
from fasciculation_rules.proof.standing import Standing, State
from fasciculation_rules.proof.supports import Support, Supports, opposite


@dataclass(frozen=True, slots=True)
class Reason:
    """The fewest known things that reach `at_least` by themselves, and the rule that says so (none at the lowest rung).

    Where the rule is discharged, `discharged_by` says by what: it counts as `at_least`, and would count higher.
    """

    statements: Conjunct
    rule: str | None
    discharged_by: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """Statements that differ from what is known; the rung that would then be sure, and the one that would be shown.

    A finding is present or absent, a quantity within limits, or nothing is known of it (`== UNKNOWN`).
    `size` is how many items change.
    """

    rung: str
    shown: str
    statements: Conjunct
    size: int


@dataclass(frozen=True, slots=True)
class Why:
    """The reason for at_least, and the smallest change either way (None where there is none)."""

    at_least: str
    reason: Reason
    raised: Change | None
    lowered: Change | None


def why(facts: Facts, ruleset: Ruleset) -> Why:
    """Why at_least is what it is for closed facts."""
    standing = Standing(Supports.of(ruleset), ruleset.program.encode(facts))
    return Why(
        at_least=ruleset.outcomes.ladder[standing.height],
        reason=reason_of(standing),
        raised=raised(standing),
        lowered=lowered(standing),
    )


# ---------------------------------------------------------------- why


def reason_of(standing: Standing) -> Reason:
    """The fewest known things from which the rung follows, rules counted as they count for this patient.

    Of equally few, what was said rather than what follows from it, and the rule that names it; then the first rule.
    """
    best, least = Reason((), None), (0, 0)
    for support in standing.firing if standing.height else ():
        if standing.rank(support) == standing.height:
            found = _cover(support.terms, standing)
            size = _size(found, standing), len(set(found).difference(support.terms))
            if best.rule is None or size < least:
                discharged = support.discharged_by in standing.discharged and support.rank > standing.height
                best, least = Reason(found, support.rule, support.discharged_by if discharged else None), size
    return best


def _cover(terms: Conjunct, standing: Standing) -> Conjunct:
    """The fewest known things from which terms follow that hold: limits as they are, findings or what implies them."""
    supports = standing.supports
    known = [[one for one in supports.makers(term) if _known(one, standing)] for term in _findings(terms, supports)]
    found = supports.fewest(sorted(each, key=lambda one: _follows(one, standing)) for each in known)
    if found is None:
        raise AssertionError("what holds follows from itself")
    return (*found, *(term for term in terms if supports.is_quantity(term)))


def _known(statement: Term, standing: Standing) -> bool:
    return standing.state(statement) is State.HOLDS


def _follows(statement: Term, standing: Standing) -> bool:
    """Whether something else that is known implies it."""
    others = standing.supports.makers(statement)[1:]
    return any(_known(other, standing) for other in others)


def _findings(terms: Conjunct, supports: Supports) -> Conjunct:
    return tuple(term for term in terms if not supports.is_quantity(term))


def _measured(terms: Conjunct, supports: Supports) -> tuple[str, ...]:
    return tuple(dict.fromkeys(supports.item(term) for term in terms if supports.is_quantity(term)))


# ---------------------------------------------------------------- why not more


def raised(standing: Standing) -> Change | None:
    """The fewest statements, new or in place of others, with which a higher rung is sure.

    Of equally few first those that contradict nothing, then those of the least urgent rule, then what can be asked.
    That somebody were of another sex is not among them.
    """
    return _smallest(_higher(standing), standing, lambda height: height > standing.height)


def _higher(standing: Standing) -> Iterator[Conjunct | None]:
    for support in _by_what_they_lack(standing):
        yield _stating(support, [], standing)
        if standing.rank(support) <= standing.height:
            yield _stating(support, _undoing(support, standing), standing)


def _by_what_they_lack(standing: Standing) -> Iterator[Support]:
    """Supports that could count higher, those that lack least first."""
    supports, holding, failing, height = standing.supports, standing.holding, standing.failing, standing.height
    lacking: dict[int, list[Support]] = {}
    for support in supports.all:
        if support.rank > height:
            undone = standing.rank(support) <= height
            lacking.setdefault((support.mask & ~holding).bit_count() + undone, []).append(support)

    def taken_back(support: Support) -> tuple[int, int, int]:
        unmet = support.mask & ~holding
        return (unmet & failing).bit_count(), standing.rank(support), (unmet & ~supports.askable).bit_count()

    for count in sorted(lacking):
        yield from sorted(lacking[count], key=taken_back)


def _undoing(support: Support, standing: Standing) -> list[list[Term]]:
    """For each way in which the discharge of a support is true, the findings that would end it."""
    supports = standing.supports
    return [
        [one for term in _findings(way, supports) for one in supports.makers(opposite(term))]
        for way in supports.discharges.get(support.discharged_by or "", ())
        if standing.holds(way)
    ]


def _stating(support: Support, sets: Sequence[Sequence[Term]], standing: Standing) -> Conjunct | None:
    """The fewest statements that make a support hold, with one from each of some sets; None where they contradict."""
    supports, terms = standing.supports, support.terms
    lacking = standing.lacking(terms)
    measured = _measured(lacking, supports)
    against = {opposite(term) for term in _findings(terms, supports)}
    makers = [[one for one in supports.makers(term) if _may_be(one, standing)] for term in _findings(lacking, supports)]
    kept = [[one for one in each if against.isdisjoint(supports.told(one))] for each in (*makers, *sets)]
    found = supports.fewest(kept)
    return None if found is None else (*found, *(term for term in terms if supports.item(term) in measured))


def _may_be(statement: Term, standing: Standing) -> bool:
    """A listed value that is known stays as it is."""
    return not standing.supports.is_listed(statement) or standing.state(statement) is State.OPEN


# ---------------------------------------------------------------- why not less


def lowered(standing: Standing) -> Change | None:
    """The fewest changes for a lower rung: findings denied, values not known, and what completes a discharge.

    A finding that is denied takes what implies it with it, and a normal examination every sign. That somebody were of
    another sex is not among them.
    """
    return _smallest(_lower(standing), standing, lambda height: height < standing.height)


def _lower(standing: Standing) -> Iterator[Conjunct | None]:
    for discharged, lacking in _discharges(standing) if standing.height else ():
        reaching = [each for each in standing.firing if standing.rank_given(each, discharged) >= standing.height]
        yield _breaking(reaching, lacking, standing)


def _discharges(standing: Standing) -> Iterator[tuple[frozenset[str], Conjunct]]:
    """The discharges as they are, then each other one with what each of its ways lacks."""
    yield standing.discharged, ()
    for name, ways in standing.supports.discharges.items():
        if name not in standing.discharged:
            for way in ways:
                yield standing.discharged | {name}, standing.lacking(way)


def _breaking(reaching: Sequence[Support], lacking: Conjunct, standing: Standing) -> Conjunct | None:
    """The fewest statements that leave none of the supports and make the lacking terms hold."""
    supports = standing.supports
    stated = _findings(lacking, supports)
    normal = [one for one in dict.fromkeys((*stated, *supports.summaries)) if one.value == PRESENT]
    left = {one: _left(one, standing) for one in normal if not _known(one, standing)}
    sets = [[*_denials(each, standing), *(one for one in left if each not in left[one])] for each in reaching]
    found = supports.fewest([*sets, *(supports.makers(term) for term in stated)])
    return None if found is None else (*found, *(term for term in lacking if supports.is_quantity(term)))


def _left(statement: Term, standing: Standing) -> frozenset[Support]:
    """The supports that still hold: none that rests on a sign, where the examination is said to be normal."""
    changed = otherwise(standing.facts, [statement], standing.supports)
    return frozenset(Standing(standing.supports, standing.supports.ruleset.program.encode(changed)).firing)


def _denials(support: Support, standing: Standing) -> Iterator[Term]:
    """Each statement without which a support does not hold."""
    supports = standing.supports
    for term in support.terms:
        if supports.is_quantity(term):
            yield unknown(supports.item(term), supports)
        elif not supports.is_listed(term):
            yield opposite(term)
            generals = supports.ruleset.closure.generals[supports.item(term)] if term.value == PRESENT else ()
            yield from sorted(supports.statement(general, ABSENT) for general in generals)


# ---------------------------------------------------------------- changes


def _smallest(found: Iterable[Conjunct | None], standing: Standing, wanted: Callable[[int], bool]) -> Change | None:
    """Of the statements that bring it to a height that is wanted the fewest; of equally few the first."""
    best: Change | None = None
    for statements in found:
        if statements is not None and (best is None or _size(statements, standing) < best.size):
            change = _change(statements, standing)
            best = change if wanted(standing.supports.ruleset.rank[change.rung]) else best
            if best is not None and best.size == 1:
                break
    return best


def _change(statements: Conjunct, standing: Standing) -> Change:
    """The change, with what an assessment gives."""
    supports = standing.supports
    urgency, shown = decided(otherwise(standing.facts, statements, supports), supports.ruleset)
    return Change(urgency.range.at_least, shown.rung, statements, _size(statements, standing))


def _size(statements: Conjunct, standing: Standing) -> int:
    return len({standing.supports.item(term) for term in statements})
