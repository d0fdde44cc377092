"""Orders that do not depend on how files lie: topological order, reachability, and the cycles that forbid them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter


def topological(edges: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """The names, each after all it depends on; ties in alphabetical order.

    Raises ValueError naming a cycle, each name before one that it depends on.
    """
    sorter = TopologicalSorter({name: sorted(edges[name]) for name in sorted(edges)})
    try:
        sorter.prepare()
    except CycleError as error:
        raise ValueError(" -> ".join(reversed(error.args[1]))) from error
    order: list[str] = []
    while ready := sorted(sorter.get_ready()):
        order.extend(ready)
        sorter.done(*ready)
    return tuple(order)


def reachable(edges: Mapping[str, Iterable[str]]) -> dict[str, frozenset[str]]:
    """For each name all that it reaches over one or more edges (itself only in a cycle)."""
    found: dict[str, frozenset[str]] = {}
    for name in edges:
        seen: set[str] = set()
        waiting = list(edges[name])
        while waiting:
            other = waiting.pop()
            if other not in seen:
                seen.add(other)
                waiting.extend(edges.get(other, ()))
        found[name] = frozenset(seen)
    return found
