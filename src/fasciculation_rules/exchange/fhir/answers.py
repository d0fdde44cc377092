"""Yes and no in the codes that people use for them; nothing is read from words."""

from __future__ import annotations

from typing import Any

from fasciculation_rules.exchange.fhir.shapes import Json, object_of, objects_of, text_of
from fasciculation_rules.exchange.fhir.statement import ABSENT, PRESENT
from fasciculation_rules.exchange.meanings import Meaning
from fasciculation_rules.exchange.systems import (
    GENDER,
    INTERPRETATION,
    LOINC,
    SNOMED,
    VALUES,
    YES_NO,
    system_of,
)
from fasciculation_rules.model.vocabulary import Finding

ANSWERS: dict[tuple[str, str], str] = {
    (SNOMED, "52101004"): PRESENT,
    (SNOMED, "2667000"): ABSENT,
    (SNOMED, "10828004"): PRESENT,  # positive
    (SNOMED, "260385009"): ABSENT,  # negative
    (SNOMED, "260373001"): PRESENT,  # detected
    (SNOMED, "260415000"): ABSENT,  # not detected
    (SNOMED, "373066001"): PRESENT,  # yes
    (SNOMED, "373067005"): ABSENT,  # no
    (LOINC, "LA9633-4"): PRESENT,
    (LOINC, "LA9634-2"): ABSENT,
    (LOINC, "LA6576-8"): PRESENT,  # positive
    (LOINC, "LA6577-6"): ABSENT,  # negative
    (LOINC, "LA33-6"): PRESENT,  # yes
    (LOINC, "LA32-8"): ABSENT,  # no
    (YES_NO, "Y"): PRESENT,
    (YES_NO, "N"): ABSENT,
    (VALUES, PRESENT): PRESENT,
    (VALUES, ABSENT): ABSENT,
}
INTERPRETED: dict[str, str] = {"POS": PRESENT, "DET": PRESENT, "NEG": ABSENT, "ND": ABSENT}
"""Normal, high and low are no answer: a normal-sounding result of a finding is unknown."""


def value_of(holder: Json) -> tuple[str, Any]:
    """The one `value[x]` of an element as (its type, its value); an empty type where there is none or several."""
    found = [(key, value) for key, value in holder.items() if key[:5] == "value" and key[5:6].isupper()]
    found = [(key, value) for key, value in found if value is not None]
    return (found[0][0].removeprefix("value"), found[0][1]) if len(found) == 1 else ("", None)


def has_value(holder: Json) -> bool:
    """Whether an element has any `value[x]`."""
    return any(key[:5] == "value" and value is not None for key, value in holder.items())


def said_of(kind: str, value: object, meaning: Meaning, finding: Finding) -> str | None:
    """What a value says of a finding: `present`, `absent`, one of its listed values, or None."""
    match kind:
        case "Boolean" if isinstance(value, bool) and not finding.values:
            return meaning.values.get(str(value).lower()) or (PRESENT if value else ABSENT)
        case "CodeableConcept":
            return _coded(objects_of(object_of(value).get("coding")), meaning, finding)
        case "Coding":
            return _coded(objects_of(value), meaning, finding)
        case "String" | "Code" | "Integer" if isinstance(value, str | int):
            return meaning.values.get(str(value))
        case _:
            return None


def _coded(codings: list[Json], meaning: Meaning, finding: Finding) -> str | None:
    said = {_one(coding, meaning, finding) for coding in codings} - {None}
    return said.pop() if len(said) == 1 else None


def _one(coding: Json, meaning: Meaning, finding: Finding) -> str | None:
    system, code = system_of(text_of(coding.get("system"))), text_of(coding.get("code"))
    if code in meaning.values:
        return meaning.values[code]
    if finding.values:
        return code if system in (VALUES, GENDER) and code in finding.values else None
    return ANSWERS.get((system, code))


def interpreted(holder: Json) -> str | None:
    """What the interpretation says, if it says one thing: positive or negative, detected or not."""
    said: set[str] = set()
    for concept in objects_of(holder.get("interpretation")):
        for coding in objects_of(concept.get("coding")):
            if system_of(text_of(coding.get("system"))) in (INTERPRETATION, ""):
                said |= {INTERPRETED[code] for code in [text_of(coding.get("code"))] if code in INTERPRETED}
    return said.pop() if len(said) == 1 else None
