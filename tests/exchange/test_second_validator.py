"""A second validator, of another language, which knows every code that a binding requires."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from tests.exchange.node_here import installed
from tests.exchange.test_to_fhir import answered, some_cases

from fasciculation_rules import Case, open_ruleset
from fasciculation_rules.exchange.fhir.artefacts.making import artefacts
from fasciculation_rules.shelf.locate import shelf_root, versions

SCRIPT = """
const {Fhir} = require('fhir');
const validator = new Fhir();
for (const resource of JSON.parse(require('fs').readFileSync(0))) {
  const said = validator.validate(resource, {errorOnUnexpected: true});
  for (const each of said.messages) {
    if (each.severity === 'error' || each.severity === 'fatal') console.log(each.location, each.message);
  }
}
"""

pytestmark = pytest.mark.nightly


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the validator in it."""
    folder = installed(tmp_path_factory.mktemp("node"))
    (folder / "check.cjs").write_text(SCRIPT)
    return folder


def said_of(resources: list[object], place: Path) -> str:
    """What the validator finds wrong."""
    command = ["node", str(place / "check.cjs")]
    done = subprocess.run(command, input=json.dumps(resources), capture_output=True, text=True, check=False, cwd=place)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("version", versions(shelf_root()))
def test_every_artefact_is_valid(version: str, place: Path) -> None:
    assert said_of(list(artefacts(open_ruleset(version)).values()), place) == ""


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some_cases)
def test_every_answer_is_valid(place: Path, case: Case) -> None:
    assert said_of([answered(case)[1]], place) == ""


def test_a_code_that_its_binding_does_not_have_is_found_out(place: Path) -> None:
    _, bundle = answered(Case.of(dysarthria="present"))
    for entry in bundle["entry"]:
        if entry["resource"]["resourceType"] == "ServiceRequest":
            entry["resource"]["intent"] = "wish"
    assert "wish" in said_of([bundle], place)
