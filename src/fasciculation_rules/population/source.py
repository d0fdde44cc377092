"""Opens a table of people in the wide form, and refuses it whole where a column is not what it has to be."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from glob import glob, has_magic
from pathlib import Path
from typing import assert_never

from fasciculation_rules.engines.columns.rules import HIGH, LOW
from fasciculation_rules.errors import PopulationError, Problem, did_you_mean
from fasciculation_rules.exchange.parquet import NOTHING, Footer, footer
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.population.intake.origin import Origin, origin_of
from fasciculation_rules.population.other_form import advice, form_of
from fasciculation_rules.population.schema import (
    ABOUT_ROWS,
    FORMAT,
    INDEX_DATE,
    METADATA,
    PERSON,
    QUARANTINE,
    SYNTHETIC,
    Column,
    WideForm,
)
from fasciculation_rules.population.unread import left_out, refuse
from fasciculation_rules.shelf.locate import unreadable

_WHOLE = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32")
_IDS = (*_WHOLE, "uint64", "string", "large_string", "string_view")
_HINT = "write the table anew with the units of the ruleset; see docs/reference/wide-form.md"


@dataclass(frozen=True)
class Source:
    """The files of a table, in the order of their names, and what is the same of them all.

    `lone` are ends of a quantity whose other end is not there; who has one of them cannot be.
    `doubtful` are columns that may hold a number out of their range, because a file does not say that they do not.
    `about` are the columns there that say something of the row itself, `by` those by which people are to be told apart.
    `origin` is what the table was made from, where it was made from another form.
    """

    files: tuple[Path, ...]
    rows: tuple[int, ...]
    columns: tuple[str, ...]
    missing: tuple[str, ...]
    ignored: tuple[str, ...]
    doubtful: tuple[str, ...]
    about: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    origin: Origin | None = None
    synthetic: bool = False
    lone: tuple[str, ...] = ()

    @property
    def told(self) -> tuple[str, ...]:
        """The columns to read, beside the person."""
        return (*self.columns, *self.lone, *self.about, *self.by)

    @cached_property
    def digests(self) -> tuple[str, ...]:
        """SHA-256 of each file."""
        found = []
        for file in self.files:
            with file.open("rb") as opened:
                found.append(hashlib.file_digest(opened, "sha256").hexdigest())
        return tuple(found)


def open_source(place: str, ruleset: Ruleset, by: Collection[str] = (), others: Collection[str] = ()) -> Source:
    """A file, a folder of Parquet files, or a pattern such as `people/*.parquet`.

    `by` are columns beside the form, by which people are told apart; `others` are those of another ruleset's form.
    Raises PopulationError with every problem of every file.
    """
    files = _files(place)
    problems: list[Problem] = []
    footers = [(file, found) for file in files if (found := _footer(file, problems)) is not None]
    first = footers[0][1].types if footers else {}
    if other := form_of(Path(place), first):
        raise PopulationError(f"'{place}' is no table of the wide form; {advice(other)}")
    for file, found in footers:
        problems += _problems(file, found, ruleset, by, others)
        if {*found.types} != {*first}:
            problems.append(_fault(file, "other-columns", "the file has other columns than the first one"))
    if problems:
        raise PopulationError(f"the table '{place}' cannot be read", problems)
    if not any(found.rows for _, found in footers):
        raise PopulationError(f"the table '{place}' has no rows; nobody would be screened")
    form = WideForm.of(ruleset).columns
    lone = tuple(name for name in form if name in first and _other_end(name, form) not in first)
    columns = tuple(name for name in form if name in first and name not in lone)
    return Source(
        files=tuple(files),
        rows=tuple(found.rows for _, found in footers),
        columns=columns,
        missing=tuple(name for name in form if name not in first),
        ignored=tuple(name for name in first if name not in form and name not in (PERSON, *ABOUT_ROWS, *by)),
        doubtful=tuple(name for name in columns if not all(_within(name, found, ruleset) for _, found in footers)),
        about=tuple(name for name in ABOUT_ROWS if name in first),
        by=tuple(by),
        origin=origin_of({file: found.words for file, found in footers}),
        synthetic=any(SYNTHETIC in found.words for _, found in footers),
        lone=lone,
    )


def _other_end(name: str, form: Mapping[str, Column]) -> str:
    """The column without which this one says nothing; itself for a finding."""
    column = form[name]
    match column.kind:
        case "low":
            return column.item + HIGH
        case "high":
            return column.item + LOW
        case "finding" | "values":
            return name
        case _:
            assert_never(column.kind)


def _files(place: str) -> list[Path]:
    path = Path(place)
    if path.is_dir():
        found = _people(path.glob("*.parquet"))
    elif path.exists() or not has_magic(place):
        found = [path]
    else:
        found = _people(Path(each) for each in glob(place, recursive=True))  # noqa: PTH207  a pattern may be absolute
    if form := form_of(path):
        raise PopulationError(f"'{place}' is no table of the wide form; {advice(form)}")
    refuse(
        place, left_out(place, found), "write it anew as a file of the folder that ends in .parquet, or take it away"
    )
    if not found or not found[0].exists():
        raise PopulationError(f"'{place}' names no Parquet file")
    return found


def _people(files: Iterable[Path]) -> list[Path]:
    """Those of people who are no part of a quarantine, by name."""
    return sorted(file for file in files if not file.name.endswith(QUARANTINE))


def _footer(file: Path, problems: list[Problem]) -> Footer | None:
    try:
        with file.open("rb") as opened:
            return footer(opened)
    except ValueError:
        problems.append(_fault(file, "not-parquet", "the file cannot be read as Parquet", "write it anew"))
    except OSError as error:
        problems.append(unreadable(str(file), error))
    return None


def _problems(
    file: Path, found: Footer, ruleset: Ruleset, by: Collection[str], others: Collection[str]
) -> Iterator[Problem]:
    """Types, and the units that the file gives against those of the ruleset."""
    form = WideForm.of(ruleset).columns
    kind = found.types.get(PERSON)
    if kind not in _IDS:
        message = f"'{PERSON}' is missing" if kind is None else f"'{PERSON}' is of the type {kind}"
        yield _fault(file, "no-person", message, "a column of text or whole numbers names each person")
    yield from _about(file, found, form, by)
    said = _said(found)
    if said is None:
        message = f"the file does not say what its columns hold (key '{METADATA}' of its metadata, format {FORMAT})"
        yield _fault(file, "no-units", message, _HINT)
        return
    for name, kind in found.types.items():
        if name in ABOUT_ROWS or name in by:
            continue
        if name not in form:
            if name not in others and (hint := did_you_mean(name, form)):
                yield _fault(file, "unknown-column", f"'{name}' is no column of this ruleset", hint, at=name)
            continue
        if kind not in _WHOLE:
            message = f"the column is of the type {kind}, not a whole number of up to 64 bits"
            yield _fault(file, "wrong-type", message, at=name)
        if said.get(name) != dict(form[name].about):
            message = f"the file says {_in_short(said.get(name))}, the ruleset {_in_short(dict(form[name].about))}"
            yield _fault(file, "other-unit", message, _HINT, at=name)


def _about(file: Path, found: Footer, form: Collection[str], by: Collection[str]) -> Iterator[Problem]:
    """What is said of the rows themselves, and by what people are to be told apart."""
    for name in ABOUT_ROWS:
        kind = found.types.get(name)
        if kind is not None and not (kind.startswith("date32") if name == INDEX_DATE else kind in _WHOLE):
            expected = "a day" if name == INDEX_DATE else "a whole number"
            yield _fault(file, "wrong-type", f"the column is of the type {kind}, not {expected}", at=name)
    for name in by:
        kind = found.types.get(name)
        if name.casefold() in (PERSON, *ABOUT_ROWS, *form):
            message = "people are told apart by columns beside the form, and this is one of the form"
            yield _fault(file, "form-column", message, at=name)
        elif kind is None:
            hint = f"the columns beside the form are: {', '.join(_beside(found, form)) or 'none'}"
            yield _fault(file, "no-column", "there is no such column to tell people apart by", hint, at=name)
        elif kind not in _IDS:
            message = f"people are told apart by text or whole numbers, and the column is of the type {kind}"
            yield _fault(file, "wrong-type", message, at=name)


def _beside(found: Footer, form: Collection[str]) -> list[str]:
    known = {PERSON, *ABOUT_ROWS, *form}
    return sorted(name for name, kind in found.types.items() if kind in _IDS and name not in known)


def _in_short(about: object) -> str:
    return json.dumps(about, ensure_ascii=False, sort_keys=True)


def _said(found: Footer) -> dict[str, object] | None:
    try:
        said = json.loads(found.words[METADATA])
        columns = said["columns"] if said["format"] == FORMAT else None
    except (KeyError, ValueError, TypeError):
        return None
    return columns if isinstance(columns, dict) else None


def _within(name: str, found: Footer, ruleset: Ruleset) -> bool:
    column, ends = WideForm.of(ruleset).columns[name], found.ranges.get(name)
    return ends is not None and (ends == NOTHING or column.least <= ends[0] <= ends[1] <= column.most)


def _fault(file: Path, code: str, message: str, hint: str = "", at: str = "") -> Problem:
    return Problem(str(file), 0, 0, at, code, message, hint)
