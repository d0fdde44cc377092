"""Reads case files: YAML, JSON, JSON lines, folders of them, and standard input."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from fasciculation_rules.errors import CaseError, Problem
from fasciculation_rules.model.case import Case
from fasciculation_rules.shelf.strict_json import read_json
from fasciculation_rules.shelf.strict_yaml import MAX_BYTES, Document, read_yaml

SUFFIXES = (".yaml", ".yml", ".json", ".jsonl")


@dataclass(frozen=True, slots=True)
class Read:
    """One case, or the error that stands in its place. `name` is the file, with the line of a .jsonl file."""

    name: str
    case: Case | None
    error: CaseError | None = None


def is_many(path: str) -> bool:
    """Whether a path may hold more than one case."""
    return path.endswith(".jsonl") or Path(path).is_dir()


def read_cases(paths: list[str]) -> Iterator[Read]:
    """Every case of the paths, in order; a folder is read by name."""
    for path in paths:
        if path == "-":
            yield _one("standard input", sys.stdin.buffer.read(MAX_BYTES + 1))
        elif Path(path).is_dir():
            inside = sorted(file for file in Path(path).iterdir() if file.suffix in SUFFIXES)
            if not inside:
                yield _failed(path, "empty-folder", f"the folder has no case file ({', '.join(SUFFIXES)})")
            for file in inside:
                yield from _file(str(file))
        else:
            yield from _file(path)


def _file(path: str) -> Iterator[Read]:
    try:
        with Path(path).open("rb") as file:
            if path.endswith(".jsonl"):
                yield from _lines(path, file)
            else:
                yield _one(path, file.read(MAX_BYTES + 1))
    except OSError as error:
        reason = (error.strerror or "it cannot be opened").lower()
        yield _failed(path, "unreadable-file", f"the file cannot be read: {reason}", "check the path and permissions")


def _lines(path: str, file: BinaryIO) -> Iterator[Read]:
    number = 0
    while line := file.readline(MAX_BYTES + 1):
        number += 1
        name = f"{path}:{number}"
        if len(line) > MAX_BYTES:
            while len(line) > MAX_BYTES and not line.endswith(b"\n"):
                line = file.readline(MAX_BYTES + 1)
            yield _failed(name, "line-too-large", f"the line has more than {MAX_BYTES} bytes")
        elif line.strip():
            yield _one(name, line, json_only=True)


def _one(name: str, raw: bytes, *, json_only: bool = False) -> Read:
    problems: list[Problem] = []
    if len(raw) > MAX_BYTES:
        return _failed(name, "file-too-large", f"the file has more than {MAX_BYTES} bytes")
    as_json = json_only or name.endswith(".json") or raw.lstrip()[:1] == b"{"
    document = read_json(raw, name, problems) if as_json else read_yaml(raw, name, problems)
    if document is None:
        return Read(name, None, CaseError(f"{name} cannot be read", problems))
    return _typed(name, document)


def _typed(name: str, document: Document) -> Read:
    try:
        return Read(name, Case.read(document.data))
    except CaseError as error:
        return Read(name, None, _located(error, document))


def _located(error: CaseError, document: Document) -> CaseError:
    return CaseError(error.summary, [document.locate(found) for found in error.problems], case=error.case)


def _failed(name: str, code: str, message: str, hint: str = "") -> Read:
    return Read(name, None, CaseError(f"{name} cannot be read", [Problem(name, 0, 0, "", code, message, hint)]))


def error_line(read: Read, error: Exception) -> str:
    """The output line that stands in for an assessment that could not be made."""
    problems = [
        {"at": p.at, "code": p.code, "message": p.message, "hint": p.hint} for p in getattr(error, "problems", ())
    ]
    summary = getattr(error, "summary", str(error))
    return json.dumps({"format": 1, "name": read.name, "error": {"summary": summary, "problems": problems}})
