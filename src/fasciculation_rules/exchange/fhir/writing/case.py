"""A case as FHIR: every finding, quantity, date and negation, each as one resource under the item's own name."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from fasciculation_rules.assessing.admit import admit
from fasciculation_rules.exchange.fhir.collection import Collection, instant, subject_reference
from fasciculation_rules.exchange.fhir.elements import Json, amount, coding, concept, item_concept, some
from fasciculation_rules.exchange.systems import (
    CLINICAL_STATUS,
    DATA_ABSENT,
    GENDER,
    LOINC,
    OBSERVATION_CATEGORY,
    VALUES,
    VERIFICATION_STATUS,
)
from fasciculation_rules.model.case import Case, Given, Span
from fasciculation_rules.model.quantity import Amount, read_amount
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.model.units import UNITS, WORDS, in_ucum
from fasciculation_rules.model.vocabulary import Finding, Item, Kind, Quantity
from fasciculation_rules.shelf.digest import digest_of

DIAGNOSES = "known_"
"""Items whose names begin so are diagnoses that somebody made, and are written as Conditions."""


def case_to_fhir(case: Case | Mapping[str, Any], ruleset: Ruleset, *, subject: str, at: datetime.datetime) -> Json:
    """A Bundle (collection) of what a case says: Observations, and Conditions for known diagnoses.

    A denial is written as one: `valueBoolean` false, or a Condition that is refuted. Numbers are written as they were
    given, in their own units. `at` is the caller's time: what has no date is said as of then, by the time of issue;
    only a summary that counts with its own date stays without one. The label of the case is not written.
    Raises CaseError where the case cannot be read, and ArgumentError for a time without an offset.
    """
    case = Case.read(case)
    seed = digest_of({"case": given_of(case), "subject": subject, "at": instant(at)})
    collection = Collection(seed, subject_reference(subject), instant(at))
    add_case(case, ruleset, collection)
    return collection.bundle()


def given_of(case: Case) -> Json:
    """What a case says as plain values."""
    return {name: given.model_dump(mode="json", by_alias=True) for name, given in case.given.items()}


def add_case(case: Case, ruleset: Ruleset, collection: Collection) -> dict[str, Json]:
    """Adds every statement of a case, and returns the reference to each by the name of its item.

    Raises CaseError where the case cannot be read.
    """
    admit(case, ruleset, reconcile=True)
    written = {}
    for name, given in case.given.items():
        item = ruleset.vocabulary.items[name]
        if name.startswith(DIAGNOSES) and given.value in ("present", "absent"):
            written[name] = collection.add("Condition", name, **_condition(name, given, ruleset, collection))
        else:
            written[name] = collection.add("Observation", name, **_observation(name, item, given, ruleset, collection))
    return written


def _condition(name: str, given: Given, ruleset: Ruleset, collection: Collection) -> Json:
    present = given.value == "present"
    return some(
        clinicalStatus=concept(None, coding(CLINICAL_STATUS, "active")) if present else None,
        verificationStatus=concept(None, coding(VERIFICATION_STATUS, "confirmed" if present else "refuted")),
        code=item_concept(name, ruleset),
        subject=collection.subject,
        recordedDate=_day(given) or collection.at,
        asserter=_source(given),
    )


def _observation(name: str, item: Item, given: Given, ruleset: Ruleset, collection: Collection) -> Json:
    return {
        **some(
            status="final",
            category=[concept(None, coding(OBSERVATION_CATEGORY, _category(item)))],
            code=_code(name, item, given, ruleset),
            subject=collection.subject,
            effectiveDateTime=_day(given),
            issued=collection.at if given.at is None and not item.needs_date else None,
            performer=[source] if (source := _source(given)) else None,
        ),
        **_value(name, item, given),
        **some(referenceRange=_reference_range(name, given)),
    }


def _day(given: Given) -> str | None:
    return given.at.isoformat() if given.at else None


def _source(given: Given) -> Json | None:
    return {"display": given.source} if given.source else None


def _category(item: Item) -> str:
    match item.kind:
        case Kind.HISTORY:
            return "survey"
        case Kind.VISIBLE | Kind.ELICITED | Kind.MEASUREMENT:
            return "exam"
        case Kind.TEST:
            return "laboratory" if isinstance(item, Quantity) else "procedure"


def _code(name: str, item: Item, given: Given, ruleset: Ruleset) -> Json:
    """The item, and of a quantity the LOINC code where that is of the same dimension as the unit that was written."""
    code = item_concept(name, ruleset)
    row = ruleset.codes.get(item.codes or "")
    if isinstance(item, Quantity) and row is not None and row.loinc:
        others = [each for each in code["coding"] if each["system"] != LOINC]
        same = _dimension(name, row.unit) is not None and _dimension(name, row.unit) in _dimensions(name, given)
        return {**code, "coding": [*others, *([coding(LOINC, row.loinc)] if same else [])]}
    return code


def _dimensions(name: str, given: Given) -> set[str | None]:
    texts = (given.value.low, given.value.high) if isinstance(given.value, Span) else (given.value,)
    amounts = [read_amount(text) for text in texts]
    return {_dimension(name, each.unit) for each in amounts if each is not None}


def _dimension(name: str, unit: str) -> str | None:
    found = UNITS.get(in_ucum(name, WORDS.get(unit, unit)))
    return found.dimension if found else None


def _value(name: str, item: Item, given: Given) -> Json:
    value = given.value
    if value == "unknown":
        return {"dataAbsentReason": concept(None, coding(DATA_ABSENT, "unknown"))}
    if isinstance(item, Finding):
        if not item.values:
            return {"valueBoolean": value == "present"}
        others = [coding(GENDER, str(value))] if name == "sex" else []
        return {"valueCodeableConcept": concept(None, coding(VALUES, str(value)), *others)}
    if isinstance(value, Span):
        return {"valueRange": _range(name, value, item)}
    return {"valueQuantity": _quantity(name, _read(value), item)}


def _reference_range(name: str, given: Given) -> list[Json]:
    return [_range(name, given.reference, None)] if given.reference else []


def _range(name: str, span: Span, item: Item | None) -> Json:
    return {"low": _quantity(name, _read(span.low), item), "high": _quantity(name, _read(span.high), item)}


def _read(text: str) -> Amount:
    found = read_amount(text)
    return found if found is not None else Amount("", Fraction(0), "")  # an admitted case has no such amount


def _quantity(name: str, read: Amount, item: Item | None) -> Json:
    unit = in_ucum(name, read.unit) or (item.unit if isinstance(item, Quantity) else "1")
    return amount(read.number, unit, **some(comparator=read.comparator))
