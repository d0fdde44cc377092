"""Somebody signs from the command line, and it counts for whoever trusts her key."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.audit.signing import new_key, pem, signer, trusting
from tests.proof.here import MINI

from fasciculation_rules.audit.dsse import read_key
from fasciculation_rules.cli.app import run

OPTIONS = ["--role", "clinical reviewer", "--interests", "none", "--at", "2026-11-22T17:40:00+01:00"]


@pytest.fixture
def key(tmp_path: Path) -> Path:
    file = tmp_path / "key.pem"
    file.write_bytes(pem())
    return file


def signers_of(key: Path, folder: Path) -> Path:
    held = signer(read_key(key.read_bytes()), role="clinical reviewer")
    file = folder / "signers.yaml"
    file.write_text(json.dumps(trusting(held).model_dump(mode="json", exclude_none=True)), encoding="utf-8")
    return file


def test_a_sign_off_is_made_kept_and_counted(tmp_path: Path, key: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = ["--sign-offs", str(tmp_path / "kept")]
    sign = ["review", "sign", str(MINI), "escalate-speech", "--key", str(key), *OPTIONS, *place]
    assert run([*sign, "--decision", "agree"]) == 0
    assert run([*sign, "--decision", "agree"]) == 2, "the same once more"
    capsys.readouterr()
    status = ["review", "status", str(MINI), *place, "--on", "2026-11-23", "--as", "json"]
    assert run([*status, "--trust", str(signers_of(key, tmp_path))]) == 1
    (found,) = json.loads(capsys.readouterr().out)["sign_offs"]
    assert (found["rule"], found["worth"], found["decision"]) == ("escalate-speech", "stands", "agree")
    assert run(status) == 1
    told = capsys.readouterr()
    assert json.loads(told.out)["sign_offs"][0]["worth"] == "authenticity not checked"
    assert "authenticity: not checked" in told.err


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (["--decision", "disagree"], "'disagree' needs a comment that says why"),
        (["--decision", "agree", "--interests", " "], "declares interests, or says 'none'; found nothing"),
        (["--decision", "agree", "--interests", "a\udcff"], "found bytes that are no text in UTF-8"),
        (["--decision", "disagree", "--comment", " "], "needs a comment that says why; found nothing"),
        (["--decision", "agree", "--comment", ""], "needs a comment that says why; found nothing"),
        (["--decision", "perhaps"], "'perhaps' is not one of"),
        (["--decision", "agree", "--at", "yesterday"], "expected a time"),
    ],
)
def test_what_is_left_out_or_wrong_is_told_and_nothing_is_written(
    tmp_path: Path, key: Path, capsys: pytest.CaptureFixture[str], changes: list[str], said: str
) -> None:
    place = tmp_path / "kept"
    assert run(["review", "sign", str(MINI), "--key", str(key), *OPTIONS, *changes, "--sign-offs", str(place)]) == 2
    assert said in capsys.readouterr().err
    assert not place.exists()


def test_a_rule_that_there_is_not_is_told_with_its_neighbour(key: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["review", "sign", str(MINI), "escalate-speach", "--key", str(key), *OPTIONS, "--decision", "agree"]
    assert run(arguments) == 2
    assert "did you mean 'escalate-speech'?" in capsys.readouterr().err


def test_a_file_that_is_no_sign_off_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.sign-off.json").write_text("{}", encoding="utf-8")
    assert run(["review", "status", str(MINI), "--sign-offs", str(tmp_path)]) == 2
    assert "is not a signature" in capsys.readouterr().err


def test_a_pack_is_printed_for_whom_it_is_and_of_what_was_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["review", "pack", str(MINI), "--for", "a test", "--rule", "escalate-speech"]) == 0
    page = capsys.readouterr().out
    assert page.count('<section class="sheet"') == 1
    assert "Nobody has signed this rule." in page
    assert new_key().id not in page
