"""Age and sex from the Patient, and whether the person has died."""

from __future__ import annotations

import datetime

from fasciculation_rules.exchange.fhir.moments import Moment
from fasciculation_rules.exchange.fhir.opening import Entry
from fasciculation_rules.exchange.fhir.reading import Reading, key_of
from fasciculation_rules.exchange.fhir.shapes import Json, object_of, objects_of, text_of
from fasciculation_rules.exchange.fhir.statement import Source, Statement
from fasciculation_rules.exchange.systems import GENDER

BIRTH_SEX = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex"
_BORN_AS = {"M": "male", "F": "female"}
OLDEST = 130


def read_patient(entry: Entry, reading: Reading) -> bool:
    """Says age and sex; whether the person has died."""
    patient = entry.resource
    age = _age(patient, reading, entry)
    today = Moment(reading.clock.today, reading.clock.today)
    items = reading.ruleset.vocabulary.items
    if age is not None and "age" in items:
        reading.statements.append(Statement("age", age, today, _source(entry, "", ""), counts=(0, 0)))
    sex, system = _sex(patient, reading, entry)
    if sex is not None and "sex" in items:
        reading.statements.append(Statement("sex", sex, today, _source(entry, system, sex)))
    died = patient.get("deceasedBoolean") not in (None, False) or patient.get("deceasedDateTime") is not None
    if died:
        reading.refuse("deceased", entry)
    return died


def _source(entry: Entry, system: str, code: str) -> Source:
    version = text_of(object_of(entry.resource.get("meta")).get("versionId"))
    return Source("Patient", key_of(entry), version, "", system, code)


def _age(patient: Json, reading: Reading, entry: Entry) -> str | tuple[str, str] | None:
    """Completed years on the local day, between two of them where the date of birth is partial."""
    if patient.get("birthDate") is None:
        return None
    born = reading.clock.read(patient["birthDate"])
    if born is None:
        reading.refuse("unreadable-date", entry, "age")
        return None
    if born.first > reading.clock.today:
        reading.refuse("ahead-of-time", entry, "age")
        return None
    most = completed_years(born.first, reading.clock.today)
    least = completed_years(min(born.last, reading.clock.today), reading.clock.today)
    if most > OLDEST:
        reading.refuse("out-of-range", entry, "age")
        return None
    return f"{most} years" if least == most else (f"{least} years", f"{most} years")


def completed_years(born: datetime.date, on: datetime.date) -> int:
    """How many birthdays have passed; who was born on 29 February has one on 1 March of other years."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _sex(patient: Json, reading: Reading, entry: Entry) -> tuple[str | None, str]:
    """The sex recorded at birth where it is given, else the administrative gender, if it is male or female."""
    extensions = objects_of(patient.get("extension"))
    born_as = {_BORN_AS.get(text_of(each.get("valueCode"))) for each in extensions if each.get("url") == BIRTH_SEX}
    gender = patient.get("gender") if patient.get("gender") in ("male", "female") else None
    if len(born_as) == 1 and (sex := born_as.pop()) is not None:
        if gender is not None and gender != sex:
            reading.refuse("sex-differs", entry, "sex")
        return sex, BIRTH_SEX
    return gender, GENDER
