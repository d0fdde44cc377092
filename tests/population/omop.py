"""A small database in the OMOP common data model: real codes of the ruleset, all concept ids made up here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

Rows = Mapping[str, Sequence[Mapping[str, Any]]]

CONCEPTS = {
    # id: vocabulary, code, name, domain
    101: ("SNOMED", "82470000", "Fasciculation", "Condition"),
    102: ("SNOMED", "26544005", "Muscle weakness", "Condition"),
    103: ("SNOMED", "made-up-1", "A kind of weakness", "Condition"),
    104: ("SNOMED", "made-up-2", "Family history of weakness", "Observation"),
    105: ("SNOMED", "40739000", "Dysphagia", "Condition"),
    106: ("ICD10CM", "R25.3", "Fasciculation", "Condition"),
    107: ("ICD10CM", "M62.81", "Muscle weakness (generalized)", "Condition"),
    108: ("ICD10CM", "R29.2", "Abnormal reflex", "Condition"),
    201: ("LOINC", "2823-3", "Potassium", "Measurement"),
    202: ("LOINC", "2345-7", "Glucose", "Measurement"),
    203: ("LOINC", "2157-6", "Creatine kinase", "Measurement"),
    204: ("made up", "glucose", "Glucose, as the laboratory calls it", "Measurement"),
    301: ("SNOMED", "373066001", "Yes", "Meas Value"),
    302: ("SNOMED", "373067005", "No", "Meas Value"),
    303: ("SNOMED", "made-up-3", "Perhaps", "Meas Value"),
    401: ("UCUM", "mmol/L", "millimole per liter", "Unit"),
    402: ("UCUM", "mg/dL", "milligram per deciliter", "Unit"),
    403: ("UCUM", "U/L", "unit per liter", "Unit"),
    404: ("UCUM", "meq/L", "milliequivalent per liter", "Unit"),
    501: ("SNOMED", "made-up-4", "<", "Meas Value Operator"),
    502: ("SNOMED", "made-up-5", "<=", "Meas Value Operator"),
    503: ("SNOMED", "made-up-6", ">", "Meas Value Operator"),
    504: ("SNOMED", "made-up-7", ">=", "Meas Value Operator"),
    505: ("SNOMED", "made-up-8", "=", "Meas Value Operator"),
    506: ("SNOMED", "made-up-9", "~", "Meas Value Operator"),
    601: ("Gender", "M", "MALE", "Gender"),
    602: ("Gender", "F", "FEMALE", "Gender"),
    701: ("Condition Status", "made-up-1", "Confirmed diagnosis", "Condition Status"),
    702: ("Condition Status", "made-up-2", "Preliminary diagnosis", "Condition Status"),
    703: ("Condition Status", "made-up-3", "Condition to be ruled out by a test", "Condition Status"),
    801: ("RxNorm", "made-up-1", "A diuretic", "Drug"),
    802: ("RxNorm", "made-up-2", "A kind of that diuretic", "Drug"),
    901: ("SNOMED", "made-up-10", "An operation on the neck", "Procedure"),
}

BELOW = [(101, 101), (102, 102), (102, 103), (102, 104), (801, 801), (801, 802)]

VOCABULARY: Rows = {
    "concept": [
        {
            "concept_id": id_,
            "vocabulary_id": said[0],
            "concept_code": said[1],
            "concept_name": said[2],
            "domain_id": said[3],
        }
        for id_, said in CONCEPTS.items()
    ],
    "concept_ancestor": [
        {"ancestor_concept_id": one, "descendant_concept_id": other, "min_levels_of_separation": int(one != other)}
        for one, other in BELOW
    ],
    "vocabulary": [
        {"vocabulary_id": "None", "vocabulary_version": "v5.0 made up"},
        {"vocabulary_id": "SNOMED", "vocabulary_version": "another"},
    ],
}

SETS = {
    "diuretic_use": "format: 1\nconcept_set: diuretics\nitem: diuretic_use\ndomains: [drug]\n"
    "concepts:\n  - {concept_id: 801, descendants: yes}\n",
    "neck_surgery": "format: 1\nconcept_set: operations\nitem: neck_surgery\ndomains: [procedure]\n"
    "concepts:\n  - {vocabulary: SNOMED, code: made-up-10}\n",
    "glucose": "format: 1\nconcept_set: glucose\nitem: glucose\ndomains: [measurement]\n"
    "concepts:\n  - {concept_id: 204}\n",
}
"""Concept sets of the site."""

REQUIRED: Mapping[str, Mapping[str, Any]] = {
    "person": {"gender_concept_id": 0, "year_of_birth": None},
    "condition_occurrence": {"condition_concept_id": 0, "condition_start_date": "2026-10-20"},
    "observation": {"observation_concept_id": 0, "observation_date": "2026-10-20"},
    "measurement": {"measurement_concept_id": 0, "measurement_date": "2026-10-30"},
    "drug_exposure": {"drug_concept_id": 0, "drug_exposure_start_date": "2026-10-20"},
    "procedure_occurrence": {"procedure_concept_id": 0, "procedure_date": "2026-10-20"},
}


def database(place: Path, tables: Rows, *, people: Iterable[int] = (), ending: str = "parquet") -> Path:
    """Tables as files, with the vocabulary, and everybody of whom some row speaks."""
    place.mkdir(parents=True)
    held: dict[str, list[Mapping[str, Any]]] = {**VOCABULARY, **{name: list(rows) for name, rows in tables.items()}}  # type: ignore[dict-item]
    named = {*people, *(row["person_id"] for name in REQUIRED for row in held.get(name, ()))}
    held["person"] = [*held.get("person", ()), *({"person_id": n} for n in sorted(named - _in(held.get("person", ()))))]
    for name, rows in held.items():
        if rows:
            write(place / f"{name}.{ending}", [{**REQUIRED.get(name, {}), **row} for row in rows])
    return place


def _in(rows: Iterable[Mapping[str, Any]]) -> set[int]:
    return {row["person_id"] for row in rows}


def write(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """One table; days and times have their own types in Parquet."""
    frame = pl.DataFrame(rows, infer_schema_length=None)
    if path.suffix == ".csv":
        frame.write_csv(path)
        return
    days = [pl.col(name).cast(pl.String).str.to_date() for name in frame.columns if name.endswith("_date")]
    times = [pl.col(name).cast(pl.String).str.to_datetime() for name in frame.columns if name.endswith("_datetime")]
    frame.with_columns(*days, *times).write_parquet(path)


def concept_sets(place: Path, *names: str) -> Path:
    """Some of the concept sets as files."""
    place.mkdir(parents=True, exist_ok=True)
    for name in names or SETS:
        (place / f"{name}.yaml").write_text(SETS[name], encoding="utf-8")
    return place
