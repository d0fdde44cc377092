"""Synthetic records as an EHR would bring them: few findings coded, negatives hardly ever. Patterns, not people."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from fasciculation_rules import open_ruleset
from fasciculation_rules.exchange.systems import ICD10CM, ITEMS, LOINC, SNOMED, UCUM
from fasciculation_rules.model.orders import Orders
from fasciculation_rules.model.site import Mode, Site
from fasciculation_rules.server.call import HOOKS, Call
from fasciculation_rules.server.serving import Serving, serving_of

Json = dict[str, Any]

NOW = datetime.datetime(2026, 11, 22, 12, 0, tzinfo=datetime.UTC)
RULESET = open_ruleset("1.1.0")
ORDERS = {
    "format": 1,
    "orders": [
        {
            "outcome": "destination.neurology",
            "system": "urn:site",
            "code": "REF-NEURO",
            "display": "Neurology referral",
        },
        {"outcome": "test.electrolytes", "system": "urn:site", "code": "UE", "display": "Urea and electrolytes"},
        {"outcome": "test.emg", "system": "urn:site", "code": "EMG", "display": "Electromyography"},
    ],
    "relevant": [{"system": "urn:site", "code": "SALBUTAMOL"}],
}
ALARMS = {
    "stroke": ((ICD10CM, "I63.9"), (ITEMS, "sudden_deficit")),
    "seizure": ((ICD10CM, "R56.9"), (SNOMED, "91175000")),
    "cauda": ((ICD10CM, "G83.4"), (SNOMED, "89356000")),
}
"""What alarms anybody, in codes that the ruleset knows, and in one that it does not."""


def serving(**site: Any) -> Serving:
    """A live site with orders."""
    said = {
        "site": "test",
        "time_zone": "Europe/London",
        "ruleset": "1.1.0",
        "mode": Mode.LIVE,
        "allow_unreviewed": True,
    }
    found = serving_of(Site.model_validate({**said, **site}), Path(), "https://cds.example")
    return replace(found, orders=Orders.read(ORDERS))


def patient(name: str = "p1", birth: str = "1970-02-03", **more: Any) -> Json:
    return {"resourceType": "Patient", "id": name, "birthDate": birth, "gender": "female", **more}


def condition(code: str, days: int = 1, *, system: str = ITEMS, of: str = "p1", **more: Any) -> Json:
    """A problem recorded so many days ago; of our own names unless another system is said."""
    return {
        "resourceType": "Condition",
        "id": f"c-{code.replace('_', '-')}-{days}",
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "verificationStatus": {"coding": [{"code": "confirmed"}]},
        "category": [{"coding": [{"code": "problem-list-item"}]}],
        "code": {"coding": [{"system": system, "code": code}]},
        "subject": {"reference": f"Patient/{of}"},
        "recordedDate": day(days),
        **more,
    }


def denial(code: str, days: int = 1) -> Json:
    """The same refuted."""
    refuted = {"verificationStatus": {"coding": [{"code": "refuted"}]}}
    return {**condition(code, days), **refuted, "id": f"no-{code.replace('_', '-')}"}


def laboratory(code: str, value: float, unit: str, days: int = 1, *, system: str = LOINC, of: str = "p1") -> Json:
    return {
        "resourceType": "Observation",
        "id": f"o-{code}-{days}",
        "status": "final",
        "code": {"coding": [{"system": system, "code": code}]},
        "subject": {"reference": f"Patient/{of}"},
        "effectiveDateTime": f"{day(days)}T09:00:00Z",
        "valueQuantity": {"value": value, "unit": unit, "system": UCUM, "code": unit},
    }


def answers(days: int = 1, of: str = "p1", **given: bool) -> Json:
    """A completed form with yes and no."""
    return {
        "resourceType": "QuestionnaireResponse",
        "id": f"q-{days}",
        "status": "completed",
        "questionnaire": "https://fasciculation-rules.example/fhir/Questionnaire/screen",
        "subject": {"reference": f"Patient/{of}"},
        "authored": f"{day(days)}T10:00:00Z",
        "item": [{"linkId": name, "answer": [{"valueBoolean": value}]} for name, value in given.items()],
    }


def referral(code: str = "REF-NEURO", status: str = "active", days: int = 1, of: str = "p1", **more: Any) -> Json:
    return {
        "resourceType": "ServiceRequest",
        "id": f"s-{code}-{days}",
        "status": status,
        "intent": "order",
        "code": {"coding": [{"system": "urn:site", "code": code}]},
        "subject": {"reference": f"Patient/{of}"},
        "authoredOn": day(days),
        **more,
    }


def day(ago: int) -> str:
    return (NOW.date() - datetime.timedelta(days=ago)).isoformat()


def bundle(resources: Iterable[Json], **more: Any) -> Json:
    entries = [{"fullUrl": f"https://fhir.example/{r['resourceType']}/{r['id']}", "resource": r} for r in resources]
    return {"resourceType": "Bundle", "type": "searchset", "entry": entries, **more}


def prefetch(*problems: Json, person: Json | None = None, **keys: Sequence[Json]) -> dict[str, Json]:
    """All eight keys, whole."""
    empty = ("diagnoses", "labs", "answers", "medications", "family", "referrals")
    return {
        "patient": person or patient(),
        "problems": bundle(problems),
        **{name: bundle(keys.get(name, ())) for name in empty},
    }


def body(values: Mapping[str, Any], hook: str = "patient-view", instance: str = "1", **context: Any) -> Json:
    """A call as a client sends it."""
    return {
        "hook": hook,
        "hookInstance": f"00000000-0000-4000-8000-{instance.zfill(12)}",
        "context": {"userId": "Practitioner/1", "patientId": "p1", **context},
        "prefetch": dict(values),
    }


def call(values: Mapping[str, Any], hook: str = "patient-view", instance: str = "1", **more: Any) -> Call:
    return Call(hook, instance, HOOKS[hook], "p1", "", dict(values), **more)


# ---------------------------------------------------------------- populations

UNRELATED = ("I10", "E11.9", "J45.909", "M54.5", "F41.1", "K21.9", "N39.0", "Z00.00")
ENTRIES = ("fasciculation", "fasciculation", "fasciculation", "eyelid_twitch", "facial_twitch", "myokymia")
TWITCHES = ("fasciculation_multifocal", "twitch_worsening")
"""Screen items that say of themselves that something twitches."""

COMPLAINTS = ("dysarthria", "dysphagia", "weakness_progressive", "paraesthesia", "muscle_cramp", "weight_loss")
"""Specific findings that stand on problem lists, each with one person in a hundred here."""

LABORATORY = (("2823-3", 4.2, 0.4, "mmol/L"), ("2951-2", 140, 3, "mmol/L"), ("3016-3", 2.0, 1.2, "m[IU]/L"))


def record(random: Random, *, entry: bool, alarming: str = "") -> dict[str, Json]:
    """One patient's prefetch: 95 % of the screen items unknown, laboratory values often there and mostly normal.

    `alarming` is one of `potassium`, `oxygen`, `stroke`, `seizure`, `cauda`: what would alarm anybody who twitches.
    """
    born = 1930 + random.randrange(75)
    problems = [condition(code, random.randrange(2000), system=ICD10CM) for code in random.sample(UNRELATED, 3)]
    for name in RULESET.vocabulary.screen:
        if random.random() < 0.05 and (entry or name not in TWITCHES):
            said = condition if random.random() < 0.5 else denial
            problems.append(said(name, random.randrange(60)))
    problems += [condition(name, random.randrange(120)) for name in COMPLAINTS if random.random() < 0.01]
    if entry:
        problems.append(condition(random.choice(ENTRIES), random.randrange(200)))
    labs = [
        laboratory(code, round(random.gauss(middle, spread), 1), unit, random.randrange(400))
        for code, middle, spread, unit in LABORATORY
        if random.random() < 0.6
    ]
    match alarming:
        case "potassium":
            labs.append(laboratory("2823-3", 2.3, "mmol/L", 0))
        case "oxygen":
            labs.append(laboratory("spo2", 86, "%", 0, system=ITEMS))
        case "stroke" | "seizure" | "cauda":
            problems += [condition(code, 0, system=system) for system, code in ALARMS[alarming]]
    given = {"answers": [answers(random.randrange(200), breathing_problem=False)] if random.random() < 0.05 else []}
    return prefetch(*_once(problems), person=patient(birth=f"{born}-06-01"), labs=_once(labs), **given)


def _once(resources: Iterable[Json]) -> list[Json]:
    return list({each["id"]: each for each in resources}.values())
