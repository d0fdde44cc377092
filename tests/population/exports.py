"""Exports for the tests: the edges of real FHIR data as people, written as files in any order; whose is what."""

from __future__ import annotations

import datetime
import gzip
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import yaml

from fasciculation_rules import from_fhir, open_ruleset
from fasciculation_rules.assessing.admit import admit
from fasciculation_rules.assessing.findings import close
from fasciculation_rules.population.intake.bulk.reader import BulkReader, open_bulk
from fasciculation_rules.population.intake.preparing import Prepared, prepare
from fasciculation_rules.population.rows import to_row
from fasciculation_rules.population.schema import PERSON, WideForm

Json = dict[str, Any]
RULESET = open_ruleset("1.1.0")
NOW = datetime.datetime(2026, 11, 22, 17, 0, tzinfo=datetime.UTC)
ZONE = ZoneInfo("Europe/London")
EDGES = Path(__file__).parent.parent / "exchange" / "edges"
SNOMED, LOINC, UCUM = "http://snomed.info/sct", "http://loinc.org", "http://unitsofmeasure.org"


# ---------------------------------------------------------------- resources


def patient(name: str, **more: Any) -> Json:
    return {"resourceType": "Patient", "id": name, "birthDate": "1980-05-01", "gender": "female", **more}


def twitching(name: str, of: str = "p", **more: Any) -> Json:
    """A Condition that is an entry finding."""
    coding = {"coding": [{"system": SNOMED, "code": "82470000"}]}
    return condition(name, of, coding, **more)


def condition(name: str, of: str, code: Any, **more: Any) -> Json:
    active = {"coding": [{"code": "active"}]}
    about = {"subject": {"reference": f"Patient/{of}"}, "code": code, "clinicalStatus": active}
    return {"resourceType": "Condition", "id": name, **about, "recordedDate": "2026-11-10", **more}


def potassium(name: str, value: float, of: str = "p", **more: Any) -> Json:
    amount = {"value": value, "unit": "mmol/L", "system": UCUM, "code": "mmol/L"}
    about = {"subject": {"reference": f"Patient/{of}"}, "status": "final", "effectiveDateTime": "2026-11-20"}
    code = {"coding": [{"system": LOINC, "code": "2823-3"}]}
    return {"resourceType": "Observation", "id": name, **about, "code": code, "valueQuantity": amount, **more}


def version(updated: str, number: str = "1") -> Json:
    return {"versionId": number, "lastUpdated": updated}


# ---------------------------------------------------------------- the edges as people


def edge_people() -> list[list[Json]]:
    """The resources of each edge that needs no mapping of a site and names no server, with ids of its own."""
    found: list[list[Json]] = []
    for file in sorted(EDGES.glob("*.yaml")):
        for case in yaml.load(file.read_text(encoding="utf-8"), yaml.BaseLoader)["cases"]:
            absolute = '"reference": "http' in json.dumps(case)
            if "mapping" not in case and "error" not in case and not absolute:
                found.append(_own_ids(_bundle(case), f"e{len(found)}"))
    return found


def _bundle(case: Json) -> list[Json]:
    resources = [{"resourceType": "Patient", "id": "p", **_typed(case.get("patient", {}))}]
    for resource in case["data"]:
        about = {"subject": {"reference": "Patient/p"}, **_typed(resource)}
        if about["subject"] == "none":
            del about["subject"]
        resources.append(about)
    return resources


def _typed(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: value[name] if name == "identifier" else _typed(value[name], name) for name in value}
    if isinstance(value, list):
        return [_typed(each, key) for each in value]
    if value in ("true", "false"):
        return value == "true"
    if key in ("value", "valueInteger") and value[:1] in "0123456789." and "inf" not in value:
        return float(value) if "." in value else int(value)
    return value


def _own_ids(resources: list[Json], mark: str) -> list[Json]:
    """Ids and plain references with a mark before the id."""

    def renamed(value: Any, key: str = "", *, top: bool = False) -> Any:
        if isinstance(value, dict):
            return {
                name: renamed(each, name if not (top and name == "id") else "own id") for name, each in value.items()
            }
        if isinstance(value, list):
            return [renamed(each, key) for each in value]
        if key == "own id" and isinstance(value, str):
            return f"{mark}-{value}"
        if key == "reference" and isinstance(value, str) and not value.startswith(("#", "urn:", "http")):
            kind, slash, rest = value.partition("/")
            return f"{kind}/{mark}-{rest}" if slash else value
        return value

    return [renamed(each, top=True) for each in resources]


# ---------------------------------------------------------------- files


def write_export(place: Path, resources: Iterable[Json], *, files: int = 0, random: Random | None = None) -> Path:
    """One file by type, or so many files of any resources, of which half are compressed."""
    place.mkdir(parents=True, exist_ok=True)
    resources = list(resources)
    if random is not None:
        random.shuffle(resources)
    held: dict[str, list[str]] = {}
    for number, resource in enumerate(resources):
        name = f"{number % files}" if files else f"{resource['resourceType']}"
        held.setdefault(name, []).append(json.dumps(resource))
    for number, (name, lines) in enumerate(held.items()):
        text = "\n".join(lines) + ("\n" if number % 2 else "")
        if files and number % 2:
            (place / f"{name}.ndjson.gz").write_bytes(gzip.compress(text.encode()))
        else:
            (place / f"{name}.ndjson").write_text(text, encoding="utf-8")
    return place


