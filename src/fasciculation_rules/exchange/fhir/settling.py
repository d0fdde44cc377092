"""Chooses among what was said of one item: the latest counts, but no later word takes a presence away.

So nothing that is deleted, lost on another page or not yet fetched can make a finding present that was not.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping

from fasciculation_rules.exchange.fhir.moments import Clock
from fasciculation_rules.exchange.fhir.statement import ABSENT, PRESENT, Onset, Statement
from fasciculation_rules.exchange.fhir.tally import Tally
from fasciculation_rules.exchange.systems import ICD10CM
from fasciculation_rules.logic.grammar import print_number
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.model.vocabulary import Finding, Item, Quantity

FROM_THE_FIRST = frozenset({"twitch", "eyelid"})
"""Families whose duration asks when it all began. All others ask for the newest loss or change."""

_NEVER_FROM_ONSET = frozenset({"deficit"})
"""Its duration is the time since it has gone."""


class Settler:
    """Settles each item by itself."""

    def __init__(self, ruleset: Ruleset, clock: Clock, tally: Tally) -> None:
        self.items, self.clock, self.tally = ruleset.vocabulary.items, clock, tally
        self.quantities: Mapping[str, Quantity] = ruleset.vocabulary.quantities

    def settled(self, statements: Iterable[Statement], onsets: list[Onset]) -> dict[str, Statement]:
        """One statement an item, in the order of the vocabulary."""
        said: dict[str, list[Statement]] = {}
        for statement in statements:
            said.setdefault(statement.item, []).append(statement)
        chosen: dict[str, Statement] = {}
        for name, item in self.items.items():
            if name in said:
                one = self._one(name, item, said[name])
                if one is not None:
                    chosen[name] = one
        began = self._durations(onsets, chosen)
        return {name: chosen.get(name) or began[name] for name in self.items if name in chosen or name in began}

    def day(self, statement: Statement) -> datetime.date | None:
        """The day for the case: of a partial date the last day for a presence, the first for all else."""
        moment = statement.moment
        if moment is None:
            return None
        return min(moment.last if statement.value == PRESENT else moment.first, self.clock.today)

    def _one(self, name: str, item: Item, said: list[Statement]) -> Statement | None:
        if isinstance(item, Quantity):
            return self._latest_amount(name, item, said)
        if isinstance(item, Finding) and item.values:
            return self._latest_value(name, said)
        present = [one for one in said if one.value == PRESENT]
        absent = [one for one in said if one.value == ABSENT]
        if present and all(one.source.system == ICD10CM for one in present):
            self.tally.set_aside("icd-only", item=name)
        if not (present and absent):
            return max(said, key=self._rank)
        yes, no = max(present, key=self._rank), max(absent, key=self._rank)
        yes_day, no_day = self.day(yes), self.day(no)
        if any(self._counts(one, item.horizon.present) for one in present):
            if yes_day == no_day:
                self.tally.set_aside("conflicting", item=name)
            elif yes_day is not None and no_day is not None and no_day > yes_day:
                self.tally.set_aside("denied-later", item=name)
            return yes
        return no if yes_day is not None and no_day is not None and no_day > yes_day else yes

    def _counts(self, statement: Statement, days: int | None) -> bool:
        """Whether it is not too old yet."""
        day = self.day(statement)
        return day is None or days is None or (self.clock.today - day).days <= days

    def _rank(self, statement: Statement) -> tuple[datetime.date, datetime.datetime, tuple[str, ...]]:
        """Later is higher; what has no date never grows old, so it is highest."""
        day, moment = self.day(statement), statement.moment
        order = self.clock.order(moment) if moment else _LAST
        return day or datetime.date.max, order, statement.tie

    def _latest_value(self, name: str, said: list[Statement]) -> Statement | None:
        """Of listed values the latest; two of one day are nobody's guess."""
        latest = max(said, key=self._rank)
        if any(one.value != latest.value and self.day(one) == self.day(latest) for one in said):
            self.tally.set_aside("differs", item=name)
            return None
        return latest

    def _latest_amount(self, name: str, quantity: Quantity, said: list[Statement]) -> Statement:
        """The latest value; where the time of day leaves open which that is, from the lowest to the highest."""
        latest = max(said, key=self._rank)
        timed = latest.moment is not None and latest.moment.instant is not None
        rivals = [one for one in said if self.day(one) == self.day(latest)]
        if timed and all(one.moment is not None and one.moment.instant is not None for one in rivals):
            rivals = [one for one in rivals if self._rank(one)[1] == self._rank(latest)[1]]
        counts = [one.counts for one in rivals if one.counts is not None]
        if len(set(counts)) < 2:
            return latest
        self.tally.set_aside("differs", item=name)
        ends = min(low for low, _ in counts), max(high for _, high in counts)
        low, high = (f"{print_number(end * quantity.resolution)} {quantity.unit}" for end in ends)
        return Statement(name, (low, high), latest.moment, latest.source, ends)

    # ---------------------------------------------------------------- durations

    def _durations(self, onsets: list[Onset], chosen: Mapping[str, Statement]) -> dict[str, Statement]:
        """How long each family had lasted when it was recorded, from the onsets of what is present."""
        found: dict[str, Statement] = {}
        for name, quantity in self.quantities.items():
            family = quantity.family
            if name in chosen or quantity.unit != "d" or family is None or family in _NEVER_FROM_ONSET:
                continue
            of_it = [one for one in onsets if one.family == family and self._holds(one.statement, chosen)]
            if of_it:
                pick = min if family in FROM_THE_FIRST else max
                found[name] = self._duration(name, pick(of_it, key=lambda one: (one.began.first, one.statement.tie)))
        return found

    def _holds(self, statement: Statement, chosen: Mapping[str, Statement]) -> bool:
        one = chosen.get(statement.item)
        return one is not None and one.value == PRESENT

    def _duration(self, name: str, onset: Onset) -> Statement:
        recorded = self.day(onset.statement) or self.clock.today
        least, most = (max((recorded - day).days, 0) for day in (onset.began.last, onset.began.first))
        value: str | tuple[str, str] = f"{least} days" if least == most else (f"{least} days", f"{most} days")
        return Statement(name, value, onset.statement.moment, onset.statement.source, (least, most))


_LAST = datetime.datetime.max.replace(tzinfo=datetime.UTC)
