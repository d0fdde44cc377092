"""What one line of an export is: a resource, whom it is about, and which version of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from fasciculation_rules.errors import Problem
from fasciculation_rules.exchange.fhir.from_fhir import READERS
from fasciculation_rules.exchange.fhir.moments import Clock
from fasciculation_rules.exchange.fhir.opening import base_of, without_version
from fasciculation_rules.exchange.fhir.shapes import Json, object_of, objects_of, text_of
from fasciculation_rules.exchange.fhir.subject import SUBJECT_KEYS
from fasciculation_rules.population.intake.bulk.lines import MOST_BYTES
from fasciculation_rules.shelf.strict_json import read_json

PATIENT, MEDICATION, QUESTIONNAIRE = "Patient", "Medication", "Questionnaire"
OF_PEOPLE = frozenset({*READERS, "Encounter"})
"""Types of which something is read, and which are about somebody."""

LONGEST_ID = 256
"""Of FHIR 64; some servers have longer ones."""

NEVER = -(2**63)
_DATES_KEPT = 100_000


def digest(text: str) -> bytes:
    """16 bytes that tell a text from all others."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class Told:
    """A resource: `patient` is the id of whom it is about, `base` the server by which an absolute reference says so.

    `updated` is the instant of its version in microseconds, `version` its number; NEVER and -1 where it has none.
    """

    resource: Json
    kind: str
    name: str
    patient: str
    base: str
    updated: int
    version: int


def resource_of(line: bytes) -> Json | str:
    """The resource of a line, or the code of the problem why it is none."""
    problems: list[Problem] = []
    document = read_json(line, "", problems, max_bytes=MOST_BYTES)
    if document is None:
        return problems[0].code
    kind = document.data.get("resourceType") if isinstance(document.data, dict) else None
    if not isinstance(kind, str) or not kind.isalnum() or not kind[:1].isupper():
        return "not-fhir"
    return document.data  # type: ignore[no-any-return]  # a dictionary, as seen above


def told(resource: Json, clock: Clock) -> Told:
    """What a resource says of itself."""
    kind, name = str(resource["resourceType"]), resource.get("id")
    name = name if isinstance(name, str) and len(name) <= LONGEST_ID else ""
    patient, base = (name, "") if kind == PATIENT else _patient(resource)
    meta = object_of(resource.get("meta"))
    if len(clock.seen) > _DATES_KEPT:
        clock.seen.clear()
    moment, version = clock.read(meta.get("lastUpdated")), text_of(meta.get("versionId"))
    return Told(
        resource,
        kind,
        name,
        patient,
        base,
        NEVER if moment is None else int(clock.order(moment).timestamp() * 1_000_000),
        int(version) if version.isascii() and version.isdigit() and len(version) < 19 else -1,
    )


def _patient(resource: Json) -> tuple[str, str]:
    """Whom a resource is about, by the first reference to a patient, and the server if the reference names one."""
    for key in SUBJECT_KEYS:
        reference = object_of(resource.get(key)).get("reference")
        if isinstance(reference, str) and reference:
            name, base = patient_of(reference)
            if name:
                return name, base
    return "", ""


def patient_of(reference: str) -> tuple[str, str]:
    """The id of a patient, and the server; two empty texts where the reference is to something else."""
    plain = without_version(reference)
    home, _, name = plain.rpartition("/")
    if (home == PATIENT or (home.startswith("http") and home.endswith(f"/{PATIENT}"))) and 0 < len(name) <= LONGEST_ID:
        return name, base_of(plain)
    return "", ""


def medicines_of(resource: Json) -> Iterator[str]:
    """`Medication/id` of each that a resource refers to."""
    either = object_of(resource.get("medication"))
    for found in (resource.get("medicationReference"), either.get("reference"), either):
        reference = found if isinstance(found, str) else object_of(found).get("reference")
        if isinstance(reference, str) and "/" in reference:
            yield local_of(reference)


def local_of(reference: str) -> str:
    """`Type/id` of a reference, be it absolute or not, of whatever version."""
    return "/".join(without_version(reference).rsplit("/", 2)[-2:])


def replaced_by(patient: Json) -> Iterator[str]:
    """The ids of the patient records that were merged into this one."""
    for link in objects_of(patient.get("link")):
        reference = object_of(link.get("other")).get("reference")
        if text_of(link.get("type")) == "replaces" and isinstance(reference, str):
            name, _ = patient_of(reference)
            if name:
                yield name


def deleted_of(bundle: Json) -> Iterator[str]:
    """What each entry of a Bundle deletes: `Type/id`, or an empty text where that is not said so."""
    for part in objects_of(bundle.get("entry")):
        request = object_of(part.get("request"))
        if text_of(request.get("method")) == "DELETE":
            url = text_of(request.get("url"))
            local = local_of(url)
            yield local if "?" not in url and local.count("/") == 1 and all(local.split("/")) else ""
