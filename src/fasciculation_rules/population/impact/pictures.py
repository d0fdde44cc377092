"""Where the marks of the pictures stand; drawn from what is shown, so that no thickness tells a hidden number."""

from __future__ import annotations

from dataclasses import dataclass

from fasciculation_rules.population.impact.account import WAY_WORDS
from fasciculation_rules.population.impact.counting import Move, Way
from fasciculation_rules.population.impact.groups import in_order
from fasciculation_rules.population.impact.shown import Shown
from fasciculation_rules.population.impact.subgroups import Compared, Comparisons
from fasciculation_rules.report.flow import Flow, flow

_LINE, _TOP, _WIDTH = 22.0, 26.0, 250.0
_LEFT: dict[Way, float] = {"up": 205.0, "down": 495.0}


def flow_of(found: Shown) -> Flow:
    """Bands as thick as what is shown of them; a hidden number counts as nobody, which is the thinnest that is seen."""
    moves: dict[Move, float | None] = {
        move: found.number("moves", *move) for move, count in found.counted.moves.items() if count
    }
    most = max((count for count in moves.values() if count), default=1)
    return flow({move: count or most / 1_000_000 for move, count in moves.items()}, found.counted.table.ladder)


@dataclass(frozen=True, slots=True)
class Mark:
    """A share and its interval, across."""

    way: Way
    low: float
    at: float
    high: float
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A group."""

    name: str
    y: float
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """One way to move: where its scale begins, what it ends with, and where everybody together stands."""

    word: str
    left: float
    most: str
    everybody: float | None


@dataclass(frozen=True, slots=True)
class Rates:
    """The picture of the groups."""

    lines: tuple[Line, ...]
    panels: tuple[Panel, ...]
    height: float


def rates_of(found: Shown, compared: Comparisons) -> Rates:
    """A line for each group of which something is shown, a scale for each way."""
    scales = {
        way: max((each.own.high for each in compared.made if each.way == way and each.own.hits), default=0.0)
        for way in _LEFT
    }
    by_group: dict[tuple[str, str], list[Compared]] = {}
    for each in compared.made:
        if scales[each.way]:
            by_group.setdefault((each.kind, each.group), []).append(each)
    lines: list[Line] = []
    for kind, groups in found.counted.groups.items():
        for group in in_order(kind, set(groups)):
            if (kind, group) in by_group:
                marks = tuple(_mark(each, scales[each.way]) for each in by_group[kind, group])
                lines.append(Line(f"{kind} {group}"[:30], _TOP + _LINE * len(lines), marks))
    panels = tuple(_panel(found, way, scale) for way, scale in scales.items() if scale)
    return Rates(tuple(lines), panels, _TOP + _LINE * max(len(lines), 1))


def _mark(each: Compared, most: float) -> Mark:
    low, at, high = (_across(each.way, share, most) for share in (each.own.low, each.own.share, each.own.high))
    text = f"{each.kind} {each.group}: {each.own.hits:,} of {each.own.of:,} move to a {WAY_WORDS[each.way]} rung"
    return Mark(each.way, low, at, high, text)


def _across(way: Way, share: float, most: float) -> float:
    return round(_LEFT[way] + _WIDTH * min(share / most, 1), 1)


def _panel(found: Shown, way: Way, most: float) -> Panel:
    hits, everybody = found.number("moves", "way", way), found.number("counted")
    place = _across(way, hits / everybody, most) if hits is not None and everybody else None
    return Panel(WAY_WORDS[way], _LEFT[way], f"{100 * most:.3g} %", place)
