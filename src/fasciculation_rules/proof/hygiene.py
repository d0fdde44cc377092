"""Whether every rule, and every clause of it, can make a difference to somebody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import assert_never

from fasciculation_rules.logic.condition import All, Any, AtLeast, Compare, Condition, Is, Not
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.model.base import read_duration
from fasciculation_rules.model.rule import Derivation, Differential, Escalation, Plan, Rule
from fasciculation_rules.proof.circuit import Wire
from fasciculation_rules.proof.question import Question
from fasciculation_rules.proof.reading import Reading
from fasciculation_rules.proof.solver import Verdict
from fasciculation_rules.proof.subject import Subject


def name_in_program(rule: Rule) -> str:
    """The name under which engines know a rule: a derivation goes by its finding."""
    return rule.finding if isinstance(rule, Derivation) else rule.rule


def never_both(subject: Subject) -> Iterator[Question]:
    """No condition fires and is ruled out at once."""
    for name in subject.ruleset.program.names:
        yield Question(name, (subject.now.true(name), subject.now.false(name)), (subject.now,))


def none_is_dead(subject: Subject) -> Iterator[Question]:
    """Each condition fires for somebody."""
    for name in subject.ruleset.program.names:
        yield Question(name, (subject.now.true(name),), (subject.now,), Verdict.POSSIBLE)


def none_is_certain(subject: Subject) -> Iterator[Question]:
    """Each condition can be ruled out for somebody."""
    for name in subject.ruleset.program.names:
        yield Question(name, (subject.now.false(name),), (subject.now,), Verdict.POSSIBLE)


def none_is_shadowed(subject: Subject) -> Iterator[Question]:
    """Each escalation rule is, for somebody, the highest that fires."""
    ladder, now = subject.ruleset.outcomes.ladder, subject.now
    for name, rule in subject.ruleset.escalations.items():
        above = ladder[ladder.index(rule.then.urgency) + 1 :][:1]
        yield Question(name, (now.true(name), *(-now.reaches(rung) for rung in above)), (now,), Verdict.POSSIBLE)


def none_contradicts(subject: Subject) -> Iterator[Question]:
    """Nothing speaks for a condition only where something excludes it."""
    now, rules = subject.now, subject.ruleset.differentials
    excluding: dict[str, list[str]] = {}
    for name, rule in rules.items():
        if rule.then.side == "excluding":
            excluding.setdefault(rule.then.condition, []).append(name)
    for name, rule in rules.items():
        if rule.then.side == "for" and rule.then.condition in excluding:
            excluded = now.any_true(excluding[rule.then.condition])
            yield Question(name, (now.true(name), -excluded), (now,), Verdict.POSSIBLE)


def none_repeats(subject: Subject) -> Iterator[Question]:
    """Somewhere it fires and no one other rule says all that it says, on all of its evidence."""
    now, rules = subject.now, subject.ruleset.rules
    for name, rule in rules.items():
        covering = [other for other in rules.values() if other is not rule and covers(other, rule, subject)]
        others = [name_in_program(other) for other in covering]
        wires = (now.true(name_in_program(rule)), -now.any_true(others))
        yield Question(name, wires, (now,), Verdict.POSSIBLE)


def covers(one: Rule, other: Rule, subject: Subject) -> bool:
    """Whether the first, firing, says everything that the second would, on all of its evidence."""
    return _says_as_much(one, other, subject) and set(other.evidence) <= set(one.evidence)


def _says_as_much(one: Rule, other: Rule, subject: Subject) -> bool:
    match one, other:
        case Escalation(), Escalation():
            rank = subject.ruleset.rank
            return (
                one.then.because == other.then.because
                and rank[one.then.urgency] >= rank[other.then.urgency]
                and set(other.then.refer) <= set(one.then.refer)
                and _no_later(one.then.within, other.then.within)
                and one.then.discharged_by in (None, other.then.discharged_by)
            )
        case Differential(), Differential():
            return one.then == other.then
        case Plan(), Plan():
            return one.then == other.then and one.class_ == other.class_
        case _:
            return False


def _no_later(one: str | None, other: str | None) -> bool:
    return other is None or (one is not None and read_duration(one) <= read_duration(other))


def no_clause_is_needless(subject: Subject) -> Iterator[Question]:
    """Leaving any clause out changes what the rule is worth, for somebody."""
    now, program = subject.now, subject.ruleset.program
    for name in program.names:
        condition = now.condition(name)
        for place, shorter in without_a_clause(condition):
            about = f"{name}, clause {place}"
            yield Question(about, (differ(now, condition, shorter),), (now,), Verdict.POSSIBLE)


def differ(reading: Reading, one: Condition, other: Condition) -> Wire:
    """Whether two conditions are worth different things to a patient."""
    circuit = reading.circuit
    pairs = [
        (reading.worth(one, level), reading.worth(other, level))
        for level in (Firing.TRUE, Firing.OPEN, Firing.AWAITS_EXAMINATION)
    ]
    pairs.append((reading.fails(one), reading.fails(other)))
    return circuit.some([-circuit.same(*pair) for pair in pairs])


def without_a_clause(condition: Condition, at: str = "") -> Iterator[tuple[str, Condition]]:
    """The condition without each clause that it can be without, and where that clause stood (1.2: in 1, the second)."""
    match condition:
        case Is() | Compare():
            return
        case Not(of=member):
            for place, shorter in without_a_clause(member, at):
                yield place, Not(shorter)
        case All(of=members) | Any(of=members) | AtLeast(of=members):
            least = condition.n if isinstance(condition, AtLeast) else 1
            for index, member in enumerate(members):
                place = f"{at}.{index + 1}" if at else str(index + 1)
                others = (*members[:index], *members[index + 1 :])
                if len(others) >= least:
                    yield place, replace(condition, of=others)
                for below, shorter in without_a_clause(member, place):
                    yield below, replace(condition, of=(*members[:index], shorter, *members[index + 1 :]))
        case _:
            assert_never(condition)
