"""What to ask, examine and test next: the unknown items that could raise the urgency, by how high they could."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from fasciculation_rules.assessing.bits import union
from fasciculation_rules.assessing.disposition import Screen
from fasciculation_rules.assessing.firings import Fired
from fasciculation_rules.assessing.phrases import Phrases
from fasciculation_rules.assessing.tables import ASKED, Known, Tables
from fasciculation_rules.assessing.urgency import Urgency
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.logic.program import PRESENT
from fasciculation_rules.model.assessment import Check, Question
from fasciculation_rules.model.outcomes import SAME_DAY
from fasciculation_rules.model.ruleset import UNDER_16

Reach: TypeAlias = Mapping[str, int]
"""For each rung above `at_least`, ascending: the unknown items, as bits, that could help a rule of it to fire."""


def reach_of(urgency: Urgency, screen: Screen, known: Known, fired: Fired, tables: Tables) -> dict[Firing, Reach]:
    """What asking, examining and testing could reach.

    A rule counts once it is worth that much: a question is asked only where questions alone could fire it.
    While the screen is unfinished, a rule of which nothing is present yet is asked about by the screen alone.
    """
    found: dict[Firing, dict[str, int]] = {kind: {} for kind in ASKED}
    general = ~tables.worth[Firing.OPEN] | (-1 if screen.finished else tables.screened)
    for rung in tables.rungs_above(urgency.range.at_least):
        waits = 0
        for kind, only in zip(ASKED, (fired.open, fired.awaits_examination, fired.awaits_test), strict=True):
            for rule in tables.rules.of(urgency.by_rung[rung] & only):
                named = tables.rests_on[rule]
                items = tables.walks[rule](fired.vector)[1] if named & known.items else named
                waits |= items if named & known.present else items & general
            found[kind][rung] = waits & tables.worth[kind]
    return dict(found)


def questions_of(
    reach: Reach, screen: Screen, at_least: str, known: Known, fired: Fired, tables: Tables
) -> tuple[Question, ...]:
    """Open questions, those that could raise most first, but for durations of what is there that could be for today.

    A specific waits until its general is present.

    What a floor turns on (age) is asked too, until it is known. Nothing is asked once it is an emergency.
    """
    ladder, rank = tables.ruleset.outcomes.ladder, tables.ruleset.rank
    if at_least == ladder[-1]:
        return ()
    highest: dict[str, str] = dict.fromkeys(screen.unanswered, at_least)
    if fired.open & tables.rules.bit.get(UNDER_16, 0):
        floor = max(tables.ruleset.outcomes.floors.under_16.rung, at_least, key=rank.__getitem__)
        highest |= dict.fromkeys(tables.items.of(tables.rests_on[UNDER_16]), floor)
    # A general stands for its specifics as long as it, and all above it, are unknown.
    unknown = ~known.items
    tops = [(name, own | below) for name, own, above, below in tables.generals if own & unknown and not above & unknown]
    covered = union(cover for _, cover in tops)
    early: dict[str, str] = {}
    for rung, items in reach.items():
        highest |= {name: rung for name, cover in tops if items & cover}
        for name in tables.items.of(items & ~covered):
            (highest if _timely(name, fired, tables) else early)[tables.base[name]] = rung
    highest = highest or early  # a case that nothing else can settle is asked even what it is early for
    position, phrases = tables.position, Phrases.of(tables.ruleset)
    # How long a thing that is there has lasted may make it one for today, so it is asked before all that is new.
    lasting = {
        item
        for item, rung in highest.items()
        if item in tables.families and rank[rung] >= rank[SAME_DAY] and _timely(item, fired, tables)
    }
    order = sorted(highest, key=lambda item: (item not in lasting, -rank[highest[item]], position[item]))
    return tuple([phrases.question(item, highest[item]) for item in order])


def _timely(item: str, fired: Fired, tables: Tables) -> bool:
    """Whether it makes sense to ask now: a duration only once a finding of its family is present."""
    family = tables.families.get(item)
    return family is None or any(fired.vector[slot] == PRESENT for slot in family)


def checks_of(reach: Reach, tables: Tables) -> tuple[Check, ...]:
    """Signs or results that could raise the urgency, the highest first."""
    rank, position, phrases = tables.ruleset.rank, tables.position, Phrases.of(tables.ruleset)
    highest = {tables.base[name]: rung for rung, items in reach.items() for name in tables.items.of(items)}
    order = sorted(highest, key=lambda item: (-rank[highest[item]], position[item]))
    return tuple([phrases.check(item, highest[item]) for item in order])
