"""Which cells of tables that add up are not shown, so that nobody can work out a small one from the others.

A small cell is hidden, and with it as many others as it takes until another table would look the same: one that has
the same shown cells and sums, and in which the small cell is another number. Integer programming finds the cheapest.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from math import log2
from random import Random
from typing import Any, TypeVar

from fasciculation_rules.logic.frozen import FrozenMapping

SMALL = 11
"""Cells from 1 to one less than this are not shown; a site may choose its own."""

HIDDEN = "hidden"

Cell = TypeVar("Cell", bound=Hashable)
_TRIES, _NEAR, _FAR = 6, 0.2, 1_000
"""How often many cells are tried at once, how near to the best of it is good enough, and how far a large cell goes."""

Sum = tuple[Cell, tuple[Cell, ...]]
"""A total, and the cells that add up to it."""


def shown(counts: Mapping[Cell, int], sums: Iterable[Sum[Cell]], least: int = SMALL) -> dict[Cell, str]:
    """Each cell as it may be shown: a number, `<11` for a small one, `hidden` for one that would reveal another."""
    also = hidden_with(counts, sums, least)

    def text(cell: Cell, count: int) -> str:
        return f"<{least}" if is_small(count, least) else HIDDEN if cell in also else f"{count:,}"

    return {cell: text(cell, count) for cell, count in counts.items()}


def is_small(count: int, least: int) -> bool:
    """Whether a cell could name somebody."""
    return 0 < count < least


def hidden_with(counts: Mapping[Cell, int], sums: Iterable[Sum[Cell]], least: int) -> frozenset[Cell]:
    """The cells that are not small and hidden all the same. A cell of nobody is always shown."""
    found: set[Cell] = set()
    for part in _parts(counts, [(total, parts) for total, parts in sums]):
        cells = list(dict.fromkeys(cell for total, parts in part for cell in (total, *parts) if counts[cell]))
        if any(is_small(counts[cell], least) for cell in cells):
            found |= _Tables(cells, [counts[cell] for cell in cells], part, least).hidden()
    return frozenset(found)


def _parts(counts: Mapping[Cell, int], sums: Sequence[Sum[Cell]]) -> Iterator[list[Sum[Cell]]]:
    """The sums in groups that share no cell of anybody."""
    leader: dict[Cell, Cell] = {}

    def first(cell: Cell) -> Cell:
        while leader.setdefault(cell, cell) != cell:
            leader[cell] = leader[leader[cell]]
            cell = leader[cell]
        return cell

    for total, parts in sums:
        for each in parts:
            if counts[each]:
                leader[first(each)] = first(total)
    groups: dict[Cell, list[Sum[Cell]]] = {}
    for total, parts in sums:
        if counts[total]:
            groups.setdefault(first(total), []).append((total, parts))
    yield from groups.values()


class _Tables:
    """Cells that hang together. A shift says by how much each would differ in a table that looks the same."""

    def __init__(self, cells: list[Any], counts: list[int], sums: list[Sum[Any]], least: int) -> None:
        self.cells, self.counts, self.least = cells, counts, least
        place = {cell: index for index, cell in enumerate(cells)}
        self.rows = [
            [(place[total], -1), *((place[each], 1) for each in parts if each in place)] for total, parts in sums
        ]
        self.unseen = {index for index, count in enumerate(counts) if is_small(count, least)}
        self.safe: set[int] = set()
        self.tries = _TRIES

    def hidden(self) -> set[Any]:
        """Beside the small cells."""
        for index in sorted(self.unseen, key=lambda index: (self.counts[index], index)):
            if index not in self._safe():
                shift = self._shift(index)
                if shift is None:
                    self.unseen = {*range(len(self.counts))}
                    break
                self._note(shift)
        return {self.cells[index] for index in self.unseen if not is_small(self.counts[index], self.least)}

    def _safe(self) -> set[int]:
        """Small cells that differ far enough in some table that looks the same; many at once are looked for first."""
        while self.tries:
            signs = Random(self.tries)  # noqa: S311  they only have to be the same each time
            self.tries -= 1
            rest = [each for each in sorted(self.unseen) if self._is_small(each) and each not in self.safe]
            wanted = {each: signs.choice((1, -1)) for each in rest}
            shift = self._solved(wanted)
            if shift is not None:
                self._note(shift)
        return self.safe

    def _note(self, shift: Mapping[int, int]) -> None:
        if not shift.keys() <= self.unseen:
            self.tries = 1  # more is hidden, so more may be safe
        self.unseen |= shift.keys()
        small = {each: abs(amount) for each, amount in shift.items() if self._is_small(each)}
        self.safe |= {each for each, amount in small.items() if amount >= self._reach(each)}

    def _is_small(self, index: int) -> bool:
        return is_small(self.counts[index], self.least)

    def _reach(self, index: int) -> int:
        """By how much another table must differ from the small cell: a third of what it could be at all."""
        count = self.counts[index]
        return max(1, min((self.least - 1) // 3, max(self.least - 1 - count, count - 1)))

    def _shift(self, index: int) -> dict[int, int] | None:
        """The cheapest, in which the cell differs far enough; else in which it differs at all."""
        count = self.counts[index]
        for reach in dict.fromkeys((self._reach(index), 1)):
            for way in (reach, -reach):
                if 0 < count + way < self.least and (found := self._solved({}, {index: way})) is not None:
                    return found
        return None

    def _solved(self, wanted: Mapping[int, int], fixed: Mapping[int, int] = FrozenMapping({})) -> dict[int, int] | None:
        """Ups and downs apart. With `wanted` as far in these ways as hidden cells can go; else what costs least.

        Only what is shown as yet costs something: the more, the larger it is.
        """
        from scipy.optimize import Bounds, milp

        size = len(self.counts)
        up, down = self._room(visible=not wanted)
        low = [0] * (2 * size)
        for index, way in fixed.items():
            up[index], down[index] = max(way, 0), max(-way, 0)
            low[index if way > 0 else index + size] = abs(way)
        cost = [0.001 if each in self.unseen else 1 + log2(count) for each, count in enumerate(self.counts)] * 2
        for index, way in wanted.items():
            cost[index], cost[index + size] = -way, way
        solved = milp(
            cost,
            integrality=[1] * (2 * size),
            bounds=Bounds(low, [*up, *down]),
            constraints=self._sums,
            options={"mip_rel_gap": _NEAR} if wanted else {},
        )
        if solved.x is None:
            return None
        shift = {each: round(solved.x[each]) - round(solved.x[each + size]) for each in range(size)}
        return {each: amount for each, amount in shift.items() if amount}

    @cached_property
    def _sums(self) -> Any:
        """That every sum stays a sum."""
        from scipy.optimize import LinearConstraint
        from scipy.sparse import coo_array

        size = len(self.counts)
        entries = [(row, column, sign) for row, line in enumerate(self.rows) for column, sign in line]
        entries += [(row, column + size, -sign) for row, column, sign in entries]
        rows, columns, signs = (list(each) for each in zip(*entries, strict=True))
        return LinearConstraint(coo_array((signs, (rows, columns)), shape=(len(self.rows), 2 * size)).tocsr(), 0, 0)

    def _room(self, *, visible: bool) -> tuple[list[float], list[float]]:
        """How far each cell could go up and down, and what is known of it from its being hidden still be true."""
        up: list[float] = []
        down: list[float] = []
        for index, count in enumerate(self.counts):
            free = visible or index in self.unseen
            bottom, top = (1, self.least - 1) if self._is_small(index) else (self.least, count + _FAR * self.least)
            up.append(top - count if free else 0)
            down.append(count - bottom if free else 0)
        return up, down
