"""Takes a ledger out as JSON lines, for keeping elsewhere, for replay, and for whoever asks what is held of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from fasciculation_rules.audit.ledger.entry import ERASED, RECORD, Entry, Opening
from fasciculation_rules.audit.ledger.store import Ledger
from fasciculation_rules.errors import must_say

FORMAT = 1


def export(ledger: Ledger, *, subject: str | None = None) -> Iterator[dict[str, Any]]:
    """Each entry as plain data, with its body and salt; of an erased one, how it was erased instead.

    With `subject` only the records that a caller made under this reference.
    """
    if subject is not None:
        must_say("a reference is text", subject)
    with ledger.reading():
        erased = _erasures(ledger)
        rows = ledger.rows() if subject is None else ledger.rows("WHERE subject = ?", subject)
        for entry, opening in rows:
            yield _line(ledger.id, entry, opening, erased.get(entry.sequence))


def export_records(ledger: Ledger) -> Iterator[dict[str, Any]]:
    """Each record as plain data, read one by one, so that nobody who erases has to wait for the last of them."""
    with ledger.reading():
        numbers = [entry.sequence for entry, _ in ledger.rows("WHERE kind = ?", RECORD)]
    for number in numbers:
        with ledger.reading():
            entry, opening = ledger.find(str(number))
            erased = _erasures(ledger, "AND target = ?", number) if opening is None else {}
        yield _line(ledger.id, entry, opening, erased.get(number))


def _line(ledger: str, entry: Entry, opening: Opening | None, erased: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "ledger": ledger,
        "sequence": entry.sequence,
        "kind": entry.kind,
        "time": entry.time,
        "source": entry.source,
        "back": entry.back,
        "target": entry.target,
        "commitment": entry.commitment.hex(),
        "chain": entry.chain.hex(),
        "salt": None if opening is None else opening.salt.hex(),
        "body": None if opening is None else json.loads(opening.body),
        "erased": erased if opening is None else None,
    }


def _erasures(ledger: Ledger, where: str = "", *values: int) -> dict[int, dict[str, Any]]:
    """By the entry that was erased: when, on what basis, by whom, and by which entry that is told."""
    found: dict[int, dict[str, Any]] = {}
    for entry, opening in ledger.rows(f"WHERE kind = ? {where}", ERASED, *values):
        if entry.target is not None:
            said = {} if opening is None else json.loads(opening.body)
            found[entry.target] = {"at": entry.time, **said, "told_by": entry.sequence}
    return found
