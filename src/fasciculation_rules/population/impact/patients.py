"""The people who move, one by one, for whoever has to look at them: a file of its own that only its owner may read."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import hmac
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import polars as pl

from fasciculation_rules.assessing.tables import Tables
from fasciculation_rules.engines.columns.sheet import joined, words_of
from fasciculation_rules.errors import PopulationError
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.population.folder import TEMPORARY
from fasciculation_rules.population.impact.answers import NEW, OLD, rules_of
from fasciculation_rules.population.impact.heading import heading
from fasciculation_rules.population.impact.table import Table
from fasciculation_rules.population.schema import PERSON

COLUMNS = ("person", "old_rung", "new_rung", "newly_fires", "no_longer_fires")
_KEY_BYTES = 32


@dataclass(frozen=True)
class Pseudonyms:
    """Names people by a keyed digest: whoever has the key can find a person again, and nobody else can."""

    key: bytes

    def name(self, person: object) -> str:
        """HMAC-SHA256 of the id as text."""
        return hmac.new(self.key, str(person).encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class RealIds:
    """Names people as the table does."""

    def name(self, person: object) -> str:
        """The id. One that a spreadsheet would take for a formula gets a quote before it."""
        text = str(person)
        return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def read_or_make_key(file: Path) -> bytes:
    """The key of a file; where there is none, a new one, in a file that only its owner may read.

    Raises PopulationError where others may read it, or where it is no key.
    """
    try:
        opened = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return _read_key(file)
    with os.fdopen(opened, "w", encoding="ascii") as made:
        made.write(secrets.token_hex(_KEY_BYTES) + "\n")
        made.flush()
        os.fsync(made.fileno())
    return _read_key(file)


def _read_key(file: Path) -> bytes:
    if file.stat().st_mode & 0o077:
        raise PopulationError(f"'{file}' can be read by others, so it keeps no secret; make it yours alone (chmod 600)")
    try:
        key = bytes.fromhex(file.read_text(encoding="ascii"))
    except ValueError:
        key = b""
    if len(key) < _KEY_BYTES:
        raise PopulationError(
            f"'{file}' holds no key: {2 * _KEY_BYTES} hexadecimal digits are expected; name a file that is not there, "
            "and one is made"
        )
    return key


class Listing:
    """Writes who moves, part by part, under another name until all is there. A file that is there stays as it is."""

    def __init__(self, file: Path, table: Table, names: Pseudonyms | RealIds) -> None:
        if file.exists():
            raise PopulationError(f"'{file}' is there already; name another file")
        self.file, self.table, self.names = file, table, names
        self.unfinished = file.with_name(f"{TEMPORARY}{os.getpid()}-{file.name}")
        self.unfinished.unlink(missing_ok=True)
        os.close(os.open(self.unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        self._append("".join(f"# {line}\n" for line in heading(table)) + _line(COLUMNS))

    def add(self, answers: pl.DataFrame) -> None:
        """The people of one part who move."""
        moving = answers.filter(pl.col(OLD + "rung") != pl.col(NEW + "rung"))
        self._append("".join(_line(row) for row in sorted(self._rows(moving))))

    def _rows(self, moving: pl.DataFrame) -> Iterator[tuple[str, ...]]:
        ladder = self.table.ladder
        for row in moving.iter_rows(named=True):
            old, new = (
                _fired(row, version, prefix) for version, prefix in zip(self.table.versions, (OLD, NEW), strict=True)
            )
            yield (
                self.names.name(row[PERSON]),
                ladder[row[OLD + "rung"]],
                ladder[row[NEW + "rung"]],
                " ".join(sorted(new - old)),
                " ".join(sorted(old - new)),
            )

    def _append(self, text: str) -> None:
        with self.unfinished.open("a", encoding="utf-8", newline="") as opened:
            opened.write(text)
            opened.flush()
            os.fsync(opened.fileno())

    def finish(self) -> None:
        """Gives it its name. Raises PopulationError where another file has taken it since."""
        try:
            os.link(self.unfinished, self.file)
        except FileExistsError:
            raise PopulationError(f"'{self.file}' is there already; name another file") from None
        finally:
            self.discard()

    def discard(self) -> None:
        """Leaves nothing behind that was not finished."""
        with contextlib.suppress(OSError):
            self.unfinished.unlink()


def _fired(row: dict[str, int], ruleset: Ruleset, prefix: str) -> set[str]:
    bits = joined([row[prefix + word] for word in words_of("fired", len(ruleset.program.names))])
    return set(Tables.of(ruleset).rules.of(bits)) & rules_of(ruleset).keys()


def _line(cells: tuple[str, ...]) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()
