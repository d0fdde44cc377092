"""The lists of a release's files, each with its digest: the text digest of the release is that of its list."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources.abc import Traversable

from fasciculation_rules.shelf.digest import manifest_digest
from fasciculation_rules.shelf.locate import read_bytes
from fasciculation_rules.shelf.strict_yaml import MAX_BYTES

FOLDER = "manifests"
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")


def name_of(version: str) -> str:
    """The file of a version's list: `sha256sum -c` checks it in the folder of the version."""
    return f"{version}.sha256"


def read_manifest(root: Traversable, version: str, text_digest: str) -> Mapping[str, str] | None:
    """SHA-256 by path, as it was released; None where there is no list of this digest, and nothing can be said."""
    file = root / FOLDER / name_of(version)
    try:
        lines = read_bytes(file, MAX_BYTES).decode()
    except (OSError, UnicodeDecodeError):
        return None
    if manifest_digest(lines) != text_digest:
        return None
    found = (_LINE.fullmatch(line) for line in lines.splitlines())
    return {line[2]: line[1] for line in found if line is not None}
