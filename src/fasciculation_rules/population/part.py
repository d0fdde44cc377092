"""The parts of a run: some rows of one file each; and, for people with several rows that are the same, one more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import polars as pl

from fasciculation_rules.population.schema import PERSON
from fasciculation_rules.population.source import Source


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of one file; or, without a file, one row each of the people who have several that are the same."""

    number: int
    file: Path | None
    digest: str
    offset: int
    rows: int

    @property
    def name(self) -> str:
        """As its files are named."""
        return f"part-{self.number:05d}"


@dataclass(frozen=True)
class Repeated:
    """The people with several rows: `clashing` ones that differ, and `same` ones that do not."""

    clashing: pl.Series
    same: pl.Series

    @property
    def any(self) -> bool:
        """Whether there are some."""
        return bool(len(self.clashing) or len(self.same))


@dataclass(frozen=True)
class Parted:
    """A table in parts of at most so many rows."""

    source: Source
    most: int

    @cached_property
    def repeated(self) -> Repeated:
        """Looked for over the whole table."""
        people = pl.scan_parquet(list(self.source.files))
        counted = people.select(PERSON).group_by(PERSON).len().filter(pl.col("len") > 1).select(PERSON)
        twice = counted.collect(engine="streaming")[PERSON]
        if twice.is_empty():
            return Repeated(twice, twice)
        rows = people.select(PERSON, *self.source.told).filter(pl.col(PERSON).is_in(twice.implode()))
        kinds = rows.collect(engine="streaming").unique().group_by(PERSON).len()
        return Repeated(kinds.filter(pl.col("len") > 1)[PERSON], kinds.filter(pl.col("len") == 1)[PERSON])

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """All of them, in order."""
        found = tuple(self._of_files())
        return (*found, Part(len(found), None, "", 0, 0)) if len(self.repeated.same) else found

    def _of_files(self) -> Iterator[Part]:
        number, source = 0, self.source
        for file, digest, rows in zip(source.files, source.digests, source.rows, strict=True):
            for offset in range(0, max(rows, 1), self.most):
                yield Part(number, file, digest, offset, min(self.most, rows - offset))
                number += 1

    def rows(self, part: Part) -> pl.LazyFrame:
        """The rows of a part, with what is read of them."""
        columns = [PERSON, *self.source.told]
        if part.file is None:
            people = pl.scan_parquet(list(self.source.files)).select(columns)
            return people.filter(pl.col(PERSON).is_in(self.repeated.same.implode())).unique()
        return pl.scan_parquet(part.file).select(columns).slice(part.offset, part.rows)
