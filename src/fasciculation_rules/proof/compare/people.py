"""Who among given cases moves from one rung to another, and by which rules."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from fasciculation_rules.assessing.straight_line import assess
from fasciculation_rules.errors import CaseError
from fasciculation_rules.model.assessment import Assessment
from fasciculation_rules.model.case import Case
from fasciculation_rules.model.ruleset import Ruleset


@dataclass
class People:
    """How many stay and move between shown rungs, and the rules that made the difference, most frequent first.

    `refusals` are the places, from 0, of those whom a version refuses, and its reason.
    """

    moves: Counter[tuple[str, str]] = field(default_factory=Counter)
    rules: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)
    refusals: list[tuple[int, str]] = field(default_factory=list)

    @property
    def refused(self) -> int:
        """How many could not be compared."""
        return len(self.refusals)


def people(
    old: Ruleset, new: Ruleset, cases: Iterable[tuple[Case, datetime.date | None]], *, reconcile: bool = False
) -> People:
    """Each case under both versions, on its day.

    A case that either version refuses (an item it does not know) is counted as refused.
    """
    found = People()
    for place, (case, on) in enumerate(cases):
        version = old
        try:
            before = assess(case, version, engine="compiled", on=on, reconcile=reconcile)
            version = new
            after = assess(case, version, engine="compiled", on=on, reconcile=reconcile)
        except CaseError as error:
            found.refusals.append((place, f"{version.version}: {error}"))
            continue
        move = (before.disposition.rung, after.disposition.rung)
        found.moves[move] += 1
        if move[0] != move[1]:
            found.rules.setdefault(move, Counter()).update(responsible(before, after, old, new))
    return found


def responsible(before: Assessment, after: Assessment, old: Ruleset, new: Ruleset) -> Iterator[str]:
    """The escalation rules that fire in one version only, or at another rung, and make the higher of the two rungs."""
    one, other = set(before.firings.fired), set(after.firings.fired)
    for name in sorted(one ^ other):
        if name in old.escalations or name in new.escalations:
            yield name
    for name in sorted(one & other & old.escalations.keys() & new.escalations.keys()):
        if old.escalations[name].then.urgency != new.escalations[name].then.urgency:
            yield name
