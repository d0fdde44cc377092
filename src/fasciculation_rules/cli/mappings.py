"""What a site says beside its records: its mapping of codes, and where its days are counted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import typer

from fasciculation_rules.errors import MappingError, Problem
from fasciculation_rules.shelf.locate import read_bytes, unreadable
from fasciculation_rules.shelf.strict_yaml import MAX_BYTES, Document, read_yaml


def read_zone(name: str) -> ZoneInfo:
    """A time zone by its name."""
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        hint = "names are like Europe/London or America/New_York"
        raise typer.BadParameter(
            f"'{name}' is not a time zone known here; {hint}", param_hint="'--time-zone'"
        ) from None


@contextmanager
def mapping_of(path: Path | None) -> Iterator[Any]:
    """The content of a site mapping, or None without one; what is found wrong with it inside is told at its place.

    Raises MappingError with every problem at its place in the file.
    """
    document = None if path is None else _read(path)
    try:
        yield None if document is None else document.data
    except MappingError as error:
        places = document.locate if document else (lambda found: found)
        raise MappingError(error.summary, [places(each) for each in error.problems]) from None


def _read(path: Path) -> Document:
    problems: list[Problem] = []
    try:
        document = read_yaml(read_bytes(path, MAX_BYTES), path.name, problems)
    except OSError as error:
        problems.append(unreadable(str(path), error))
        document = None
    if document is None:
        raise MappingError("the site mapping cannot be read", problems)
    return document
