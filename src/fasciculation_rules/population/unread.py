"""Finds the files of an input that look like data and are not read, so that nobody is left out in silence."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from glob import glob, has_magic
from pathlib import Path

from fasciculation_rules.errors import PopulationError, Problem
from fasciculation_rules.population.folder import MANIFEST
from fasciculation_rules.population.schema import QUARANTINE

_COLUMNS = (".parquet", ".parq", ".pq", ".arrow", ".feather", ".orc", ".avro")
_TEXT = (".csv", ".tsv", ".tab", ".txt", ".psv", ".json", ".jsonl", ".ndjson")
_PACKED = (".gz", ".zst", ".bz2", ".xz", ".lz4", ".snappy", ".zip", ".7z")
ENDINGS = frozenset({*_COLUMNS, *_TEXT, *_PACKED, ".xlsx", ".xls", ".ods", ".sas7bdat"})
"""How the names of files end that hold data, or may hold it."""

MOST_NAMED = 10
"""Files that are named in a message."""

_BESIDE = ("readme", "licence", "license", "changelog", "notice")
_OURS = ("people-", "part-")
"""How the names begin of what `prepare` and `screen` say of a part."""


def looks_like_data(file: Path) -> bool:
    """By its name: no hidden file, none that says something about the others, and none that a run of ours leaves."""
    name = file.name
    if name.startswith((".", "_")) or name.lower().startswith(_BESIDE) or file.suffix.lower() not in ENDINGS:
        return False
    return not (name == MANIFEST or name.endswith(QUARANTINE) or (name.startswith(_OURS) and name.endswith(".json")))


def left_out(place: str, read: Collection[Path], results: Collection[str] = ("part-",)) -> set[Path]:
    """What looks like data in a folder, in those below it, or under a pattern, and is not among what is `read`.

    Folders with what we say of parts whose names begin with one of `results` are results, not inputs.
    """
    return {*_candidates(place, results)} - {*read}


def refuse(place: str, left: Iterable[Path], expected: str) -> None:
    """Raises PopulationError where there are files that are not read; `expected` is what to do with them."""
    files = sorted(left)
    if not files:
        return
    message = "the file looks like data and is not read"
    problems = [Problem(str(file), 0, 0, "", "not-read", message, expected) for file in files[:MOST_NAMED]]
    more = f", {MOST_NAMED} of which are named here" if len(files) > MOST_NAMED else ""
    count = f"{len(files)} files" if len(files) > 1 else "a file"
    raise PopulationError(f"'{place}' holds {count} that would be left out{more}", problems)


def _candidates(place: str, results: Collection[str]) -> Iterator[Path]:
    path = Path(place)
    if path.is_dir():
        yield from _below(path, results)
    elif not path.exists() and has_magic(place):
        for each in glob(place, recursive=True):  # noqa: PTH207  a pattern may be absolute
            found = Path(each)
            if found.is_dir():
                yield from _below(found, results) if not _is_passed(found, results) else ()
            elif looks_like_data(found):
                yield found


def _below(folder: Path, results: Collection[str]) -> Iterator[Path]:
    for root, folders, names in os.walk(folder):
        here = Path(root)
        folders[:] = [name for name in folders if not _is_passed(here / name, results)]
        yield from (here / name for name in names if looks_like_data(here / name))


def _is_passed(folder: Path, results: Collection[str]) -> bool:
    """Whether it is hidden, or a result of ours."""
    return folder.name.startswith((".", "_")) or any(any(folder.glob(f"{mark}*.json")) for mark in results)
