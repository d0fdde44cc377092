"""FHIR: 300 resources to a case, beside two other readers, and an answer back: `python tests/bench/bench_exchange.py`.

The bundle is made here, in the shape of synthetic records: one patient, encounters with long codings, laboratory
panels, vital signs, problems, procedures with many reasons. Nothing is asserted.
"""

from __future__ import annotations

import datetime
import importlib.util
import json
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

from fasciculation_rules import assess, from_fhir, open_ruleset, to_fhir
from fasciculation_rules.exchange.fhir.writing.case import case_to_fhir

NOW = datetime.datetime(2026, 11, 22, 17, 0, tzinfo=datetime.UTC)
ROUNDS = 60
LABS = ("2823-3", "2951-2", "2000-8", "2345-7", "1751-7", "3016-3", "2157-6", "2132-9")
UNITS = ("mmol/L", "mmol/L", "mmol/L", "mg/dL", "g/dL", "mIU/L", "U/L", "pg/mL")
VALUES = (4.1, 140, 2.3, 90, 4.2, 1.5, 120, 400)


def coded(system: str, code: str, display: str = "A display that is as long as such displays are") -> dict[str, Any]:
    """A CodeableConcept."""
    return {"coding": [{"system": system, "code": code, "display": display}], "text": display}


def resource(number: int) -> dict[str, Any]:
    """The resource of this number: six of ten are observations, as in synthetic records."""
    visit = number // 10
    day = f"2026-{1 + visit % 11:02d}-{1 + visit % 28:02d}T08:30:00+01:00"
    about = {
        "id": f"00000000-0000-4000-8000-{number:012d}",
        "meta": {
            "versionId": "1",
            "lastUpdated": day,
            "profile": ["http://hl7.org/fhir/us/core/StructureDefinition/x"],
        },
        "text": {"status": "generated", "div": "<div xmlns='http://www.w3.org/1999/xhtml'>" + "words " * 40 + "</div>"},
        "subject": {"reference": "urn:uuid:p"},
        "encounter": {"reference": f"urn:uuid:{visit * 10}"},
    }
    lab = number % len(LABS)
    match number % 10:
        case 0:
            about.pop("encounter")
            kind = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"}
            met = {"status": "finished", "class": kind, "period": {"start": day, "end": day}}
            return {"resourceType": "Encounter", **about, **met}
        case 1:
            active = coded("http://terminology.hl7.org/CodeSystem/condition-clinical", "active")
            code = coded("http://snomed.info/sct", "82470000" if number == 11 else str(400_000 + number))
            return {"resourceType": "Condition", **about, "clinicalStatus": active, "code": code, "recordedDate": day}
        case 2:
            reasons = [coded("http://snomed.info/sct", str(500_000 + line)) for line in range(12)]
            code = coded("http://snomed.info/sct", str(600_000 + number))
            done = {"status": "completed", "code": code, "performedDateTime": day, "reasonCode": reasons}
            return {"resourceType": "Procedure", **about, **done}
        case 3:
            medicine = coded("http://www.nlm.nih.gov/research/umls/rxnorm", "314076")
            stopped = {"status": "stopped", "intent": "order", "authoredOn": day}
            return {"resourceType": "MedicationRequest", **about, **stopped, "medicationCodeableConcept": medicine}
    known = number % 10 > 6
    code = coded("http://loinc.org", LABS[lab] if known else f"{number}-9")
    unit = {"value": VALUES[lab], "unit": UNITS[lab], "system": "http://unitsofmeasure.org", "code": UNITS[lab]}
    dated = {"status": "final", "code": code, "effectiveDateTime": day, "issued": day}
    category = [coded("http://terminology.hl7.org/CodeSystem/observation-category", "laboratory")]
    return {"resourceType": "Observation", **about, **dated, "category": category, "valueQuantity": unit}


def synthetic(count: int = 300) -> dict[str, Any]:
    """A bundle of so many resources, the patient among them."""
    patient = {"resourceType": "Patient", "id": "p", "birthDate": "1984-03-02", "gender": "female"}
    entries = [{"fullUrl": "urn:uuid:p", "resource": patient}]
    entries += [{"fullUrl": f"urn:uuid:{number}", "resource": resource(number)} for number in range(1, count)]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def milliseconds(call: Callable[[], object], rounds: int = ROUNDS) -> str:
    """The median and the best of many single calls; on a busy machine the best says more."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        call()
        times.append((time.perf_counter() - start) * 1000)
    return f"{statistics.median(times):8.2f} ms, best {min(times):8.2f} ms"


def main() -> None:
    """Prints the times."""
    ruleset = open_ruleset("1.0.0")
    data = synthetic()
    text = json.dumps(data)
    options: dict[str, Any] = {"as_of": NOW, "time_zone": "Europe/London", "ruleset": ruleset}
    found = from_fhir(data, **options)
    print(
        f"{len(data['entry'])} resources, {len(text) / 1e6:.2f} MB, to a case of {len(found.case.given)} items; medians"
    )
    print(f"  from parsed JSON    {milliseconds(lambda: from_fhir(data, **options))}")
    print(f"  from text           {milliseconds(lambda: from_fhir(text, **options), 20)}   (strict: depth, keys)")
    print(f"  json.loads alone    {milliseconds(lambda: json.loads(text))}")
    written: dict[str, Any] = {"subject": "Patient/p", "at": NOW}
    answer = assess(found.case, ruleset, on=found.report.on, reconcile=True)
    print(f"  case to FHIR        {milliseconds(lambda: case_to_fhir(found.case, ruleset, **written))}")
    print(f"  answer to FHIR      {milliseconds(lambda: to_fhir(answer, ruleset, case=found.case, **written))}")
    if importlib.util.find_spec("fhir") is None:
        print("  fhir.resources is not installed here")
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from fhir.resources.R4B.bundle import Bundle

        print(f"  fhir.resources R4B  {milliseconds(lambda: Bundle.model_validate_json(text), 3)}   (no case yet)")


if __name__ == "__main__":
    sys.exit(main())
