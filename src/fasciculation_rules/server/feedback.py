"""What became of a card: kept once however often it is told, joined to its decision, and exported for HTI-1."""

from __future__ import annotations

import csv
import datetime
import io
import json
import re
from collections.abc import Iterator
from typing import Any

from fasciculation_rules.exchange.fhir.shapes import Json, object_of, objects_of, text_of
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.server.cards import EXTENSION
from fasciculation_rules.server.deciding import Decided
from fasciculation_rules.server.refusing import Refused
from fasciculation_rules.server.state import State

OUTCOMES = ("accepted", "overridden")
MOST_ENTRIES = 1_000
MOST_COMMENT = 4_000
COLUMNS = (
    "intervention", "action_taken", "user_feedback", "user", "at", "location", "card", "decision", "topic", "rung",
    "ruleset", "rules", "accepted_suggestions", "reason", "received",
)  # fmt: skip
_UUID = re.compile(r"[0-9a-fA-F-]{1,64}")


def remember_card(state: State, decided: Decided, ruleset: Ruleset, today: datetime.date) -> None:
    """Keeps which decision, rules and version a card came from. Nothing of the person."""
    if decided.show is None or decided.seen is None or not decided.body["cards"]:
        return
    card = decided.body["cards"][0]
    rules = [name for name in decided.seen.assessment.firings.fired if name in ruleset.escalations]
    with state.writing() as tables:
        tables.execute(
            "INSERT OR IGNORE INTO cards VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                card["uuid"],
                decided.decision,
                str(decided.show.topic),
                decided.seen.assessment.urgency.at_least,
                ruleset.version,
                json.dumps(rules),
                card["summary"],
                today.toordinal(),
            ),
        )


def take_feedback(state: State, data: object, now: datetime.datetime) -> list[Json]:
    """Keeps every entry it can; returns a line for each that it cannot, with its status.

    Raises Refused (400) where nothing of it is feedback.
    """
    entries = object_of(data).get("feedback")
    if not isinstance(entries, list) or not 0 < len(entries) <= MOST_ENTRIES:
        raise Refused(400, "structure", f"feedback is a list of 1 to {MOST_ENTRIES} entries", at="feedback")
    return [told for number, entry in enumerate(entries) if (told := _take(state, object_of(entry), number, now))]


def _take(state: State, entry: Json, number: int, now: datetime.datetime) -> Json | None:
    card, outcome = text_of(entry.get("card")), text_of(entry.get("outcome"))
    if (fault := _fault(entry, card, outcome)) is not None:
        return {"entry": number, "status": 400, "message": fault}
    entry = _storable(entry)
    reason = object_of(entry.get("overrideReason"))
    coded = object_of(reason.get("reason"))
    accepted = [text_of(each.get("id")) for each in objects_of(entry.get("acceptedSuggestions"))]
    own = object_of(entry.get("extension"))
    with state.writing() as tables:
        if not tables.execute("SELECT 1 FROM cards WHERE card = ?", (card.lower(),)).fetchone():
            return {"entry": number, "status": 404, "message": "no card of this service has this uuid"}
        tables.execute(
            "INSERT OR IGNORE INTO feedback VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                card.lower(),
                outcome,
                _utc(text_of(entry.get("outcomeTimestamp"))),
                text_of(own.get(f"{EXTENSION}.user"))[:200],
                text_of(own.get(f"{EXTENSION}.location"))[:200],
                text_of(coded.get("code"))[:200],
                json.dumps(accepted[:20]),
                text_of(reason.get("userComment"))[:MOST_COMMENT],
                now.isoformat(timespec="seconds"),
            ),
        )
    return None


def _utc(time: str) -> str:
    """The same instant in one form, however it was written."""
    return datetime.datetime.fromisoformat(time).astimezone(datetime.UTC).isoformat()


def _storable(entry: Json) -> Json:
    """The same without halves of characters, which no file can hold."""
    return object_of(json.loads(json.dumps(entry, ensure_ascii=False).encode("utf-8", "replace")))


def _fault(entry: Json, card: str, outcome: str) -> str | None:
    if _UUID.fullmatch(card) is None:
        return "card is the uuid of a card"
    if outcome not in OUTCOMES:
        return "outcome is 'accepted' or 'overridden'"
    accepted = objects_of(entry.get("acceptedSuggestions"))
    if outcome == "accepted" and not any(text_of(each.get("id")) for each in accepted):
        return "acceptedSuggestions is needed where the outcome is 'accepted'"
    try:
        told = datetime.datetime.fromisoformat(text_of(entry.get("outcomeTimestamp")))
    except ValueError:
        told = None
    if told is None or told.tzinfo is None:
        return "outcomeTimestamp is a time with its offset from UTC"
    return None


def erase_comments(state: State, card: str) -> int:
    """Takes away what users wrote about a card in words of their own; how many comments that were."""
    with state.writing() as tables:
        found = tables.execute("UPDATE feedback SET comment = '' WHERE card = ? AND comment != ''", (card.lower(),))
        return found.rowcount


# ---------------------------------------------------------------- export


def rows(state: State) -> Iterator[dict[str, Any]]:
    """Each feedback with its card, oldest first: what 45 CFR 170.315(b)(11)(ii)(C) asks to be exported."""
    found = state.read(
        "SELECT c.intervention, f.outcome, f.comment, f.user, f.at, f.place, f.card, c.decision, c.topic, c.rung,"
        " c.ruleset, c.rules, f.accepted, f.reason, f.received"
        " FROM feedback f JOIN cards c ON c.card = f.card ORDER BY f.received, f.card, f.outcome, f.at"
    )
    for row in found:
        yield dict(zip(COLUMNS, row, strict=True))


def as_csv(state: State) -> str:
    """CSV with a head line. A cell never begins as a formula would."""
    into = io.StringIO(newline="")
    writer = csv.DictWriter(into, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for row in rows(state):
        writer.writerow({name: _harmless(str(value)) for name, value in row.items()})
    return into.getvalue()


def as_ndjson(state: State) -> str:
    """One JSON object a line."""
    return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows(state))


def _harmless(text: str) -> str:
    return f"'{text}" if text[:1] in "=+-@\t\r" and text[:1] else text
