"""Medicines: what is being taken now, and what is said not to be taken. Not to be given is neither."""

from __future__ import annotations

from fasciculation_rules.exchange.fhir.opening import Entry
from fasciculation_rules.exchange.fhir.reading import Found, Reading, Told
from fasciculation_rules.exchange.fhir.shapes import object_of, text_of
from fasciculation_rules.exchange.fhir.statuses import ADHERENCE, REQUEST, STATEMENT, Standing, coded, plain
from fasciculation_rules.exchange.systems import ADHERENCE as ADHERENCE_SYSTEM

_NOT_YET = ("proposal", "plan", "option")


def read_request(entry: Entry, reading: Reading) -> None:
    """An active order is use; a plan, a stop or a prohibition is not."""
    found = _medicine(entry, reading)
    if not found:
        return
    resource, standing = entry.resource, plain(entry.resource.get("status"), REQUEST)
    if standing in (Standing.FINAL, Standing.UNSTATED):
        if resource.get("doNotPerform") not in (None, False):
            standing = Standing.NOT_DONE
        elif text_of(resource.get("intent")) in _NOT_YET:
            standing = Standing.NOT_FINAL
    _take(entry, found, standing, reading, "authoredOn")


def read_statement(entry: Entry, reading: Reading) -> None:
    """Taken, or said not to be taken; in R5 the adherence tells."""
    found = _medicine(entry, reading)
    if not found:
        return
    resource, standing = entry.resource, plain(entry.resource.get("status"), STATEMENT)
    adherence = object_of(resource.get("adherence")).get("code")
    if standing in (Standing.FINAL, Standing.UNSTATED) and adherence is not None:
        standing, _ = coded(adherence, ADHERENCE_SYSTEM, ADHERENCE)
    end = reading.clock.read(object_of(resource.get("effectivePeriod")).get("end"))
    if standing in (Standing.FINAL, Standing.UNSTATED) and end is not None and end.first < reading.clock.today:
        standing = Standing.HISTORY
    _take(entry, found, standing, reading, "dateAsserted", "effectiveDateTime", "effectivePeriod")


def _medicine(entry: Entry, reading: Reading) -> list[Found]:
    """Which medicine: R4 `medicationCodeableConcept` or a reference, R5 `medication` as either."""
    resource = entry.resource
    either = object_of(resource.get("medication"))
    concept = resource.get("medicationCodeableConcept") or either.get("concept")
    reference = resource.get("medicationReference") or either.get("reference")
    if concept is None and reference is not None:
        reference = reference if isinstance(reference, dict) else either
        concept = reading.opened.resolve(reference, entry).get("code")
    return reading.understood(concept, entry)


def _take(entry: Entry, found: list[Found], standing: Standing, reading: Reading, *keys: str) -> None:
    found, said = reading.standing_of(standing, found, entry)
    if not found:
        return
    moment, usable = reading.dated(entry, *keys)
    if usable:
        reading.say(entry, found, said, Told(moment, text_of(entry.resource.get("status"))))
