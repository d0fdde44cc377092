"""The picture of who moves where: the rungs of two versions, and a band between them for each move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 760.0, 380.0
LEFT, RIGHT, NODE = 150.0, 610.0, 14.0
GAP, THINNEST = 12.0, 1.5


@dataclass(frozen=True, slots=True)
class Node:
    """A rung of one version: where its bar stands, and how many are there."""

    rung: str
    count: float
    x: float
    y: float
    height: float
    old: bool


@dataclass(frozen=True, slots=True)
class Band:
    """A move: its outline as an SVG path, and whether it leads up, down, or nowhere."""

    before: str
    after: str
    count: float
    way: str
    path: str


@dataclass(frozen=True, slots=True)
class Flow:
    """The picture, in units of an SVG view box of `WIDTH` by `HEIGHT`."""

    nodes: tuple[Node, ...]
    bands: tuple[Band, ...]


def flow(moves: Mapping[tuple[str, str], float], ladder: Sequence[str]) -> Flow:
    """Bands as thick as what they carry (never thinner than can be seen), the most urgent rung at the top."""
    down = list(reversed(ladder))
    moving = {move: count for move, count in moves.items() if count}
    thick = _thickness(moving, down)
    sides = {}
    for old in (True, False):
        ends = {rung: [move for move in moving if move[not old] == rung] for rung in down}
        heights = {rung: sum(thick[move] for move in found) for rung, found in ends.items()}
        sides[old] = _stacked(heights, sum(heights.values()))
    nodes = [
        Node(
            rung,
            sum(count for move, count in moving.items() if move[not old] == rung),
            LEFT if old else RIGHT - NODE,
            top,
            height,
            old,
        )
        for old, side in sides.items()
        for rung, (top, height) in side.items()
    ]
    return Flow(tuple(nodes), tuple(_bands(moving, thick, sides, down)))


def _thickness(moving: Mapping[tuple[str, str], float], down: Sequence[str]) -> dict[tuple[str, str], float]:
    room = HEIGHT - GAP * (len(down) + 1) - THINNEST * len(moving)
    total = sum(moving.values()) or 1
    return {move: THINNEST + room * count / total for move, count in moving.items()}


def _stacked(heights: Mapping[str, float], whole: float) -> dict[str, tuple[float, float]]:
    """Top and height of each rung, evenly apart."""
    gap = (HEIGHT - whole) / (len(heights) + 1)
    found, y = {}, gap
    for rung, height in heights.items():
        found[rung] = (y, height)
        y += height + gap
    return found


def _bands(
    moving: Mapping[tuple[str, str], float],
    thick: Mapping[tuple[str, str], float],
    sides: Mapping[bool, Mapping[str, tuple[float, float]]],
    down: Sequence[str],
) -> list[Band]:
    """Each leaves its rung and arrives at the other beside those before it, so that none covers another at its ends."""
    left = {rung: top for rung, (top, _) in sides[True].items()}
    right = {rung: top for rung, (top, _) in sides[False].items()}
    found = []
    for before, after in sorted(moving, key=lambda move: (down.index(move[0]), down.index(move[1]))):
        width = thick[before, after]
        one, other = left[before], right[after]
        left[before], right[after] = one + width, other + width
        way = "stay" if before == after else "up" if down.index(after) < down.index(before) else "down"
        found.append(Band(before, after, moving[before, after], way, _path(one, other, width)))
    return found


def _path(one: float, other: float, width: float) -> str:
    start, end = LEFT + NODE, RIGHT - NODE
    middle = (start + end) / 2

    def curve(before: float, x: float, after: float) -> str:
        return f"C{middle:.1f} {before:.1f} {middle:.1f} {after:.1f} {x:.1f} {after:.1f}"

    out, back = curve(one, end, other), curve(other + width, start, one + width)
    return f"M{start:.1f} {one:.1f}{out}V{other + width:.1f}{back}Z"
