"""Edge cases of real FHIR data, one a test, each named by the element it turns on. They are told in `edges/`."""

from __future__ import annotations

import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from fasciculation_rules import FhirError, Imported, assess, from_fhir, open_ruleset
from fasciculation_rules.assessing.admit import admit
from fasciculation_rules.exchange.fhir.tally import REASONS

EDGES = Path(__file__).resolve().parent / "edges"
NOW = datetime.datetime(2026, 11, 22, 17, 0, tzinfo=datetime.UTC)


def edges() -> list[dict[str, Any]]:
    """Every case of every file."""
    files = sorted(EDGES.glob("*.yaml"))
    return [case for file in files for case in yaml.load(file.read_text(encoding="utf-8"), yaml.BaseLoader)["cases"]]


def typed(value: Any) -> Any:
    """YAML as read by the base loader, in which all is text, with the kinds that JSON has."""
    if isinstance(value, dict):
        return {key: typed_under(key, inside) for key, inside in value.items()}
    if isinstance(value, list):
        return [typed(inside) for inside in value]
    return value


def typed_under(key: str, value: Any) -> Any:
    """`true` and `false` are truth; what stands under `value` or `valueInteger` is a number, but not in identifiers."""
    if value in ("true", "false"):
        return value == "true"
    if key == "identifier":
        return value
    if key in ("value", "valueInteger") and isinstance(value, str) and value[:1] in "0123456789.":
        return float(value.replace(".inf", "inf")) if "." in value else int(value)
    return typed(value)


def bundle(case: dict[str, Any]) -> list[dict[str, Any]]:
    """The resources of a case, with the patient that they are about."""
    found: list[dict[str, Any]] = [{"resourceType": "Patient", "id": "p", **typed(case.get("patient", {}))}]
    for resource in case["data"]:
        about: dict[str, Any] = {"subject": {"reference": "Patient/p"}, **typed(resource)}
        if about["subject"] == "none":
            del about["subject"]
        found.append(about)
    return found


ALL = edges()


@pytest.mark.parametrize("case", ALL, ids=[case["name"] for case in ALL])
def test_edge(case: dict[str, Any]) -> None:
    ruleset = open_ruleset("1.0.0")
    given = {"as_of": NOW, "time_zone": "Europe/London", "mapping": case.get("mapping"), "ruleset": ruleset}
    if "error" in case:
        with pytest.raises(FhirError) as raised:
            from_fhir(bundle(case), **given)
        assert [problem.code for problem in raised.value.problems] == [case["error"]]
        return
    found = from_fhir(bundle(case), **given)
    said = found.case.model_dump(mode="json", by_alias=True)["given"]
    assert set(said) == set(case["given"])
    for item, expected in case["given"].items():
        wanted = expected if isinstance(expected, dict) else {"value": expected}
        for key, value in wanted.items():
            assert said[item][key] == (None if value == "null" else value), key
    assert {notice.code for notice in found.report.notices} == set(case.get("notices", ()))
    assert {code.code for code in found.report.unknown_codes} >= set(case.get("unknown", ()))
    assert found.report.another_subject == int(case.get("another_subject", 0))
    assert {origin.item for origin in found.provenance} == set(said)
    assess(found.case, ruleset, on=found.report.on, reconcile=True, engine="compiled")


def present(found: Imported) -> set[str]:
    """What counts as present on the day of reading."""
    admitted = admit(found.case, open_ruleset("1.0.0"), on=found.report.on, reconcile=True)
    return {name for name, value in admitted.findings.items() if value and "=" not in name}


def test_deleting_any_resource_of_an_edge_never_makes_a_presence() -> None:
    for case in ALL:
        if "error" in case:
            continue
        read = partial(from_fhir, as_of=NOW, time_zone="Europe/London", mapping=case.get("mapping"), ruleset="1.0.0")
        data = bundle(case)
        before = present(read(data))
        for gone in data[1:]:
            left = [each for each in data if named(each) != named(gone)]
            assert present(read(left)) <= before, case["name"]


def named(resource: dict[str, Any]) -> tuple[str, Any]:
    """What makes it one resource, in however many versions."""
    return resource["resourceType"], resource.get("id", resource)


def test_there_are_many_and_each_names_its_element() -> None:
    names = [case["name"] for case in ALL]
    assert len(names) == len(set(names)) >= 70
    assert [name for name in names if not name[0].isupper()] == []


def test_every_reason_is_met_by_some_edge_or_named_here() -> None:
    met = {code for case in ALL for code in case.get("notices", ())}
    elsewhere = {"deleted", "incomplete-page", "operation-outcome", "preliminary"}  # of bundles: test_bundles.py
    assert set(REASONS) - met - elsewhere == set()
