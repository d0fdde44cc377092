"""Why: one sentence for each floor, escalation, argument and plan item shown, with what it rests on and its sources."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from fasciculation_rules.assessing.firings import Fired
from fasciculation_rules.assessing.phrases import Phrases
from fasciculation_rules.assessing.resting import rests_on
from fasciculation_rules.assessing.tables import Tables
from fasciculation_rules.assessing.urgency import Urgency
from fasciculation_rules.model.assessment import (
    Argument,
    Candidate,
    Disposition,
    FloorApplied,
    PlanOut,
    Sentence,
)

DISCHARGED = " As the examination and basic blood tests were normal, this counts as routine."


def explanation_of(
    disposition: Disposition,
    urgency: Urgency,
    plan: PlanOut,
    differential: tuple[Candidate, ...],
    fired: Fired,
    tables: Tables,
) -> tuple[Sentence, ...]:
    """Floors, then escalation from the highest rung down, then the differential, then the plan."""

    phrases = Phrases.of(tables.ruleset)

    def say(kind: Literal["escalation", "plan"], sentence: str, rule: str) -> Sentence:
        named, absent = rests_on(rule, fired, tables)
        citations = phrases.citations(rule)
        return Sentence(sentence=sentence, kind=kind, rule=rule, findings=named, absent=absent, citations=citations)

    found = [_of_floor(applied, tables) for applied in disposition.floors]
    for rung in reversed(tables.ruleset.outcomes.ladder):
        for rule in tables.rules.of(urgency.rules_at(rung, fired.true)):
            discharged = urgency.discharged & tables.rules.bit[rule]
            because = tables.ruleset.escalations[rule].then.because
            found.append(say("escalation", because + DISCHARGED if discharged else because, rule))
    for candidate in differential:
        found += [_of(argument, phrases) for argument in (*candidate.for_, *candidate.against, *candidate.excluding)]
    found += [phrases.told(item.id) for item in plan.safety_net if not item.rules]
    found += [say("plan", phrases.planned(rule), rule) for rule in _planned(plan)]
    return tuple(found)


def _of(argument: Argument, phrases: Phrases) -> Sentence:
    return Sentence(
        sentence=argument.because,
        kind="differential",
        rule=argument.rule,
        findings=argument.findings,
        absent=argument.absent,
        citations=phrases.citations(argument.rule),
    )


def _planned(plan: PlanOut) -> Iterator[str]:
    """The plan rules behind the items shown, each once."""
    items = (*plan.tests, *plan.advice, *plan.safety_net, *plan.afterwards)
    rules = dict.fromkeys(rule for item in items if item.rung is None for rule in item.rules)
    yield from rules


def _of_floor(applied: FloorApplied, tables: Tables) -> Sentence:
    floor = tables.floors[applied.floor]
    citation = Phrases.of(tables.ruleset).citation(floor.cite, floor.row)
    sentence, rule = applied.because, f"floor:{applied.floor}"
    return Sentence(sentence=sentence, kind="floor", rule=rule, findings=(), citations=(citation,))
