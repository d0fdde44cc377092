"""Procedures, and the diseases of relatives, which are never the patient's."""

from __future__ import annotations

from typing import assert_never

from fasciculation_rules.exchange.fhir.opening import Entry
from fasciculation_rules.exchange.fhir.reading import Found, Reading, Told
from fasciculation_rules.exchange.fhir.shapes import Json, object_of, objects_of, text_of
from fasciculation_rules.exchange.fhir.statement import PRESENT
from fasciculation_rules.exchange.fhir.statuses import FAMILY, PROCEDURE, Standing, plain
from fasciculation_rules.exchange.systems import ROLE, system_of

FIRST_DEGREE = frozenset(
    {
        *("PRN", "NPRN", "MTH", "NMTH", "FTH", "NFTH", "CHILD", "NCHILD", "SON", "SONC", "DAU", "DAUC"),
        *("SIB", "NSIB", "BRO", "NBRO", "SIS", "NSIS", "TWIN", "TWINBRO", "TWINSIS"),
    }
)
"""Parents, siblings and children by blood, of v3-RoleCode."""


def read_procedure(entry: Entry, reading: Reading) -> None:
    """One that was done; *not done* is neither present nor a denial of all others of its kind."""
    found = reading.understood(entry.resource.get("code"), entry)
    if not found:
        return
    standing = plain(entry.resource.get("status"), PROCEDURE)
    if _stands(entry, standing, reading, found[0].meaning.item):
        keys = ("performedDateTime", "performedPeriod", "occurrenceDateTime", "occurrencePeriod", "recorded")
        moment, usable = reading.dated(entry, *keys)
        if usable:
            reading.say(entry, found, PRESENT, Told(moment, text_of(entry.resource.get("status"))))


def read_family(entry: Entry, reading: Reading) -> None:
    """What a disease of a parent, sibling or child says of the family history."""
    resource = entry.resource
    known = [_of_relative(part, entry, reading) for part in objects_of(resource.get("condition"))]
    known = [found for found in known if found]
    if not known or not _stands(entry, plain(resource.get("status"), FAMILY), reading, ""):
        return None
    codings = objects_of(object_of(resource.get("relationship")).get("coding"))
    roles = {text_of(each.get("code")) for each in codings if system_of(text_of(each.get("system"))) in (ROLE, "")}
    if not roles or not roles <= FIRST_DEGREE:
        return reading.refuse("not-first-degree", entry)
    moment, usable = reading.dated(entry, "date")
    if usable:
        told = Told(moment, text_of(resource.get("status")))
        for found in known:
            reading.say(entry, found, PRESENT, told)
    return None


def _of_relative(part: Json, entry: Entry, reading: Reading) -> list[Found]:
    """What one disease of a relative says; one that would be a finding of the patient's own is counted apart."""
    codings = objects_of(object_of(part.get("code")).get("coding"))
    keys = {(system_of(text_of(each.get("system"))), text_of(each.get("code"))) for each in codings}
    if part.get("modifierExtension"):
        reading.refuse("modified", entry)
        return []
    if not keys & reading.relatives.keys() and keys & reading.meanings.keys():
        reading.refuse("of-a-relative", entry)
        return []
    return reading.understood(part.get("code"), entry, reading.relatives)


def _stands(entry: Entry, standing: Standing, reading: Reading, item: str) -> bool:
    """Whether a status lets anything be said; if not, why is counted."""
    match standing:
        case Standing.FINAL | Standing.UNSTATED:
            return True
        case Standing.ERROR | Standing.NOT_DONE | Standing.NOT_FINAL | Standing.UNREADABLE:
            reading.refuse(standing, entry, item)
            return False
        case Standing.ABSENT | Standing.HISTORY | Standing.SUSPICION | Standing.PRELIMINARY:
            raise AssertionError(standing)
        case _:
            assert_never(standing)
