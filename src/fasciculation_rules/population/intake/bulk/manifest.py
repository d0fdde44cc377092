"""Reads the manifest of an export from its folder."""

from __future__ import annotations

from pathlib import Path

from fasciculation_rules.errors import PopulationError, Problem
from fasciculation_rules.model.export_manifest import Manifest
from fasciculation_rules.shelf.locate import read_bytes, unreadable
from fasciculation_rules.shelf.strict_json import read_json

NAME = "manifest.json"
MOST_BYTES = 16 * 1024 * 1024


def read_manifest(path: Path, problems: list[Problem]) -> Manifest | None:
    """The manifest of a folder, or None with the reason added to `problems`."""
    try:
        document = read_json(read_bytes(path, MOST_BYTES), str(path), problems, max_bytes=MOST_BYTES)
    except OSError as error:
        problems.append(unreadable(str(path), error))
        return None
    if document is None:
        return None
    try:
        return Manifest.read(document.data)
    except PopulationError as error:
        problems += [document.locate(each) for each in error.problems]
        return None
