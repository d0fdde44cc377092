"""Reads case files: YAML, JSON, JSON lines, Parquet, folders of them, and standard input."""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from fasciculation_rules.cli.inputs import beginning, is_a_case_a_line, open_input, raw_lines
from fasciculation_rules.cli.vignettes import is_vignette, vignette_problem
from fasciculation_rules.errors import CaseError, Problem
from fasciculation_rules.exchange.parquet import rows
from fasciculation_rules.model.case import Case
from fasciculation_rules.shelf.locate import unreadable
from fasciculation_rules.shelf.strict_json import read_json
from fasciculation_rules.shelf.strict_yaml import MAX_BYTES, Document, read_yaml

CaseFiles = Annotated[
    list[str],
    typer.Argument(
        metavar="CASE",
        help="Case files (YAML, JSON, JSON lines, Parquet), folders of them, "
        "or - for standard input (one case, or JSON lines).",
    ),
]
"""The argument of every verb that reads cases."""

UNREAD = "the case cannot be read"
STANDARD_INPUT = "standard input"
SUFFIXES = (".yaml", ".yml", ".json", ".jsonl", ".parquet")


@dataclass(frozen=True, slots=True)
class Read:
    """One case with its document, or the error that stands in its place. `line` is that of JSON lines, or a row."""

    path: str
    line: int = 0
    case: Case | None = None
    document: Document | None = None
    error: CaseError | None = None

    @property
    def name(self) -> str:
        """The file, with the line of JSON lines."""
        return f"{self.path}:{self.line}" if self.line else self.path

    def located(self, error: CaseError) -> CaseError:
        """The same error with every problem at its place in the file."""
        found = [self.document.locate(p) for p in error.problems] if self.document else list(error.problems)
        placed = [replace(p, file=self.path, line=self.line, column=p.column or 1) for p in found]
        return CaseError(error.summary, placed if self.line else found, case=error.case)


def is_many(path: str) -> bool:
    """Whether a path may hold more than one case."""
    return path.endswith((".jsonl", ".parquet")) or Path(path).is_dir()


def read_cases(paths: list[str]) -> Iterator[Read]:
    """Every case of the paths, in order; a folder is read by name."""
    for path in paths:
        if path == "-":
            yield from _standard_input()
        elif Path(path).is_dir():
            yield from _folder(path)
        else:
            yield from _file(path)


def _folder(path: str) -> Iterator[Read]:
    try:
        inside = sorted(file for file in Path(path).iterdir() if file.suffix in SUFFIXES)
    except OSError as error:
        yield _failed(unreadable(path, error))
        return
    if not inside:
        yield _failed(_fault(path, "empty-folder", f"the folder has no case file ({', '.join(SUFFIXES)})"))
    for file in inside:
        yield from _file(str(file))


def _file(path: str) -> Iterator[Read]:
    try:
        with open_input(path) as file:
            yield from _inside(path, file)
    except OSError as error:
        yield _failed(unreadable(path, error))


def _standard_input() -> Iterator[Read]:
    try:
        yield from _stream(STANDARD_INPUT, sys.stdin.buffer if sys.stdin else io.BytesIO())
    except OSError as error:
        yield _failed(unreadable(STANDARD_INPUT, error))


def _inside(path: str, file: BinaryIO) -> Iterator[Read]:
    """Its name says what a file holds; a pipe has none."""
    if path.endswith(".jsonl"):
        yield from _lines(path, raw_lines(file))
    elif path.endswith(".parquet"):
        yield from _rows(path, file)
    elif Path(path).is_file():
        yield _one(path, file.read(MAX_BYTES + 1), as_json=path.endswith(".json"))
    else:
        yield from _stream(path, file)


def _stream(path: str, file: BinaryIO) -> Iterator[Read]:
    """One case, or one a line: its beginning tells, so that lines are answered while more of them come."""
    lines = raw_lines(file)
    head = beginning(lines)
    if is_a_case_a_line(head):
        yield from _lines(path, chain(head, lines))
    else:
        begun = b"".join(head)
        raw = begun + file.read(max(MAX_BYTES + 1 - len(begun), 0))
        yield _one(path, raw, as_json=_BEGINS_JSON.match(raw) is not None)


_BEGINS_JSON = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{\s*["}]')
"""A brace and a quoted key, or nothing; in YAML a key in braces may go without quotes."""


def _lines(path: str, lines: Iterable[bytes]) -> Iterator[Read]:
    """One case a line, so that line n of the output answers line n of the input, be it blank or far too long."""
    for number, raw in enumerate(lines, start=1):
        if len(raw) > MAX_BYTES:
            yield _failed(_fault(path, "line-too-large", f"the line has more than {MAX_BYTES} bytes"), number)
        elif not raw.strip():
            yield _failed(_fault(path, "empty-line", "the line is empty", "write {} where nothing is known"), number)
        else:
            yield _one(path, raw, line=number, as_json=True)


def _rows(path: str, file: BinaryIO) -> Iterator[Read]:
    """One case a row, numbered from 1."""
    try:
        for number, given in enumerate(rows(file), start=1):
            found = Read(path, number)
            try:
                yield replace(found, case=Case.read({"given": given}))
            except CaseError as error:
                yield replace(found, error=found.located(error))
    except ValueError:
        yield _failed(_fault(path, "not-parquet", "the file cannot be read as Parquet", "write it anew"))


def _one(path: str, raw: bytes, *, line: int = 0, as_json: bool) -> Read:
    problems: list[Problem] = []
    document = (read_json if as_json else read_yaml)(raw, path, problems)
    found = Read(path, line, document=document)
    if document is None:
        return replace(found, error=found.located(CaseError(UNREAD, problems)))
    if is_vignette(document.data):
        return replace(found, error=found.located(CaseError(UNREAD, [vignette_problem(path)], case=document.data)))
    try:
        return replace(found, case=Case.read(document.data))
    except CaseError as error:
        return replace(found, error=found.located(error))


def _fault(path: str, code: str, message: str, hint: str = "") -> Problem:
    return Problem(path, 0, 0, "", code, message, hint)


def _failed(found: Problem, line: int = 0) -> Read:
    failed = Read(found.file, line)
    return replace(failed, error=failed.located(CaseError(UNREAD, [found])))


def error_line(read: Read, error: Exception) -> str:
    """The output line that stands in for an assessment that could not be made."""
    problems = [
        {"at": p.at, "code": p.code, "message": p.message, "hint": p.hint} for p in getattr(error, "problems", ())
    ]
    summary = getattr(error, "summary", str(error))
    line = {"format": 1, "name": read.name, "error": {"summary": summary, "problems": problems}}
    return json.dumps(line, separators=(",", ":"))  # and in ASCII, because the name of a file may be no text
