"""Conditions: refuted is absent, resolved is history, provisional is suspicion, and a missing status stays usable."""

from __future__ import annotations

import datetime
from dataclasses import replace

from fasciculation_rules.exchange.fhir.moments import Moment
from fasciculation_rules.exchange.fhir.opening import Entry
from fasciculation_rules.exchange.fhir.reading import Reading, Told
from fasciculation_rules.exchange.fhir.shapes import Json, number_of, object_of, text_of
from fasciculation_rules.exchange.fhir.statement import PRESENT, Onset, Statement
from fasciculation_rules.exchange.fhir.statuses import CLINICAL, VERIFICATION, Standing, coded
from fasciculation_rules.exchange.systems import CLINICAL_STATUS, VERIFICATION_STATUS
from fasciculation_rules.model.units import UNITS, in_ucum


def read_condition(entry: Entry, reading: Reading) -> None:
    """Says present, absent or nothing, and since when."""
    resource = entry.resource
    found = reading.understood(resource.get("code"), entry)
    if not found:
        return
    standing, status = _standing(resource, reading)
    found, said = reading.standing_of(standing, found, entry)
    if not found:
        return
    moment, usable = _dated(entry, reading)
    if not usable:
        return
    for statement in reading.say(entry, found, said, Told(moment, status)):
        if statement.value == PRESENT:
            _since(entry, statement, reading)


def _standing(resource: Json, reading: Reading) -> tuple[Standing, str]:
    """Of both statuses and the abatement together, with the code that decided."""
    verified, verification = coded(resource.get("verificationStatus"), VERIFICATION_STATUS, VERIFICATION)
    if verified not in (Standing.FINAL, Standing.UNSTATED):
        return verified, verification
    clinical, code = coded(resource.get("clinicalStatus"), CLINICAL_STATUS, CLINICAL)
    if clinical in (Standing.FINAL, Standing.UNSTATED) and _abated(resource, reading):
        return Standing.HISTORY, "abated"
    return clinical, code or verification


def _abated(resource: Json, reading: Reading) -> bool:
    """Whether any abatement says that it is over; one that lies ahead does not."""
    for key, value in resource.items():
        if key.startswith("abatement") and value is not None and value is not False:
            end = value.get("start") if isinstance(value, dict) else value
            moment = reading.clock.read(end)
            if moment is None or not reading.clock.is_ahead(moment):
                return True
    return False


def _dated(entry: Entry, reading: Reading) -> tuple[Moment | None, bool]:
    """When it was recorded; else when its encounter was, or when it began if that is later.

    What begins later than the time of reading is not taken, whenever it was recorded.
    """
    resource = entry.resource
    onset, readable = reading.clock.read_first(resource, "onsetDateTime", "onsetPeriod")
    if onset is not None and reading.ahead(onset, entry):
        return None, False
    if resource.get("recordedDate") is not None:
        return reading.dated(entry, "recordedDate")
    if not readable:
        reading.refuse("unreadable-date", entry)
        return None, False
    if onset is None:
        return reading.dated(entry)
    clock, met = reading.clock, reading.encountered(entry)
    if met is None or clock.is_ahead(met) or clock.order(met) < clock.order(onset):
        return onset, True
    return met, True


def _since(entry: Entry, statement: Statement, reading: Reading) -> None:
    """Remembers when the finding began, for the duration of its family."""
    family = reading.ruleset.vocabulary.items[statement.item].family
    began = _began(entry.resource, reading)
    if (
        family is not None
        and began is not None
        and statement.moment is not None
        and began.first <= statement.moment.last
    ):
        reading.onsets.append(Onset(family, replace(began, instant=None), statement))


def _began(resource: Json, reading: Reading) -> Moment | None:
    """The onset as a date, or by age and date of birth."""
    moment, _ = reading.clock.read_first(resource, "onsetDateTime", "onsetPeriod")
    if moment is not None:
        return moment
    age, birth = object_of(resource.get("onsetAge")), reading.clock.read(reading.subject.patient.get("birthDate"))
    years = number_of(age.get("value"))
    if birth is None or years is None or years.denominator != 1 or not 0 <= years <= 130:
        return None
    if not _in_years(age) or age.get("comparator"):
        return None
    return Moment(_later(birth.first, int(years)), _later(birth.last, int(years) + 1))


def _in_years(age: Json) -> bool:
    """Whether an Age is one in years: by its code, with which no other unit may be printed, or by its unit."""
    code, unit = text_of(age.get("code")), in_ucum("age", text_of(age.get("unit")))
    return code in ("a", "") and (unit == "a" if unit in UNITS else code == "a")


def _later(day: datetime.date, years: int) -> datetime.date:
    return datetime.date(min(day.year + years, 9999), day.month, min(day.day, 28))
