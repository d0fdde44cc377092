"""FHIR in: the record of one person as a case, with where each item comes from and what was not taken."""

from __future__ import annotations

import datetime
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from fasciculation_rules.errors import wrong_argument
from fasciculation_rules.exchange.fhir.conditions import read_condition
from fasciculation_rules.exchange.fhir.medications import read_request, read_statement
from fasciculation_rules.exchange.fhir.moments import Clock
from fasciculation_rules.exchange.fhir.observations import read_observation, read_report
from fasciculation_rules.exchange.fhir.opening import Entry, is_error, open_data
from fasciculation_rules.exchange.fhir.patient import read_patient
from fasciculation_rules.exchange.fhir.questionnaires import read_answers
from fasciculation_rules.exchange.fhir.reading import Reading
from fasciculation_rules.exchange.fhir.relatives import read_family, read_procedure
from fasciculation_rules.exchange.fhir.settling import Settler
from fasciculation_rules.exchange.fhir.shapes import Json, objects_of
from fasciculation_rules.exchange.fhir.statement import Statement
from fasciculation_rules.exchange.fhir.subject import SUBJECT_KEYS, subject_of
from fasciculation_rules.exchange.fhir.tally import Tally, shown_code, shown_system
from fasciculation_rules.exchange.meanings import Meanings, is_of_relatives, of_relatives, of_ruleset, with_mapping
from fasciculation_rules.exchange.systems import system_of
from fasciculation_rules.logic.frozen import FrozenMapping
from fasciculation_rules.model.case import Case
from fasciculation_rules.model.imported import Imported, ImportReport, MappingIdentity, Origin
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.model.site_mapping import SiteMapping
from fasciculation_rules.shelf.digest import digest_of
from fasciculation_rules.shelf.opening import open_ruleset

READERS: dict[str, Callable[[Entry, Reading], None]] = {
    "Condition": read_condition,
    "DiagnosticReport": read_report,
    "FamilyMemberHistory": read_family,
    "MedicationRequest": read_request,
    "MedicationStatement": read_statement,
    "Observation": read_observation,
    "Procedure": read_procedure,
    "QuestionnaireResponse": read_answers,
}
"""What says something. An Encounter dates what has no date of its own; other types are counted only."""


def from_fhir(
    data: Any,
    *,
    as_of: datetime.datetime,
    time_zone: ZoneInfo | str,
    mapping: SiteMapping | Mapping[str, Any] | None = None,
    ruleset: Ruleset | str | None = None,
    patient: str | None = None,
    key: bytes = b"",
) -> Imported:
    """The case that a FHIR record tells of one person, each item with its date and its origin, and a report.

    `data` is a Bundle, a resource, a list of resources (plain objects), or JSON or NDJSON as text or bytes; R4 or R5.
    `as_of` is the time of reading, with an offset; `time_zone` is where its days are counted. No clock is read.
    `mapping` adds the codes of a site. `patient` names the person where the data hold several, or no Patient.
    `key` makes the digests of resource ids in the provenance such that nobody else can guess the ids.

    What is refuted, old, planned, of somebody else or not understood never becomes a presence, and deleting a resource
    never makes one. Raises FhirError, MappingError or RulesetError for bad input, ArgumentError for a wrong argument.
    """
    clock = clock_of(as_of, time_zone)
    words = words_of(ruleset if isinstance(ruleset, Ruleset) else open_ruleset(ruleset), mapping)
    return read_with(words, data, clock, as_of=as_of, patient=patient, key=key)


@dataclass(frozen=True, slots=True)
class Words:
    """What codes mean for a ruleset and a site: worked out once where many records are read."""

    ruleset: Ruleset
    meanings: Meanings
    relatives: Meanings
    links: Mapping[str, Mapping[str, str]]
    aliases: Mapping[str, str]
    mapping: MappingIdentity | None


def words_of(ruleset: Ruleset, mapping: SiteMapping | Mapping[str, Any] | None) -> Words:
    """Raises MappingError where the mapping of the site does not fit the ruleset."""
    meanings: Meanings = ruleset.kept(of_ruleset)
    relatives: Meanings = ruleset.kept(of_relatives)
    if mapping is None:
        return Words(ruleset, meanings, relatives, {}, {}, None)
    site = SiteMapping.read(mapping)
    meanings = with_mapping(meanings, site, ruleset)
    mapped = {(system_of(local.system), local.code) for local in site.codes if is_of_relatives(local.item)}
    return Words(
        ruleset,
        meanings,
        {**relatives, **{key: meanings[key] for key in mapped}},
        {form.questionnaire: form.items for form in site.questionnaires},
        site.units,
        MappingIdentity(name=site.mapping, digest=digest_of(site.model_dump(mode="json"))),
    )


