"""Reads the result of a screening: how often each rule fired or was undecided, and how much was known."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from fasciculation_rules.engines.columns.sheet import FIRINGS, WORD
from fasciculation_rules.errors import PopulationError
from fasciculation_rules.logic.frozen import FrozenMapping
from fasciculation_rules.population.folder import MANIFEST, Folder
from fasciculation_rules.population.schema import INDEX_DATE
from fasciculation_rules.population.work import MONTH

ANSWER = "fasciculation_rules.answer"

Stratum = tuple[tuple[str, str], ...]
"""What tells these people apart, such as `(("site", "hill"), ("month", "2026-10"))`; everybody is `()`."""

Count = tuple[str, str]
"""What is counted (`fired`, `undecided`, `empty`, `unmapped`, `unit`), and of which rule, column or unit."""


@dataclass(frozen=True)
class Counts:
    """So many people, and of how many of so many each count is true."""

    people: int
    hits: Mapping[Count, tuple[int, int]]


@dataclass(frozen=True)
class Run:
    """A finished screening. `about` is what it depended on; `strata` has everybody under `()`."""

    place: Path
    about: Mapping[str, Any]
    review: str
    synthetic: bool
    incomplete: tuple[str, ...]
    strata: Mapping[Stratum, Counts]


def read_run(place: Path) -> Run:
    """A folder that `screen` has made. Raises PopulationError where it is none, or cannot be read."""
    manifest = Folder(place).read(MANIFEST)
    try:
        if manifest is None:
            raise KeyError(MANIFEST)
        parts = [place / f"{part['name']}.parquet" for part in manifest["parts"]]
        said = json.loads(pl.read_parquet_metadata(parts[0])[ANSWER])
        strata = _strata(parts, said["names"], manifest)
        return Run(
            place,
            manifest["run"],
            said["review"],
            manifest["synthetic"],
            tuple(manifest["incomplete"]),
            strata,
        )
    except (AttributeError, KeyError, TypeError, ValueError, IndexError, OSError, pl.exceptions.PolarsError):
        raise PopulationError(
            f"'{place}' holds no finished result that can be read; name the folder of a `screen` that came to its end"
        ) from None


def _strata(parts: list[Path], names: list[str], manifest: Mapping[str, Any]) -> dict[Stratum, Counts]:
    """Everybody, and each stratum where there is more than one."""
    by = [*manifest["run"]["by"]]
    frame = pl.scan_parquet(parts, glob=False)
    if INDEX_DATE in frame.collect_schema().names():
        frame = frame.with_columns(pl.col(INDEX_DATE).dt.strftime("%Y-%m").alias(MONTH))
        by.append(MONTH)
    counted = [pl.len().alias("?people"), *_words(names)]
    rows = (frame.group_by(by).agg(counted) if by else frame.select(counted)).collect(engine="streaming")
    # A cell of "unknown" and an empty one are one stratum.
    found: dict[Stratum, list[Counts]] = {}
    for row in rows.iter_rows(named=True):
        key = _key({name: row[name] for name in by})
        people = row["?people"]
        hits = {_count(name): (each, people) for name, each in row.items() if "/" in name and name not in by}
        found.setdefault(key, []).append(Counts(people, hits))
    for each in manifest["known"]:
        key, rows = _key({name: each["stratum"][name] for name in by}), each["rows"]
        known = {**dict.fromkeys(manifest["missing"], 0), **each["known"]}
        empty = {("empty", name): (rows - some, rows) for name, some in known.items()}
        found.setdefault(key, []).append(Counts(0, empty))  # the same people, who were counted above
    strata = {key: _together(found[key]) for key in sorted(found)}
    everybody = _together(strata.values(), _mapping(manifest["mapping"]))
    return {(): everybody, **(strata if len(strata) > 1 else {})}


def _words(names: list[str]) -> list[pl.Expr]:
    """For how many the bit of each name stands in the words of those that fire, and of those that are undecided."""
    found = []
    for place, name in enumerate(names):
        word, bit = divmod(place, WORD)
        fired, *undecided = [(pl.col(f"{prefix}_{word}") & (1 << bit)) != 0 for prefix in FIRINGS]
        found += [fired.sum().alias(f"fired/{name}"), pl.any_horizontal(undecided).sum().alias(f"undecided/{name}")]
    return found


def _count(name: str) -> Count:
    what, _, of = name.partition("/")
    return what, of


def _key(values: Mapping[str, object]) -> Stratum:
    return tuple((name, "unknown" if value is None else str(value)) for name, value in values.items())


def _mapping(said: Mapping[str, Any] | None) -> dict[Count, tuple[int, int]]:
    """Records whose code nobody knows, and of each quantity the values in each unit."""
    if said is None:
        return {}
    found = {("unmapped", "records"): (said["unmapped"], said["mapped"] + said["unmapped"])}
    for column, units in said["units"].items():
        found |= {("unit", f"{column} in {unit}"): (count, sum(units.values())) for unit, count in units.items()}
    return found


def _together(strata: Iterable[Counts], beside: Mapping[Count, tuple[int, int]] = FrozenMapping({})) -> Counts:
    hits: dict[Count, tuple[int, int]] = {}
    people = 0
    for each in strata:
        people += each.people
        for count, (some, of) in each.hits.items():
            before = hits.get(count, (0, 0))
            hits[count] = (before[0] + some, before[1] + of)
    return Counts(people, {**hits, **beside})
