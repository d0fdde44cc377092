"""A file of records, one a line, that only grows: a line is there whole or not at all, whoever else writes."""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fasciculation_rules.audit.record import Record, read_record
from fasciculation_rules.errors import RecordError

BEGINNING = b'{"at":"'
"""How every line begins; a file that begins otherwise is somebody's, and is not written to."""

STEP = 65_536
"""Bytes read at a time from the end."""


class RecordFile:
    """An open file of records. What `close` has returned from is on the disk."""

    def __init__(self, path: Path) -> None:
        """Opens it, or makes it for its owner alone.

        Raises RecordError where it is another kind of file, or cannot be written to.
        """
        self.path = path
        self.mended = 0
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as error:
            raise self._failed(error) from None
        try:
            self._must_be_ours()
        except BaseException:
            os.close(self._file)
            raise

    def append(self, record: Record) -> None:
        """Adds one line.

        Raises RecordError where it cannot be written; then nothing of it is in the file.
        """
        with self._alone():
            self._mend()
            end = os.fstat(self._file).st_size
            try:
                _write(self._file, record.line + b"\n")
            except BaseException as error:
                os.ftruncate(self._file, end)
                if isinstance(error, OSError):
                    raise self._failed(error) from None
                raise

    def close(self) -> None:
        """Waits until the disk has it all.

        Raises RecordError where the disk does not take it.
        """
        try:
            os.fsync(self._file)
        except OSError as error:
            raise self._failed(error) from None
        finally:
            os.close(self._file)

    def _must_be_ours(self) -> None:
        found = os.fstat(self._file)
        if not stat.S_ISREG(found.st_mode):
            raise RecordError(f"{self.path} is not a plain file, so it keeps no record; name one that is")
        if not BEGINNING.startswith(os.pread(self._file, len(BEGINNING), 0)):
            raise RecordError(f"{self.path} is no file of records, so nothing was written to it; name another file")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def _mend(self) -> None:
        """Takes out a last line that its writer, killed while writing, never acknowledged."""
        size = os.fstat(self._file).st_size
        if not size or os.pread(self._file, 1, size - 1) == b"\n":
            return
        last = self._last_line(size)
        try:
            read_record(last)
        except RecordError:
            os.ftruncate(self._file, size - len(last))
            self.mended += 1
        else:
            _write(self._file, b"\n")

    def _last_line(self, size: int) -> bytes:
        """What stands after the last end of a line."""
        tail = b""
        while len(tail) < size and b"\n" not in tail:
            start = max(size - len(tail) - STEP, 0)
            tail = os.pread(self._file, size - len(tail) - start, start) + tail
        return tail.rpartition(b"\n")[2]

    def _failed(self, error: OSError) -> RecordError:
        reason = (error.strerror or str(error)).lower()
        return RecordError(f"{self.path}: the record cannot be written ({reason}), and nothing of it is there")


def _write(file: int, line: bytes) -> None:
    """All of it: what a disk that is nearly full takes in part is tried again, and then refused."""
    while line:
        line = line[os.write(file, line) :]
