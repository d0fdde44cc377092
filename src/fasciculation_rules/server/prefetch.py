"""What a call brings of the record: eight keys, stable for ever, because sites copy them by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from fasciculation_rules.exchange.fhir.shapes import Json, object_of, objects_of, text_of
from fasciculation_rules.exchange.systems import LOINC
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.server.call import Call
from fasciculation_rules.server.refusing import Refused


@dataclass(frozen=True, slots=True)
class Key:
    """One key: its template, what it is for, how large it usually is, and what is unknown without it."""

    name: str
    template: str
    use: str
    size: str
    without: str
    called: str
    required: bool = False


_OF = "patient={{context.patientId}}"
KEYS: tuple[Key, ...] = (
    Key(
        "patient",
        "Patient/{{context.patientId}}",
        use="age, sex, whether the person lives",
        size="1",
        without="no answer (412)",
        called="the patient",
        required=True,
    ),
    Key(
        "problems",
        f"Condition?{_OF}&category=problem-list-item",
        use="twitching, other findings, known diseases",
        size="5 to 40",
        without="no answer (412)",
        called="the problem list",
        required=True,
    ),
    Key(
        "diagnoses",
        f"Condition?{_OF}&encounter={{{{context.encounterId}}}}&category=encounter-diagnosis",
        use="what was found in this encounter",
        size="0 to 10",
        without="what was found in it is unknown",
        called="the diagnoses of this encounter",
    ),
    Key(
        "labs",
        f"Observation?{_OF}&category=laboratory&code={{codes}}&_sort=-date&_count=100",
        use="the laboratory values that rules ask for",
        size="0 to 100",
        without="laboratory values are unknown",
        called="laboratory results",
    ),
    Key(
        "answers",
        f"QuestionnaireResponse?{_OF}&_sort=-authored&_count=5",
        use="answers to the screen, with their dates",
        size="0 to 5",
        without="the screen counts as not asked",
        called="answers to questionnaires",
    ),
    Key(
        "medications",
        f"MedicationRequest?{_OF}&status=active&_count=100",
        use="medicines that can cause twitching",
        size="0 to 30",
        without="medicines are unknown",
        called="medicines",
    ),
    Key(
        "family",
        f"FamilyMemberHistory?{_OF}",
        use="neuromuscular disease in the family",
        size="0 to 10",
        without="family history is unknown",
        called="family history",
    ),
    Key(
        "referrals",
        f"ServiceRequest?{_OF}&status=active",
        use="referrals that are under way",
        size="0 to 20",
        without="a card may advise what is under way",
        called="referrals",
    ),
)
"""In the order of the documentation."""

BY_NAME: Mapping[str, Key] = {key.name: key for key in KEYS}


def templates(ruleset: Ruleset) -> dict[str, str]:
    """The template of each key; that of `labs` names the LOINC codes of the ruleset."""
    return {key.name: key.template.replace("{codes}", _laboratory(ruleset)) for key in KEYS}


def _laboratory(ruleset: Ruleset) -> str:
    items = ruleset.vocabulary.items.values()
    rows = (ruleset.codes.get(item.codes or "") for item in items)
    return ",".join(f"{LOINC}|{code}" for code in sorted({row.loinc for row in rows if row is not None and row.loinc}))


class Had(StrEnum):
    """How a key came."""

    WHOLE = "whole"
    PARTIAL = "partial"
    FAILED = "failed"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Gathered:
    """What each key brought: how whole it is, its resources, and the documents as they came."""

    had: Mapping[str, Had]
    resources: Mapping[str, tuple[Json, ...]] = field(default_factory=dict)
    documents: Mapping[str, Json] = field(default_factory=dict)

    @property
    def incomplete(self) -> tuple[str, ...]:
        """The keys whose findings may be unknown for want of data, in the order of the documentation."""
        return tuple(key.name for key in KEYS if self.had[key.name] is not Had.WHOLE)


def gather(values: Mapping[str, object]) -> Gathered:
    """Each key as it was prefetched or fetched. What is lacking is unknown; it never makes anything absent."""
    had: dict[str, Had] = {}
    resources: dict[str, tuple[Json, ...]] = {}
    for key in KEYS:
        had[key.name], resources[key.name] = _read(values.get(key.name), present=key.name in values)
    brought = [key.name for key in KEYS if had[key.name] in (Had.WHOLE, Had.PARTIAL)]
    return Gathered(had, resources, {name: object_of(values[name]) for name in brought})


def _read(value: object, *, present: bool) -> tuple[Had, tuple[Json, ...]]:
    resource = object_of(value)
    match text_of(resource.get("resourceType")):
        case "":
            return (Had.FAILED if present and value is not None else Had.MISSING), ()
        case "OperationOutcome":
            return Had.FAILED, ()
        case "Bundle":
            found = tuple(_entries(resource))
            errors = any(each.get("resourceType") == "OperationOutcome" and _is_error(each) for each in found)
            more = any(text_of(link.get("relation")) == "next" for link in objects_of(resource.get("link")))
            kept = tuple(each for each in found if each.get("resourceType") != "OperationOutcome")
            return (Had.PARTIAL if more or errors else Had.WHOLE), kept
        case _:
            return Had.WHOLE, (resource,)


def _entries(bundle: Json) -> Iterable[Json]:
    for entry in objects_of(bundle.get("entry")):
        if isinstance(entry.get("resource"), dict):
            yield entry["resource"]


def _is_error(told: Json) -> bool:
    return any(text_of(issue.get("severity")) in ("fatal", "error") for issue in objects_of(told.get("issue")))


def lacking(values: Mapping[str, object], call: Call) -> tuple[str, ...]:
    """The keys that the call did not bring whole, and that could be fetched."""
    gathered = gather(values)
    return tuple(name for name in gathered.incomplete if name != "diagnoses" or call.encounter)


def check_required(gathered: Gathered) -> None:
    """A part of a required key is never taken for the whole.

    Raises Refused (412) where one is not there whole.
    """
    for key in KEYS:
        if key.required and gathered.had[key.name] is not Had.WHOLE:
            message = f"{key.called} was neither prefetched whole nor could it be fetched"
            raise Refused(412, "not-found", message, at=f"prefetch.{key.name}")


def check_patient(gathered: Gathered, call: Call) -> Json:
    """The one Patient, who is the one of the context.

    Raises Refused (422) for another, or for a record that was merged into another.
    """
    found = gathered.resources["patient"]
    if len(found) != 1 or found[0].get("resourceType") != "Patient" or found[0].get("id") != call.patient:
        raise Refused(422, "business-rule", "prefetch.patient is not the patient of the context", at="prefetch.patient")
    if any(text_of(link.get("type")) == "replaced-by" for link in objects_of(found[0].get("link"))):
        message = "this patient record was merged into another; ask with that one"
        raise Refused(422, "business-rule", message, at="prefetch.patient")
    return found[0]
