"""One entry of a ledger: what stays of it for ever, and what commits it to a body that may be erased.

A body is committed to with a salt of its own (HMAC-SHA256), and both are kept apart from the entry. Once they are
gone, what stays can be tried against no guess, and links no two records of one person.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from typing import Any, NamedTuple

from fasciculation_rules.audit.ledger.merkle import leaf_hash
from fasciculation_rules.shelf.digest import canonical_json

FORMAT = 1
RECORD, ERASED, HELD, LIFTED = "record", "erased", "held", "lifted"
DEPLOYED, SILENCED, RESUMED, ROLLED_BACK = "deployed", "silenced", "resumed", "rolled-back"
EVENTS = (DEPLOYED, SILENCED, RESUMED, ROLLED_BACK)
"""What may happen at a site."""


class Entry(NamedTuple):
    """What stays. `back`: its time lies before that of the entry before it. `target`: the entry that it is about.

    A tuple, as a ledger of millions is read in half the time of a dataclass.
    """

    sequence: int
    kind: str
    time: str
    source: str
    back: bool
    target: int | None
    commitment: bytes
    chain: bytes = b""

    def fields(self) -> list[Any]:
        """What is hashed: all but the chain."""
        return [
            FORMAT,
            self.sequence,
            self.kind,
            self.time,
            self.source,
            self.back,
            self.target,
            self.commitment.hex(),
        ]

    def hash(self) -> bytes:
        """Its hash as a leaf. Where a column holds what no entry has, it is nothing, and fits nothing."""
        try:
            return leaf_hash(canonical_json(self.fields()))
        except (TypeError, ValueError):
            return b""

    def at(self, sequence: int) -> Entry:
        """The same in another place."""
        return self._replace(sequence=sequence)


class Opening(NamedTuple):
    """What may be erased: the body, the salt that its commitment needs, and by what the body is found."""

    salt: bytes
    body: bytes
    id: str | None = None
    subject: str | None = None


Row = tuple[Entry, Opening | None]
"""An entry, with its opening unless that was erased."""


def new_salt() -> bytes:
    """256 random bits."""
    return secrets.token_bytes(32)


def commit(salt: bytes, body: bytes) -> bytes:
    """What an entry holds of a body."""
    return hmac.digest(salt, body, "sha256")


def genesis(ledger: str) -> bytes:
    """What the first entry follows."""
    return hashlib.sha256(b"\x03" + ledger.encode()).digest()


def link(previous: bytes, entry: bytes) -> bytes:
    """The chain after an entry, by its hash."""
    return hashlib.sha256(b"\x02" + previous + entry).digest()


def read_fields(said: Sequence[Any]) -> Entry:
    """The entry that some fields are.

    Raises ValueError where they are not those of an entry.
    """
    match said:
        case [1, int(sequence), str(kind), str(time), str(source), bool(back), None | int() as target, str(digits)]:
            return Entry(sequence, kind, time, source, back, target, bytes.fromhex(digits))
    raise ValueError("no fields of an entry")
