"""A phenopacket as a case: terms through verified codes or those above them, what they imply through the ruleset."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from fasciculation_rules.assessing.measure import Measure
from fasciculation_rules.errors import PhenopacketError, Problem
from fasciculation_rules.exchange.phenopackets.hpo import nearest_known
from fasciculation_rules.exchange.relations import RELATIONS, Relation
from fasciculation_rules.exchange.systems import HPO
from fasciculation_rules.logic.grammar import print_number
from fasciculation_rules.model.case import Case, Span
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.model.units import UNITS, in_ucum
from fasciculation_rules.shelf.strict_json import read_json

Json = Mapping[str, Any]

_AGE = re.compile(r"P(?:([0-9]{1,3})Y)?(?:([0-9]{1,5})M)?(?:([0-9]{1,5})W)?(?:([0-9]{1,5})D)?")


@dataclass(frozen=True)
class Terms:
    """Which items a code is about, and whether its denial is one of theirs."""

    hpo: Mapping[str, tuple[tuple[str, ...], bool]]
    loinc: Mapping[str, str]

    @classmethod
    def of(cls, ruleset: Ruleset) -> Terms:
        """From codes.csv, and from HPO for what is narrower than its terms.

        A term that is one kind of its item, or has another name, denies nothing by its absence.
        """
        hpo: dict[str, tuple[tuple[str, ...], bool]] = {}
        loinc = {}
        for name, item in ruleset.vocabulary.items.items():
            row = ruleset.codes.get(item.codes or "")
            if row is None:
                continue
            relation = RELATIONS.get((HPO, row.hpo, name), Relation.EQUIVALENT)
            if row.hpo and name in ruleset.vocabulary.findings and relation is not Relation.WIDER:
                hpo[row.hpo] = ((name,), relation is Relation.EQUIVALENT and row.concept == name)
            if row.loinc and name in ruleset.vocabulary.quantities:
                loinc[row.loinc] = name
        return cls({**_narrower(hpo), **hpo}, loinc)


def _narrower(known: Mapping[str, tuple[tuple[str, ...], bool]]) -> dict[str, tuple[tuple[str, ...], bool]]:
    """The terms below the known ones, each with the items of the nearest of them."""
    found = {}
    for term, ancestors in nearest_known().items():
        items = [item for each in ancestors if each in known for item in known[each][0]]
        if items:
            found[term] = (tuple(items), False)
    return found


@dataclass(frozen=True)
class Packet:
    """The case, the codes that no item has, and what was set aside, each with how often."""

    case: Case
    unknown: Mapping[str, int] = field(default_factory=dict)
    set_aside: Mapping[str, int] = field(default_factory=dict)


def from_phenopacket(data: Json | bytes | str, ruleset: Ruleset, *, file: str = "") -> Packet:
    """The case of one person. Whatever is not said there is unknown.

    A feature that has a resolution is over, so that it says nothing of today; a denial stays one. What is said twice
    and differently counts as present. Of a Family only its proband is read.
    Raises PhenopacketError where it is no phenopacket of version 2.
    """
    packet = _opened(data, file)
    given: dict[str, Any] = dict(_person(_object(packet.get("subject"))))
    unknown: Counter[str] = Counter()
    aside: Counter[str] = Counter()
    terms = ruleset.kept(Terms.of)
    said: dict[str, set[str]] = {}
    for feature, key in [*((each, "type") for each in _list(packet, "phenotypicFeatures")),
                         *((each, "term") for each in _list(packet, "diseases"))]:  # fmt: skip
        _read_feature(feature, key, terms, said, unknown, aside)
    for item, values in said.items():
        given[item] = "present" if "present" in values else "absent"
        aside.update(["said-otherwise"] * (len(values) - 1))
    for measurement in _list(packet, "measurements"):
        _read_measurement(measurement, terms, ruleset, given, unknown, aside)
    return Packet(_readable(given, ruleset, aside), dict(sorted(unknown.items())), dict(sorted(aside.items())))


def _readable(given: dict[str, Any], ruleset: Ruleset, aside: Counter[str]) -> Case:
    """A case of what the vocabulary has; an age out of its range is set aside."""
    known = {name: value for name, value in given.items() if name in ruleset.vocabulary.items}
    case = Case.read({"given": known})
    age = ruleset.vocabulary.quantities.get("age")
    if "age" in known and (age is None or Measure("age", age, "", []).ends(case.given["age"].value) is None):
        aside["value-unreadable"] += 1
        return Case.read({"given": {name: value for name, value in known.items() if name != "age"}})
    return case


def _opened(data: Json | bytes | str, file: str) -> Json:
    if isinstance(data, bytes | str):
        problems: list[Problem] = []
        document = read_json(data.encode() if isinstance(data, str) else data, file, problems)
        if document is None:
            raise PhenopacketError("the phenopacket cannot be read", problems)
        data = document.data
    if not isinstance(data, Mapping):
        raise PhenopacketError("not a phenopacket: expected a JSON object")
    if isinstance(data.get("proband"), Mapping):
        data = {"metaData": data.get("metaData"), **data["proband"]}
    if "members" in data:
        raise PhenopacketError("this is a Cohort; give the phenopackets of its members one by one")
    version = str(_object(data.get("metaData")).get("phenopacketSchemaVersion", ""))
    if not version.startswith("2"):
        raise PhenopacketError(
            "not a phenopacket of version 2: its metaData names no phenopacketSchemaVersion that begins with 2"
        )
    return data


def _object(value: object) -> Json:
    return value if isinstance(value, Mapping) else {}


def _list(packet: Json, key: str) -> Iterator[Json]:
    value = packet.get(key)
    yield from (each for each in value if isinstance(each, Mapping)) if isinstance(value, list) else ()


def _person(subject: Json) -> Iterator[tuple[str, Any]]:
    sex = str(subject.get("sex", "")).lower()
    if sex in ("male", "female"):
        yield "sex", sex
    time = _object(subject.get("timeAtLastEncounter"))
    age = _years(_object(time.get("age")))
    if age is not None:
        yield "age", f"{age} years"
    ages = _object(time.get("ageRange"))
    low, high = _years(_object(ages.get("start"))), _years(_object(ages.get("end")))
    if low is not None and high is not None and low <= high:
        yield "age", {"from": f"{low} years", "to": f"{high} years"}


def _years(age: Json) -> int | None:
    """Completed years, whatever units they are told in; None where it is none of a person."""
    text = age.get("iso8601duration")
    found = _AGE.fullmatch(text) if isinstance(text, str) and text != "P" else None
    if found is None:
        return None
    years, months, weeks, days = (int(each or 0) for each in found.groups())
    years += months // 12 + (7 * weeks + days) * 4 // 1461  # four years have 1461 days
    return years if years <= 130 else None


def _read_feature(
    feature: Json, key: str, terms: Terms, said: dict[str, set[str]], unknown: Counter[str], aside: Counter[str]
) -> None:
    code = str(_object(feature.get(key)).get("id", ""))
    items, denies = terms.hpo.get(code, ((), False))
    excluded = feature.get("excluded", False)
    if not items:
        unknown[_shown(code)] += 1
    elif not isinstance(excluded, bool):
        aside["excluded-unreadable"] += 1
    elif excluded and not denies:
        aside["narrower-denied"] += 1
    elif not excluded and feature.get("resolution") is not None:
        aside["resolved"] += 1
    else:
        for item in items:
            said.setdefault(item, set()).add("absent" if excluded else "present")


def _shown(code: str) -> str:
    """A code as it may be printed: what is none may be about a person."""
    return code if re.fullmatch(r"[A-Za-z.]{1,20}:[A-Za-z0-9.-]{1,30}", code) else "(no code)"


def _read_measurement(
    measurement: Json,
    terms: Terms,
    ruleset: Ruleset,
    given: dict[str, Any],
    unknown: Counter[str],
    aside: Counter[str],
) -> None:
    """A result whose unit is of the dimension of its code; of several the latest counts."""
    code = str(_object(measurement.get("assay")).get("id", ""))
    name = terms.loinc.get(code.removeprefix("LOINC:")) if code.startswith("LOINC:") else None
    if name is None:
        unknown[_shown(code)] += 1
        return
    said = _said(name, _object(_object(measurement.get("value")).get("quantity")), ruleset)
    if said is None:
        aside["value-unreadable"] += 1
        return
    day = _day(_object(measurement.get("timeObserved")).get("timestamp"))
    if day is not None:
        said["at"] = day.isoformat()
    before = given.get(name)
    if before is not None:
        aside["said-more-than-once"] += 1
    if before is None or before.get("at", "") <= said.get("at", ""):
        given[name] = said


def _said(name: str, quantity: Json, ruleset: Ruleset) -> dict[str, Any] | None:
    item = ruleset.vocabulary.quantities[name]
    unit = in_ucum(name, str(_object(quantity.get("unit")).get("id", "")).removeprefix("UCUM:"))
    about = UNITS.get(in_ucum(name, ruleset.codes[item.codes or ""].unit))
    if about is None or unit not in UNITS or UNITS[unit].dimension != about.dimension:
        return None
    value = _text(quantity.get("value"), unit)
    if value is None or Measure(name, item, "", []).ends(value) is None:
        return None
    limits = _object(quantity.get("referenceRange"))
    own = in_ucum(name, str(_object(limits.get("unit")).get("id", "")).removeprefix("UCUM:"))
    low, high = _text(limits.get("low"), own), _text(limits.get("high"), own)
    if low is None or high is None:
        return {"value": value}
    span = Span.model_validate({"from": low, "to": high})
    if Measure(name, item, "", []).reference(span) is None:
        return {"value": value}
    return {"value": value, "reference": {"from": low, "to": high}}


def _text(value: object, unit: str) -> str | None:
    if isinstance(value, bool) or len(str(value)) > 30 or re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", str(value)) is None:
        return None
    return f"{print_number(Fraction(str(value)))} {unit}"


def _day(text: object) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(str(text)[:10])
    except ValueError:
        return None
