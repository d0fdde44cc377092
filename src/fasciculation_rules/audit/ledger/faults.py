"""What SQLite complains of, in words that say what happened to the data and what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fasciculation_rules.errors import LedgerDamagedError, LedgerError

_SAID = {
    sqlite3.SQLITE_FULL: "the disk is full, or the file may grow no further; nothing of this was kept; make room",
    sqlite3.SQLITE_READONLY: "it may only be read here; nothing was written; ask whoever owns it",
    sqlite3.SQLITE_BUSY: "somebody else kept it locked for too long; nothing of this was kept; try again",
    sqlite3.SQLITE_LOCKED: "somebody else kept it locked for too long; nothing of this was kept; try again",
    sqlite3.SQLITE_IOERR: "the disk did not do what was asked; nothing of this was kept; look at the disk",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened; look whether it is there, and who may write to its folder",
    sqlite3.SQLITE_PERM: "it cannot be opened; look who may read it",
    sqlite3.SQLITE_CONSTRAINT: "its own rules forbid this; nothing of this was kept; entries are never changed",
}
_DAMAGED = {
    sqlite3.SQLITE_CORRUPT: "its pages are damaged; keep the file as it is, and go back to a copy",
    sqlite3.SQLITE_NOTADB: "it is no SQLite file, or its beginning is damaged",
}


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Raises LedgerError, or LedgerDamagedError, for what SQLite raises inside."""
    try:
        yield
    except sqlite3.Error as error:
        raise _of(error, path) from None


def _of(error: sqlite3.Error, path: Path) -> LedgerError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    if code in _DAMAGED:
        return LedgerDamagedError(f"{path} is damaged: {_DAMAGED[code]} ({name})")
    said = _SAID.get(code, "SQLite cannot do what was asked; nothing of this was kept")
    return LedgerError(f"{path}: {said} ({name})")


def is_cannot_open(error: sqlite3.Error) -> bool:
    """Whether a file, or the two files beside it, could not be opened."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
