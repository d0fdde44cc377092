"""`from-fhir` on the command line: what it prints goes to `assess` as it is, and what is wrong is one clear error."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from fasciculation_rules import open_ruleset
from fasciculation_rules.cli.app import run

PLACE = ["--as-of", "2026-11-22T17:00:00Z", "--time-zone", "Europe/London", "--ruleset", "1.0.0"]
TWITCH = {"coding": [{"system": "http://snomed.info/sct", "code": "82470000"}]}
RECORD = [
    {"resourceType": "Patient", "id": "p", "birthDate": "1984", "gender": "male"},
    {"resourceType": "Condition", "id": "c", "subject": {"reference": "Patient/p"}, "code": TWITCH},
    {
        "resourceType": "Observation",
        "status": "final",
        "subject": {"reference": "Patient/p"},
        "code": {"coding": [{"system": "http://loinc.org", "code": "3016-3"}]},
        "effectiveDateTime": "2026-11-20",
        "valueQuantity": {"value": 0.01, "comparator": "<", "unit": "mIU/L"},
        "referenceRange": [{"low": {"value": 0.4}, "high": {"value": 4}}],
    },
]


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A record in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    Path("record.json").write_text(json.dumps(RECORD), encoding="utf-8")
    return "record.json"


def test_the_text_is_a_case_that_assess_reads(record: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["from-fhir", record, *PLACE]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    Path("case.yaml").write_text(printed.out, encoding="utf-8")
    options = ["--ruleset", "1.0.0", "--on", "2026-11-22", "--reconcile", "--engine", "compiled", "--as", "json"]
    assert run(["assess", "case.yaml", *options]) == 0
    assert json.loads(capsys.readouterr().out)["scope"]["entry"] is True


def test_the_json_holds_case_provenance_and_report(record: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["from-fhir", record, *PLACE, "--as", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found) == {"format", "case", "provenance", "report"}
    assert found["case"]["given"]["age"]["value"] == {"from": "41 years", "to": "42 years"}
    assert {origin["item"] for origin in found["provenance"]} == set(found["case"]["given"])
    assert found["report"]["resources"] == {"Condition": 1, "Observation": 1, "Patient": 1}
    Path("case.json").write_text(json.dumps(found["case"]), encoding="utf-8")
    assert run(["assess", "case.json", "--ruleset", "1.0.0", "--on", "2026-11-22", "--engine", "compiled"]) == 0


def test_standard_input_is_read(
    record: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(["from-fhir", record, *PLACE])
    of_file = capsys.readouterr().out
    lines = "\n".join(map(json.dumps, RECORD)).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines)))
    assert run(["from-fhir", "-", *PLACE]) == 0
    assert capsys.readouterr().out == of_file


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--time-zone", "Here"], "'Here' is not a time zone known here"),
        (["--as-of", "2026-11-22"], "expected an offset after the time"),
        (["--key-file", "short"], "a key has at least 16 bytes"),
        (["--key-file", "nowhere"], "nowhere: no such file or directory"),
        (["--mapping", "nowhere.yaml"], "nowhere.yaml: unreadable-file"),
    ],
)
def test_bad_use_is_one_error(record: str, options: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("short").write_text("key\n", encoding="utf-8")
    assert run(["from-fhir", record, *PLACE, *options]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("error: ")
    assert said in printed.err


@pytest.mark.parametrize("missing", ["--as-of", "--time-zone"])
def test_time_and_place_are_never_guessed(record: str, missing: str, capsys: pytest.CaptureFixture[str]) -> None:
    at = PLACE.index(missing)
    assert run(["from-fhir", record, *PLACE[:at], *PLACE[at + 2 :]]) == 2
    assert missing in capsys.readouterr().err


def test_a_record_that_is_not_there(record: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["from-fhir", "nowhere.json", *PLACE]) == 2
    assert "nowhere.json: unreadable-file" in capsys.readouterr().err


def test_the_newest_release_is_used_and_named(record: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["from-fhir", record, *PLACE[:4]]) == 0
    printed = capsys.readouterr().out
    assert f"# ruleset {open_ruleset().version}\n" in printed
    assert "fasciculation: {value: present" in printed
