"""Opens what is given as FHIR: an object, a list, JSON text or NDJSON; bundles unpacked, the latest version of each."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from fasciculation_rules.errors import FhirError, Problem, problem, wrong_argument
from fasciculation_rules.exchange.fhir.moments import Clock
from fasciculation_rules.exchange.fhir.shapes import Json, object_of, objects_of, text_of
from fasciculation_rules.exchange.fhir.tally import Tally
from fasciculation_rules.shelf.strict_json import read_json
from fasciculation_rules.shelf.strict_yaml import MAX_DEPTH

MOST_BYTES = 16 * 1024 * 1024
"""More than this is no record of one person; 300 resources are about 1.3 MB."""

MOST_RESOURCES = 100_000
UNREAD = "the FHIR data cannot be read"


@dataclass(frozen=True, slots=True)
class Entry:
    """One resource, its address in the bundle, and the resource that contains it."""

    resource: Json
    type: str
    key: str
    """What a reference to it says: the address without a version, else `Type/id`; empty where it has neither."""

    local: str = ""
    """`Type/id`, or empty."""

    address: str = ""
    container: Entry | None = None

    @classmethod
    def of(cls, resource: Json, address: str = "", container: Entry | None = None) -> Entry:
        """The entry of a resource, whatever it says of itself."""
        kind, name = resource.get("resourceType"), resource.get("id")
        kind = kind if isinstance(kind, str) else ""
        local = f"{kind}/{name}" if isinstance(name, str) and name else ""
        return cls(resource, kind, without_version(address) if address else local, local, address, container)


def base_of(address: str) -> str:
    """The server of an absolute address; empty for any other."""
    return address.rsplit("/", 2)[0] if address.startswith("http") else ""


def without_version(reference: str) -> str:
    """A reference to whatever version there is."""
    return reference.partition("/_history/")[0]


@dataclass
class Opened:
    """All resources, and the way from a reference to one."""

    entries: list[Entry] = field(default_factory=list)
    by_reference: dict[str, Entry] = field(default_factory=dict)

    def resolve(self, reference: object, holder: Entry) -> Json:
        """The resource a Reference points to: contained, absolute, relative or versioned; an empty one if not here."""
        text = text_of(object_of(reference).get("reference"))
        if text.startswith("#"):
            inside = objects_of((holder.container or holder).resource.get("contained"))
            return next((each for each in inside if each.get("id") == text[1:]), {})
        plain, base = without_version(text), base_of((holder.container or holder).address)
        found = self.by_reference.get(f"{base}/{plain}" if base and ":" not in plain else plain)
        return found.resource if found else {}


def open_data(data: object, clock: Clock, tally: Tally) -> Opened:
    """Every resource once, in its latest version.

    Raises FhirError where it is not FHIR JSON, or too large or too deep; ArgumentError for another kind of argument.
    """
    if isinstance(data, str | bytes | bytearray):
        data = _parsed(data)
        if not isinstance(data, dict | list):
            raise refusal("not-fhir", "this is a single JSON value, and no FHIR resource", _EXPECTED)
    if not isinstance(data, Mapping | list | tuple):
        raise wrong_argument("FHIR data are an object, a list of resources, or JSON as text or bytes", data)
    found = [*_unpacked(data, tally, 0)]
    opened = Opened(_latest(found, clock, tally))
    _check_version(opened.entries)
    for entry in opened.entries:
        if entry.key:
            opened.by_reference.setdefault(entry.key, entry)
        if entry.local and not base_of(entry.address):
            opened.by_reference.setdefault(entry.local, entry)
    return opened


def _check_version(entries: list[Entry]) -> None:
    """Refuses what has the shape of FHIR before R4 and nowhere that of R4: a status as a code, or elements since gone.

    A single resource of that shape among others is set aside where it is read.
    """
    old = new = 0
    for entry in entries:
        if entry.type == "Condition":
            statuses = [entry.resource.get(key) for key in ("clinicalStatus", "verificationStatus")]
            old += any(isinstance(status, str) for status in statuses) or "assertedDate" in entry.resource
            new += any(isinstance(status, dict) for status in statuses)
        elif entry.type == "MedicationStatement":
            old += "taken" in entry.resource
    if old and not new:
        hint = "ask for R4, R4B or R5 (Accept: application/fhir+json; fhirVersion=4.0)"
        raise refusal("wrong-fhir-version", "this has the shape of FHIR STU3 or DSTU2", hint)


def refusal(code: str, message: str, hint: str = "", at: str = "") -> FhirError:
    """An error with one problem."""
    return FhirError(UNREAD, [problem(code, message, at=at, hint=hint)])


# ---------------------------------------------------------------- text


def _parsed(data: str | bytes | bytearray) -> Any:
    raw = b"" if len(data) > MOST_BYTES else data.encode("utf-8", "replace") if isinstance(data, str) else bytes(data)
    if max(len(data), len(raw)) > MOST_BYTES:
        message = f"the data have more than {MOST_BYTES} bytes"
        raise FhirError(UNREAD, [Problem("", 0, 0, "", "fhir-too-large", message, "give the record of one person")])
    start = raw.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start == b"<":
        raise FhirError(
            UNREAD, [Problem("", 0, 0, "", "fhir-xml", "this is XML", "ask the server for application/fhir+json")]
        )
    lines = raw.splitlines() if b"\n" in raw.strip() else []
    numbered = [(number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    if len(numbered) > 1 and all(line.strip()[:1] == b"{" and line.strip()[-1:] == b"}" for _, line in numbered):
        return [_document(line, number) for number, line in numbered]
    return _document(raw, 1)


def _document(raw: bytes, line: int) -> Any:
    """The data of a text that begins on a line."""
    problems: list[Problem] = []
    document = read_json(raw, "", problems, max_bytes=MOST_BYTES)
    if document is None:
        raise FhirError(UNREAD, [replace(each, line=each.line and each.line + line - 1) for each in problems])
    return document.data


# ---------------------------------------------------------------- bundles


def _unpacked(data: object, tally: Tally, depth: int) -> Iterator[Entry]:
    if depth + 1 >= MAX_DEPTH:
        raise refusal("fhir-too-deep", f"bundles or lists lie in each other {MAX_DEPTH} deep")
    if isinstance(data, list | tuple):
        if not data:
            raise refusal("not-fhir", "the list is empty", _EXPECTED)
        for each in data:
            yield from _unpacked(each, tally, depth + 1)
        return
    resource = data if isinstance(data, dict) else dict(data) if isinstance(data, Mapping) else {}
    kind = resource.get("resourceType")
    if not isinstance(kind, str) or not kind.isalnum() or not kind[:1].isupper():
        at = "" if depth == 0 else "resourceType"
        raise refusal("not-fhir", "an object has no resourceType, so it is no FHIR resource", _EXPECTED, at)
    if kind == "OperationOutcome":
        if depth == 0:
            raise refusal("operation-outcome", "this is the error of a server, not data", "ask it again")
        tally.set_aside("operation-outcome")
    elif kind == "Bundle":
        yield from _of_bundle(resource, tally, depth)
    else:
        yield Entry.of(resource)


_EXPECTED = "expected a Bundle, a resource, a list of resources, or NDJSON, in FHIR R4 or R5"


def _of_bundle(bundle: Json, tally: Tally, depth: int) -> Iterator[Entry]:
    if any(text_of(link.get("relation")) == "next" for link in objects_of(bundle.get("link"))):
        tally.set_aside("incomplete-page")
    gone: set[str] = set()
    found: list[Entry] = []
    for part in objects_of(bundle.get("entry")):
        address, resource = text_of(part.get("fullUrl")), part.get("resource")
        if "request" in part and text_of(object_of(part["request"]).get("method")) == "DELETE":
            gone.update({without_version(address), text_of(object_of(part.get("request")).get("url"))} - {""})
            tally.set_aside("deleted")
        elif not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
            continue
        elif resource["resourceType"] in ("Bundle", "OperationOutcome"):
            found += _unpacked(resource, tally, depth + 1)
        else:
            found.append(Entry.of(resource, address))
    for entry in found:
        if not gone or not gone & {entry.key, entry.local}:
            yield entry


# ---------------------------------------------------------------- versions


def _latest(entries: list[Entry], clock: Clock, tally: Tally) -> list[Entry]:
    """The latest version of each resource. Where nobody can tell which that is, an error takes all of them with it."""
    if len(entries) > MOST_RESOURCES:
        raise refusal("fhir-too-large", f"more than {MOST_RESOURCES} resources", "give the record of one person")
    groups: dict[str, list[Entry]] = {}
    kept: list[Entry] = []
    for entry in entries:
        if entry.key:
            groups.setdefault(entry.key, []).append(entry)
        else:
            kept.append(entry)
    for group in groups.values():
        if len(group) == 1:
            kept.append(group[0])
            continue
        ranks = _ranks(group, clock)
        best = [entry for entry, rank in zip(group, ranks, strict=True) if rank == max(ranks)]
        unlike: dict[str, Entry] = {}
        for entry in best:
            unlike.setdefault(written(entry.resource), entry)
        if len(unlike) > 1 and any(is_error(entry.resource) for entry in unlike.values()):
            tally.set_aside("entered-in-error", best[0].type)
        else:
            kept.extend(unlike[text] for text in sorted(unlike))
    return kept


def _ranks(group: list[Entry], clock: Clock) -> list[tuple[str, int]]:
    """By time, then number; by number alone where some have no time; all alike where some have neither."""
    ranks = [_rank(entry, clock) for entry in group]
    if all(updated for updated, _ in ranks):
        return ranks
    numbered = all(version >= 0 for _, version in ranks)
    return [("", version if numbered else 0) for _, version in ranks]


def written(resource: Json) -> str:
    """A resource as one text.

    Raises FhirError where it lies too deep, or holds itself.
    """
    try:
        return json.dumps(resource, sort_keys=True, default=str)
    except (RecursionError, ValueError):
        raise refusal("fhir-too-deep", f"a resource is nested more than {MAX_DEPTH} deep") from None


def _rank(entry: Entry, clock: Clock) -> tuple[str, int]:
    meta = object_of(entry.resource.get("meta"))
    moment = clock.read(meta.get("lastUpdated"))
    version = text_of(meta.get("versionId"))
    updated = clock.order(moment).isoformat() if moment else ""
    return updated, int(version) if version.isascii() and version.isdigit() and len(version) < 20 else -1


def is_error(resource: Json) -> bool:
    """Whether a resource says of itself that it was entered in error."""
    if resource.get("status") == "entered-in-error":
        return True
    verified = resource.get("verificationStatus")
    if verified is None:
        return False
    return any(coding.get("code") == "entered-in-error" for coding in objects_of(object_of(verified).get("coding")))
