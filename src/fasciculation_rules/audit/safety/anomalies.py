"""Which of the known anomalies a version of the rules has."""

from __future__ import annotations

from collections.abc import Iterable

from fasciculation_rules._version import __version__
from fasciculation_rules.model.safety import Anomaly
from fasciculation_rules.shelf.locate import by_number


def anomalies_of(version: str, ours: Iterable[Anomaly]) -> tuple[Anomaly, ...]:
    """Those of a version of the rules, and those of the library that runs: found by then, and not yet mended."""
    here = {"ruleset": version, "library": __version__}
    return tuple(each for each in ours if _is_in(each, here))


def _is_in(each: Anomaly, here: dict[str, str]) -> bool:
    part, found = each.found_in.split(" ")
    if each.fixed_in is not None:
        mended, fixed = each.fixed_in.split(" ")
        if by_number(here[mended]) >= by_number(fixed):
            return False
    return by_number(found) <= by_number(here[part])
