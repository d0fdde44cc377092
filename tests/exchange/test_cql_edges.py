"""What the facts in CQL say of real data, beside what this library says of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.exchange.node_here import installed
from tests.exchange.test_cql import NEWEST, run, translated
from tests.exchange.test_edges import ALL, NOW, bundle

from fasciculation_rules import from_fhir, open_ruleset
from fasciculation_rules.assessing.admit import admit
from fasciculation_rules.assessing.compute import compute


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return installed(tmp_path_factory.mktemp("node"))


def is_json(record: list[dict[str, object]]) -> bool:
    """Whether its numbers can be written at all."""
    return not any(word in json.dumps(record) for word in ("Infinity", "NaN"))


def once(record: list[dict[str, object]]) -> bool:
    """Whether each resource is there in one version: an engine of CQL is given the latest."""
    ids = [(each["resourceType"], each["id"]) for each in record if "id" in each]
    return len(ids) == len(set(ids))


@pytest.mark.nightly
def test_of_real_data_the_facts_in_cql_say_nothing_that_this_library_does_not_say(place: Path) -> None:
    """For records that hold one person's data alone, each resource once, as engines of CQL are given them."""
    ruleset, day = open_ruleset(NEWEST), NOW.date()
    edges = [edge for edge in ALL if not edge.keys() & {"error", "mapping", "another_subject"}]
    edges = [edge for edge in edges if is_json(bundle(edge)) and "no-subject" not in edge.get("notices", ())]
    edges = [edge for edge in edges if once(bundle(edge))]
    records = [bundle(edge) for edge in edges]
    asked = [
        {
            "bundle": {"resourceType": "Bundle", "entry": [{"resource": each} for each in record]},
            "on": list(day.timetuple()[:3]),
        }
        for record in records
    ]
    saying, otherwise = 0, []
    for edge, record, answer in zip(edges, records, run(asked, translated(NEWEST, place)), strict=True):
        found = from_fhir(record, as_of=NOW, time_zone="UTC", ruleset=ruleset).case
        admitted = admit(found, ruleset, on=day, reconcile=True)
        quantities = compute(admitted.quantities, admitted.references, ruleset)
        for name, value in answer["said"].items():
            known = quantities if isinstance(value, list) else admitted.findings
            if known.get(name) != (tuple(value) if isinstance(value, list) else value):
                otherwise.append((edge["name"], name, value))
            saying += name not in ("age", "sex=male", "sex=female")
    assert not otherwise, "\n".join(map(str, otherwise))
    assert saying > 20
