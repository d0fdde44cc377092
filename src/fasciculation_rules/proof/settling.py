"""All that must be asked until the urgency is settled, whatever the answers.

Is there a set of questions such that no answers leave it open? Because escalation is positive there is one smallest,
and it can be written down: the screen, and every question that a least set of findings for a higher rung waits for.
(Least: no other set, for a rung as high, follows from a part of it.) Whoever says yes to the rest of such a set and no
to everything else leaves it open, so none of these questions can be left out; and whoever has answered them has fired
or refuted each least set, and with it every other one.

The discharge is the one exception to positive escalation, so this is not the whole of it while answers could still
discharge: then a rule may count in one of two ways, as the denials turn out. What settles either way is put together,
and what can be left out of it is left out, one question after another: none of the rest can be, but the set need not
be the smallest.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from fasciculation_rules.engines.durable.subset import Conjunct, Term
from fasciculation_rules.logic.program import PRESENT
from fasciculation_rules.proof.standing import Standing, State
from fasciculation_rules.proof.supports import Supports, opposite


class Waiting(NamedTuple):
    """What must come true, by answers alone, for a rung of this height."""

    rank: int
    terms: Conjunct


def must_be_asked(standing: Standing) -> tuple[str, ...]:
    """The questions, those of the screen first, by their names in the vocabulary."""
    vocabulary, top = standing.supports.ruleset.vocabulary, len(standing.supports.ruleset.outcomes.ladder) - 1
    if standing.height == top:
        return ()
    now, *later = [World(standing, discharged, denied) for discharged, denied in standing.discharges_asked]
    named = now.named
    for world in later:
        if world.within(named):
            named |= world.named
        named = _irreducible(named, (now, world))
    order = {name: index for index, name in enumerate((*vocabulary.screen, *vocabulary.items))}
    return tuple(sorted(named, key=order.__getitem__))


@dataclass(frozen=True)
class World:
    """How everything counts where these discharges are true: `denied` must be denied for that."""

    standing: Standing
    discharged: frozenset[str]
    denied: Conjunct

    @cached_property
    def least(self) -> tuple[Waiting, ...]:
        """The least sets that wait for a higher rung, and the questions of the screen that nothing else answers."""
        standing, supports = self.standing, self.standing.supports
        ruleset = supports.ruleset
        height = standing.height_given(self.discharged)
        every = (Waiting(standing.rank_given(each, self.discharged), terms) for each, terms in standing.waiting)
        asked = (supports.statement(name, PRESENT) for name in ruleset.vocabulary.screen)
        top = len(ruleset.outcomes.ladder) - 1
        screen = [Waiting(top, (term,)) for term in asked if standing.state(term) is State.OPEN]
        return tuple(_least([each for each in every if each.rank > height], screen, supports))

    @cached_property
    def named(self) -> frozenset[str]:
        """The questions about them."""
        return frozenset(self.standing.supports.question(term) for each in self.least for term in each.terms)

    def height(self, yes: Collection[Term]) -> int:
        """The rung that is sure where these are told, and nothing else is."""
        standing, told = self.standing, _told(yes, self.standing.supports)
        reached = (support for support, terms in standing.waiting if told.issuperset(terms))
        least = standing.height_given(self.discharged)
        return max((standing.rank_given(support, self.discharged) for support in reached), default=least)

    def within(self, asked: frozenset[str], yes: Collection[Term] = ()) -> bool:
        """Whether it comes about where these are told, and what else is asked is denied."""
        told = _told(yes, self.standing.supports)
        return all(self._denials(term, asked, told) for term in self.denied)

    def _denials(self, term: Term, asked: frozenset[str], told: Collection[Term]) -> list[Term]:
        """The denials, each an answer to one of these questions, from which an absence follows."""
        supports = self.standing.supports
        makers = (one for one in supports.makers(term) if one.value == term.value)
        return [one for one in makers if supports.question(one) in asked and opposite(one) not in told]

    def prevented(self, asked: frozenset[str]) -> Iterator[list[Term]]:
        """The fewest yeses by which it does not come about, for each thing that must be denied."""
        supports = self.standing.supports
        for term in self.denied:
            own = opposite(term)
            yield [own] if supports.question(own) in asked else [*map(opposite, self._denials(term, asked, ()))]


def _least(higher: Sequence[Waiting], screen: Sequence[Waiting], supports: Supports) -> Iterator[Waiting]:
    """The sets of which no other, for a rung as high, follows from a part; each without what follows from the rest.

    An unanswered question of the screen is like a set for the highest rung, save that a yes brings nobody there.
    """
    marked = [*((each, True) for each in higher), *((each, False) for each in screen)]
    told = [_told(each.terms, supports) for each, _ in marked]
    kept: dict[Term, list[tuple[int, frozenset[Term]]]] = {}  # a lesser set is looked for under its first term
    for index in sorted(range(len(marked)), key=lambda index: (len(told[index]), -marked[index][0].rank)):
        (rank, terms), reaches = marked[index]
        lesser = (found for term in told[index] for found in kept.get(term, ()))
        if not any(other >= rank and less <= told[index] for other, less in lesser):
            rest = tuple(term for term in terms if not any(term in supports.told(one) for one in terms if one != term))
            yield Waiting(rank, rest)
            if reaches:
                kept.setdefault(terms[0], []).append((rank, frozenset(terms)))


def _irreducible(named: frozenset[str], worlds: tuple[World, World]) -> frozenset[str]:
    """What is left once nothing more can be left out. Questions for a rung that nothing can discharge all stay."""
    now, later = worlds
    lowest = max(support.rank for support in now.standing.supports.all if support.discharged_by in later.discharged)
    supports = now.standing.supports
    fixed = {supports.question(term) for each in now.least if each.rank > lowest for term in each.terms}
    for name in sorted(named - fixed, reverse=True):
        if not _can_stay_open(named - {name}, now, later):
            return _irreducible(named - {name}, worlds)
    return named


def _can_stay_open(asked: frozenset[str], now: World, later: World) -> bool:
    """Whether some answers to these questions leave a least set open that counts for more than what is sure."""
    supports = now.standing.supports
    for world in (now, later):
        for each in world.least:
            open_ = [term for term in each.terms if supports.question(term) not in asked]
            if open_:
                yes = [*(term for term in each.terms if term not in open_), *_generals(open_, supports)]
                if any(world.height(said) < each.rank for said in _said(yes, asked, world, later)):
                    return True
    return False


def _said(yes: list[Term], asked: frozenset[str], world: World, later: World) -> Iterator[list[Term]]:
    """What to say yes to, beyond that, so that one of two worlds comes about: none, or each least thing that does."""
    if later.within(asked, yes):
        yield from [yes] if world is later else ([*yes, *more] for more in later.prevented(asked))
    elif world is not later:
        yield yes


def _generals(terms: Iterable[Term], supports: Supports) -> Iterator[Term]:
    """What must not be denied, or these would be."""
    for term in (term for term in terms if not supports.is_quantity(term)):
        yield from (one for one in supports.told(term) if one.value == PRESENT and one != term)


def _told(terms: Iterable[Term], supports: Supports) -> frozenset[Term]:
    told = [supports.told(term) for term in terms]
    return told[0] if len(told) == 1 else frozenset[Term]().union(*told)
