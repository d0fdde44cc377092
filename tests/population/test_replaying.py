"""A result replayed from its manifest: the same again, or what is not the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from fasciculation_rules import open_ruleset
from fasciculation_rules.cli.app import run
from fasciculation_rules.population.generating import generate
from fasciculation_rules.population.schema import PERSON, metadata_of

MINI = Path(__file__).parent.parent / "rulesets" / "mini"
RULESET = open_ruleset(MINI)


@pytest.fixture
def result(tmp_path: Path) -> Path:
    """The manifest of a screening by way of parts."""
    generate(RULESET, 400, 5, tmp_path / "people")
    arguments = ["screen", str(tmp_path / "people"), "--out", str(tmp_path / "out"), "--as-of", "2026-11-01"]
    assert run([*arguments, "--ruleset", str(MINI), "--rows", "90"]) == 0
    return tmp_path / "out" / "manifest.json"


def replayed(result: Path, *arguments: str) -> int:
    return run(["population", "replay", str(result), "--ruleset", str(MINI), *arguments])


@pytest.mark.parametrize("engine", [(), ("--engine", "sql")], ids=["same engine", "other engine"])
def test_the_same_comes_out_by_any_engine(
    engine: tuple[str, ...], result: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert replayed(result, *engine) == 0
    said = capsys.readouterr().out
    assert f"The same logical digest: {json.loads(result.read_text())['digest']}" in said
    assert "not reviewed by a clinician" in said
    assert ("Other than then: engine was columns, is sql" in said) == bool(engine)


def test_the_table_may_have_moved(result: Path, tmp_path: Path) -> None:
    (tmp_path / "people").rename(tmp_path / "elsewhere")
    assert replayed(result) == 2
    assert replayed(result, "--input", str(tmp_path / "elsewhere")) == 0


def altered(result: Path, **said: Any) -> None:
    result.write_text(json.dumps({**json.loads(result.read_text()), **said}))


@pytest.mark.parametrize("name", ["digest", "rungs", "attrition", "known"])
def test_whatever_the_manifest_says_otherwise_is_named(
    name: str, result: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    altered(result, **{name: "sha256:0" if name == "digest" else {} if name != "known" else []})
    capsys.readouterr()
    assert replayed(result) == 1
    assert f"DIFFERENT: {name}" in capsys.readouterr().out


def test_another_table_another_ruleset_and_what_is_no_manifest_are_refused(
    result: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    frame = pl.read_parquet(tmp_path / "people" / "people-00000.parquet")
    assert run(["population", "replay", str(result), "--ruleset", "1.1.0"]) == 2
    frame.with_columns(pl.col(PERSON) + 1).write_parquet(
        tmp_path / "people" / "people-00000.parquet", metadata=metadata_of(RULESET)
    )
    assert replayed(result) == 2
    assert "holds other bytes; name that one with --input" in capsys.readouterr().err
    whole = json.loads(result.read_text())
    odd = [{"as_of": "soon"}, {"by": 5}, {"by": [5]}, {"engine": "abacus"}, {"observed": "long"}, {"ruleset": 1}]
    runs = [{**whole, "run": {**whole["run"], **each}} for each in odd]
    others = [{**whole, "inputs": [{}]}, {**whole, "inputs": 1}, {**whole, "table": 3}]
    for said in ([], {}, {**whole, "run": {}}, {**whole, "run": []}, *runs, *others):
        result.write_text(json.dumps(said))
        assert replayed(result) == 2
        assert "is not the manifest of a screening" in capsys.readouterr().err