def read_with(
    words: Words,
    data: Any,
    clock: Clock,
    *,
    as_of: datetime.datetime,
    patient: str | None = None,
    key: bytes = b"",
) -> Imported:
    """`from_fhir` with the meaning of codes and the clock at hand. Raises FhirError, ArgumentError."""
    tally = Tally()
    opened = open_data(data, clock, tally)
    reading = Reading(
        ruleset=words.ruleset,
        meanings=words.meanings,
        relatives=words.relatives,
        links=words.links,
        aliases=words.aliases,
        clock=clock,
        tally=tally,
        opened=opened,
        subject=subject_of(opened, patient),
    )
    deceased = _read_all(reading)
    reading.read_amounts()
    settler = Settler(words.ruleset, clock, tally)
    chosen = settler.settled(reading.statements, reading.onsets)
    return Imported(
        case=Case.read({"given": {name: _given(one, settler) for name, one in chosen.items()}}),
        provenance=tuple(_origin(name, one, settler, key) for name, one in chosen.items()),
        report=ImportReport(
            as_of=as_of,
            on=clock.today,
            time_zone=str(clock.zone),
            ruleset=words.ruleset.version,
            logic_digest=words.ruleset.logic_digest,
            mapping=words.mapping,
            deceased=deceased,
            resources=FrozenMapping(tally.read()),
            another_subject=tally.another_subject,
            known_codes=tally.known_codes(),
            unknown_codes=tally.unknown_codes(),
            text_only=FrozenMapping(dict(sorted(tally.text_only.items()))),
            units=tally.units_written(),
            notices=tally.notices(),
        ),
    )


def clock_of(as_of: object, time_zone: object) -> Clock:
    """The clock of a reading. Raises ArgumentError where a time has no offset, or no such zone is known."""
    if not isinstance(as_of, datetime.datetime) or as_of.utcoffset() is None:
        raise wrong_argument("`as_of` is a datetime with an offset from UTC", as_of)
    if isinstance(time_zone, str):
        try:
            time_zone = ZoneInfo(time_zone)
        except (OSError, ValueError):  # ZoneInfoNotFoundError is a KeyError
            time_zone = None
        except KeyError:
            time_zone = None
    if not isinstance(time_zone, ZoneInfo):
        raise wrong_argument(
            "`time_zone` is a ZoneInfo or a name that this machine knows, such as 'Europe/London'", time_zone
        )
    return Clock.at(as_of, time_zone)


# ---------------------------------------------------------------- resources


def _read_all(reading: Reading) -> bool:
    """Reads every resource of the patient; whether the person has died."""
    deceased = False
    for entry in reading.opened.entries:
        kind = entry.type
        reading.tally.resources[kind] += 1
        if kind == "Patient":
            if entry.resource is reading.subject.patient:
                deceased = read_patient(entry, reading)
            else:
                reading.tally.another_subject += 1
        elif kind in READERS:
            _read_one(entry, reading)
    return deceased


def _read_one(entry: Entry, reading: Reading) -> None:
    """One resource and what it contains, if it is about the patient and nothing turns its meaning round."""
    resource, kind = entry.resource, entry.type
    if entry.container is None and not _is_ours(entry, reading):
        return None
    if is_error(resource):
        return reading.refuse("entered-in-error", entry)
    if resource.get("modifierExtension") or resource.get("implicitRules"):
        return reading.refuse("modified", entry)
    if resource.get("focus") and not all(
        reading.subject.is_meant(each, entry) for each in objects_of(resource["focus"])
    ):
        return reading.refuse("focus", entry)
    READERS[kind](entry, reading)
    if entry.container is None:
        for inside in objects_of(resource["contained"]) if "contained" in resource else ():
            held = _held(inside, entry)
            if held.type in READERS and _is_contained_ours(held, reading):
                _read_one(held, reading)
    return None


def _is_ours(entry: Entry, reading: Reading) -> bool:
    named = [entry.resource[key] for key in SUBJECT_KEYS if entry.resource.get(key) is not None]
    if not named:
        reading.refuse("no-subject", entry)
        return False
    if all(reading.subject.is_meant(reference, entry) for reference in named):
        return True
    reading.tally.another_subject += 1
    return False


def _is_contained_ours(entry: Entry, reading: Reading) -> bool:
    """What is contained is about whom its container is about, unless it says otherwise or that is about relatives."""
    inherits = entry.container is not None and entry.container.type != "FamilyMemberHistory"
    return (inherits and not any(entry.resource.get(key) for key in SUBJECT_KEYS)) or _is_ours(entry, reading)


def _held(inside: Json, container: Entry) -> Entry:
    """The entry of what is contained; a member of a panel that has no status has that of the panel."""
    if container.type == "Observation" == inside.get("resourceType") and inside.get("status") is None:
        inside = {**inside, "status": container.resource.get("status")}
    return Entry.of(inside, container=container)


# ---------------------------------------------------------------- results


def _given(one: Statement, settler: Settler) -> dict[str, Any]:
    value: Any = one.value if isinstance(one.value, str) else {"from": one.value[0], "to": one.value[1]}
    given: dict[str, Any] = {"value": value, "source": one.source.type}
    day = settler.day(one)
    if day is not None:
        given["at"] = day
    if one.reference is not None:
        given["reference"] = {"from": one.reference[0], "to": one.reference[1]}
    return given


def _origin(name: str, one: Statement, settler: Settler, key: bytes) -> Origin:
    source = one.source
    return Origin(
        item=name,
        type=source.type,
        resource=identity_digest(source.key, key),
        version=shown_code(source.version) or None,
        date=settler.day(one),
        status=source.status or None,
        system=shown_system(source.system) or None,
        code=shown_code(source.code) or None,
    )


def identity_digest(identity: str, key: bytes) -> str:
    """What the provenance has for a resource: a keyed digest, or a plain one without a key, which can be guessed."""
    found = hmac.new(key, identity.encode(), hashlib.sha256) if key else hashlib.sha256(identity.encode())
    return f"{'hmac-sha256' if key else 'sha256'}:{found.hexdigest()}"
