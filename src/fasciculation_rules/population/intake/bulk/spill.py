"""Many files that are appended to within a bound of memory, and records in them that each have an owner."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

BUFFERED = 64 * 1024 * 1024
"""Bytes that are held before they are written."""

MOST_OF_ONE = 64 * 1024 * 1024
"""No record of one person has more bytes than this."""

_HEAD = struct.Struct("<HI")
Span = tuple[int, int, int]
"""Where a record begins, where its body does, and the length of that."""


class Spill:
    """Appends to files of one folder by name. Only their owner may read them; one is open at a time."""

    def __init__(self, place: Path, most: int = BUFFERED) -> None:
        self.place, self.most = place, most
        self.held: dict[str, bytearray] = {}
        self.written: dict[str, int] = {}
        self.bytes = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is None:
            self.flush()

    def add(self, name: str, data: bytes) -> int:
        """Where in the file the data begin."""
        held = self.held.get(name)
        if held is None:
            held = self.held[name] = bytearray()
        begin = self.written.get(name, 0) + len(held)
        held += data
        self.bytes += len(data)
        if self.bytes > self.most:
            self.flush()
        return begin

    def add_record(self, name: str, owner: str, body: bytes) -> int:
        """A record of an owner; where it begins."""
        said = owner.encode("utf-8", "surrogatepass")
        return self.add(name, _HEAD.pack(len(said), len(body)) + said + body)

    def flush(self) -> None:
        """Writes what is held."""
        for name, held in self.held.items():
            with open(self.place / name, "ab", opener=_private) as file:
                file.write(held)
            self.written[name] = self.written.get(name, 0) + len(held)
        self.held, self.bytes = {}, 0


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


class Records:
    """The records of one file by owner; only their places are held. An owner who has too much has None."""

    def __init__(self, path: Path, without: frozenset[int] = frozenset()) -> None:
        self.spans: dict[str, list[Span] | None] = {}
        self.file: BinaryIO | None = None
        if path.exists():
            self.file = path.open("rb")
            sizes: dict[str, int] = {}
            for owner, span in _places(self.file):
                if span[0] not in without:
                    self._place(owner, span, sizes)

    def _place(self, owner: str, span: Span, sizes: dict[str, int]) -> None:
        sizes[owner] = sizes.get(owner, 0) + span[2]
        if sizes[owner] > MOST_OF_ONE:
            self.spans[owner] = None
            return
        found = self.spans.setdefault(owner, [])
        if found is not None:
            found.append(span)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.file is not None:
            self.file.close()

    def bodies(self, owner: str) -> list[bytes]:
        """Those of one owner, in the order of their bytes."""
        found = self.spans.get(owner) or ()
        return sorted(self.read(span) for span in found)

    def read(self, span: Span) -> bytes:
        """One body."""
        if self.file is None:
            return b""
        self.file.seek(span[1])
        return self.file.read(span[2])


def _places(file: BinaryIO) -> Iterator[tuple[str, Span]]:
    begin = 0
    while head := file.read(_HEAD.size):
        owner, body = _HEAD.unpack(head)
        name = file.read(owner).decode("utf-8", "surrogatepass")
        yield name, (begin, begin + _HEAD.size + owner, body)
        begin = file.seek(body, os.SEEK_CUR)


def numbers_of(path: Path) -> frozenset[int]:
    """Whole numbers of 64 bits, as many as the file has; none where there is no file."""
    data = path.read_bytes() if path.exists() else b""
    return frozenset(number for (number,) in struct.iter_unpack("<Q", data))


def number(value: int) -> bytes:
    """One of them."""
    return struct.pack("<Q", value)
