"""Many people, one by one, on every core: where what columns said of them is not what the steps of `assess` say."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import polars as pl
from people import Row, said_by_steps

from fasciculation_rules import open_ruleset
from fasciculation_rules.engines.columns.sheet import FIRINGS, joined, words_of
from fasciculation_rules.population.rows import Decoder
from fasciculation_rules.population.schema import PERSON

ROWS = 2_000
"""People that one process is given at a time."""


def known(cells: Mapping[str, int | None]) -> Row:
    """What a row holds of a person."""
    return {name: cell for name, cell in cells.items() if cell is not None and name != PERSON}


def differing(people: Path, answers: Path, version: str, engines: Sequence[str]) -> list[int]:
    """The people, in files of the same order, of whom an engine says something else than the answers."""
    rows = pl.scan_parquet(people).select(pl.len()).collect().item()
    assert rows == pl.scan_parquet(answers).select(pl.len()).collect().item()
    one = partial(_differing, people, answers, version, tuple(engines))
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        return [person for found in pool.map(one, range(0, rows, ROWS)) for person in found]


def _differing(people: Path, answers: Path, version: str, engines: Sequence[str], offset: int) -> list[int]:
    ruleset = open_ruleset(version)
    decoder: Decoder = ruleset.kept(Decoder)
    rows, said = (pl.scan_parquet(file).slice(offset, ROWS).collect() for file in (people, answers))
    assert rows[PERSON].equals(said[PERSON])
    words = {prefix: words_of(prefix, len(ruleset.program.names)) for prefix in FIRINGS}
    found = []
    for cells, answer in zip(rows.iter_rows(named=True), said.iter_rows(named=True), strict=True):
        bits = {prefix: joined([answer[word] for word in columns]) for prefix, columns in words.items()}
        if (decoder.decode(answer), bits) != said_by_steps(known(cells), ruleset, engines):
            found.append(cells[PERSON])
    return found
