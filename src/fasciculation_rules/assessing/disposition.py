"""The one rung shown: settled or not, raised by the floors, with its delay and its destination."""

from __future__ import annotations

from dataclasses import dataclass

from fasciculation_rules.assessing.bits import union
from fasciculation_rules.assessing.findings import Findings
from fasciculation_rules.assessing.firings import Fired
from fasciculation_rules.assessing.tables import Known, Tables
from fasciculation_rules.assessing.urgency import Urgency
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.model.assessment import Disposition, FloorApplied
from fasciculation_rules.model.base import read_duration
from fasciculation_rules.model.outcomes import SOON_GP
from fasciculation_rules.model.ruleset import AGE_UNKNOWN, SPARED_EXAMINATION, UNDER_16

UNSETTLED_RUNG = SOON_GP
_AGE_UNKNOWN = "The age is not known, so that this may be a child, for whom these rules were not written."


@dataclass(frozen=True)
class Screen:
    """How far the general questions have been answered."""

    unanswered: tuple[str, ...]

    @property
    def finished(self) -> bool:
        """Whether every screen item is known."""
        return not self.unanswered


def screen_of(findings: Findings, tables: Tables) -> Screen:
    """The screen items still unknown, in the order in which they are asked."""
    known = findings.facts.findings
    return Screen(tuple(item for item in tables.ruleset.vocabulary.screen if item not in known))


def disposition_of(urgency: Urgency, screen: Screen, known: Known, fired: Fired, tables: Tables) -> Disposition:
    """`at_least` if settled or high enough, else `soon_gp`; then the floors, which only raise."""
    ruleset = tables.ruleset
    rank, bounds = ruleset.rank, urgency.range
    settled = bounds.at_least == ruleset.outcomes.ladder[-1] or (screen.finished and bounds.at_least == bounds.at_most)
    rung = bounds.at_least if settled else max(bounds.at_least, UNSETTLED_RUNG, key=rank.__getitem__)
    floors = []
    for name, floor, because in _floors(screen, known, fired, tables):
        if rank[floor] > rank[bounds.at_least]:
            floors.append(FloorApplied(floor=name, rung=floor, because=because))
            rung = max(rung, floor, key=rank.__getitem__)
    shown = ruleset.urgency[rung]
    maximum = _shortest(rung, urgency, fired, tables)
    return Disposition(
        rung=rung,
        label=shown.label,
        settled=settled,
        maximum_delay=maximum,
        hastened=maximum != shown.delay,
        first_action_within=_first_action(rung, maximum, urgency, fired, tables),
        refer=_destinations(rung, floors, urgency, fired, tables),
        time_critical=shown.time_critical,
        audience=shown.audience,
        floors=tuple(floors),
    )


def _floors(screen: Screen, known: Known, fired: Fired, tables: Tables) -> list[tuple[str, str, str]]:
    """The floors that hold: name, rung and reason."""
    floors, bits = tables.ruleset.outcomes.floors, tables.rules.bit
    found = []
    if not screen.finished:
        found.append(("screen_unfinished", floors.screen_unfinished.rung, floors.screen_unfinished.because))
    under_16 = bits.get(UNDER_16, 0)
    if fired.true & under_16:
        found.append(("under_16", floors.under_16.rung, floors.under_16.because))
    elif not fired.false & under_16 and under_16 and screen.finished:
        # Who has answered everything but the age may be a child. Before that the screen asks for the age anyway.
        found.append((AGE_UNKNOWN, floors.under_16.rung, _AGE_UNKNOWN))
    # One sign that was denied is no examination: Chvostek's says nothing of reflexes.
    examined = known.items & tables.examination or known.present & tables.worth[Firing.AWAITS_EXAMINATION]
    if not examined and not fired.true & bits.get(SPARED_EXAMINATION, 0):
        found.append(("not_examined", floors.not_examined.rung, floors.not_examined.because))
    return found


def _shortest(rung: str, urgency: Urgency, fired: Fired, tables: Tables) -> str | None:
    """The rung's delay, or a shorter `within` of a rule that fired at this rung (a discharged one hurries nobody)."""
    ruleset = tables.ruleset
    rules = tables.rules.of(urgency.rules_at(rung, fired.true & ~urgency.discharged))
    delays = [ruleset.urgency[rung].delay, *(ruleset.escalations[rule].then.within for rule in rules)]
    known = [delay for delay in delays if delay is not None]
    return min(known, key=read_duration, default=None)


def _first_action(rung: str, maximum: str | None, urgency: Urgency, fired: Fired, tables: Tables) -> str | None:
    """The earliest that the rung, or any rule that fired at whatever rung, asks for, if that is before the maximum.

    So a result to be seen to within a day is not put off because something more urgent takes two weeks to be seen.
    """
    ruleset = tables.ruleset
    rules = tables.rules.of(union(urgency.by_rung.values()) & fired.true & ~urgency.discharged)
    delays = [ruleset.urgency[rung].first_action_within, *(ruleset.escalations[rule].then.within for rule in rules)]
    first = min((delay for delay in delays if delay is not None), key=read_duration, default=None)
    if first is None or maximum is None or read_duration(first) >= read_duration(maximum):
        return None
    return first


def _destinations(
    rung: str, floors: list[FloorApplied], urgency: Urgency, fired: Fired, tables: Tables
) -> tuple[str, ...]:
    """Whom the rules of the rung name, then its floors; where nobody is named, whom the rung itself does."""
    ruleset = tables.ruleset
    rules = tables.rules.of(urgency.rules_at(rung, fired.true))
    named = [name for rule in rules for name in ruleset.escalations[rule].then.refer]
    named += [name for floor in floors if floor.rung == rung for name in tables.floors[floor.floor].refer]
    return tuple(tables.first_first(dict.fromkeys(named or ruleset.urgency[rung].refer), rung))
