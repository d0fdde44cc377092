"""Documents say what the rules and the lock say, and leave nothing blank."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from tests.proof.here import MINI

from fasciculation_rules import Ruleset, open_ruleset
from fasciculation_rules.audit.documents.account import as_text, basis_json, basis_page, hti1_json, hti1_page
from fasciculation_rules.audit.documents.basis import changes_the_answer
from fasciculation_rules.audit.documents.bill import EXCLUDED, OPTIONAL, RUNTIME, bill
from fasciculation_rules.audit.documents.hti1 import attributes, differing
from fasciculation_rules.audit.documents.used import used
from fasciculation_rules.audit.safety.selecting import read_by
from fasciculation_rules.cli.app import run
from fasciculation_rules.shelf.locate import shelf_root, versions
from fasciculation_rules.shelf.lock import LOCKS, read_project
from fasciculation_rules.shelf.opening import known_releases
from fasciculation_rules.shelf.safety import read_safety

CHECKOUT = Path(__file__).resolve().parents[3]
every_version = pytest.mark.parametrize("version", versions(shelf_root()))

# ---------------------------------------------------------------- HTI-1


@every_version
def test_no_attribute_is_blank(version: str) -> None:
    found = attributes(open_ruleset(version))
    assert [each.number for each in found] == list(range(1, 14))
    assert all(each.says.strip() and each.title.strip() for each in found)
    assert len({each.id for each in found}) == 13


def test_ids_never_change() -> None:
    assert [each.id for each in attributes(open_ruleset("0.1.0"))] == [
        "citation", "developer", "funding", "dates", "uses-race", "uses-ethnicity", "uses-language",
        "uses-sexual-orientation", "uses-gender-identity", "uses-sex", "uses-date-of-birth",
        "uses-social-determinants", "uses-health-status",
    ]  # fmt: skip


def files_that_name(item: str, version: str) -> set[str]:
    """The rule files whose condition names an item: by its letters, not by the model."""
    folder = CHECKOUT / "rulesets" / version / "rules"
    word = re.compile(rf"^\s*(?:- |when: |means: )?{item} (?:is|>=|<=|<|>) ", re.MULTILINE)
    return {file.stem for file in folder.rglob("*.yaml") if word.search(file.read_text(encoding="utf-8"))}


@every_version
def test_what_is_used_is_what_the_rules_read(version: str) -> None:
    ruleset = open_ruleset(version)
    by = used(ruleset)
    for item in ("sex", "age", "pregnancy", "dysarthria", "potassium"):
        assert files_that_name(item, version) <= set(by.get(item, ())), item
    uses = {each.id: each.uses for each in attributes(ruleset)}
    assert uses["uses-sex"] == bool(files_that_name("sex", version))
    assert uses["uses-date-of-birth"] == bool(files_that_name("age", version))
    assert not any(uses[name] for name in ("uses-race", "uses-ethnicity", "uses-language", "uses-gender-identity"))


def without(ruleset: Ruleset, item: str) -> Ruleset:
    """The ruleset with only those rules that do not read an item, and floors that read nothing."""
    kept = {name: rule for name, rule in ruleset.rules.items() if name not in used(ruleset)[item]}
    floors = ruleset.outcomes.floors
    bare = floors.model_copy(
        update={
            "under_16": floors.under_16.model_copy(update={"when": None}),
            "not_examined": floors.not_examined.model_copy(update={"unless": None}),
        }
    )
    return replace(ruleset, rules=kept, outcomes=ruleset.outcomes.model_copy(update={"floors": bare}))


@pytest.mark.parametrize(("item", "attribute"), [("sex", "uses-sex"), ("age", "uses-date-of-birth")])
def test_what_no_rule_reads_any_more_is_no_longer_used(item: str, attribute: str) -> None:
    ruleset = open_ruleset("1.1.0")
    assert {each.id: each.uses for each in attributes(ruleset)}[attribute]
    found = {each.id: each for each in attributes(without(ruleset, item))}[attribute]
    assert found.uses is False
    assert found.says.startswith("No: ")


@every_version
def test_the_page_says_what_the_values_say_and_names_the_rule_that_may_end_it(version: str) -> None:
    ruleset = open_ruleset(version)
    page, values = hti1_page(ruleset, released=None), hti1_json(ruleset, released=None)
    assert json.loads(json.dumps(values)) == values
    assert "HTI-5" in page
    assert values["validation"] == "clinical validation: not done"
    for each in values["attributes"]:
        assert f"| `{each['id']}` |" in page


def test_compare_lists_the_attributes_that_differ(capsys: pytest.CaptureFixture[str]) -> None:
    old, new = open_ruleset("0.1.0"), open_ruleset("1.1.0")
    found = {each for each, _, _ in differing(old, new)}
    by_id = {each.id: each.says for each in attributes(old)}
    assert found == {each.id for each in attributes(new) if each.says != by_id[each.id]}
    assert "citation" in found
    assert list(differing(old, old)) == []
    assert run(["compare", str(MINI), str(MINI)]) == 0
    assert "No source attribute (HTI-1) differs." in capsys.readouterr().out


# ---------------------------------------------------------------- the basis


@every_version
def test_the_first_page_says_who_uses_it_what_is_not_covered_and_what_must_be_known(version: str) -> None:
    page = basis_page(open_ruleset(version))
    first = page[: page.index("## Time-critical")]
    for title in ("## Who uses it", "## What it does not cover", "## What must be known"):
        assert title in first
    assert len(first.split()) < 700, "it fits on a page"
    assert "clinical validation: not done" in first


@every_version
def test_the_intended_safety_class_is_a_proposal_with_its_reason_in_the_hazards(version: str) -> None:
    page, said = basis_page(open_ruleset(version)), str(basis_json(open_ruleset(version))["software_safety_class"])
    assert said in page
    assert said.startswith("A proposal, ")
    assert "class C of IEC 62304" in said
    assert said.endswith("Conformity with the standard is not claimed.")
    severity = {each.id: each.before.severity for each in read_safety().hazards.hazards}
    assert {severity[name] for name in re.findall(r"HZ-[0-9]+", said)} == {"catastrophic"}


def test_inputs_that_change_the_answer_are_those_that_rules_read_with_the_highest_rung_there_is() -> None:
    ruleset = open_ruleset("1.1.0")
    found = {each["item"]: each for kind in changes_the_answer(ruleset).values() for each in kind}
    assert set(found) == set(used(ruleset)) & set(ruleset.vocabulary.items)
    assert found["suicidal_thoughts"]["could_raise_to"] == "emergency"
    rungs = {rule.then.urgency for rule in ruleset.escalations.values() if "vegan_diet" in read_by(rule, ruleset)}
    assert found["vegan_diet"]["could_raise_to"] == max(rungs, key=ruleset.rank.__getitem__)
    assert basis_json(ruleset)["inputs_whose_absence_changes_the_answer"]


# ---------------------------------------------------------------- the bill of materials


PROJECT = read_project(CHECKOUT)
BILL = bill(PROJECT, read_safety().anomalies)
LOCK = "".join((CHECKOUT / name).read_text(encoding="utf-8") for name in LOCKS)
COMPONENTS = {each["name"]: each for each in BILL["components"]}


def test_every_locked_package_is_there_with_all_its_hashes() -> None:
    lines = [line.split(" --hash=")[0] for line in LOCK.replace("\\\n", "").splitlines()]
    wanted = {canonicalize_name((each := Requirement(line)).name): str(each.specifier)[2:] for line in lines}
    assert {name: each["version"] for name, each in COMPONENTS.items()} == wanted
    hashes = [
        one["content"]
        for each in COMPONENTS.values()
        for place in each["externalReferences"]
        for one in place["hashes"]
    ]
    assert sorted(hashes) == sorted(set(re.findall(r"sha256:([0-9a-f]{64})", LOCK)))


def test_what_is_needed_always_for_an_extra_and_for_development_is_told_apart() -> None:
    said = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for text in said["dependencies"]:
        assert COMPONENTS[canonicalize_name(Requirement(text).name)]["scope"] == RUNTIME
    for extra, wanted in said["optional-dependencies"].items():
        for text in wanted:
            name = canonicalize_name(Requirement(text).name)
            assert COMPONENTS[name]["scope"] in (
                (EXCLUDED, RUNTIME, OPTIONAL) if extra == "dev" else (OPTIONAL, RUNTIME)
            )
    assert COMPONENTS["pydantic-core"]["scope"] == RUNTIME, "what a dependency needs is needed"
    assert COMPONENTS["markupsafe"]["scope"] == OPTIONAL
    assert COMPONENTS["pytest"]["scope"] == EXCLUDED
    assert {"name": "fasciculation-rules:development", "value": "true"} in COMPONENTS["pytest"]["properties"]


def test_every_reference_leads_to_a_component_and_no_two_are_alike() -> None:
    refs = [each["bom-ref"] for each in BILL["components"]] + [BILL["metadata"]["component"]["bom-ref"]]
    inner = [one["bom-ref"] for each in BILL["components"] for one in each.get("components", ())]
    assert len(set(refs + inner)) == len(refs + inner)
    assert {each["ref"] for each in BILL["dependencies"]} == set(refs)
    assert {ref for each in BILL["dependencies"] for ref in each["dependsOn"]} <= set(refs)
    assert {one["ref"] for each in BILL["vulnerabilities"] for one in each["affects"]} <= set(refs)
    assert [one["name"] for one in COMPONENTS["durable-rules"]["components"]] == ["durable_rules_engine"]


def test_everything_that_runs_beside_a_decision_was_looked_at_as_it_is_locked() -> None:
    soup = {each.name: each for each in read_safety().anomalies.soup}
    wanted = {name: each["version"] for name, each in COMPONENTS.items() if each["scope"] != EXCLUDED}
    assert {name: each.version for name, each in soup.items()} == wanted


def test_a_licence_is_that_of_the_package_where_it_says_one() -> None:
    from importlib.metadata import PackageNotFoundError, metadata

    for each in read_safety().anomalies.soup:
        try:
            said = metadata(each.name)
        except PackageNotFoundError:
            continue
        if "License-Expression" in said:
            assert each.licence == said["License-Expression"], each.name


def test_known_anomalies_carry_our_judgement() -> None:
    found = {each["id"]: each for each in BILL["vulnerabilities"]}
    assert found["durable-rules-1"]["analysis"]["justification"] == "protected_by_mitigating_control"
    assert found["durable-rules-12"]["analysis"]["state"] == "exploitable"
    assert all(each["analysis"]["detail"] for each in found.values())


def test_no_host_name_stands_in_it() -> None:
    urls = [place["url"] for each in BILL["components"] for place in each["externalReferences"]]
    assert all(url.startswith("pkg:pypi/") for url in urls)


def test_it_is_the_same_every_time() -> None:
    assert bill(read_project(CHECKOUT), read_safety().anomalies) == BILL


# ---------------------------------------------------------------- kept with a release

KEPT = CHECKOUT / "docs" / "safety" / "documents"


@pytest.mark.parametrize("version", sorted(folder.name for folder in KEPT.iterdir()))
def test_what_is_kept_with_a_release_is_what_is_derived_from_it(version: str) -> None:
    ruleset, released = open_ruleset(version), known_releases()[version].date.isoformat()
    made = {
        "hti-1.md": hti1_page(ruleset, released=released),
        "hti-1.json": as_text(hti1_json(ruleset, released=released)),
        "fda-basis.md": basis_page(ruleset),
        "fda-basis.json": as_text(basis_json(ruleset)),
    }
    found = {file.name: file.read_text(encoding="utf-8") for file in (KEPT / version).iterdir()}
    assert found == made, (
        f"write them anew: fasciculation-rules documents {version} --out docs/safety/documents/{version}"
    )


# ---------------------------------------------------------------- the command


def test_all_documents_are_written_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["documents", "0.1.0", "--out", str(tmp_path / "out")]) == 0
    names = {"hti-1.md", "hti-1.json", "fda-basis.md", "fda-basis.json", "sbom.cdx.json"}
    assert {file.name for file in (tmp_path / "out").iterdir()} == names
    capsys.readouterr()
    assert run(["documents", "0.1.0", "hti-1", "--as", "json"]) == 0
    assert capsys.readouterr().out == (tmp_path / "out" / "hti-1.json").read_text(encoding="utf-8")
    assert run(["documents", "0.1.0"]) == 2
    assert run(["documents", "0.1.0", "sbom", "--checkout", str(tmp_path)]) == 2
    assert "has no pyproject.toml" in capsys.readouterr().err
