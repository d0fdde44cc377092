"""The canonical URLs of this library, the code systems it reads and writes, and the codes of an item in each."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from fasciculation_rules.model.ruleset import Ruleset

BASE = "https://fasciculation-rules.invalid/fhir"
"""Where our artefacts have their canonical URLs. No such host exists (RFC 2606), so none can answer in our name."""

ITEMS = f"{BASE}/CodeSystem/items"
"""The code system of the vocabulary: every finding and quantity under its own name."""

OUTCOMES = f"{BASE}/CodeSystem/outcomes"
"""The code system of what a ruleset concludes: `urgency.emergency`, `test.emg`, `condition.als`, `advice.sleep`."""

SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
ICD_10_CM = "http://hl7.org/fhir/sid/icd-10-cm"
HPO = "http://human-phenotype-ontology.org"
UCUM = "http://unitsofmeasure.org"

COLUMN_OF = {SNOMED: "snomed", LOINC: "loinc", ICD_10_CM: "icd10", HPO: "hpo"}
"""The column of codes.csv that holds the codes of a system."""

CONDITION_CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
CONDITION_VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
CONDITION_CATEGORY = "http://terminology.hl7.org/CodeSystem/condition-category"
OBSERVATION_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
DATA_ABSENT_REASON = "http://terminology.hl7.org/CodeSystem/data-absent-reason"

YES_NO = "http://terminology.hl7.org/CodeSystem/v2-0136"
"""`Y` and `N`: the answers of a question, beside `asked-unknown` of the data absent reasons."""


def codings(name: str | None, ruleset: Ruleset) -> Iterator[tuple[str, str, str]]:
    """(system, code, display) of a row of codes.csv, of those systems in which it has a verified code."""
    concept = ruleset.codes.get(name or "")
    if concept is None:
        return
    for system, column in COLUMN_OF.items():
        code = getattr(concept, column)
        if code:
            yield system, code, concept.label


def canonical(kind: str, name: str) -> str:
    """The canonical URL of an artefact of ours, without its version."""
    return f"{BASE}/{kind}/{name}"


_SPACE = uuid.uuid5(uuid.NAMESPACE_URL, BASE)


def identity(*parts: str) -> str:
    """An id that depends on nothing but these texts (RFC 9562, version 5)."""
    return str(uuid.uuid5(_SPACE, "\x1f".join(parts)))
