"""The SQLite file of a ledger: how it is made, and opened to write or to read.

Entries stay for ever, and two triggers keep accidents away from them; what may be erased lies in a table of its own.
"""

from __future__ import annotations

import os
import sqlite3
import uuid
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from fasciculation_rules.audit.ledger.faults import is_cannot_open, told
from fasciculation_rules.audit.ledger.places import check_place
from fasciculation_rules.errors import LedgerDamagedError, LedgerError

APPLICATION = 0x66_72_6C_67
"""By which SQLite and `file` know whose file it is: `frlg`."""

PATIENCE = 30.0
"""Seconds to wait for other writers."""

PAGE_BYTES = 32_768
"""Large, because a record takes some kilobytes, and what does not fit a page goes to waste."""

_SCHEMA = f"""
BEGIN;
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = 1;
CREATE TABLE ledger (id TEXT NOT NULL);
CREATE TABLE entries (
    sequence INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    time TEXT NOT NULL,
    source TEXT NOT NULL,
    back INTEGER NOT NULL,
    target INTEGER,
    commitment BLOB NOT NULL,
    chain BLOB NOT NULL
);
CREATE TABLE bodies (
    sequence INTEGER PRIMARY KEY,
    salt BLOB NOT NULL,
    body BLOB NOT NULL,
    id BLOB,
    subject TEXT
);
CREATE INDEX entries_by_target ON entries (target) WHERE target IS NOT NULL;
CREATE UNIQUE INDEX bodies_by_id ON bodies (id) WHERE id IS NOT NULL;
CREATE INDEX bodies_by_subject ON bodies (subject) WHERE subject IS NOT NULL;
CREATE TRIGGER entries_stay BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'entries stay'); END;
CREATE TRIGGER entries_stay_as_they_are BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'entries stay'); END;
COMMIT;
"""

Opened = tuple[sqlite3.Connection, str]
"""A connection, and the id of the ledger."""


def open_to_write(path: Path, patience: float) -> Opened:
    """A ledger to write to.

    Raises LedgerError where there is none, where it lies on a network file system, or cannot be opened.
    """
    check_place(path)
    _must_be_there(path)
    with told(path):
        return _opened(path, "mode=rw", patience)


def open_to_read(path: Path, patience: float) -> Opened:
    """A ledger to read, also from a disk that cannot be written to.

    Raises LedgerError where there is none or it cannot be read.
    """
    _must_be_there(path)
    with told(path):
        try:
            return _opened(path, "mode=ro", patience)
        except sqlite3.OperationalError as error:
            # The two files beside it cannot be made here; if no writer left anything in them, none are needed.
            if not is_cannot_open(error) or _left_in_log(path):
                raise
            return _opened(path, "immutable=1", patience)


def begin(path: Path) -> str:
    """Makes a new ledger for its owner alone; its id.

    Raises LedgerError where something is there already, or nothing can be made.
    """
    check_place(path)
    draft, name = path.with_name(f".{path.name}.{uuid.uuid4().hex}"), str(uuid.uuid4())
    try:
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with told(path):
            _write_schema(draft, name)
        _put(draft, path)
    except FileExistsError:
        raise LedgerError(f"{path} is there already; nothing was written") from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise LedgerError(f"{path}: no ledger can be made here ({reason}); nothing was written") from None
    finally:
        for left in (draft, *beside(draft)):
            with suppress(OSError):
                left.unlink(missing_ok=True)
    return name


def beside(path: Path) -> tuple[Path, Path]:
    """The two files that SQLite keeps beside it while it is open."""
    return path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")


def is_ledger(path: Path) -> bool:
    """Whether a file begins as an SQLite file does."""
    beginning = b"SQLite format 3\x00"
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(beginning)) == beginning


def _opened(path: Path, mode: str, patience: float) -> Opened:
    connection = _connect(path, mode, patience)
    try:
        return connection, _identity(path, connection)
    except BaseException:
        connection.close()
        raise


def _connect(path: Path, mode: str, patience: float) -> sqlite3.Connection:
    place = f"file:{quote(str(path.absolute()))}?{mode}"
    connection = sqlite3.connect(place, uri=True, timeout=patience, isolation_level=None)
    connection.text_factory = _text
    try:
        # FULL: a commit returns when the disk has it. ON: what is deleted is overwritten. MEMORY: no files of our own.
        for setting in ("synchronous = FULL", "secure_delete = ON", "temp_store = MEMORY", "trusted_schema = OFF"):
            connection.execute(f"PRAGMA {setting}")
    except BaseException:
        connection.close()
        raise
    return connection


def _text(raw: bytes) -> str:
    """What somebody put into a text column may be no text; it must not keep the rest from being verified."""
    return raw.decode(errors="replace")


def _identity(path: Path, connection: sqlite3.Connection) -> str:
    """The id of the ledger.

    Raises LedgerError where the file is another program's, LedgerDamagedError where it has no id.
    """
    names = ("application_id", "user_version")
    application, version = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names)
    if application != APPLICATION:
        raise LedgerError(f"{path} is an SQLite file and no ledger; nothing was done to it")
    if version != 1:
        raise LedgerError(f"{path} is a ledger of format {version}, and this version reads format 1")
    found = connection.execute("SELECT id FROM ledger").fetchone()
    if found is None:
        raise LedgerDamagedError(f"{path} is damaged: its id is gone")
    return str(found[0])


def _must_be_there(path: Path) -> None:
    if not path.is_file():
        raise LedgerError(f"there is no ledger '{path}'; `fasciculation-rules ledger append --new` begins one")


def _left_in_log(path: Path) -> bool:
    log = beside(path)[0]
    return log.exists() and log.stat().st_size > 0


def _write_schema(path: Path, name: str) -> None:
    connection = _connect(path, "mode=rw", PATIENCE)
    try:
        connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(_SCHEMA)
        connection.execute("INSERT INTO ledger VALUES (?)", (name,))
    finally:
        connection.close()


def _put(draft: Path, path: Path) -> None:
    """Gives the finished file its name, and never that of another."""
    try:
        os.link(draft, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if path.exists():
            raise FileExistsError(path) from None
        draft.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
