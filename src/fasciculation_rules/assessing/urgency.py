"""How soon: the highest rung among rules that fire, and among those that asking, examining or testing could fire."""

from __future__ import annotations

from dataclasses import dataclass

from fasciculation_rules.assessing.bits import union
from fasciculation_rules.assessing.firings import Fired
from fasciculation_rules.assessing.tables import Tables
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.model.assessment import UrgencyRange
from fasciculation_rules.model.outcomes import ROUTINE

DISCHARGED_TO = ROUTINE


@dataclass(frozen=True)
class Urgency:
    """The four bounds; the bits of rules that are discharged; and the bits of escalation by the rung they count as."""

    range: UrgencyRange
    discharged: int
    by_rung: dict[str, int]

    def rules_at(self, rung: str, among: int) -> int:
        """The bits of escalation rules that count as this rung."""
        return self.by_rung[rung] & among


def urgency_of(fired: Fired, tables: Tables) -> Urgency:
    """The range. A minor rule whose discharge is TRUE counts as routine."""
    discharged = 0
    for derived, rules in tables.dischargeable.items():
        if fired.true & derived:
            discharged |= rules
    by_rung = dict(tables.by_rung)
    if discharged:
        ladder = tables.ruleset.outcomes.ladder
        above = ladder[ladder.index(DISCHARGED_TO) + 1 :]
        lowered = discharged & union(by_rung[rung] for rung in above)
        for rung in above:
            by_rung[rung] &= ~lowered
        by_rung[DISCHARGED_TO] |= lowered
    bounds = UrgencyRange(
        at_least=_highest(by_rung, fired.true),
        at_most=_highest(by_rung, fired.at_least(Firing.OPEN)),
        after_examination=_highest(by_rung, fired.at_least(Firing.AWAITS_EXAMINATION)),
        after_tests=_highest(by_rung, fired.at_least(Firing.AWAITS_TEST)),
    )
    return Urgency(bounds, discharged & fired.true, by_rung)


def _highest(by_rung: dict[str, int], among: int) -> str:
    """The highest rung with a rule among these bits; `by_rung` ascends."""
    highest = next(iter(by_rung))
    for rung, rules in by_rung.items():
        if rules & among:
            highest = rung
    return highest
