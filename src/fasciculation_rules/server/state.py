"""What the service keeps between calls, in one SQLite file: no names, no ids of patients, no data of the record."""

from __future__ import annotations

import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from fasciculation_rules.errors import SiteError, StateError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS tokens (issuer TEXT, id BLOB, until INTEGER, PRIMARY KEY (issuer, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS shown (
    person BLOB, instance BLOB, loudness INTEGER, day INTEGER, PRIMARY KEY (person, instance)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS cards (
    card TEXT PRIMARY KEY, decision TEXT, topic TEXT, rung TEXT, ruleset TEXT, rules TEXT, intervention TEXT,
    day INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS feedback (
    card TEXT, outcome TEXT, at TEXT, user TEXT, place TEXT, reason TEXT, accepted TEXT, comment TEXT, received TEXT,
    PRIMARY KEY (card, outcome, at)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS silences (
    number INTEGER PRIMARY KEY, what TEXT, name TEXT, by TEXT, why TEXT, since TEXT, until TEXT);
"""

KEY_BYTES = 32
RED = "red"
"""A file that says that no worker gives guidance any more; a start takes it away."""


class State:
    """The tables, for any thread; every statement is short. Without a folder they end with the process."""

    def __init__(self, folder: Path | None) -> None:
        """Raises SiteError where the folder cannot be written to."""
        self.folder = folder
        self._lock = threading.Lock()
        try:
            if folder is not None:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.key = secrets.token_bytes(KEY_BYTES) if folder is None else _key(folder / "key")
            self._open()
        except (OSError, sqlite3.Error) as error:
            raise SiteError(f"the folder '{folder}' cannot keep the state of the service: {error}") from None

    def _open(self) -> None:
        where = ":memory:" if self.folder is None else str(self.folder / "state.sqlite")
        self._connection = sqlite3.connect(where, timeout=5, isolation_level=None, check_same_thread=False)
        if self.folder is not None:
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute("PRAGMA secure_delete = ON")
        self._connection.executescript(_SCHEMA)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction, seen by no other worker until it is left; undone by an exception.

        Raises StateError where it cannot be kept.
        """
        with self._lock, _told():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")
                raise

    def read(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """The rows of one question.

        Raises StateError where it cannot be read.
        """
        with self._lock, _told():
            return self._connection.execute(statement, values).fetchall()

    def say_red(self, why: str) -> None:
        """Tells the other workers that there is no guidance any more; a full disk must not keep it from being told."""
        if self.folder is not None:
            with suppress(OSError):
                (self.folder / RED).write_text(why, encoding="utf-8")

    def red(self) -> str:
        """Why another worker ended all guidance, or nothing."""
        if self.folder is None:
            return ""
        try:
            return (self.folder / RED).read_text(encoding="utf-8") or "red"
        except OSError:
            return ""

    def close(self) -> None:
        """Closes the file."""
        with self._lock:
            self._connection.close()


def begin(folder: Path | None) -> None:
    """A start, before any worker: what ended the guidance of the last run is over."""
    if folder is not None:
        (folder / RED).unlink(missing_ok=True)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StateError(f"the state of the service cannot be kept: {error}") from None


def _key(file: Path) -> bytes:
    """The secret of this site, made at the first start; only its owner may read it."""
    try:
        with file.open("xb") as made:
            file.chmod(0o600)
            made.write(secrets.token_bytes(KEY_BYTES))
    except FileExistsError:
        pass
    key = file.read_bytes()
    if len(key) != KEY_BYTES:
        raise OSError(f"'{file.name}' is no key of {KEY_BYTES} bytes; take it away and a new one is made")
    return key
