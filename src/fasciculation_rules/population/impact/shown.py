"""The counts as they may be shown: every number of every table at once, because they add up across tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from itertools import product

from fasciculation_rules.population.impact.counting import WAYS, Counted, Move, Touched, Way, way_of
from fasciculation_rules.population.impact.groups import AGE, FEWER, SEX
from fasciculation_rules.population.shielding import HIDDEN, Sum, is_small, shown

Key = tuple[str, ...]
Sums = list[Sum[Key]]

ROWS, COUNTED = ("rows",), ("counted",)
TALLIES = ("newly", "no_longer", "at_another_rung")
MOVING: tuple[Way, ...] = ("up", "down")
MOVERS = "moving"
"""Who moves at all: nowhere printed, but to be had from all and those who stay, and so shielded as if it were."""


@dataclass(frozen=True)
class Shown:
    """What was counted, and the text of each cell. Small groups of a column of `--by` are one."""

    counted: Counted
    least: int
    texts: Mapping[Key, str]

    def text(self, *key: str) -> str:
        """A cell as it is shown; one that nobody is in is not kept."""
        return self.texts.get(key, "0")

    def number(self, *key: str) -> int | None:
        """A cell as a number, or None where it is hidden."""
        text = self.text(*key)
        return None if text == HIDDEN or text.startswith("<") else int(text.replace(",", ""))


def shown_of(counted: Counted, least: int) -> Shown:
    """Hides what has to be hidden."""
    gathered = replace(
        counted,
        groups={
            kind: groups if kind in (AGE, SEX) else _gathered(groups, least) for kind, groups in counted.groups.items()
        },
    )
    cells, sums = system_of(gathered)
    return Shown(gathered, least, shown(cells, sums, least))


def _gathered(groups: Mapping[str, Mapping[Move, int]], least: int) -> dict[str, Mapping[Move, int]]:
    """Not even the name of a small group is shown."""
    found: dict[str, Mapping[Move, int]] = {}
    fewer: Counter[Move] = Counter()
    for name, moves in groups.items():
        if is_small(sum(moves.values()), least):
            fewer.update(moves)
        else:
            found[name] = moves
    return {**found, FEWER: fewer} if fewer else found


def system_of(counted: Counted) -> tuple[dict[Key, int], Sums]:
    """Every cell that is shown somewhere, and every sum that holds between them."""
    cells: Counter[Key] = Counter()
    sums: Sums = []
    attrition = asdict(counted.attrition)
    cells[ROWS] = attrition.pop("rows")
    fates = tuple((fate,) for fate in attrition)
    cells.update({(fate,): each for fate, each in attrition.items()})
    sums.append((ROWS, fates))
    for name, moves in (("moves", counted.moves), ("at_least", counted.at_least)):
        _add_matrix(name, moves, counted, cells, sums)
    for kind, groups in counted.groups.items():
        _add_groups(kind, groups, counted, cells, sums)
    for rule in counted.rules:
        _add_rule(rule, cells, sums)
    sums += list(_the_same(counted, cells))
    return dict(cells), sums


def _add_matrix(name: str, moves: Mapping[Move, int], counted: Counted, cells: Counter[Key], sums: Sums) -> None:
    """Each move, with the totals of rows, columns and ways."""
    ladder = counted.table.ladder
    everybody = [(before, after) for before in ladder for after in ladder]
    cells.update({(name, *move): moves.get(move, 0) for move in everybody})
    sides: dict[str, tuple[str, ...]] = {"before": ladder, "after": ladder, "way": WAYS}
    for side, totals in sides.items():
        for total in totals:
            members = [move for move in everybody if _side(move, ladder)[side] == total]
            _add_sum((name, side, total), tuple((name, *move) for move in members), cells, sums)
        sums.append((COUNTED, tuple((name, side, total) for total in totals)))
    for side, rung in product(("before", "after"), ladder):
        others = tuple(move for move in everybody if _side(move, ladder)[side] == rung and move[0] != move[1])
        _add_sum((name, side, rung, MOVERS), tuple((name, *move) for move in others), cells, sums)
        sums.append(((name, side, rung), ((name, side, rung, MOVERS), (name, rung, rung))))
    _add_movers(COUNTED, (name, "way"), cells, sums)


def _side(move: Move, ladder: tuple[str, ...]) -> dict[str, str]:
    return {"before": move[0], "after": move[1], "way": way_of(move, ladder)}


def _add_groups(
    kind: str, groups: Mapping[str, Mapping[Move, int]], counted: Counted, cells: Counter[Key], sums: Sums
) -> None:
    """The moves of each group, and how many of it move which way; each adds up to the same of everybody."""
    ladder = counted.table.ladder
    for group, moves in groups.items():
        for move, each in moves.items():
            cells["group", kind, group, *move] = each
        for way in WAYS:
            members = tuple(("group", kind, group, *move) for move in moves if way_of(move, ladder) == way)
            _add_sum(("group", kind, group, way), members, cells, sums)
        _add_sum(("group", kind, group), tuple(("group", kind, group, way) for way in WAYS), cells, sums)
        _add_movers(("group", kind, group), ("group", kind, group), cells, sums)
    for move in counted.moves:
        members = tuple(("group", kind, group, *move) for group, moves in groups.items() if move in moves)
        sums.append((("moves", *move), members))
    for way in WAYS:
        sums.append((("moves", "way", way), tuple(("group", kind, group, way) for group in groups)))
    sums.append((COUNTED, tuple(("group", kind, group) for group in groups)))


def _add_rule(rule: Touched, cells: Counter[Key], sums: Sums) -> None:
    for what in TALLIES:
        tally = getattr(rule, what)
        cells.update({tally_key(tally, way): tally[way] for way in WAYS if tally_key(tally, way) not in cells})
        _add_sum(tally_key(tally), tuple(tally_key(tally, way) for way in WAYS), cells, sums)
        _add_movers(tally_key(tally), tally_key(tally), cells, sums)


def tally_key(tally: Mapping[Way, int], *way: Way) -> Key:
    """The same for rules that fire otherwise for as many: they may be the same people."""
    return ("tally", *(str(tally[each]) for each in WAYS), *way)


def _add_sum(total: Key, parts: tuple[Key, ...], cells: Counter[Key], sums: Sums) -> None:
    cells[total] = sum(cells[part] for part in parts)
    sums.append((total, parts))


def _add_movers(total: Key, stem: Key, cells: Counter[Key], sums: Sums) -> None:
    """Those who move, and with those who stay they are all."""
    _add_sum((*stem, MOVERS), tuple((*stem, way) for way in MOVING), cells, sums)
    sums.append((total, ((*stem, MOVERS), (*stem, "same"))))


def _the_same(counted: Counted, cells: Mapping[Key, int]) -> Iterator[Sum[Key]]:
    """Cells that may well count the same people, because their numbers are the same: one would reveal the other."""
    for move in counted.moves:
        if counted.moves[move] and counted.moves[move] == counted.at_least.get(move):
            yield ("at_least", *move), (("moves", *move),)
    everywhere = {("group", kind, group) for kind, groups in counted.groups.items() for group in groups}
    for tally in (getattr(rule, what) for rule in counted.rules for what in TALLIES):
        for way in MOVING:
            if tally[way] and tally[way] == cells["moves", "way", way]:
                yield tally_key(tally, way), (("moves", "way", way),)
        for group in sorted(everywhere):
            if any(tally.values()) and all(tally[way] == cells[*group, way] for way in WAYS):
                yield from ((tally_key(tally, way), ((*group, way),)) for way in WAYS)
