"""Spreads rows by person over parts on the disk, some rows at a time, so that memory is bounded.

Which part somebody belongs to depends on nothing but the id and the number of parts, on any machine and for ever.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil
from pathlib import Path
from zlib import crc32

import polars as pl

from fasciculation_rules.population.intake.tables import Table, reading
from fasciculation_rules.population.schema import PERSON

Shape = Callable[[pl.LazyFrame], pl.LazyFrame]

ROWS = 2_000_000
"""Rows that are held while they are spread."""

ROWS_OF_A_PART, PEOPLE_OF_A_PART, MOST_PARTS = 1_000_000, 50_000, 1_000
"""A part is what is held at a time while rows of the wide form are made."""

_PART, _COPY = " part", "copy.parquet"


def parts_for(rows: int, people: int) -> int:
    """Into how many parts so many rows of so many people are spread."""
    return min(max(ceil(rows / ROWS_OF_A_PART), ceil(people / PEOPLE_OF_A_PART), 1), MOST_PARTS)


def spread(table: Table, place: Path, parts: int, shape: Shape = lambda frame: frame) -> None:
    """Writes the rows of each part below `place`, which only its owner can read. Rows without a person are left out.

    `shape` makes the columns to keep out of those that are read; it sees some rows at a time.
    """
    place.mkdir(mode=0o700, parents=True)
    with reading(table):
        frame = table.scan()
        if table.is_csv and table.rows > ROWS:  # text can only be read from its beginning
            frame.sink_parquet(place / _COPY)
            frame = pl.scan_parquet(place / _COPY, glob=False)
        for number, offset in enumerate(range(0, table.rows, ROWS)):
            rows = shape(table.read(frame.slice(offset, ROWS))).collect(engine="streaming")
            _write(rows.filter(pl.col(PERSON).is_not_null()), place, parts, number)
    (place / _COPY).unlink(missing_ok=True)


def _write(rows: pl.DataFrame, place: Path, parts: int, number: int) -> None:
    people = rows[PERSON].unique()
    numbers = pl.Series(_PART, [crc32(person.encode()) % parts for person in people], dtype=pl.UInt32)
    placed = rows.join(pl.DataFrame([people, numbers]), on=PERSON, how="left")
    for (part,), held in placed.partition_by(_PART, as_dict=True, include_key=False).items():
        held.write_ipc(place / f"{part:05d}-{number:05d}.arrow", compression="lz4")


def part_of(place: Path, part: int, schema: pl.Schema) -> pl.DataFrame:
    """The rows of a part; none, with these columns, where there are none."""
    files = sorted(place.glob(f"{part:05d}-*.arrow"))
    return pl.concat([pl.read_ipc(file) for file in files]) if files else pl.DataFrame(schema=schema)
