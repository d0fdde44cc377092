"""The picture of moves: thick as what they carry, each inside the rungs it joins, none over another."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fasciculation_rules.model.outcomes import LADDER
from fasciculation_rules.report.flow import HEIGHT, THINNEST, Flow, flow

rungs = st.sampled_from(LADDER)
some_moves = st.dictionaries(st.tuples(rungs, rungs), st.integers(0, 10_000), max_size=36)


def ends(path: str) -> tuple[float, float, float, float]:
    """Where a band begins and ends: the top and the bottom at the left, then at the right."""
    found = [float(number) for number in re.findall(r"-?\d+\.\d+", path)]
    left, right, low, bottom = found[1], found[7], found[8], found[-1]
    return left, bottom, right, low


def sides(picture: Flow) -> list[tuple[str, bool, float, float]]:
    found = []
    for band in picture.bands:
        left, bottom, right, low = ends(band.path)
        found += [(band.before, True, left, bottom), (band.after, False, right, low)]
    return found


@given(some_moves)
def test_a_band_stands_inside_its_rungs_and_beside_the_others(moves: dict[tuple[str, str], int]) -> None:
    picture = flow(moves, LADDER)
    nodes = {(node.rung, node.old): node for node in picture.nodes}
    for rung, old, top, bottom in sides(picture):
        node = nodes[rung, old]
        assert node.y - 0.11 <= top <= bottom <= node.y + node.height + 0.11
    for rung, old in nodes:
        spans = sorted((top, bottom) for name, side, top, bottom in sides(picture) if (name, side) == (rung, old))
        assert all(one[1] <= other[0] + 0.11 for one, other in itertools.pairwise(spans))


@given(some_moves)
def test_a_band_is_as_thick_as_what_it_carries(moves: dict[tuple[str, str], int]) -> None:
    picture = flow(moves, LADDER)
    assert {(band.before, band.after): band.count for band in picture.bands} == {m: n for m, n in moves.items() if n}
    scale = [
        (ends(band.path)[1] - ends(band.path)[0] - THINNEST) / band.count for band in picture.bands if band.count > 100
    ]
    assert all(each == pytest.approx(scale[0], abs=0.002) for each in scale)


@given(some_moves)
def test_rungs_are_stacked_the_most_urgent_first_and_fill_the_picture(moves: dict[tuple[str, str], int]) -> None:
    for old in (True, False):
        side = [node for node in flow(moves, LADDER).nodes if node.old == old]
        assert [node.rung for node in side] == list(reversed(LADDER))
        assert all(one.y + one.height < other.y for one, other in itertools.pairwise(side))
        assert side[0].y > 0
        assert side[-1].y + side[-1].height < HEIGHT
        assert sum(node.count for node in side) == sum(moves.values())


@given(rungs, rungs)
def test_the_way_of_a_band_is_that_of_the_ladder(before: str, after: str) -> None:
    (band,) = flow({(before, after): 1}, LADDER).bands
    height = LADDER.index(after) - LADDER.index(before)
    assert band.way == ("stay" if height == 0 else "up" if height > 0 else "down")
