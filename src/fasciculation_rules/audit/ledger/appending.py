"""Appends records and events. What is returned is on the disk."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from fasciculation_rules.audit.ledger.entry import EVENTS, RECORD, Entry
from fasciculation_rules.audit.ledger.store import Ledger, to_bytes, to_time
from fasciculation_rules.audit.record import Record
from fasciculation_rules.errors import ArgumentError, must_say
from fasciculation_rules.shelf.digest import canonical_json


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where a record lies. `new` is false where it lay there already, as after a call that was repeated."""

    sequence: int
    id: str
    new: bool


def append(ledger: Ledger, records: Iterable[Record]) -> list[Receipt]:
    """Appends records in one transaction; one that is there already is not appended again.

    Raises LedgerError where they cannot be kept; then none of them is.
    """
    with ledger.writing():
        return [_append(ledger, record) for record in records]


def _append(ledger: Ledger, record: Record) -> Receipt:
    there = ledger.connection.execute("SELECT sequence FROM bodies WHERE id = ?", (to_bytes(record.id),)).fetchone()
    if there is not None:
        return Receipt(there[0], record.id, new=False)
    entry = ledger.add(RECORD, record.line, key=record.id, subject=record.reference)
    return Receipt(entry.sequence, record.id, new=True)


def append_event(
    ledger: Ledger,
    kind: str,
    *,
    by: str,
    why: str,
    since: datetime.datetime | None = None,
    tenant: str = "",
    ruleset: dict[str, Any] | None = None,
    part: str = "",
) -> Entry:
    """Appends what happened at a site: deployed, silenced, resumed or rolled-back, since when, by whom and why.

    `part` is what of the site was silenced or resumed, such as `topic urgent-referral`; empty for all of it.
    `ruleset` is what a record says of the ruleset (`ruleset_of_record`): of what is deployed, or rolled back to.
    """
    if kind not in EVENTS:
        raise ArgumentError(f"an event is one of {', '.join(EVENTS)}")
    if (ruleset is not None) != (kind in ("deployed", "rolled-back")):
        raise ArgumentError("what is deployed or rolled back to is a ruleset; no other event has one")
    must_say("an event needs to say who did it (by)", by)
    must_say("an event needs to say why it was done (why)", why)
    must_say("a tenant is text", tenant, or_nothing=True)
    must_say("a part is text", part, or_nothing=True)
    with ledger.writing():
        body = {
            "since": ledger.now() if since is None else to_time(since),
            "tenant": tenant,
            "by": by,
            "why": why,
            "ruleset": ruleset,
            **({"part": part} if part else {}),
        }
        return ledger.add(kind, canonical_json(body))
