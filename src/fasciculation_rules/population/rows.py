"""One person as a row of the wide form, and a row of an answer as names again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from fasciculation_rules.assessing.bits import Names
from fasciculation_rules.assessing.tables import Tables
from fasciculation_rules.engines.columns.rules import HIGH, LOW
from fasciculation_rules.engines.columns.sheet import FIRINGS, joined, words_of
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.model.rule import Differential
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.population.outcomes import BOUNDS, STANDINGS, STRENGTHS

Cells = Mapping[str, int | None]


def to_row(facts: Facts, ruleset: Ruleset) -> dict[str, int]:
    """The cells that are not empty."""
    row: dict[str, int] = {}
    for name, present in facts.findings.items():
        item, _, value = name.partition("=")
        if not value:
            row[item] = int(present)
        elif present:
            row[item] = 1 + ruleset.vocabulary.findings[item].values.index(value)
    for name, (low, high) in facts.quantities.items():
        row[name + LOW], row[name + HIGH] = low, high
    return row


@dataclass(frozen=True, slots=True)
class Decoded:
    """A row of an answer in the words of an assessment; `differential` is in the order of rank, with standings."""

    entry: bool | None
    urgency: Mapping[str, str]
    rung: str
    settled: bool
    unanswered: tuple[str, ...]
    fired: tuple[str, ...]
    discharged: tuple[str, ...]
    open: tuple[str, ...]
    awaits_examination: tuple[str, ...]
    awaits_test: tuple[str, ...]
    differential: tuple[tuple[str, str], ...]


class Decoder:
    """Turns words back into names for one ruleset."""

    def __init__(self, ruleset: Ruleset) -> None:
        self.ruleset, self.tables = ruleset, Tables.of(ruleset)
        self.conditions = Names(tuple(ruleset.outcomes.conditions))
        self.screen = Names(ruleset.vocabulary.screen)

    def decode(self, cells: Cells) -> Decoded:
        """The row in words. Raises KeyError where a column of the answer is missing."""
        ladder, tables = self.ruleset.outcomes.ladder, self.tables
        bits = {prefix: self._bits(cells, prefix, len(tables.rules.names)) for prefix in FIRINGS}
        firings = {prefix: tuple(tables.rules.of(mask & tables.signed)) for prefix, mask in bits.items()}
        entry = cells["entry"]
        return Decoded(
            entry=None if entry is None else bool(entry),
            urgency={bound: ladder[_whole(cells[bound])] for bound in BOUNDS},
            rung=ladder[_whole(cells["rung"])],
            settled=bool(cells["settled"]),
            unanswered=tuple(self.screen.of(_whole(cells["unanswered"]))),
            discharged=tuple(tables.rules.of(self._discharged(bits["fired"]))),
            differential=self._differential(cells, bits["fired"]),
            **firings,
        )

    def _bits(self, cells: Cells, prefix: str, count: int) -> int:
        return joined([_whole(cells[column]) for column in words_of(prefix, count)])

    def _discharged(self, fired: int) -> int:
        found = 0
        for derived, rules in self.tables.dischargeable.items():
            found |= rules & fired if fired & derived else 0
        return found

    def _differential(self, cells: Cells, fired: int) -> tuple[tuple[str, str], ...]:
        bits = {standing: self._bits(cells, standing, len(self.conditions.names)) for standing in STANDINGS}
        found = []
        for place, name in enumerate(self.conditions.names):
            bit = 1 << place
            if bits["candidate"] & bit:
                standing = next((each for each in STANDINGS[1:] if bits[each] & bit), "possible")
                found.append(((standing == "excluded", *self._rank(name, fired), place), (name, standing)))
        return tuple(pair for _, pair in sorted(found))

    def _rank(self, condition: str, fired: int) -> tuple[int, ...]:
        """(strong, moderate, weak), for less against, the highest first."""
        net: Counter[str] = Counter()
        for name in self.tables.rules.of(fired & self.tables.about[condition]):
            rule: Differential = self.ruleset.differentials[name]
            net[rule.then.strength] += {"for": 1, "against": -1, "excluding": 0}[rule.then.side]
        return tuple(-net[strength] for strength in STRENGTHS)


def _whole(cell: int | None) -> int:
    if cell is None:
        raise ValueError("a cell of the answer is empty")
    return cell
