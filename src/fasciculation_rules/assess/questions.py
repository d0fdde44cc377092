"""What to ask, examine and test next: the unknown items that could raise the urgency, by how high they could."""

from __future__ import annotations

from collections.abc import Mapping

from fasciculation_rules.assess.disposition import Screen
from fasciculation_rules.assess.findings import Findings
from fasciculation_rules.assess.firings import Fired
from fasciculation_rules.assess.tables import Tables
from fasciculation_rules.assess.urgency import Urgency
from fasciculation_rules.assess.why import could_decide
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.model.assessment import Check, Question
from fasciculation_rules.model.ruleset import UNDER_16


def reach_of(urgency: Urgency, findings: Findings, fired: Fired, tables: Tables) -> dict[Firing, dict[str, str]]:
    """For asking, examining and testing: each unknown item with the highest rung it could help to reach.

    A rule counts once it is worth that much: a question is asked only where questions alone could fire it.
    """
    found: dict[Firing, dict[str, str]] = {kind: {} for kind in _KINDS}
    openness, base = tables.ruleset.program.openness, tables.base
    undecided = {kind: fired.at_least(kind) & ~fired.true for kind in _KINDS}
    above = tables.rungs_above(urgency.range.at_least)
    for rung in above:
        for rule in tables.rules_of(urgency.rules_at(rung, undecided[Firing.AWAITS_TEST])):
            bit = tables.ruleset.program.bits[rule]
            for item in could_decide(rule, findings.facts, tables):
                kind = openness[item]
                if undecided[kind] & bit:
                    found[kind][base[item]] = rung
    return found


_KINDS = (Firing.OPEN, Firing.AWAITS_EXAMINATION, Firing.AWAITS_TEST)


def questions_of(
    reach: Mapping[str, str],
    screen: Screen,
    at_least: str,
    findings: Findings,
    fired: Fired,
    tables: Tables,
) -> tuple[Question, ...]:
    """Open questions, those that could raise most first. A specific waits until its general is present.

    What a floor turns on (age) is asked too, until it is known.
    """
    rank, vocabulary = tables.ruleset.rank, tables.ruleset.vocabulary
    highest: dict[str, str] = dict.fromkeys(screen.unanswered, at_least)
    if fired.open & tables.ruleset.program.bits.get(UNDER_16, 0):
        floor = tables.ruleset.outcomes.floors.under_16.rung
        highest.update(dict.fromkeys(tables.items[UNDER_16], max(floor, at_least, key=rank.__getitem__)))
    for item, rung in reach.items():
        for asked in _asked_for(item, findings.facts, tables):
            if rank[rung] >= rank[highest.get(asked, at_least)]:
                highest[asked] = rung
    if at_least == tables.ruleset.outcomes.ladder[-1]:
        return ()
    order = sorted(highest, key=lambda item: (-rank[highest[item]], tables.position[item]))
    return tuple(
        Question(
            item=item,
            ask=vocabulary.items[item].ask,
            screen=getattr(vocabulary.items[item], "screen", None),
            could_raise_to=highest[item],
        )
        for item in order
    )


def _asked_for(item: str, facts: Facts, tables: Tables) -> tuple[str, ...]:
    """The question that stands for an item now: itself, its unknown generals, or nothing yet.

    An unknown duration is asked once a finding of its family is present.
    """
    if item in tables.durations:
        family = tables.durations[item]
        return (item,) if any(facts.findings.get(finding) for finding in family) else ()
    generals = tables.ruleset.closure.generals.get(item, frozenset())
    unknown = tuple(general for general in generals if general not in facts.findings)
    if not unknown:
        return (item,)
    return tuple(general for general in unknown if not _has_unknown_general(general, facts, tables))


def _has_unknown_general(item: str, facts: Facts, tables: Tables) -> bool:
    return any(general not in facts.findings for general in tables.ruleset.closure.generals[item])


def checks_of(reach: Mapping[str, str], tables: Tables) -> tuple[Check, ...]:
    """Signs or results that could raise the urgency, the highest first."""
    rank, vocabulary = tables.ruleset.rank, tables.ruleset.vocabulary
    order = sorted(reach, key=lambda item: (-rank[reach[item]], tables.position[item]))
    return tuple(Check(item=item, label=vocabulary.label(item), could_raise_to=reach[item]) for item in order)
