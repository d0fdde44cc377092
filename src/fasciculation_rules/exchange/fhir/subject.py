"""Whose data these are: the one patient, and every way of pointing to that patient."""

from __future__ import annotations

from dataclasses import dataclass

from fasciculation_rules.exchange.fhir.opening import Entry, Opened, base_of, refusal, without_version
from fasciculation_rules.exchange.fhir.shapes import Json, object_of, objects_of, text_of

SUBJECT_KEYS = ("subject", "patient")


@dataclass(frozen=True, slots=True)
class Subject:
    """The patient (empty where only named) with each reference and each identifier that means this person."""

    patient: Json
    references: frozenset[str]
    identifiers: frozenset[tuple[str, str]]
    base: str = ""

    def is_meant(self, reference: object, entry: Entry) -> bool:
        """Whether a Reference means this patient: absolute, relative, versioned, contained or by an identifier."""
        found = object_of(reference)
        text = found.get("reference")
        if "identifier" in found and self._denied(_pair(object_of(found["identifier"]))):
            return False
        if isinstance(text, str) and text:
            if text in self.references:
                return not self._elsewhere(text, entry)
            if text.startswith("#"):
                return self._contained(text[1:], entry)
            plain = without_version(text)
            if not self.base and plain.startswith("http"):  # the patient's own server is not known
                return "/".join(plain.rsplit("/", 2)[1:]) in self.references
            return plain in self.references and not self._elsewhere(plain, entry)
        return _pair(object_of(found.get("identifier"))) in self.identifiers

    def _denied(self, pair: tuple[str, str] | None) -> bool:
        """Whether an identifier is another person's: another one of a system in which this patient has one."""
        return (
            pair is not None and pair not in self.identifiers and pair[0] in {system for system, _ in self.identifiers}
        )

    def _contained(self, name: str, entry: Entry) -> bool:
        """A contained copy is this patient where it has an identifier of this patient."""
        inside = objects_of((entry.container or entry).resource.get("contained"))
        pairs = (_pair(each) for one in inside if one.get("id") == name for each in objects_of(one.get("identifier")))
        return any(pair in self.identifiers for pair in pairs)

    def _elsewhere(self, reference: str, entry: Entry) -> bool:
        """Whether a relative reference is of another server than the patient."""
        home = base_of((entry.container or entry).address)
        return bool(self.base and home) and ":" not in reference and home != self.base


def _pair(identifier: Json) -> tuple[str, str] | None:
    system, value = text_of(identifier.get("system")), text_of(identifier.get("value"))
    return (system, value) if system and value else None


def subject_of(opened: Opened, patient: str | None) -> Subject:
    """The one patient of the data, or the one that is named.

    Raises FhirError where there is none, where there are several, or where the record was merged into another.
    """
    found = [entry for entry in opened.entries if entry.type == "Patient"]
    if patient is not None:
        wanted = without_version(patient)
        wanted = wanted if "/" in wanted or ":" in wanted else f"Patient/{wanted}"
        found = [entry for entry in found if wanted in _names(entry)]
        if not found:
            return Subject({}, frozenset({wanted}), frozenset())
    if not found:
        hint = "add the Patient, or name the person with `patient` (`--patient`)"
        raise refusal("no-patient", "there is no Patient, so nobody knows whose data these are", hint)
    if len(found) > 1:
        hint = "give the record of one person, or name the person with `patient` (`--patient`)"
        raise refusal("several-patients", f"there are {len(found)} patients", hint)
    return _subject(found[0])


def _subject(entry: Entry) -> Subject:
    resource, references = entry.resource, _names(entry)
    for link in objects_of(resource.get("link")):
        match text_of(link.get("type")):
            case "replaced-by":
                hint = "ask for the record that replaced it"
                raise refusal("patient-replaced", "this patient record was merged into another", hint)
            case "replaces":
                references |= {without_version(text_of(object_of(link.get("other")).get("reference")))} - {""}
    pairs = (_pair(each) for each in objects_of(resource.get("identifier")))
    return Subject(resource, frozenset(references), frozenset(pair for pair in pairs if pair), base_of(entry.address))


def _names(entry: Entry) -> set[str]:
    """Each reference that means a Patient: its address and, of the same server or of none, its id."""
    name = text_of(entry.resource.get("id"))
    found = {entry.key} - {""}
    return found | {f"Patient/{name}"} if name else found
