"""Medicines: what is being taken now, and what is said not to be taken. Not to be given is neither."""

from __future__ import annotations

from fasciculation_rules.exchange.fhir.moments import Clock
from fasciculation_rules.exchange.fhir.opening import Entry
from fasciculation_rules.exchange.fhir.reading import Found, Reading, Told
from fasciculation_rules.exchange.fhir.shapes import Json, object_of, objects_of, text_of
from fasciculation_rules.exchange.fhir.statuses import ADHERENCE, REQUEST, STATEMENT, Standing, coded, plain
from fasciculation_rules.exchange.systems import ADHERENCE as ADHERENCE_SYSTEM
from fasciculation_rules.exchange.systems import ITEMS

_NOT_YET = ("proposal", "plan", "option")
_ORDERS = ("order", "original-order", "reflex-order", "filler-order", "instance-order")


def read_request(entry: Entry, reading: Reading) -> None:
    """An active order is use; a plan, a stop or a prohibition is not."""
    found = _medicine(entry, reading)
    if not found:
        return
    resource, standing = entry.resource, plain(entry.resource.get("status"), REQUEST)
    if standing in (Standing.FINAL, Standing.UNSTATED):
        if resource.get("doNotPerform") not in (None, False):
            standing = Standing.NOT_DONE
        elif resource.get("intent") in _NOT_YET:
            standing = Standing.NOT_FINAL
        elif resource.get("intent") not in (*_ORDERS, None):
            standing = Standing.UNREADABLE
        else:
            standing = _in_time(_courses(resource.get("dosageInstruction")), standing, reading.clock)
    _take(entry, found, standing, reading, "authoredOn")


def read_statement(entry: Entry, reading: Reading) -> None:
    """Taken, or said not to be taken; in R5 the adherence tells.

    A code of others names one medicine, and an item a class: who does not take the one may take another of them.
    """
    found = _medicine(entry, reading)
    if not found:
        return None
    resource, standing = entry.resource, plain(entry.resource.get("status"), STATEMENT)
    adherence = object_of(resource.get("adherence")).get("code")
    if standing in (Standing.FINAL, Standing.UNSTATED) and adherence is not None:
        standing, _ = coded(adherence, ADHERENCE_SYSTEM, ADHERENCE)
    if standing in (Standing.FINAL, Standing.UNSTATED):
        spans = [object_of(resource.get("effectivePeriod")), {"start": resource.get("effectiveDateTime")}]
        for courses in (*([span] for span in spans), _courses(resource.get("dosage"))):
            standing = _in_time(courses, standing, reading.clock)
    if standing is Standing.ABSENT and any(each.system != ITEMS for each in found):
        return reading.refuse("narrower-denied", entry, found[0].meaning.item)
    return _take(entry, found, standing, reading, "dateAsserted", "effectiveDateTime", "effectivePeriod")


def _courses(dosages: object) -> list[Json]:
    """The period of each dosage; an empty one where it names none."""
    timings = [object_of(object_of(each.get("timing")).get("repeat")) for each in objects_of(dosages)]
    return [object_of(each.get("boundsPeriod")) for each in timings]


def _in_time(courses: list[Json], standing: Standing, clock: Clock) -> Standing:
    """The standing, but history where every course has ended, and planned where every one lies ahead."""
    ends = [clock.read(each.get("end")) for each in courses]
    starts = [clock.read(each.get("start")) for each in courses]
    if ends and all(end is not None and end.last < clock.today for end in ends):
        return Standing.HISTORY
    if starts and all(start is not None and clock.is_ahead(start) for start in starts):
        return Standing.NOT_FINAL
    return standing


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
