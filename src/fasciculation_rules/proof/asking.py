"""What to ask: the fewest answers that could change what is shown, and all that must be asked until it is settled.

Asking for all that settles, whatever the answers, is an exists-forall question: is there a set of questions such that
no answers leave it open? Because escalation is positive it has one smallest answer, which can be written down: the
screen, and every question that a set of findings for a higher rung still waits for. Answering all but one of them
"yes, yes, ... , not asked" leaves it open, so none can be left out; the tests ask a solver for exactly that patient.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from fasciculation_rules.assessing.disposition import disposition_of, screen_of
from fasciculation_rules.assessing.findings import Findings
from fasciculation_rules.assessing.firings import fire
from fasciculation_rules.assessing.tables import Tables
from fasciculation_rules.assessing.urgency import urgency_of
from fasciculation_rules.engines.durable.subset import Term
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.logic.program import ABSENT, PRESENT
from fasciculation_rules.model.assessment import Disposition
from fasciculation_rules.model.ruleset import SPARED_EXAMINATION, UNDER_16, Ruleset
from fasciculation_rules.proof.supports import Standing, State, Support, Supports

AT_MOST = 20
"""Questions after which it is said that there are more, and not which."""


Waiting: TypeAlias = list[tuple[Support, tuple[Term, ...]]]
"""Supports of a higher rung, each with the terms that it still waits for."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Items by their names in the vocabulary.

    `change`: the fewest questions of which some answers would change the rung shown; empty where none can.
    `to`: that rung. `settle`: all that must be asked until the urgency is settled whatever the answers; None where
    more than `AT_MOST` are needed, and `needed` says how many.
    """

    change: tuple[str, ...]
    to: str | None
    settle: tuple[str, ...] | None
    needed: int


def asking(facts: Facts, ruleset: Ruleset, *, at_most: int = AT_MOST) -> Asking:
    """What to ask of a person of whom these (closed) facts are known."""
    standing = Standing(Supports.of(ruleset), ruleset.program.encode(facts))
    shown, waiting = shown_of(facts, ruleset), undominated(standing)
    needed = () if shown.settled else must_be_asked(standing, facts, waiting)
    change, to = could_change(standing, facts, shown, waiting)
    return Asking(change, to, needed if len(needed) <= at_most else None, len(needed))


def shown_of(facts: Facts, ruleset: Ruleset) -> Disposition:
    """The disposition of closed facts, as an assessment has it."""
    tables = Tables.of(ruleset)
    fired = fire(facts, ruleset, engine="compiled")
    screen = screen_of(Findings(facts, ()), tables)
    return disposition_of(urgency_of(fired, tables), screen, tables.known(facts), fired, tables)


def could_change(
    standing: Standing, facts: Facts, shown: Disposition, waiting: Waiting
) -> tuple[tuple[str, ...], str | None]:
    """The fewest questions with answers that change the rung shown, and that rung."""
    supports = standing.supports
    tried = sorted(_answers(standing, facts, shown, waiting), key=lambda terms: len(_named_by(terms, supports)))
    for terms in tried:
        told = answered(facts, terms, supports)
        if told is not None:
            rung = shown_of(told, supports.ruleset).rung
            if rung != shown.rung:
                return _named_by(terms, supports), rung
    return (), None


def _answers(standing: Standing, facts: Facts, shown: Disposition, waiting: Waiting) -> Iterator[tuple[Term, ...]]:
    """Answers that may change what is shown: the smallest that raise, that settle it by denials, that lift a floor."""
    supports, ruleset = standing.supports, standing.supports.ruleset
    height = ruleset.rank[shown.rung]
    raising = [
        (len(terms), standing.rank(support), terms)
        for support in supports.all
        if standing.rank(support) > height and (terms := open_asked(support.terms, standing))
    ]
    yield from (terms for _, _, terms in sorted(raising, key=lambda found: found[:2])[:1])
    if not shown.settled:
        yield _all_denied(standing, facts, waiting)
    for name in (UNDER_16, SPARED_EXAMINATION):
        if name in ruleset.program.rules:
            ways = supports.ways(ruleset.program.rules[name])
            yield from filter(None, (open_asked(terms, standing) for terms in ways))
    for name, ways in supports.discharges.items():
        if name not in standing.discharged:
            yield from filter(None, (open_asked(terms, standing) for terms in ways))


def _all_denied(standing: Standing, facts: Facts, waiting: Waiting) -> tuple[Term, ...]:
    """Denials of the screen's open questions and of what else could raise; a general's denial closes its specifics."""
    supports, ruleset = standing.supports, standing.supports.ruleset
    slots, closure = ruleset.program.slots, ruleset.closure
    denied = [name for name in ruleset.vocabulary.screen if name not in facts.findings]
    closed = {*denied, *(below for name in denied for below in closure.specifics[name])}
    for _, terms in waiting:
        names = [supports.item(term) for term in terms if not supports.is_quantity(term)]
        if names and not closed.intersection(names):
            denied.append(names[0])
            closed |= {names[0], *closure.specifics[names[0]]}
    return tuple(Term(slots[name], "==", ABSENT) for name in denied)


def answered(facts: Facts, terms: Iterable[Term], supports: Supports) -> Facts | None:
    """The facts with the answers that make these terms hold, closed; None where the answers contradict the facts."""
    ruleset = supports.ruleset
    findings, quantities = dict(facts.findings), dict(facts.quantities)
    for term in terms:
        name = supports.item(term)
        if supports.is_quantity(term):
            low, high = quantities.get(name, ruleset.vocabulary.quantities[name].bounds())
            low, high = (max(low, term.value), high) if term.operator == ">=" else (low, min(high, term.value))
            if low > high:
                return None
            quantities[name] = (low, high)
        else:
            findings |= _value(name, present=term.value == PRESENT, ruleset=ruleset)
    if ruleset.closure.contradictions(findings):
        return None
    return Facts(ruleset.closure.close(findings), quantities)


def _value(name: str, *, present: bool, ruleset: Ruleset) -> Mapping[str, bool]:
    """What one answer says; of listed values one excludes the others."""
    base, _, value = name.partition("=")
    if not value or not present:
        return {name: present}
    return {f"{base}={other}": other == value for other in ruleset.vocabulary.findings[base].values}


def must_be_asked(standing: Standing, facts: Facts, waiting: Waiting) -> tuple[str, ...]:
    """The screen's open questions, and whatever a set of findings for a higher rung still waits for."""
    ruleset = standing.supports.ruleset
    if standing.height == len(ruleset.outcomes.ladder) - 1:
        return ()
    names = [name for name in ruleset.vocabulary.screen if name not in facts.findings]
    for _, terms in waiting:
        names += [standing.supports.item(term) for term in terms]
    order = {name: index for index, name in enumerate((*ruleset.vocabulary.screen, *ruleset.vocabulary.items))}
    return tuple(sorted(set(_named(names, standing.supports)), key=order.__getitem__))


