"""A ruleset as FHIR artefacts: valid, whole, deterministic, and honest about who has looked at it."""

from __future__ import annotations

import base64
import datetime
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.exchange.valid import faults

from fasciculation_rules import open_ruleset
from fasciculation_rules.cli.app import run
from fasciculation_rules.exchange.cql.libraries import cql_libraries
from fasciculation_rules.exchange.fhir.artefacts.making import artefacts
from fasciculation_rules.exchange.systems import BASE, ITEMS
from fasciculation_rules.logic.grammar import read_condition
from fasciculation_rules.model.rule import Derivation
from fasciculation_rules.shelf.locate import shelf_root, versions
from fasciculation_rules.shelf.opening import known_releases

Json = dict[str, Any]
CHECKOUT = Path(__file__).resolve().parents[2]
DAY = datetime.date(2026, 11, 22)
every_version = pytest.mark.parametrize("version", versions(shelf_root()))

MADE = {version: artefacts(open_ruleset(version)) for version in versions(shelf_root())}


def of_type(version: str, kind: str) -> list[Json]:
    return [each for each in MADE[version].values() if each["resourceType"] == kind]


def actions(action: Json) -> Iterator[Json]:
    for each in action.get("action", []):
        yield each
        yield from actions(each)


@every_version
def test_every_artefact_is_valid_fhir(version: str) -> None:
    for name, each in MADE[version].items():
        assert faults(each) == [], name
        assert re.fullmatch(r"[A-Za-z0-9.-]{1,64}", each["id"])
        assert re.fullmatch(r"[A-Z][A-Za-z0-9_]{0,254}", each["name"])


@every_version
def test_every_artefact_says_its_version_its_status_and_that_nobody_has_reviewed_it(version: str) -> None:
    ruleset = open_ruleset(version)
    for each in MADE[version].values():
        assert each["url"] == f"{BASE}/{each['resourceType']}/{each['id']}"
        assert (each["version"], each["experimental"]) == (version, True)
        assert each["status"] == ("active" if ruleset.status == "active" else "draft")
        assert "not reviewed by a clinician" in each["description"]
        assert not {"approvalDate", "lastReviewDate", "reviewer", "endorser"} & set(each)
        assert all(each[key] for key in ("title", "publisher", "purpose", "copyright"))


def test_only_what_was_released_has_a_date_and_claims_to_be_publishable() -> None:
    ruleset = open_ruleset("0.1.0")
    for released, claimed in ((None, False), (DAY, True)):
        for each in artefacts(ruleset, released=released).values():
            assert each.get("date") == (DAY.isoformat() if claimed else None)
            profiles = each.get("meta", {}).get("profile", [])
            assert any("publishable" in profile for profile in profiles) is (claimed and bool(profiles))


@every_version
def test_the_plan_has_an_action_for_every_rule_that_acts_with_its_condition_and_its_sources(version: str) -> None:
    ruleset = open_ruleset(version)
    (plan,) = of_type(version, "PlanDefinition")
    written = {each["id"]: each for each in actions(plan) if "id" in each}
    acting = {name: rule for name, rule in ruleset.rules.items() if not isinstance(rule, Derivation)}
    assert set(written) == set(acting)
    for name, rule in acting.items():
        expression = written[name]["condition"][0]["expression"]
        assert read_condition(json.loads(expression["expression"])) == rule.condition
        assert len(written[name]["documentation"]) == len(rule.evidence)
    cited = {each["label"] for each in plan["relatedArtifact"] if each["type"] == "citation"}
    assert cited == set(ruleset.references.sources)


@every_version
def test_every_canonical_of_ours_leads_to_an_artefact(version: str) -> None:
    there = {f"{each['url']}|{each['version']}" for each in MADE[version].values()}
    there |= {each["url"] for each in MADE[version].values()}
    text = json.dumps(list(MADE[version].values()))
    named = {each for each in re.findall(rf'"({re.escape(BASE)}/[^"]+)"', text) if "/NamingSystem/" not in each}
    assert named <= there


@every_version
def test_the_content_of_the_library_has_the_logic_digest(version: str) -> None:
    content = contents(version)["fasciculation-logic", "application/json"]
    assert f"sha256:{hashlib.sha256(content).hexdigest()}" == open_ruleset(version).logic_digest


@every_version
def test_the_libraries_hold_the_rules_as_cql_under_the_names_by_which_they_include_each_other(version: str) -> None:
    held = contents(version)
    names = {library["id"]: library["name"] for library in of_type(version, "Library")}
    assert {names[library]: text.decode() for (library, kind), text in held.items() if kind == "text/cql"} == (
        cql_libraries(open_ruleset(version))
    )


def contents(version: str) -> dict[tuple[str, str], bytes]:
    """What the libraries hold, by library and kind; each as long as it says, and with the digest that it says."""
    found = {}
    for library in of_type(version, "Library"):
        for content in library["content"]:
            data = base64.b64decode(content["data"])
            assert base64.b64encode(hashlib.sha1(data).digest()).decode() == content["hash"]
            assert content["size"] == len(data)
            found[library["id"], content["contentType"]] = data
    return found


@every_version
def test_code_systems_hold_every_name_once_and_parents_are_what_is_implied(version: str) -> None:
    ruleset = open_ruleset(version)
    systems = {each["id"]: each for each in of_type(version, "CodeSystem")}
    for each in systems.values():
        codes = [concept["code"] for concept in each["concept"]]
        assert len(codes) == len(set(codes)) == each["count"]
    items = {each["code"]: each for each in systems["items"]["concept"]}
    vocabulary = ruleset.vocabulary
    assert {name for name in items if "=" not in name} == {*vocabulary.items, *vocabulary.derived}
    for name, finding in vocabulary.findings.items():
        parents = [each["valueCode"] for each in items[name].get("property", []) if each["code"] == "parent"]
        assert tuple(parents) == finding.implies


@every_version
def test_the_map_holds_every_verified_code_of_an_item_and_claims_no_equivalence(version: str) -> None:
    ruleset = open_ruleset(version)
    (mapped,) = of_type(version, "ConceptMap")
    pairs = {
        (element["code"], target["code"])
        for group in mapped["group"]
        for element in group["element"]
        for target in element["target"]
    }
    wanted = set()
    for name, item in ruleset.vocabulary.items.items():
        row = ruleset.codes.get(item.codes or "")
        if row:
            wanted |= {(name, code) for code in (row.hpo, row.snomed, row.icd10, row.loinc) if code}
    assert pairs == wanted
    targets = [t for group in mapped["group"] for element in group["element"] for t in element["target"]]
    assert {each["equivalence"] for each in targets} <= {"relatedto", "narrower", "wider"}
    assert all(each["comment"] for each in targets)
    assert {group["source"] for group in mapped["group"]} == {ITEMS}


def test_the_same_version_has_the_same_bytes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for folder in ("one", "two"):
        assert run(["artefacts", "0.1.0", "--out", str(tmp_path / folder)]) == 0
    assert "artefacts written" in capsys.readouterr().out
    one = {file.name: file.read_bytes() for file in (tmp_path / "one").iterdir()}
    assert one == {file.name: file.read_bytes() for file in (tmp_path / "two").iterdir()}
    plan = json.loads(one["PlanDefinition-fasciculation.json"])
    assert plan["date"] == known_releases()["0.1.0"].date.isoformat()
