"""Which copy of a resource counts: the newest version of all exports, and none that was deleted since.

Every copy leaves a note of fixed size, by the digest of its `Type/id`; the notes of one part are looked at together.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from fasciculation_rules.population.intake.bulk.told import NEVER

_NOTE = struct.Struct("<16s16s8sqqQHB")
NOBODY = bytes(16)


class Where(IntEnum):
    """Where the copy lies that a note tells of."""

    PERSON = 0
    SHARED = 1
    FORM = 2
    NOWHERE = 3
    """It is about nobody, so that it was not kept; but it may be newer than a copy that was."""
    DELETED = 4
    """There is none: the resource was deleted."""


@dataclass(frozen=True, slots=True)
class Note:
    """One copy: digests of the resource's name, of whom it is about and of its text; its version; where it begins.

    `order` is that of its export.
    """

    key: bytes
    person: bytes
    text: bytes
    updated: int
    version: int
    begin: int
    order: int
    where: Where

    def packed(self) -> bytes:
        """As bytes."""
        return _NOTE.pack(
            self.key, self.person, self.text, self.updated, self.version, self.begin, self.order, self.where
        )


@dataclass
class Verdict:
    """What is to become of the copies of one resource: outdated and repeated ones go, clashing ones cannot be both.

    `gone` is whom a deleted patient record was about.
    """

    outdated: list[Note]
    repeated: list[Note]
    deleted: list[Note]
    clashing: list[Note]
    gone: bytes = NOBODY


def verdicts_of(path: Path) -> Iterator[Verdict]:
    """Those of the resources with more than one note, and of what was deleted."""
    if not path.exists():
        return
    groups: dict[bytes, list[Note]] = {}
    for key, person, text, updated, version, begin, order, where in _NOTE.iter_unpack(path.read_bytes()):
        note = Note(key, person, text, updated, version, begin, order, Where(where))
        groups.setdefault(note.key, []).append(note)
    for notes in groups.values():
        if len(notes) > 1 or notes[0].where is Where.DELETED:
            yield _verdict(notes)


def _verdict(notes: list[Note]) -> Verdict:
    """A deletion takes what its own export and those before it have."""
    ends = [note for note in notes if note.where is Where.DELETED]
    last = max((note.order for note in ends), default=-1)
    copies = [note for note in notes if note.where is not Where.DELETED]
    left = [note for note in copies if note.order > last]
    deleted = [note for note in copies if note.order <= last]
    if not left:
        return Verdict([], [], deleted, [], ends[0].person)
    ranks = _ranks(left)
    newest = max(ranks)
    outdated = [note for note, rank in zip(left, ranks, strict=True) if rank != newest]
    best = sorted(
        (note for note, rank in zip(left, ranks, strict=True) if rank == newest),
        key=lambda note: (note.text, note.begin),
    )
    kept: dict[bytes, Note] = {}
    repeated = [note for note in best if kept.setdefault(note.text, note) is not note]
    unlike = [*kept.values()]
    clashing = unlike if len({(note.person, note.where) for note in unlike}) > 1 else []
    return Verdict(outdated, repeated, deleted, clashing)


def _ranks(notes: Sequence[Note]) -> list[tuple[int, int]]:
    """By time, then number; by number alone where some have no time; by export where some have neither."""
    if all(note.updated != NEVER for note in notes):
        return [(note.updated, note.version) for note in notes]
    if all(note.version >= 0 for note in notes):
        return [(0, note.version) for note in notes]
    return [(0, note.order) for note in notes]
