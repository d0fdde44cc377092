"""Which rules were in force at a site, by the events that its ledger holds."""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass
from typing import Any

from fasciculation_rules.audit.ledger.entry import EVENTS, Entry
from fasciculation_rules.audit.ledger.store import Ledger, to_time


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at a site: since when, and by which entry that is told, which may be a later one.

    `part` is what of the site it concerns; empty where it is all of it.
    """

    kind: str
    since: str
    by: str
    why: str
    ruleset: dict[str, Any] | None
    entry: Entry
    part: str = ""


@dataclass(frozen=True, slots=True)
class InForce:
    """What was in force: the event that put it there, and the one that silenced it, unless it spoke."""

    deployed: Event
    silenced: Event | None = None


def in_force(ledger: Ledger, at: datetime.datetime, *, tenant: str = "") -> InForce | None:
    """What was in force at a time, as the ledger tells it now; None where nothing was deployed by then."""
    limit = to_time(at)
    happened = [event for event in events(ledger, tenant) if event.since <= limit and not event.part]
    deployed = silenced = None
    for event in sorted(happened, key=lambda event: (event.since, event.entry.sequence)):
        match event.kind:
            case "deployed" | "rolled-back":
                deployed = event
            case "silenced":
                silenced = event
            case "resumed":
                silenced = None
    return None if deployed is None else InForce(deployed, silenced)


def events(ledger: Ledger, tenant: str = "") -> list[Event]:
    """What happened at a site, in the order in which it was told."""
    found = []
    with ledger.reading():
        for entry, opening in ledger.rows(f"WHERE kind IN ({', '.join('?' * len(EVENTS))})", *EVENTS):
            said = {} if opening is None else json.loads(opening.body)
            if said and said["tenant"] == tenant:
                found.append(
                    Event(
                        entry.kind, said["since"], said["by"], said["why"], said["ruleset"], entry, said.get("part", "")
                    )
                )
    return found