def write_manifest(place: Path, time: str = "2026-11-22T17:00:00Z", since: str = "", **more: Any) -> Path:
    """What the server says of the files that are there."""
    files = sorted(each for each in place.iterdir() if each.name != "manifest.json")
    listed = [
        {"type": each.name.split(".")[0], "url": f"https://server.example/files/{each.name}"}
        for each in files
        if not each.name.startswith(("deleted", "problems"))
    ]
    request = "https://server.example/fhir/Patient/$export" + (f"?_since={since}" if since else "")
    said = {"transactionTime": time, "request": request, "requiresAccessToken": True, "output": listed, "error": []}
    if (place / "deleted.ndjson").exists():
        said["deleted"] = [{"type": "Bundle", "url": "https://server.example/files/deleted.ndjson"}]
    (place / "manifest.json").write_text(json.dumps({**said, **more}), encoding="utf-8")
    return place


def write_deleted(place: Path, names: Sequence[str]) -> Path:
    """Transactions that delete these."""
    place.mkdir(parents=True, exist_ok=True)
    bundles = [
        {"resourceType": "Bundle", "type": "transaction", "entry": [{"request": {"method": "DELETE", "url": name}}]}
        for name in names
    ]
    (place / "deleted.ndjson").write_text("\n".join(map(json.dumps, bundles)), encoding="utf-8")
    return place


# ---------------------------------------------------------------- what comes of it


def opened(place: Path, part_bytes: int = 2_000, buffered: int = 5_000, **more: Any) -> BulkReader:
    given = {"time_zone": ZONE, "as_of": NOW, **more}
    found = open_bulk(place, RULESET, part_bytes=part_bytes, **given)
    found.buffered = buffered
    return found


def prepared(place: Path, out: Path, **more: Any) -> Prepared:
    return prepare(opened(place, **more), out, RULESET, max_bad=1)


def rows_of(out: Path) -> dict[str, dict[str, Any]]:
    """By person, the cells of the wide form that are not empty."""
    columns = WideForm.of(RULESET).columns
    frame = pl.read_parquet(out / "people-*[0-9].parquet")
    return {
        row[PERSON]: {name: row[name] for name in columns if row[name] is not None}
        for row in frame.iter_rows(named=True)
    }


def about_rows(out: Path) -> dict[str, dict[str, Any]]:
    """By person, all cells."""
    frame = pl.read_parquet(out / "people-*[0-9].parquet")
    return {row[PERSON]: row for row in frame.iter_rows(named=True)}


def quarantine_of(out: Path) -> dict[str, str]:
    files = [*out.glob("*quarantine.parquet")]
    return {
        name: reason for file in files for name, reason in pl.read_parquet(file).select(PERSON, "reason").iter_rows()
    }


# ---------------------------------------------------------------- the oracle


def bundle_of(name: str, resources: Sequence[Json]) -> list[Json] | None:
    """All that is about a person, and all that is about nobody; None where a version of something is there twice."""
    merged = {
        link["other"]["reference"].split("/")[1]
        for each in resources
        if _about(each) == name and each["resourceType"] == "Patient"
        for link in each.get("link", ())
        if link["type"] == "replaces"
    }
    mine = [each for each in resources if _about(each) in (name, None, *merged)]
    kept: list[Json] = []
    for group in _named(mine):
        metas = [each.get("meta", {}) for each in group]
        ranks = [(meta.get("lastUpdated", ""), int(meta.get("versionId", -1))) for meta in metas]
        if not all(updated for updated, _ in ranks):
            numbered = all(number >= 0 for _, number in ranks)
            ranks = [("", number if numbered else -1) for _, number in ranks]
        best = {json.dumps(each, sort_keys=True) for each, rank in zip(group, ranks, strict=True) if rank == max(ranks)}
        if len(best) > 1:
            return None
        kept.append(json.loads(best.pop()))
    return kept


def _about(resource: Json) -> str | None:
    if resource["resourceType"] == "Patient":
        return str(resource["id"])
    for key in ("subject", "patient"):
        reference = resource.get(key, {}).get("reference", "") if isinstance(resource.get(key), Mapping) else ""
        if reference.startswith("Patient/"):
            return str(reference.split("/")[1])
    return None if resource["resourceType"] in ("Medication", "Questionnaire", "Practitioner", "Encounter") else ""


def _named(resources: Sequence[Json]) -> Iterator[list[Json]]:
    groups: dict[Any, list[Json]] = {}
    for number, each in enumerate(resources):
        groups.setdefault((each["resourceType"], each.get("id", number)), []).append(each)
    yield from groups.values()


def row_alone(name: str, resources: Sequence[Json], as_of: datetime.datetime = NOW) -> dict[str, int] | None:
    """The row of what `from_fhir` reads of her own bundle."""
    mine = bundle_of(name, resources)
    if mine is None:
        return None
    found = from_fhir(mine, as_of=as_of, time_zone=ZONE, ruleset=RULESET, patient=f"Patient/{name}")
    admitted = admit(found.case, RULESET, on=found.report.on, reconcile=True)
    return to_row(close(admitted, found.case, RULESET, reconcile=True).facts, RULESET)
