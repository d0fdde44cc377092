"""Chooses among what was said of one item until a day: the latest counts, but no later word takes a presence away.

So no row that is deleted or lost can make a finding present that was not.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from fasciculation_rules.model.vocabulary import Finding, Item
from fasciculation_rules.population.intake.long.words import Ends, Words
from fasciculation_rules.population.intake.tally import Tally


@dataclass(frozen=True, slots=True)
class Said:
    """One statement of one item: the value as a case writes it, and when and where it was recorded."""

    item: str
    value: str | Ends
    day: datetime.date | None
    time: datetime.time | None
    source: str
    counts: tuple[int, int] | None = None
    reference: Ends | None = None


def settled(name: str, item: Item, said: Sequence[Said], on: datetime.date, words: Words, tally: Tally) -> Said | None:
    """The one statement of an item that counts on a day, none of those given being later than it."""
    if not isinstance(item, Finding):
        return _amount(name, said, words, tally)
    return _listed(said, tally) if item.values else _finding(item, said, on, tally)


def _finding(item: Finding, said: Sequence[Said], on: datetime.date, tally: Tally) -> Said:
    """A presence that still counts; else the later of the latest presence and the latest denial."""
    undated = _FIRST if item.needs_date else _LAST
    present = _last([one for one in said if one.value == "present"], undated)
    absent = _last([one for one in said if one.value == "absent"], undated)
    if present is None or absent is None:
        return present or absent or said[0]
    yes, no = present.day or undated, absent.day or undated
    days = item.horizon.present
    if days is None or yes is _LAST or (on - yes).days <= days:
        if yes == no:
            tally.set_aside("conflicting")
        elif no > yes:
            tally.set_aside("denied-later")
        return present
    return absent if no > yes else present


def _last(said: Sequence[Said], undated: datetime.date) -> Said | None:
    return max(said, key=lambda one: one.day or undated) if said else None


def _listed(said: Sequence[Said], tally: Tally) -> Said | None:
    """The latest value; two of one time are nobody's guess."""
    rivals = _rivals(said)
    if len({one.value for one in rivals}) > 1:
        tally.set_aside("differs")
        return None
    return rivals[0]


def _amount(name: str, said: Sequence[Said], words: Words, tally: Tally) -> Said:
    """The latest value; where several are of one time, from the lowest to the highest."""
    rivals = _rivals(said)
    counts = [one.counts for one in rivals if one.counts is not None]
    references = {one.reference for one in rivals if one.reference is not None}
    reference = references.pop() if len(references) == 1 else None
    if references:
        tally.set_aside("another-range")
    first = min(rivals, key=lambda one: (str(one.value), str(one.reference)))
    if len(set(counts)) < 2:
        return Said(name, first.value, first.day, first.time, first.source, first.counts, reference)
    tally.set_aside("differs")
    low, high = min(low for low, _ in counts), max(high for _, high in counts)
    return Said(name, words.span(name, low, high), first.day, first.time, first.source, (low, high), reference)


def _rivals(said: Sequence[Said]) -> list[Said]:
    """Those of the latest day, of its latest time if each has one, and of the source whose name comes first.

    What has no day counts where nothing has one.
    """
    day = max(one.day or _FIRST for one in said)
    rivals = [one for one in said if (one.day or _FIRST) == day]
    times = [one.time for one in rivals]
    if None not in times:
        rivals = [one for one in rivals if one.time == max(time for time in times if time is not None)]
    source = min(_order(one) for one in rivals)
    return [one for one in rivals if _order(one) == source]


def _order(one: Said) -> tuple[bool, str]:
    return not one.source, one.source


_FIRST, _LAST = datetime.date.min, datetime.date.max
