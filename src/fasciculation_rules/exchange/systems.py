"""Canonical addresses: of the code systems of others, and of this library's own artefacts."""

from __future__ import annotations

BASE = "https://fasciculation-rules.example/fhir"
"""The stem of every canonical address of this library. The domain `.example` belongs to nobody."""

ITEMS = f"{BASE}/CodeSystem/items"
"""Every finding and quantity of a vocabulary by its name; names are never reused for another meaning."""

VALUES = f"{BASE}/CodeSystem/values"
"""`present`, `absent` and the listed values of findings that have others."""

OUTCOMES = f"{BASE}/CodeSystem/outcomes"
"""What a ruleset concludes: `urgency.same_day`, `destination.gp`, `condition.migraine`, `test.emg`, `advice.rest`."""

RULES = f"{BASE}/NamingSystem/rules"
"""The ids of rules."""

SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
HPO = "http://human-phenotype-ontology.org"
UCUM = "http://unitsofmeasure.org"

TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
CLINICAL_STATUS = f"{TERMINOLOGY}/condition-clinical"
VERIFICATION_STATUS = f"{TERMINOLOGY}/condition-ver-status"
INTERPRETATION = f"{TERMINOLOGY}/v3-ObservationInterpretation"
ROLE = f"{TERMINOLOGY}/v3-RoleCode"
ACT = f"{TERMINOLOGY}/v3-ActCode"
CONDITION_CATEGORY = f"{TERMINOLOGY}/condition-category"
OBSERVATION_CATEGORY = f"{TERMINOLOGY}/observation-category"
PARTICIPANT_TYPE = f"{TERMINOLOGY}/provenance-participant-type"
LIBRARY_TYPE = f"{TERMINOLOGY}/library-type"
PLAN_TYPE = f"{TERMINOLOGY}/plan-definition-type"
DATA_ABSENT = f"{TERMINOLOGY}/data-absent-reason"
YES_NO = f"{TERMINOLOGY}/v2-0136"
RANGE_MEANING = f"{TERMINOLOGY}/referencerange-meaning"
GENDER = "http://hl7.org/fhir/administrative-gender"
ADHERENCE = "http://hl7.org/fhir/CodeSystem/medication-statement-adherence"

_SAME = {
    "urn:oid:2.16.840.1.113883.6.96": SNOMED,
    "urn:oid:2.16.840.1.113883.6.1": LOINC,
    "urn:oid:2.16.840.1.113883.6.90": ICD10CM,
    "urn:oid:2.16.840.1.113883.6.8": UCUM,
}


def system_of(address: str) -> str:
    """The usual address of a code system that is named by its OID, or by one of its editions."""
    if address.startswith("http://snomed.info/sct/"):
        return SNOMED
    return _SAME.get(address, address)
