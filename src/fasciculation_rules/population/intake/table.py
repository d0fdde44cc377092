"""Writes people as a part of a table of the wide form."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.population.intake.origin import PREPARED
from fasciculation_rules.population.intake.person import Person
from fasciculation_rules.population.schema import ALIVE, INDEX_DATE, OBSERVED_DAYS, PERSON, WideForm, metadata_of


def write_table(
    rows: Sequence[tuple[Person, Mapping[str, int]]],
    path: Path,
    ruleset: Ruleset,
    *,
    about: Sequence[str],
    dated: bool,
    run_key: str,
) -> None:
    """The rows in their order. With `dated` each has its own index date."""
    columns: dict[str, pl.Series] = {PERSON: pl.Series([person.id for person, _ in rows], dtype=pl.String)}
    if dated:
        columns[INDEX_DATE] = pl.Series([person.on for person, _ in rows], dtype=pl.Date)
    columns[ALIVE] = pl.Series([None if p.alive is None else int(p.alive) for p, _ in rows], dtype=pl.Int8)
    columns[OBSERVED_DAYS] = pl.Series([person.observed_days for person, _ in rows], dtype=pl.Int32)
    for name in about:
        columns[name] = pl.Series([person.about.get(name) for person, _ in rows], dtype=pl.String)
    held, empty = _columns(rows), pl.repeat(None, len(rows), dtype=pl.Int32, eager=True)
    for name in WideForm.of(ruleset).columns:
        columns[name] = pl.Series(held[name], dtype=pl.Int32) if name in held else empty
    metadata = {**metadata_of(ruleset), PREPARED: json.dumps({"format": 1, "run": run_key})}
    pl.DataFrame(columns).write_parquet(path, compression="zstd", row_group_size=100_000, metadata=metadata)


def _columns(rows: Sequence[tuple[Person, Mapping[str, int]]]) -> dict[str, list[int | None]]:
    """The columns in which anybody has a cell; few of them are known of one person."""
    found: dict[str, list[int | None]] = {}
    for number, (_, cells) in enumerate(rows):
        for name, cell in cells.items():
            if name not in found:
                found[name] = [None] * len(rows)
            found[name][number] = cell
    return found
