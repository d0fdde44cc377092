"""Reads the files of a site that are written by hand: each problem at its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from fasciculation_rules.errors import MappingError, Problem
from fasciculation_rules.model.concept_sets import OmopSite
from fasciculation_rules.shelf.locate import read_bytes, unreadable
from fasciculation_rules.shelf.strict_yaml import MAX_BYTES, Document, read_yaml


def document_of(path: Path, problems: list[Problem]) -> Document | None:
    """The YAML of a file, or None with the reason added."""
    try:
        return read_yaml(read_bytes(path, MAX_BYTES), path.name, problems)
    except OSError as error:
        problems.append(unreadable(str(path), error))
    return None


def documents_of(place: Path, problems: list[Problem]) -> Iterator[Document]:
    """Every file of a folder that ends in .yaml, by name."""
    for path in sorted(place.glob("*.yaml")):
        if (document := document_of(path, problems)) is not None:
            yield document


def placed(document: Document, problems: Iterable[Problem]) -> list[Problem]:
    """The same problems with file, line and column."""
    return [document.locate(each) for each in problems]


def read_site(path: Path) -> OmopSite:
    """The file of a site.

    Raises MappingError with every problem at its place.
    """
    problems: list[Problem] = []
    document = document_of(path, problems)
    if document is None:
        raise MappingError("the file of the site cannot be read", problems)
    try:
        return OmopSite.read(document.data)
    except MappingError as error:
        raise MappingError(error.summary, placed(document, error.problems)) from None
