"""Reads the lines of a file, compressed or not, within a bound of memory."""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

MOST_BYTES = 16 * 1024 * 1024
"""No resource is larger than this; of a line that is, only the beginning is held."""

_AT_ONCE = 1024 * 1024
_GZIP, _MARK = b"\x1f\x8b", b"\xef\xbb\xbf"


class DamagedError(Exception):
    """What is compressed ends too early, or is not what it says."""


@dataclass
class Seen:
    """What went by while a file was read: bytes as they lie on the disk, and their digest."""

    bytes: int = 0
    digest: Any = field(default_factory=hashlib.sha256)


class _Watched(io.RawIOBase):
    """A file of which every byte is counted as it is read."""

    def __init__(self, file: BinaryIO, seen: Seen) -> None:
        self.file, self.seen = file, seen

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any, /) -> int:
        found = self.file.readinto(into)  # type: ignore[attr-defined]  # a raw file has it
        self.seen.bytes += found
        self.seen.digest.update(into[:found])
        return int(found)


def lines_of(path: Path, seen: Seen | None = None) -> Iterator[bytes | None]:
    """Each line without its end; None where it is longer than `MOST_BYTES`, and nothing where it is blank.

    Raises OSError, and DamagedError where what is compressed cannot be read to its end.
    """
    with _opened(path, seen) as file:
        first = True
        while raw := file.readline(MOST_BYTES + 1):
            if first:
                raw, first = raw.removeprefix(_MARK), False
            if len(raw) > MOST_BYTES and not raw.endswith(b"\n"):
                _skip_rest(file)
                yield None
            elif line := raw.strip():
                yield line


def _skip_rest(file: BinaryIO) -> None:
    """The rest of a line that is too long."""
    while (rest := file.readline(_AT_ONCE)) and not rest.endswith(b"\n"):
        pass


@contextmanager
def _opened(path: Path, seen: Seen | None) -> Iterator[BinaryIO]:
    with path.open("rb", buffering=0) as raw:
        watched = io.BufferedReader(raw if seen is None else _Watched(raw, seen), _AT_ONCE)
        if watched.peek(2)[:2] != _GZIP:
            yield watched
            return
        try:
            with gzip.GzipFile(fileobj=watched) as file:
                yield io.BufferedReader(file, _AT_ONCE)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise DamagedError from None
