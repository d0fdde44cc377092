"""What a table of the wide form was made from, as the manifest beside it tells."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fasciculation_rules.errors import PopulationError
from fasciculation_rules.population.folder import MANIFEST, Folder

PREPARED = "fasciculation_rules.prepared"
"""The key under which a file says that it is a part of such a table, and of which run."""


@dataclass(frozen=True)
class Origin:
    """Another form of input, on a day (None: each person's own), with why it may not be whole and its counts."""

    form: str
    key: str
    as_of: str | None
    incomplete: tuple[str, ...]
    quarantined: int
    tally: Mapping[str, Any]


def key_of(run: Mapping[str, Any]) -> str:
    """What a run depends on, as a digest."""
    return "sha256:" + hashlib.sha256(json.dumps(run, sort_keys=True).encode()).hexdigest()


def origin_of(words: Mapping[Path, Mapping[str, str]]) -> Origin | None:
    """The origin of files, from what each says of itself. None where none is of such a table.

    Raises PopulationError where the table was not finished, or its files are not of one table.
    """
    keys = {file: _key(said) for file, said in words.items()}
    if not any(keys.values()):
        return None
    if len({*keys.values()}) > 1 or len({file.parent for file in keys}) > 1:
        raise PopulationError("the files are not all of one table; name one folder that `prepare` has made")
    (place, key), *_ = {file.parent: key for file, key in keys.items()}.items()
    manifest = Folder(place).read(MANIFEST)
    if manifest is None:
        raise PopulationError(
            f"'{place}' holds a table that was not finished; run `prepare` again with the same folder"
        )
    if key_of(manifest["run"]) != key:
        raise PopulationError(f"the manifest of '{place}' is not that of its files; make the table anew")
    if len(keys) != manifest["parts"]:
        raise PopulationError(f"only {len(keys)} of the {manifest['parts']} files of the table are here")
    return Origin(
        form=manifest["run"]["form"],
        key=key_of(manifest["run"]),
        as_of=manifest["run"]["as_of"],
        incomplete=tuple(manifest["incomplete"]),
        quarantined=manifest["quarantined"],
        tally=manifest["tally"],
    )


def _key(said: Mapping[str, str]) -> str:
    try:
        found = json.loads(said[PREPARED])
        return str(found["run"])
    except (KeyError, ValueError, TypeError):
        return ""
