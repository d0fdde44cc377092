"""`compare` with people: each who could not be compared is named with the reason, and the others are compared."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.proof.here import MINI

from fasciculation_rules.cli.app import run

Compare = Callable[..., tuple[int, str, str]]


@pytest.fixture
def compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Compare:
    """Two versions of the small ruleset against each other, in a folder of our own."""
    monkeypatch.chdir(tmp_path)
    for name in ("old", "new"):
        shutil.copytree(MINI, Path(name, "mini"))

    def command(*options: str) -> tuple[int, str, str]:
        code = run(["compare", "old/mini", "new/mini", *options])
        out, err = capsys.readouterr()
        return code, out, err

    return command


def test_whoever_a_version_refuses_is_named_with_the_reason(compared: Compare) -> None:
    Path("cases.jsonl").write_text('{"given": {"dysarthria": "present"}}\n{"given": {"nonsense": "present"}}\n')
    code, out, err = compared("--cases", "cases.jsonl")
    assert code == 4
    assert "People: 1 assessed, 1 shown the same rung, 1 refused by one of the versions" in out
    assert err.startswith("error: cases.jsonl:2: mini: the case cannot be ")
    assert "unknown finding 'nonsense'" in err


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ("case: x\ngiven: 5\nexpect: {}\n", "given: bad-value: expected a mapping"),
        ("case: x\non: never\ngiven: {}\nexpect: {}\n", "'never' is not a date; write YYYY-MM-DD"),
        ("case: [\n", "not-yaml"),
    ],
)
def test_a_case_of_a_ruleset_that_cannot_be_read_is_named_and_the_others_are_compared(
    broken: str, says: str, compared: Compare
) -> None:
    Path("broken.yaml").write_text(broken)
    code, out, err = compared("--cases", "broken.yaml", "--cases", "new/mini/cases")
    assert code == 4
    assert "People: 1 assessed" in out
    assert err.startswith("error: broken.yaml: ")
    assert says in err


def test_the_page_says_that_nobody_has_reviewed_either_version(compared: Compare) -> None:
    code, out, err = compared("--as", "html")
    assert (code, err) == (0, "")
    head = out[out.index("<body") : out.index("<main")]
    assert head.count("not reviewed by a clinician") == 2
