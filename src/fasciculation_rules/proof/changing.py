"""The fewest questions of which some answers would change the rung that is shown.

What is shown becomes higher where a set of findings for a higher rung comes true, or a child's age. It becomes lower
where all of this does: the screen is answered, whatever could still raise the urgency is denied, and what holds the
rung up otherwise, a floor or a rule that can be discharged, gives way. Either is a list of demands, and the fewest
answers that meet them all are a smallest hitting set.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import TypeAlias

from fasciculation_rules.engines.durable.subset import Conjunct, Term
from fasciculation_rules.logic.program import PRESENT
from fasciculation_rules.model.assessment import Disposition
from fasciculation_rules.model.ruleset import SPARED_EXAMINATION, UNDER_16
from fasciculation_rules.proof.hitting import smallest_hitting_set
from fasciculation_rules.proof.otherwise import answered, decided
from fasciculation_rules.proof.standing import Standing, State
from fasciculation_rules.proof.supports import opposite

Answer: TypeAlias = Conjunct
"""What is said of one item: a finding is present or absent, a quantity lies within two limits."""

Demand: TypeAlias = frozenset[Term]
"""Comparisons of which one must come true."""

Goal: TypeAlias = list[Demand]
"""Demands that must all be met."""

NOT_EXAMINED = "not_examined"
"""The floor that a spared examination lifts."""


def could_change(standing: Standing, shown: Disposition) -> tuple[tuple[str, ...], str | None]:
    """The fewest questions with answers that change the rung shown, and that rung; of equally few those that raise."""
    best: tuple[str, ...] = ()
    to = None
    for goal in chain(_raising(standing, shown), _lowering(standing, shown)):
        answers = _fewest_answers(goal, standing, len(best) - 1 if best else None)
        if answers is not None:
            facts = answered(standing.facts, (term for answer in answers for term in answer), standing.supports)
            _, then = decided(facts, standing.supports.ruleset)
            if then.rung != shown.rung:
                best, to = tuple(standing.supports.question(answer[0]) for answer in answers), then.rung
        if len(best) == 1:
            break
    return best, to


# ---------------------------------------------------------------- goals


def _raising(standing: Standing, shown: Disposition) -> Iterator[Goal]:
    """What would bring it to a higher rung, the least first."""
    ruleset = standing.supports.ruleset
    height = ruleset.rank[shown.rung]
    waiting = [(terms, standing.rank(each)) for each, terms in standing.waiting if standing.rank(each) > height]
    for terms, _ in sorted(waiting, key=lambda found: (len(found[0]), found[1])):
        yield _all(terms)
    if ruleset.rank[ruleset.outcomes.floors.under_16.rung] > height:
        yield from map(_all, standing.open_ways(UNDER_16))


def _lowering(standing: Standing, shown: Disposition) -> Iterator[Goal]:
    """What would bring it to a lower rung; an age too, and no child's, and what spares an examination."""
    floors, rank = standing.supports.ruleset.outcomes.floors, standing.supports.ruleset.rank
    rung = rank[shown.rung]
    grown: Goal = []
    if rank[floors.under_16.rung] >= rung:
        grown = [frozenset(map(opposite, standing.lacking(way))) for way in standing.undecided(UNDER_16)]
    spared: Iterable[Conjunct] = [()]
    if any(floor.floor == NOT_EXAMINED and rank[floor.rung] >= rung for floor in shown.floors):
        spared = standing.open_ways(SPARED_EXAMINATION)
    for discharged, lacking in standing.discharges_asked:
        for way in spared:
            for goal in _settling(standing, discharged, rung):
                yield [*grown, *_all((*lacking, *way)), *goal]


def _settling(standing: Standing, discharged: frozenset[str], below: int) -> Iterator[Goal]:
    """What would settle the urgency at each height below one: the screen answered, and nothing higher left open."""
    supports = standing.supports
    screen = [frozenset(supports.either(name)) for name in supports.ruleset.vocabulary.screen]
    least = standing.height_given(discharged)
    waiting = [(terms, standing.rank_given(each, discharged)) for each, terms in standing.waiting]
    for height in range(least, below):
        settled = [*screen, *(frozenset(map(opposite, terms)) for terms, rank in waiting if rank > height)]
        if height == least:
            yield settled
        else:
            yield from ([*settled, *_all(terms)] for terms, rank in waiting if rank == height)


def _all(terms: Iterable[Term]) -> Goal:
    return [frozenset((term,)) for term in terms]


# ---------------------------------------------------------------- answers


def _fewest_answers(goal: Goal, standing: Standing, most: int | None) -> tuple[Answer, ...] | None:
    """The fewest answers that meet all demands, at most `most`, none contradicting another.

    To meet one demand alone, the plainest answer to each of its comparisons is as good as any.
    """
    left = [demand for demand in goal if not any(standing.state(term) is State.HOLDS for term in demand)]
    found = [[list(_answers(term, standing)) for term in sorted(demand)] for demand in left]
    counted = Counter(answer for demand in found for answer in {answer for each in demand for answer in each})
    kept = [
        [one for each in demand for index, one in enumerate(each) if not index or counted[one] > 1] for demand in found
    ]
    order = {one: index for index, one in enumerate(dict.fromkeys(one for each in kept for one in each))}
    return smallest_hitting_set([frozenset(each) for each in kept], order, _apart(order, standing), most=most)


def _answers(term: Term, standing: Standing) -> Iterator[Answer]:
    """The answers from which a comparison follows, the plainest first."""
    supports = standing.supports
    if supports.is_quantity(term):
        cells = _cells(term, standing) if supports.asked(term) else ()
        yield from (cell for cell in cells if any(limit.slot == term.slot and limit.implies(term) for limit in cell))
        return
    for one in supports.makers(term):
        told = one.value == PRESENT or not supports.is_listed(one)
        if told and supports.asked(one) and standing.state(one) is State.OPEN:
            yield (one,)


def _cells(term: Term, standing: Standing) -> Iterator[Answer]:
    """The answers to a question about a quantity that rules can tell apart, within what is known of it."""
    supports = standing.supports
    slot = supports.ruleset.program.slots[supports.item(term)]
    for first, last in supports.cells[supports.item(term)]:
        low, high = max(first, standing.vector[slot]), min(last, standing.vector[slot + 1])
        if low <= high:
            yield Term(slot, ">=", low), Term(slot + 1, "<=", high)


def _apart(answers: Iterable[Answer], standing: Standing) -> Mapping[Answer, frozenset[Answer]]:
    """For each answer those that contradict it: other amounts, or what it denies."""
    supports = standing.supports
    saying: dict[Term | str, list[Answer]] = {}
    for answer in answers:
        for term in supports.told(answer[0]) if len(answer) == 1 else (supports.item(answer[0]),):
            saying.setdefault(term, []).append(answer)

    def against(answer: Answer) -> Iterator[Answer]:
        if len(answer) == 1:
            for term in supports.told(answer[0]):
                yield from saying.get(opposite(term), ())
        else:
            yield from (other for other in saying[supports.item(answer[0])] if other != answer)

    return {answer: frozenset(against(answer)) for answer in answers}
