"""Finds the formulas that stand in several others, so that each is worked out once for everybody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import assert_never

from fasciculation_rules.engines.columns.formula import (
    Closed,
    Code,
    Enough,
    Every,
    No,
    Number,
    Score,
    Some,
    Test,
    Truth,
    Word,
    Worth,
    every,
    no,
    some,
)


def shared(truths: Iterable[Truth], known: Container[Truth]) -> list[list[Truth]]:
    """Layers of formulas that are needed more than once; each rests on `known` ones and on the layers before it.

    The truths are least ones (see `folding`), and each of them is needed once for itself.
    """
    counts: Counter[Truth] = Counter()
    for truth in truths:
        _count(truth, known, counts)
    heights: dict[Truth, int] = {}
    layers: list[list[Truth]] = []
    for truth, count in counts.items():
        if count > 1:
            height = _height(truth, counts, heights) - 1
            layers += [[] for _ in range(len(layers), height + 1)]
            layers[height].append(truth)
    return layers


def gathered(truths: Iterable[Truth], known: Container[Truth]) -> dict[Truth, Truth]:
    """Each truth, and one that means the same: what always stands together in alternatives is put together there.

    Then it can be shared; the bounds of the urgency are alike but for a few rules.
    """
    found = dict.fromkeys(truths)
    alternatives = dict.fromkeys(each for truth in found for each in _alternatives(truth, known))
    places: dict[Truth, list[int]] = {}
    for place, alternative in enumerate(alternatives):
        for member in alternative.of:
            places.setdefault(member, []).append(place)
    return {truth: _gathered(truth, known, places) for truth in found}


def _alternatives(truth: Truth, known: Container[Truth]) -> Iterator[Some]:
    if truth in known:
        return
    if isinstance(truth, Some):
        yield truth
    for member in members_of(truth):
        yield from _alternatives(member, known)


def _gathered(truth: Truth, known: Container[Truth], places: Mapping[Truth, Sequence[int]]) -> Truth:
    if truth in known:
        return truth
    match truth:
        case Test() | Closed() | Worth() | Enough():
            return truth
        case No(of=member):
            return no(_gathered(member, known, places))
        case Every(of=members):
            return every(_gathered(member, known, places) for member in members)
        case Some(of=members):
            groups: dict[tuple[int, ...], list[Truth]] = {}
            for member in members:
                groups.setdefault(tuple(places[member]), []).append(_gathered(member, known, places))
            return some(some(group) for group in groups.values())
        case _:
            assert_never(truth)


def members_of(truth: Truth) -> tuple[Truth, ...]:
    """What a formula is made of; nothing for a comparison or a reference."""
    match truth:
        case Test() | Closed() | Worth():
            return ()
        case No(of=member):
            return (member,)
        case Every(of=members) | Some(of=members) | Enough(of=members):
            return members
        case _:
            assert_never(truth)


def truths_of(number: Number) -> tuple[Truth, ...]:
    """What a number is worked out from."""
    match number:
        case Word(exact=bits):
            return bits
        case Score(points=points):
            return tuple(truth for truth, _ in points)
        case Code(choices=choices):
            return tuple(truth for truth, _ in choices)
        case _:
            assert_never(number)


def _count(truth: Truth, known: Container[Truth], counts: Counter[Truth]) -> None:
    """How often each is needed, where what is needed again is not worked out again."""
    members = members_of(truth)
    if not members or truth in known:
        return
    counts[truth] += 1
    if counts[truth] == 1:
        for member in members:
            _count(member, known, counts)


def _height(truth: Truth, counts: Counter[Truth], heights: dict[Truth, int]) -> int:
    """How many layers it takes to have it, its own included where it is shared."""
    if truth not in counts:
        return 0
    if truth not in heights:
        inner = max(_height(member, counts, heights) for member in members_of(truth))
        heights[truth] = inner + (counts[truth] > 1)
    return heights[truth]
