"""Erases what a record says, or holds it against erasure. What stays of an erased one cannot be tried by guessing."""

from __future__ import annotations

import datetime
import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from fasciculation_rules.audit.ledger.entry import ERASED, HELD, LIFTED, RECORD, Entry
from fasciculation_rules.audit.ledger.faults import told
from fasciculation_rules.audit.ledger.store import Ledger
from fasciculation_rules.errors import LedgerError, RecordHeldError, must_say
from fasciculation_rules.shelf.digest import canonical_json

BY = "it needs to be said who does so (by)"


@dataclass(frozen=True, slots=True)
class Erasure:
    """When the record of an entry was erased, on what basis, by whom, and by which entry that is told."""

    sequence: int
    at: str
    basis: str
    by: str
    told_by: int


def erase(ledger: Ledger, named: str, *, basis: str, by: str) -> Erasure:
    """Erases the body, the salt, the id and the reference of a record, from the file and from what lies beside it.

    A record that was erased before stays erased; what may have been left of it beside the file goes now.
    Raises RecordHeldError where it is held, and LedgerError where it cannot be erased, or not yet wholly.
    """
    must_say("an erasure needs to say on what basis", basis)
    must_say(BY, by)
    with ledger.writing():
        entry, opening = ledger.find(named)
        if entry.kind != RECORD:
            raise LedgerError(f"entry {entry.sequence} is no record ({entry.kind}), so it stays")
        found = erasure_of(ledger, entry.sequence)
        if found is None:
            _must_not_be_held(ledger, entry.sequence)
            body = {"basis": basis, "by": by}
            ledger.connection.execute("DELETE FROM bodies WHERE sequence = ?", (entry.sequence,))
            told_by = ledger.add(ERASED, canonical_json(body), target=entry.sequence)
            found = Erasure(entry.sequence, told_by.time, basis, by, told_by.sequence)
        elif opening is not None:
            raise LedgerError(f"entry {entry.sequence} was erased and has a body again; `ledger verify` tells more")
    _empty_the_log(ledger)
    return found


def _empty_the_log(ledger: Ledger) -> None:
    """Brings what is beside the file into it and cuts it to nothing: until then it still has what was erased.

    Raises LedgerError where somebody reads for so long that it cannot be done.
    """
    with told(ledger.path):
        try:
            busy = ledger.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise
            busy = 1
    if busy:
        raise LedgerError(
            f"{ledger.path}: erased, but somebody is reading, so the file beside it (-wal) still has the text; "
            "erase it again once they have finished"
        )


def erasure_of(ledger: Ledger, sequence: int) -> Erasure | None:
    """How an entry was erased, or None."""
    rows = ledger.rows("WHERE kind = ? AND target = ?", ERASED, sequence)
    for told_by, opening in rows:
        said = {} if opening is None else json.loads(opening.body)
        return Erasure(sequence, told_by.time, said.get("basis", ""), said.get("by", ""), told_by.sequence)
    return None


# ---------------------------------------------------------------- holds


def hold(ledger: Ledger, named: str, *, why: str, by: str, until: datetime.date | None = None) -> Entry:
    """Holds a record against erasure, as the law or a period of retention may ask, until a day or until it is lifted.

    Raises LedgerError where there is no such record.
    """
    return _say(ledger, HELD, named, {"why": why, "by": by, "until": None if until is None else until.isoformat()})


def lift(ledger: Ledger, named: str, *, why: str, by: str) -> Entry:
    """Ends every hold on a record.

    Raises LedgerError where none is on it.
    """
    return _say(ledger, LIFTED, named, {"why": why, "by": by})


def _say(ledger: Ledger, kind: str, named: str, body: dict[str, Any]) -> Entry:
    must_say("a hold, and the end of one, needs to say why", body["why"])
    must_say(BY, body["by"])
    with ledger.writing():
        entry, opening = ledger.find(named)
        if entry.kind != RECORD or opening is None:
            raise LedgerError(f"entry {entry.sequence} is {'no record' if opening else 'erased'}, so nothing is held")
        if kind == LIFTED and not _holds(ledger, entry.sequence):
            raise LedgerError(f"entry {entry.sequence} is not held, so there is nothing to lift")
        return ledger.add(kind, canonical_json(body), target=entry.sequence)


def _must_not_be_held(ledger: Ledger, sequence: int) -> None:
    for held, body in _holds(ledger, sequence):
        until = f" until {body['until']}" if body["until"] else ""
        raise RecordHeldError(
            f"entry {sequence} is held{until} by {body['by']} ({body['why']}; entry {held.sequence}), "
            "so it was not erased; `ledger hold --lift` ends a hold"
        )


def _holds(ledger: Ledger, sequence: int) -> list[tuple[Entry, dict[str, Any]]]:
    """The holds that are in force on an entry, by the writer's clock."""
    today = ledger.now()[:10]
    found: list[tuple[Entry, dict[str, Any]]] = []
    for entry, opening in ledger.rows("WHERE target = ?", sequence):
        if entry.kind == LIFTED:
            found.clear()
        elif entry.kind == HELD and opening is not None:
            body = json.loads(opening.body)
            if body["until"] is None or today <= body["until"]:
                found.append((entry, body))
    return found
