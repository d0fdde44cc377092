"""The parts of a run: some rows of one file each; and, for people with several rows that are the same, one more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import polars as pl

from fasciculation_rules.population.schema import PERSON
from fasciculation_rules.population.source import Source

_SLICES = 64
"""Small files that are put together, at most."""


@dataclass(frozen=True, slots=True)
class Slice:
    """Rows of one file."""

    file: Path
    digest: str
    offset: int
    rows: int


@dataclass(frozen=True, slots=True)
class Part:
    """Slices of files; or, without any, one row each of the people who have several that are the same."""

    number: int
    slices: tuple[Slice, ...]

    @property
    def name(self) -> str:
        """As its files are named."""
        return f"part-{self.number:05d}"

    @property
    def rows(self) -> int:
        """How many rows it has; of people with several rows it is not known beforehand."""
        return sum(each.rows for each in self.slices)

    @property
    def place(self) -> str:
        """Where its rows are, in words."""
        files = {str(each.file): None for each in self.slices}
        return "the table" if len(files) != 1 else f"'{next(iter(files))}'"


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
        people = self._everybody()
        counted = people.select(PERSON).group_by(PERSON).len().filter(pl.col("len") > 1).select(PERSON)
        twice = counted.collect(engine="streaming")[PERSON]
        if twice.is_empty():
            return Repeated(twice, twice)
        rows = people.filter(pl.col(PERSON).is_in(twice.implode()))
        kinds = rows.collect(engine="streaming").unique().group_by(PERSON).len()
        return Repeated(kinds.filter(pl.col("len") > 1)[PERSON], kinds.filter(pl.col("len") == 1)[PERSON])

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """All of them, in order."""
        found = tuple(Part(number, slices) for number, slices in enumerate(self._of_files()))
        return (*found, Part(len(found), ())) if len(self.repeated.same) else found

    def _of_files(self) -> Iterator[tuple[Slice, ...]]:
        """Large files are cut, small ones put together, because each part costs a second or two of its own."""
        gathered: list[Slice] = []
        for each in self._slices():
            total = sum(one.rows for one in gathered) + each.rows
            if gathered and (total > self.most or len(gathered) == _SLICES):
                yield tuple(gathered)
                gathered = []
            gathered.append(each)
        yield tuple(gathered)

    def _slices(self) -> Iterator[Slice]:
        source = self.source
        for file, digest, rows in zip(source.files, source.digests, source.rows, strict=True):
            for offset in range(0, max(rows, 1), self.most):
                yield Slice(file, digest, offset, min(self.most, rows - offset))

    def _everybody(self) -> pl.LazyFrame:
        """The whole table; one file may hold in smaller integers what another one does not."""
        columns = [PERSON, *self.source.told]
        return pl.concat(
            [pl.scan_parquet(file, glob=False).select(columns) for file in self.source.files], how="vertical_relaxed"
        )

    def rows(self, part: Part) -> pl.LazyFrame:
        """The rows of a part, with what is read of them."""
        columns = [PERSON, *self.source.told]
        if not part.slices:
            return self._everybody().filter(pl.col(PERSON).is_in(self.repeated.same.implode())).unique()
        scans = [
            pl.scan_parquet(each.file, glob=False).select(columns).slice(each.offset, each.rows) for each in part.slices
        ]
        return scans[0] if len(scans) == 1 else pl.concat(scans, how="vertical_relaxed")