def undominated(standing: Standing) -> Waiting:
    """The supports above at_least that questions alone could fulfil, but for those that a lesser set outdoes."""
    waiting = [
        (support, terms)
        for support in standing.supports.all
        if standing.rank(support) > standing.height and (terms := open_asked(support.terms, standing))
    ]
    kept: Waiting = []
    by_first: dict[Term, list[tuple[int, frozenset[Term]]]] = {}  # a lesser set is looked for under its first term
    for support, terms in sorted(waiting, key=lambda each: (len(each[1]), -standing.rank(each[0]))):
        rank, wanted = standing.rank(support), frozenset(terms)
        lesser = (found for term in terms for found in by_first.get(term, ()))
        if not any(other >= rank and less <= wanted for other, less in lesser):
            kept.append((support, terms))
            by_first.setdefault(terms[0], []).append((rank, wanted))
    return kept


def open_asked(terms: Iterable[Term], standing: Standing) -> tuple[Term, ...]:
    """The open ones of a set of terms, if none of it fails and a question decides each; else nothing."""
    waiting = []
    for term in terms:
        state = standing.state(term)
        if state is State.FAILS or (state is State.OPEN and not standing.supports.asked(term)):
            return ()
        if state is State.OPEN:
            waiting.append(term)
    return tuple(waiting)


def _named_by(terms: Iterable[Term], supports: Supports) -> tuple[str, ...]:
    return _named([supports.item(term) for term in terms], supports)


def _named(names: Iterable[str], supports: Supports) -> tuple[str, ...]:
    """By the vocabulary: `sex=male` is one question, `sex`."""
    return tuple(dict.fromkeys(name.partition("=")[0] for name in names))
