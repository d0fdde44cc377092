"""An open ledger: transactions, new entries and old ones, found by number, id or subject."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from fasciculation_rules.audit.ledger import file
from fasciculation_rules.audit.ledger.entry import Entry, Opening, Row, commit, genesis, link, new_salt
from fasciculation_rules.audit.ledger.faults import told
from fasciculation_rules.errors import ArgumentError, LedgerError

Clock = Callable[[], datetime.datetime]


@dataclass
class Ledger:
    """An open ledger, for one thread. Whoever writes brings a clock, and says what kind of clock it is."""

    path: Path
    connection: sqlite3.Connection
    id: str
    clock: Clock | None = None
    source: str = ""
    _last: Entry | None = field(default=None, init=False, repr=False)

    @classmethod
    def open(cls, path: Path, *, clock: Clock, source: str = "system clock", patience: float = file.PATIENCE) -> Self:
        """A ledger to write to.

        Raises LedgerError where there is none, where it lies on a network file system, or cannot be opened.
        """
        return cls(path, *file.open_to_write(path, patience), clock, source)

    @classmethod
    def open_to_read(cls, path: Path, *, patience: float = file.PATIENCE) -> Self:
        """A ledger to read, also from a disk that cannot be written to.

        Raises LedgerError where there is none or it cannot be read.
        """
        return cls(path, *file.open_to_read(path, patience))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file; the last to close it empties the write-ahead log."""
        self.connection.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction: all of it is kept once this is left, or, with an exception, nothing of it.

        Raises LedgerError where it cannot be kept.
        """
        self._must_have_a_clock()
        with told(self.path):
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                self._last = self.last()
                yield
                self.connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    self.connection.execute("ROLLBACK")
                raise

    @contextmanager
    def reading(self) -> Iterator[None]:
        """One state of the ledger, whoever appends meanwhile."""
        with told(self.path):
            self.connection.execute("BEGIN")
            try:
                yield
            finally:
                with suppress(sqlite3.Error):
                    self.connection.execute("ROLLBACK")

    def add(
        self,
        kind: str,
        body: bytes,
        *,
        target: int | None = None,
        key: str | None = None,
        subject: str | None = None,
    ) -> Entry:
        """Adds an entry within a transaction of `writing`; `key` is the digest by which a record is found."""
        last, now, salt = self._last, self.now(), new_salt()
        entry = Entry(
            sequence=1 if last is None else last.sequence + 1,
            kind=kind,
            time=now,
            source=self.source,
            back=last is not None and now < last.time,
            target=target,
            commitment=commit(salt, body),
        )
        entry = entry._replace(chain=link(genesis(self.id) if last is None else last.chain, entry.hash()))
        self.connection.execute(
            "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (entry.sequence, kind, now, self.source, entry.back, target, entry.commitment, entry.chain),
        )
        self.connection.execute(
            "INSERT INTO bodies VALUES (?, ?, ?, ?, ?)",
            (entry.sequence, salt, body, None if key is None else to_bytes(key), subject),
        )
        self._last = entry
        return entry

    def now(self) -> str:
        """The writer's time in UTC, asked for anew each time: in a transaction, after all waiting."""
        return to_time(self._must_have_a_clock()())

    def _must_have_a_clock(self) -> Clock:
        if self.clock is None:
            raise ArgumentError("this ledger was opened to be read; open it with a clock to write to it")
        return self.clock

    def last(self) -> Entry | None:
        """The newest entry."""
        row = self.connection.execute(f"{_ROWS} ORDER BY sequence DESC LIMIT 1").fetchone()
        return None if row is None else _row(row)[0]

    def rows(self, where: str = "", *values: object) -> Iterator[Row]:
        """Entries in order, each with its opening unless that is gone; `where` is a condition in SQL."""
        for row in self.connection.execute(f"{_ROWS} {where} ORDER BY sequence", values):
            yield _row(row)

    def find(self, named: str) -> Row:
        """The entry of a record by its id, or any entry by its sequence number.

        Raises LedgerError where there is none.
        """
        key = to_bytes(named)
        if named.isdecimal() and len(named) < 19:
            found = next(self.rows("WHERE sequence = ?", int(named)), None)
        else:
            found = None if key is None else next(self.rows("WHERE id = ?", key), None)
        if found is None:
            kind = "entry" if named.isdecimal() else "record of this id"
            hint = "" if named.isdecimal() else "; of an erased one only the sequence number is left"
            raise LedgerError(f"{self.path} has no such {kind}{hint}")
        return found


_ROWS = (
    "SELECT sequence, kind, time, source, back, target, commitment, chain, salt, body, id, subject "
    "FROM entries LEFT JOIN bodies USING (sequence)"
)


def _row(row: tuple[Any, ...]) -> Row:
    """What the columns hold; what is of another type than it was written with stays so, and so verifies as edited."""
    sequence, kind, time, source, back, target, commitment, chain, salt, body, key, subject = row
    back = bool(back) if back in (0, 1) else back
    entry = Entry(sequence, kind, time, source, back, target, _bytes(commitment), _bytes(chain))
    return entry, None if salt is None else Opening(_bytes(salt), _bytes(body), to_digest(key), subject)


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def to_time(time: datetime.datetime) -> str:
    """A time as entries have it, always of one length, so that times sort as text."""
    if time.tzinfo is None:
        raise ArgumentError("a time has its offset from UTC")
    return time.astimezone(datetime.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def to_bytes(digest: str) -> bytes | None:
    """The bytes of a digest as it is written; None where it is no digest."""
    kind, _, digits = digest.partition(":")
    with suppress(ValueError):
        found = bytes.fromhex(digits)
        return found if kind == "sha256" and len(found) == 32 else None
    return None


def to_digest(raw: object) -> str | None:
    """A digest as it is written."""
    return None if raw is None else f"sha256:{_bytes(raw).hex()}"
