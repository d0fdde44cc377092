"""What a rung of the ladder is in FHIR's own words: a priority, a severity, and the time until when."""

from __future__ import annotations

import datetime

from fasciculation_rules.exchange.fhir.elements import Json
from fasciculation_rules.model.base import read_duration
from fasciculation_rules.model.outcomes import EMERGENCY, ROUTINE, SAME_DAY, SELF_CARE, SOON_GP, URGENT_2W
from fasciculation_rules.model.ruleset import Ruleset

PRIORITY = {
    SELF_CARE: "routine",
    ROUTINE: "routine",
    SOON_GP: "routine",
    URGENT_2W: "urgent",
    SAME_DAY: "asap",
    EMERGENCY: "stat",
}
"""The request priority of FHIR; how long is said by the occurrence, not by this word."""

SEVERITY = {
    SELF_CARE: "low",
    ROUTINE: "low",
    SOON_GP: "moderate",
    URGENT_2W: "high",
    SAME_DAY: "high",
    EMERGENCY: "high",
}


def until(at: datetime.datetime, delay: str | None) -> Json:
    """When a request should have happened: at once, or in a period that ends with the longest delay; else nothing."""
    if delay is None:
        return {}
    wait = read_duration(delay)
    start = at.isoformat(timespec="seconds")
    if not wait:
        return {"occurrenceDateTime": start}
    return {"occurrencePeriod": {"start": start, "end": (at + wait).isoformat(timespec="seconds")}}


def delay_of(rung: str | None, ruleset: Ruleset) -> str | None:
    """The longest delay of a rung."""
    found = ruleset.urgency.get(rung or "")
    return found.delay if found else None
