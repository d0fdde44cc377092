"""`new rule` writes what an author should fill in, once, and never into history."""

from __future__ import annotations

import datetime
import re
import shutil
from pathlib import Path

import pytest
import yaml

from fasciculation_rules import open_ruleset
from fasciculation_rules.authoring.scaffold import rule_text
from fasciculation_rules.cli.app import run
from fasciculation_rules.errors import RulesetInvalidError
from fasciculation_rules.model.rule import KINDS
from fasciculation_rules.shelf.locate import shelf_root

MINI = Path(__file__).resolve().parents[1] / "rulesets" / "mini"
DAY = datetime.date(2026, 11, 1)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(MINI, tmp_path / "mini")
    return tmp_path


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_has_the_form_of_a_rule(kind: str) -> None:
    text = rule_text(kind, f"{kind}-of-something", on=DAY)
    rule = KINDS[kind].model_validate(yaml.load(text, Loader=yaml.BaseLoader))
    assert rule.rule == f"{kind}-of-something"
    assert rule.review.next == datetime.date(2027, 11, 1)
    assert [example.expect for example in rule.examples] == ["fires", "does not fire", "open"]


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_refused_at_every_place_until_it_is_filled_in(kind: str, here: Path) -> None:
    assert run(["new", "rule", "./mini", kind, "about-something", "--on", "2026-11-01"]) == 0
    with pytest.raises(RulesetInvalidError) as refused:
        open_ruleset(here / "mini")
    assert {problem.file for problem in refused.value.problems} == {f"rules/{kind}/about-something.yaml"}
    assert {problem.code for problem in refused.value.problems} >= {"unknown-finding", "unknown-source", "unknown-row"}


def test_once_its_names_are_filled_in_lint_finds_the_texts_that_are_not(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["new", "rule", "./mini", "escalation", "escalate-something", "--on", "2026-11-01"]) == 0
    file = here / "mini" / "rules" / "escalation" / "escalate-something.yaml"
    text = file.read_text(encoding="utf-8").replace("other_finding_to_fill_in", "weakness")
    for made_up, name in {
        "finding_to_fill_in": "dysarthria",
        "rung_to_fill_in": "urgent_2w",
        "destination_to_fill_in": "neurology",
        "source-to-fill-in": "textbook",
        "row-to-fill-in": "T-1",
    }.items():
        text = text.replace(made_up, name)
    file.write_text(text, encoding="utf-8")
    assert run(["test", "./mini"]) == 0
    assert run(["lint", "./mini"]) == 1
    places = re.findall(r"^escalate-something: (\S+): not-filled-in", capsys.readouterr().out, re.MULTILINE)
    assert {re.sub(r"\[\d\]", "", place) for place in places} == {
        "title", "rationale", "then.because", "evidence.supports", "examples.name",
    }  # fmt: skip


def test_a_rule_is_never_overwritten(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {file: file.read_bytes() for file in here.rglob("*.yaml")}
    for kind in KINDS:
        assert run(["new", "rule", "./mini", kind, "escalate-speech"]) == 2
    assert {file: file.read_bytes() for file in here.rglob("*.yaml")} == before
    assert "is there already; nothing was written" in capsys.readouterr().err


@pytest.mark.parametrize("how", ["0.1.0", "path", "link"])
def test_a_released_version_is_never_written_to(how: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    released = Path(str(shelf_root())) / "0.1.0"
    (here / "link").symlink_to(released)
    folder = {"0.1.0": "0.1.0", "path": str(released), "link": "./link"}[how]
    assert run(["new", "rule", folder, "plan", "plan-something"]) == 2
    assert "was released and is history" in capsys.readouterr().err
    assert not list(released.rglob("plan-something*"))


@pytest.mark.parametrize("folder", ["./nowhere", "9.9.9"])
def test_a_folder_that_is_no_ruleset_is_refused(folder: str, here: Path) -> None:
    assert run(["new", "rule", folder, "plan", "plan-something"]) == 2


@pytest.mark.parametrize("name", ["Plan-X", "plan_x", "../plan-x", "plan x", ""])
def test_a_name_that_no_rule_can_have_is_refused(name: str, here: Path) -> None:
    assert run(["new", "rule", "./mini", "plan", name]) == 2


def test_schemas_and_pages_are_written_where_they_are_asked_for(here: Path) -> None:
    assert run(["schema", "./mini", "--out", "a/schema"]) == 0
    assert run(["pages", "./mini", "--out", "a/pages"]) == 0
    assert len(list((here / "a/schema").glob("*.schema.json"))) == 8
    assert len(list((here / "a/pages").rglob("*.md"))) == 1 + 2 + 16
