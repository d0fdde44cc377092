"""Opens a table of another form, Parquet or CSV, and refuses it whole where a column is not what it has to be."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from glob import glob, has_magic
from pathlib import Path
from typing import Any

import polars as pl

from fasciculation_rules.errors import PopulationError, Problem, did_you_mean, is_plain_name
from fasciculation_rules.population.intake.columns import Kind, Wanted, fits, read_column
from fasciculation_rules.shelf.locate import unreadable

SUFFIXES = (".parquet", ".csv")

READ_AS = "unpack it, or write it anew, as a file that ends in .parquet or .csv, or take it away"
"""What to do with files that are not read."""


@dataclass(frozen=True)
class Table:
    """The files of one table, all of one kind and with the same columns; `wanted` are those that are read."""

    files: tuple[Path, ...]
    types: pl.Schema
    wanted: tuple[Wanted, ...]

    @property
    def is_csv(self) -> bool:
        """Whether it is text, of which every column is read as text."""
        return self.files[0].suffix == ".csv"

    def scan(self) -> pl.LazyFrame:
        """As it stands in the files."""
        if self.is_csv:
            return _scan_csv(list(self.files))
        return pl.scan_parquet(list(self.files), glob=False)

    def read(self, frame: pl.LazyFrame | None = None) -> pl.LazyFrame:
        """The columns that are wanted, each in the one form of its kind; empty where the table has none such."""
        given = self.scan() if frame is None else frame
        return given.select([each for one in self.wanted for each in read_column(one, self.types.get(one.name))])

    @property
    def schema(self) -> pl.Schema:
        """What comes out of reading it."""
        return self.read().collect_schema()

    @cached_property
    def rows(self) -> int:
        """How many rows there are."""
        with reading(self):
            return int(self.scan().select(pl.len()).collect(engine="streaming").item())

    @property
    def name(self) -> str:
        """As messages call it."""
        return self.files[0].name if len(self.files) == 1 else self.files[0].parent.name

    @cached_property
    def inputs(self) -> list[dict[str, Any]]:
        """Name and digest of each file."""
        found = []
        for file in self.files:
            with file.open("rb") as opened:
                digest = hashlib.file_digest(opened, "sha256").hexdigest()
            found.append({"file": file.name, "sha256": digest, "bytes": file.stat().st_size})
        return found


@contextmanager
def reading(table: Table | str) -> Iterator[None]:
    """One clear error where Polars fails, of whose message nobody knows what is in it."""
    try:
        yield
    except pl.exceptions.PolarsError:
        name, cause = (table, "") if isinstance(table, str) else (table.name, _not_utf_8(table))
        cause = cause or "write it anew, it may have been cut off"
        raise PopulationError(f"rows of '{name}' cannot be read; {cause}") from None


def _not_utf_8(table: Table) -> str:
    """What to do about the first line of text that is not UTF-8, or nothing."""
    for file in table.files if table.is_csv else ():
        with file.open("rb") as opened:
            for number, line in enumerate(iter(partial(opened.readline, _LONGEST), b""), 1):
                try:
                    line.decode("utf-8")
                except UnicodeDecodeError:
                    return f"line {number} of '{file.name}' is not UTF-8; save it as UTF-8"
    return ""


def files_of(place: str, leave: Sequence[str] = ()) -> list[Path]:
    """The files of a file, a folder or a pattern, by name; `leave` are stems of files that are something else."""
    path = Path(place)
    if path.is_dir():
        found = [file for file in path.iterdir() if file.suffix in SUFFIXES and file.stem not in leave]
    elif path.exists() or not has_magic(place):
        found = [path]
    else:
        found = [Path(each) for each in glob(place, recursive=True)]  # noqa: PTH207  a pattern may be absolute
        found = [file for file in found if file.suffix in SUFFIXES and file.stem not in leave]
    return sorted(found)


def open_table(files: Sequence[Path], wanted: Sequence[Wanted], problems: list[Problem]) -> Table | None:
    """The table, or None with each problem of each file added."""
    before = len(problems)
    types = [(file, found) for file in files if (found := _types(file, problems)) is not None]
    if not types:
        return None
    first = types[0][1]
    for file, found in types:
        if found != first or file.suffix != files[0].suffix:
            problems.append(_fault(file, "other-columns", "the file has other columns than the first one"))
    problems += _misfits(files[0], first, wanted)
    return None if len(problems) > before else Table(tuple(files), first, tuple(wanted))


def _types(file: Path, problems: list[Problem]) -> pl.Schema | None:
    if file.suffix not in SUFFIXES:
        hint = "name a file that ends in .parquet or .csv"
        problems.append(_fault(file, "unknown-ending", "the file is neither Parquet nor CSV by its name", hint))
        return None
    try:
        with file.open("rb") as opened:
            opened.read(1)
        if file.suffix == ".csv":
            if foreign := _foreign(file):
                problems.append(foreign)
                return None
            return _scan_csv([file]).collect_schema()
        return pl.scan_parquet(file, glob=False).collect_schema()
    except OSError as error:
        problems.append(unreadable(str(file), error))
    except pl.exceptions.PolarsError:
        if file.suffix == ".csv":
            problems.append(_fault(file, "not-csv", "the file cannot be read as CSV", "write it anew, in UTF-8"))
        else:
            problems.append(_fault(file, "not-parquet", "the file cannot be read as Parquet", "write it anew"))
    return None


_MARKS = (b"\xff\xfe", b"\xfe\xff")
_SEPARATORS = {";": "semicolons", "|": "bars"}


def _foreign(file: Path) -> Problem | None:
    """Text in another encoding, or with another separator, as far as its first line tells."""
    with file.open("rb") as opened:
        line = opened.readline(_LONGEST)
    hint = "save it as UTF-8"
    if line.startswith(_MARKS) or b"\0" in line:
        return _fault(file, "not-utf-8", "the text seems to be UTF-16, not UTF-8", hint)
    try:
        names = line.decode("utf-8")
    except UnicodeDecodeError:
        return _fault(file, "not-utf-8", "the names of the columns are not UTF-8", hint)
    if "," in names or "\t" in names:
        return None
    for separator, called in _SEPARATORS.items():
        if separator in names:
            message = f"the columns seem to be separated by {called}"
            hint = "write it anew with commas or tabs between columns, and with a point in numbers"
            return _fault(file, "other-separator", message, hint)
    return None


_LONGEST = 1_000_000
"""Bytes of a first line that are looked at."""


def _scan_csv(files: list[Path]) -> pl.LazyFrame:
    """Every column as text. Vocabularies come with tabs, and then quotes are letters like any others."""
    with files[0].open("rb") as opened:
        tabs = b"\t" in opened.readline()
    dialect: dict[str, Any] = {"separator": "\t", "quote_char": None} if tabs else {}
    return pl.scan_csv(files, infer_schema=False, raise_if_empty=False, glob=False, **dialect)


def _misfits(file: Path, types: pl.Schema, wanted: Sequence[Wanted]) -> Iterator[Problem]:
    """Columns that are lacking, of a type that is not read, or nearly called like one that is not there."""
    names = [one.name for one in wanted]
    for one in wanted:
        kind = types.get(one.name)
        if kind is None and one.required:
            message = f"the column '{one.name}' is missing"
            yield _fault(file, "no-column", message, _nearest(one.name, types, names), at=one.name)
        elif kind is not None and not fits(one.kind, kind):
            yield _fault(file, "wrong-type", f"the column is of the type {kind}", _EXPECTED[one.kind], at=one.name)
    missing = [one.name for one in wanted if one.name not in types and not one.required]
    for name in types:
        if name not in names and is_plain_name(name) and (hint := did_you_mean(name, missing)):
            yield _fault(file, "unknown-column", f"'{name}' is no column that is read here", hint, at=name)


def _nearest(name: str, types: pl.Schema, names: Sequence[str]) -> str:
    near = did_you_mean(name, [each for each in types if each not in names and is_plain_name(each)])
    return near and f"{near.removeprefix('did you mean ').removesuffix('?')} looks like it; give it this name"


_EXPECTED: dict[Kind, str] = {
    Kind.ID: "expected text or whole numbers",
    Kind.WHOLE: "expected whole numbers",
    Kind.TEXT: "expected text",
    Kind.NUMBER: "expected numbers, or text",
    Kind.DAY: "expected days, times without a zone, or text such as 2026-11-01",
    Kind.BIRTH: "expected days, years, or text such as 1961-05-03, 1961-05 or 1961",
    Kind.FLAG: "expected truth values, or 1 and 0",
}


def _fault(file: Path, code: str, message: str, hint: str = "", at: str = "") -> Problem:
    return Problem(str(file), 0, 0, at, code, message, hint)
