"""Counts who moves between rungs, in which groups, and which rules fire for other people than before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import polars as pl

from fasciculation_rules.errors import PopulationError, TooManyBadRowsError
from fasciculation_rules.population.cohort import Attrition
from fasciculation_rules.population.impact.answers import NEW, OLD, Answered, Answering, fires, parts_of, rules_of
from fasciculation_rules.population.impact.groups import AGE, SEX, name_of
from fasciculation_rules.population.impact.table import Table

Move = tuple[str, str]
"""The rung before, and after."""

Way = Literal["up", "down", "same"]
WAYS: tuple[Way, ...] = ("up", "down", "same")

MOST_GROUPS = 1_000
"""A column with more values tells single people apart, not groups."""


@dataclass(frozen=True)
class Touched:
    """A rule, and for how many people it newly fires, no longer fires, or fires at another rung, by how they move."""

    rule: str
    kind: str
    status: Literal["new", "gone", "kept"]
    newly: Mapping[Way, int]
    no_longer: Mapping[Way, int]
    at_another_rung: Mapping[Way, int]


@dataclass(frozen=True)
class Counted:
    """Everything that was counted. `groups` has for each kind (age, sex, columns of `--by`) the moves of each group."""

    table: Table
    attrition: Attrition
    moves: Mapping[Move, int]
    at_least: Mapping[Move, int]
    groups: Mapping[str, Mapping[str, Mapping[Move, int]]]
    rules: tuple[Touched, ...]


def way_of(move: Move, ladder: tuple[str, ...]) -> Way:
    """Where a move leads."""
    before, after = (ladder.index(rung) for rung in move)
    return "up" if after > before else "down" if after < before else "same"


def count(
    table: Table,
    *,
    done: Callable[[int, int], None] = lambda _, __: None,
    beside: Callable[[pl.DataFrame], None] = lambda _: None,
) -> Counted:
    """Counts part by part. `done` is told how many of how many rows are done, `beside` gets the answers of each part.

    Raises PopulationError where the table cannot be read or a column of `--by` tells single people apart, and
    TooManyBadRowsError where more rows than allowed cannot be.
    """
    sums = _Sums(table)
    answering, total, finished = Answering(table), sum(table.source.rows), 0
    for part in parts_of(table):
        answered = answering.answered(part)
        sums.add(answered)
        beside(answered.frame)
        finished += part.rows
        done(finished, total)
    return sums.counted()


class _Sums:
    """Adds up the parts."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.fates: Counter[str] = Counter()
        self.moves: Counter[Move] = Counter()
        self.at_least: Counter[Move] = Counter()
        self.groups: dict[str, dict[str, Counter[Move]]] = {kind: {} for kind in (AGE, SEX, *table.asked.by)}
        self.rules: dict[tuple[str, str], Counter[Way]] = {}
        old, new = table.versions
        self.kinds = {**rules_of(old), **rules_of(new)}

    def add(self, answered: Answered) -> None:
        self.fates.update(answered.counts)
        frame = answered.frame
        if not frame.height:
            return
        self.moves.update(self._moves(frame, "rung"))
        self.at_least.update(self._moves(frame, "at_least"))
        for kind, column in zip(self.groups, ("?age", "?sex", *self.table.asked.by), strict=True):
            self._add_groups(kind, column, frame)
        self._add_rules(frame)

    def _moves(self, frame: pl.DataFrame, what: str) -> Counter[Move]:
        ladder, counted = self.table.ladder, frame.group_by(OLD + what, NEW + what).len()
        return Counter({(ladder[before], ladder[after]): each for before, after, each in counted.iter_rows()})

    def _add_groups(self, kind: str, column: str, frame: pl.DataFrame) -> None:
        ladder, groups = self.table.ladder, self.groups[kind]
        for value, before, after, each in frame.group_by(column, OLD + "rung", NEW + "rung").len().iter_rows():
            group = groups.setdefault(name_of(kind, value, self.table.versions), Counter())
            group[ladder[before], ladder[after]] += each
        if len(groups) > MOST_GROUPS:
            raise PopulationError(
                f"the column '{column}' has more than {MOST_GROUPS:,} values, so it tells single people apart, not "
                "groups; name another one with --by"
            )

    def _add_rules(self, frame: pl.DataFrame) -> None:
        old, new = self.table.versions
        before = {name: fires(name, old, OLD) for name in self.kinds}
        after = {name: fires(name, new, NEW) for name in self.kinds}
        wanted = {(name, "newly"): after[name] & ~before[name] for name in self.kinds}
        wanted |= {(name, "no_longer"): before[name] & ~after[name] for name in self.kinds}
        wanted |= {(name, "at_another_rung"): before[name] & after[name] for name in self._moved_rules()}
        some = frame.select(each.any().alias("/".join(key)) for key, each in wanted.items()).row(0, named=True)
        kept = {key: each for key, each in wanted.items() if some["/".join(key)]}
        if not kept:
            return
        sign = (pl.col(NEW + "rung") - pl.col(OLD + "rung")).sign().alias("?way")
        sums = frame.group_by(sign).agg(each.sum().alias("/".join(key)) for key, each in kept.items())
        ways: dict[int, Way] = {1: "up", -1: "down", 0: "same"}
        for row in sums.iter_rows(named=True):
            for key in kept:
                self.rules.setdefault(key, Counter())[ways[row["?way"]]] += row["/".join(key)]

    def _moved_rules(self) -> Iterator[str]:
        """Rules that both versions have and that ask for another rung."""
        old, new = self.table.versions
        for name in old.escalations.keys() & new.escalations.keys():
            if old.escalations[name].then.urgency != new.escalations[name].then.urgency:
                yield name

    def counted(self) -> Counted:
        """All parts together."""
        fates, most = self.fates, self.table.asked.max_bad
        if fates["quarantined"] > most * max(fates["rows"], 1):
            raise TooManyBadRowsError(
                f"{fates['quarantined']} of {fates['rows']} rows cannot be, more than --max-bad allows; "
                "`screen` names them in its quarantine"
            )
        attrition = Attrition(**fates, counted=self.moves.total())
        touched = tuple(self._touched(name) for name in self.kinds if any(key[0] == name for key in self.rules))
        return Counted(self.table, attrition, self.moves, self.at_least, self.groups, touched)

    def _touched(self, name: str) -> Touched:
        old, new = (name in rules_of(version) for version in self.table.versions)
        tallies = [self.rules.get((name, what), Counter()) for what in ("newly", "no_longer", "at_another_rung")]
        newly, no_longer, other = ({way: tally[way] for way in WAYS} for tally in tallies)
        return Touched(
            name, self.kinds[name], "kept" if old and new else "new" if new else "gone", newly, no_longer, other
        )
