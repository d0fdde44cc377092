"""Observations and reports: what was found, measured or concluded, with every component."""

from __future__ import annotations

from typing import assert_never

from fasciculation_rules.exchange.fhir.answers import has_value, interpreted, said_of, value_of
from fasciculation_rules.exchange.fhir.opening import Entry
from fasciculation_rules.exchange.fhir.reading import Found, Reading, Told
from fasciculation_rules.exchange.fhir.shapes import Json, object_of, objects_of, text_of
from fasciculation_rules.exchange.fhir.statement import ABSENT, PRESENT
from fasciculation_rules.exchange.fhir.statuses import RESULT, Standing, plain
from fasciculation_rules.exchange.systems import ACT, system_of
from fasciculation_rules.model.vocabulary import Finding, Quantity

ASSERTION = (ACT, "ASSERTION")
"""The code of an observation whose value is what was found."""


def read_observation(entry: Entry, reading: Reading) -> None:
    """Says what the observation and each of its components say."""
    resource = entry.resource
    asserted = "valueCodeableConcept" in resource and _is_assertion(resource)
    found = [] if asserted else reading.understood(resource.get("code"), entry)
    if not (found or asserted or "component" in resource):
        return
    parts = [(part, reading.understood(part.get("code"), entry)) for part in objects_of(resource.get("component"))]
    parts = [(part, known) for part, known in parts if known]
    stated = reading.understood(resource.get("valueCodeableConcept"), entry) if asserted else []
    items = [*found, *stated, *(each for _, known in parts for each in known)]
    standing = plain(resource.get("status"), RESULT)
    if not items or (told := _told(entry, standing, items, reading, "effectiveDateTime", "effectiveInstant")) is None:
        return
    if stated:
        _read_assertion(entry, stated, told, reading)
    if found:
        _read_value(entry, resource, found, told, reading, whole=not (resource.get("hasMember") or parts))
    for part, known in parts:
        if part.get("modifierExtension"):
            reading.refuse("modified", entry, known[0].meaning.item)
        else:
            _read_value(entry, part, known, told, reading, whole=True)


def _read_assertion(entry: Entry, stated: list[Found], told: Told, reading: Reading) -> None:
    """What was found is the value, if nothing beside it says otherwise."""
    resource, item = entry.resource, stated[0].meaning.item
    if resource.get("dataAbsentReason") is not None:
        reading.refuse("value-lacking", entry, item)
    elif not value_of(resource)[0] or interpreted(resource) == ABSENT:
        reading.refuse("value-unreadable", entry, item)
    else:
        reading.say(entry, stated, PRESENT, told)


def read_report(entry: Entry, reading: Reading) -> None:
    """Takes the coded conclusions of a DiagnosticReport; its results stand for themselves, its text is not read."""
    concepts = [each.get("concept") or each for each in objects_of(entry.resource.get("conclusionCode"))]
    concluded = [known for known in (reading.understood(concept, entry) for concept in concepts) if known]
    items = [each for known in concluded for each in known]
    standing = plain(entry.resource.get("status"), RESULT)
    if items and (told := _told(entry, standing, items, reading, "effectiveDateTime")) is not None:
        for known in concluded:
            reading.say(entry, known, PRESENT, told)


def _told(entry: Entry, standing: Standing, items: list[Found], reading: Reading, *keys: str) -> Told | None:
    """Date and standing, or None where nothing may be taken."""
    match standing:
        case Standing.FINAL | Standing.UNSTATED | Standing.PRELIMINARY:
            if standing is Standing.PRELIMINARY:
                reading.refuse(standing, entry, items[0].meaning.item)
            moment, usable = reading.dated(entry, *keys, "effectivePeriod", "issued")
            status = text_of(entry.resource.get("status"))
            return Told(moment, status, final=standing is Standing.FINAL) if usable else None
        case Standing.ERROR | Standing.NOT_FINAL | Standing.UNREADABLE:
            reading.refuse(standing, entry, items[0].meaning.item)
        case Standing.ABSENT | Standing.HISTORY | Standing.SUSPICION | Standing.NOT_DONE:
            raise AssertionError(standing)
        case _:
            assert_never(standing)
    return None


def _is_assertion(resource: Json) -> bool:
    codings = objects_of(object_of(resource.get("code")).get("coding"))
    return any((system_of(text_of(each.get("system"))), text_of(each.get("code"))) == ASSERTION for each in codings)


def _read_value(entry: Entry, holder: Json, found: list[Found], told: Told, reading: Reading, *, whole: bool) -> None:
    """What one value says. Without one, the interpretation may; `whole` is false where parts say it instead."""
    items = reading.ruleset.vocabulary.items
    kind, value = value_of(holder)
    if not kind and has_value(holder):
        return reading.refuse("value-unreadable", entry, found[0].meaning.item)
    if holder.get("dataAbsentReason") is not None:
        return reading.refuse("value-lacking", entry, found[0].meaning.item)
    measured = [each for each in found if isinstance(items[each.meaning.item], Quantity)]
    if measured:
        if not kind:
            return reading.refuse("no-value", entry, measured[0].meaning.item) if whole else None
        if len(measured) > 1:
            return reading.refuse("several-items", entry)
        return reading.measure(entry, measured[0], kind, value, holder.get("referenceRange"), told)
    said = _said(holder, kind, value, found, reading)
    if said is None:
        reason = "value-unreadable" if kind else "no-value"
        return reading.refuse(reason, entry, found[0].meaning.item) if whole or kind else None
    reading.say(entry, found, said, told)
    return None


def _said(holder: Json, kind: str, value: object, found: list[Found], reading: Reading) -> str | None:
    """Present or absent, if value and interpretation agree on it."""
    meaning = found[0].meaning
    item = reading.ruleset.vocabulary.items[meaning.item]
    if not isinstance(item, Finding):
        return None
    said = said_of(kind, value, meaning, item)
    if kind == "CodeableConcept" and said is None:
        codings = objects_of(object_of(value).get("coding"))
        keys = [(system_of(text_of(each.get("system"))), text_of(each.get("code"))) for each in codings]
        named = {reading.meanings[key].item for key in keys if key in reading.meanings}
        said = PRESENT if named == {meaning.item} and not item.values else None
    other = interpreted(holder) if not item.values else None
    if kind and said is None:
        return None
    if said is not None and other is not None and said != other:
        return None
    return said or other
