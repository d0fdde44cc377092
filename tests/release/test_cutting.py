"""A version is released when every gate is open, and otherwise nothing at all is written."""

from __future__ import annotations

import datetime
import json
import re
from pathlib import Path

import pytest
import yaml
from tests.audit.signing import new_key, signer, trusting
from tests.release.conftest import Unchanged
from tests.release.making import CRAMPS, SPEECH, copy, rewrite

from fasciculation_rules import Case, assess, open_ruleset
from fasciculation_rules.audit.review.folder import add_to
from fasciculation_rules.audit.review.signing_off import sign_off
from fasciculation_rules.audit.review.standing import needs_clinicians
from fasciculation_rules.cli.app import run
from fasciculation_rules.errors import (
    ArgumentError,
    ReleaseRefusedError,
    RulesetNotFoundError,
    RulesetReleasedError,
    SafetyFileError,
    UnknownNameError,
)
from fasciculation_rules.model.signing import Signers
from fasciculation_rules.release.cutting import Cut, release, withdraw
from fasciculation_rules.shelf import history
from fasciculation_rules.shelf.digest import text_digest
from fasciculation_rules.shelf.read import read_files

DAY = datetime.date(2026, 12, 1)
AT = datetime.datetime(2026, 11, 22, 17, 40, tzinfo=datetime.UTC)
ANY = "    - dysarthria is present\n    - dysphagia is present\n"
OTHER_WAY_ROUND = "    - dysphagia is present\n    - dysarthria is present\n"


def record(shelf: Path, number: str = "CR-0001", meaning: str = "0" * 64, **changes: object) -> Path:
    """A record of the change of a rule."""
    said = {
        "format": 1,
        "change": number,
        "ruleset": "1.0.1",
        "why": "A test.",
        "evidence": ["T-1"],
        "rules": ["escalate-speech"],
        "hazards": ["HZ-1"],
        "decided_by": "author",
        "meaning": f"sha256:{meaning}",
        **changes,
    }
    file = shelf.parent / "docs" / "safety" / "changes" / f"{number}.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.safe_dump(said), encoding="utf-8")
    return file


def report(shelf: Path, **changes: object) -> None:
    """A report of a problem."""
    said = {
        "format": 1,
        "report": "PR-0001",
        "reported": "2026-11-20",
        "reported_by": "user",
        "found_in": "ruleset 1.0.0",
        "what": "The order is odd.",
        "impact": "None.",
        "severity": "none",
        "judged_by": "engineering estimate",
        "status": "open",
        "why": "A test.",
        **changes,
    }
    file = shelf.parent / "docs" / "safety" / "reports" / "PR-0001.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.safe_dump(said), encoding="utf-8")


def refused(version: str = "1.0.1", level: str = "patch", status: str = "draft") -> dict[str, list[str]]:
    """What keeps a version from being released, by code."""
    with pytest.raises(ReleaseRefusedError) as caught:
        release(version, level=level, notes="A test.", date=DAY, status=status)  # type: ignore[arg-type]
    assert caught.value.exit_code == 1
    found: dict[str, list[str]] = {}
    for problem in caught.value.problems:
        found.setdefault(problem.code, []).append(str(problem))
    return found


def test_a_release_pins_both_digests_and_lists_its_files(shelf: Path) -> None:
    (event,) = yaml.safe_load((shelf / "releases.yaml").read_text())["events"]
    opened = open_ruleset("1.0.0")
    assert (event["text_digest"], event["logic_digest"]) == (opened.text_digest, opened.logic_digest)
    assert (opened.status, event["level"], event["note"]) == ("draft", "major", "The first.")
    files = read_files(shelf / "1.0.0")
    assert event["text_digest"] == text_digest(files)
    listed = (shelf / "manifests" / "1.0.0.sha256").read_text()
    assert [line.split("  ")[1] for line in listed.splitlines()] == sorted(files, key=str.encode)


def test_a_false_patch_is_refused_with_a_patient_who_shows_it(shelf: Path, unchanged: Unchanged) -> None:
    folder = copy(shelf, "1.0.0", "1.0.1")
    rewrite(folder, CRAMPS, ("urgency: soon_gp", "urgency: routine"))
    record(shelf, rules=["escalate-cramps"])
    assert unchanged()
    (said,) = refused()["wrong-level"]
    assert "found patch; expected minor against 1.0.0" in said
    known = re.search(
        r"a patient of whom only this is known: (\w+): (\w+); at least (\w+) by 1.0.0, at least (\w+)", said
    )
    assert known is not None
    case = Case.of(**{known[1]: known[2]})
    assert [assess(case, version).urgency.at_least for version in ("1.0.0", "1.0.1")] == [known[3], known[4]]
    assert unchanged()


def test_a_reordered_any_is_released_as_a_patch_once_its_record_says_what_changed(shelf: Path) -> None:
    folder = copy(shelf, "1.0.0", "1.0.1")
    rewrite(folder, SPEECH, (ANY, OTHER_WAY_ROUND))
    assert set(refused()) == {"no-change-record"}
    record(shelf)
    (said,) = refused()["stale-change-record"]
    record(shelf, meaning=said.partition("expected sha256:")[2][:64])
    before = (shelf / "releases.yaml").read_bytes()
    cut = release("1.0.1", level="patch", notes="Reordered.", date=DAY)
    assert cut.needed is not None
    assert (cut.needed.level, cut.written) == ("patch", True)
    assert (shelf / "releases.yaml").read_bytes().startswith(before)
    assert open_ruleset().version == "1.0.1"


def test_a_record_that_names_what_is_not_there_keeps_its_version_from_being_released(shelf: Path) -> None:
    folder = copy(shelf, "1.0.0", "1.0.1")
    rewrite(folder, SPEECH, (ANY, OTHER_WAY_ROUND))
    record(shelf)
    meaning = refused()["stale-change-record"][0].partition("expected sha256:")[2][:64]
    record(shelf, meaning=meaning, hazards=["HZ-1", "HZ-7"], reports=["PR-0001"])
    found = refused()
    assert set(found) == {"unknown-hazard", "unknown-report"}
    assert "changes/CR-0001.yaml: hazards: unknown-hazard: found 'HZ-7'" in found["unknown-hazard"][0]
    report(shelf, severity="not judged")
    record(shelf, meaning=meaning, reports=["PR-0001"])
    assert set(refused()) == {"unjudged-report"}
    report(shelf, severity="minor")
    release("1.0.1", level="patch", notes="It is judged.", date=DAY, check=True)


def test_a_record_lapses_when_its_rule_changes_again(shelf: Path) -> None:
    folder = copy(shelf, "1.0.0", "1.0.1")
    rewrite(folder, SPEECH, (ANY, OTHER_WAY_ROUND))
    record(shelf)
    expected = refused()["stale-change-record"][0].partition("expected sha256:")[2][:64]
    record(shelf, meaning=expected)
    rewrite(folder, SPEECH, ("rationale: A reason.", "rationale: Another reason."))
    assert set(refused()) == {"stale-change-record"}


def test_each_gate_by_itself_keeps_a_version_from_being_released(shelf: Path, unchanged: Unchanged) -> None:
    folder = copy(shelf, "1.0.0", "1.0.1")
    anomalies = shelf.parent / "docs" / "safety" / "anomalies.yaml"
    assert unchanged()
    release("1.0.1", level="patch", notes="All gates are open.", date=DAY, check=True)
    assert set(refused(level="minor")) == {"wrong-number"}
    assert set(refused(status="active")) == {"not-signed-off"}
    said = "what: odd, found_in: ruleset 1.0.0, impact: none, judged_by: author, judged: 2026-11-22, work_around: none"
    ours = f"{{id: AN-1, {said}"
    anomalies.write_text(f"format: 1\nours: [{ours}, severity: not judged}}]\n", encoding="utf-8")
    (told,) = refused()["unjudged-anomaly"]
    assert told.startswith("anomalies.yaml: AN-1: ")
    anomalies.write_text("ours: {}\n", encoding="utf-8")
    with pytest.raises(
        SafetyFileError, match=r"the safety file cannot be read\n  anomalies\.yaml: format: missing-key"
    ):
        release("1.0.1", level="patch", notes="It cannot be read.", date=DAY, check=True)
    anomalies.write_text(f"format: 1\nours: [{ours}, severity: minor}}]\n", encoding="utf-8")
    release("1.0.1", level="patch", notes="It is judged.", date=DAY, check=True)
    case = folder / "cases" / "slurred-speech.yaml"
    text = case.read_text()
    case.write_text(text.replace("rung: urgent_2w", "rung: same_day"))
    assert [said.partition("[")[2].partition("]")[0] for said in refused()["example-fails"]] == [
        "compiled",
        "durable",
        "reference",
    ]
    case.write_text(text)
    assert unchanged()


def test_a_version_is_active_with_the_sign_offs_of_clinicians_and_not_with_one_less(
    shelf: Path, tmp_path: Path
) -> None:
    copy(shelf, "1.0.0", "1.0.1")
    ruleset = open_ruleset("1.0.1")
    roles = ("clinical reviewer", "clinical reviewer", "safety officer")
    keys = [new_key() for _ in roles]
    people = [signer(key, name=f"Person {n}", role=role) for n, (key, role) in enumerate(zip(keys, roles, strict=True))]
    for key, role in zip(keys, roles, strict=True):
        subjects = (
            [None] if role == "safety officer" else [name for name, r in ruleset.rules.items() if needs_clinicians(r)]
        )
        for subject in subjects:
            said = {"role": role, "decision": "agree", "interests": "none", "at": AT}
            add_to(tmp_path / "sign-offs", *sign_off(ruleset, subject, key, **said))  # type: ignore[arg-type]

    def tried(trust: Signers | None) -> Cut:
        return release(
            "1.0.1",
            level="patch",
            notes="Signed off.",
            date=DAY,
            status="active",
            sign_offs=tmp_path / "sign-offs",
            trust=trust,
            check=True,
        )

    assert tried(trusting(*people)).event.status == "active"
    for trust in (None, *(trusting(*(other for other in people if other is not one)) for one in people)):
        with pytest.raises(ReleaseRefusedError, match="not-signed-off"):
            tried(trust)


def test_a_theorem_that_fails_is_told_with_its_patient(shelf: Path) -> None:
    folder = copy(shelf, "1.0.0", "1.0.1")
    unheard = ("    - dysarthria is present\n    - dysphagia is present\n", "    - dysarthria is present\n")
    rewrite(folder, SPEECH, unheard, ("asks: [dysphagia]", "asks: []"))
    said = refused(level="minor")["theorem-fails"]
    assert any("difficulty swallowing (dysphagia): present" in each for each in said)


def test_a_review_that_is_overdue_on_the_day_of_the_release_keeps_it(shelf: Path) -> None:
    copy(shelf, "1.0.0", "1.0.1")
    with pytest.raises(ReleaseRefusedError, match="overdue-review"):
        release("1.0.1", level="patch", notes="Late.", date=datetime.date(2027, 6, 1))


def test_what_is_released_already_or_not_there_is_told(shelf: Path) -> None:
    with pytest.raises(RulesetReleasedError, match=r"1\.0\.0 was released on 2026-11-01, and is history"):
        release("1.0.0", level="major", notes="Again.", date=DAY)
    with pytest.raises(RulesetNotFoundError, match=r"there is no ruleset '1\.0\.9'; there are: 1\.0\.0; did you mean"):
        release("1.0.9", level="patch", notes="Nothing.", date=DAY)
    with pytest.raises(ArgumentError, match="a release needs notes"):
        release("1.0.1", level="patch", notes=" ", date=DAY)


def test_a_file_that_changes_while_it_is_looked_at_keeps_the_version_from_being_released(
    shelf: Path, monkeypatch: pytest.MonkeyPatch, unchanged: Unchanged
) -> None:
    folder = copy(shelf, "1.0.0", "1.0.1")
    assert unchanged()
    reads: list[object] = []
    original = read_files

    def edited(place: Path) -> dict[str, bytes]:
        reads.append(place)
        files = original(place)
        return files if len(reads) == 1 else {**files, "cases/more.yaml": b""}

    monkeypatch.setattr("fasciculation_rules.release.cutting.read_files", edited)
    with pytest.raises(RulesetReleasedError, match="were changed while it was looked at; nothing was written"):
        release("1.0.1", level="patch", notes="Hasty.", date=DAY)
    assert len(reads) == 2
    assert unchanged()
    assert folder.is_dir()


def test_a_full_disk_leaves_the_history_as_it_was(
    shelf: Path, monkeypatch: pytest.MonkeyPatch, unchanged: Unchanged
) -> None:
    assert unchanged()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(history.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        withdraw("1.0.0", reason="Too bold.", hazard="HZ-1", date=DAY)
    assert unchanged()


# ---------------------------------------------------------------- withdrawn


def test_a_withdrawn_version_is_not_chosen_and_says_why_where_it_is_named(shelf: Path) -> None:
    copy(shelf, "1.0.0", "1.0.1")
    release("1.0.1", level="patch", notes="The same.", date=DAY)
    withdraw("1.0.1", reason="Too bold.", hazard="HZ-1", replaced_by="1.0.0", date=DAY)
    assert open_ruleset().version == "1.0.0"
    named = open_ruleset("1.0.1")
    assert named.status == "withdrawn"
    notices = {notice.code: notice.message for notice in assess(Case.of(), named).scope.notices}
    said = "withdrawn on 2026-12-01: Too bold. (hazard HZ-1); use 1.0.0"
    assert notices["ruleset-withdrawn"] == f"this ruleset was {said}"
    assert str(named.withdrawal) == said
    with pytest.raises(ReleaseRefusedError, match="and stays so"):
        withdraw("1.0.1", reason="Again.", hazard="HZ-1", date=DAY)


def test_what_a_version_decided_is_decided_again_once_it_is_withdrawn(shelf: Path, tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text("given: {dysarthria: present}\n", encoding="utf-8")
    kept = str(tmp_path / "kept.jsonl")
    at = ["--at", "2026-11-22T17:40:00Z", "--reference", "visit-7f3a"]
    assert run(["assess", str(tmp_path / "case.yaml"), "--ruleset", "1.0.0", "--record", kept, *at]) == 0
    withdraw("1.0.0", reason="Too bold.", hazard="HZ-1", date=DAY)
    assert run(["replay", kept, "--engine", "durable", "--engine", "compiled", "--engine", "reference"]) == 0


def test_the_next_release_is_compared_with_the_one_before_it_even_if_that_was_withdrawn(shelf: Path) -> None:
    withdraw("1.0.0", reason="Too bold.", hazard="HZ-1", date=DAY)
    copy(shelf, "1.0.0", "1.0.1")
    cut = release("1.0.1", level="patch", notes="The same.", date=DAY)
    assert cut.previous is not None
    assert cut.previous.version == "1.0.0"


@pytest.mark.parametrize("instead", ["9.9.9", "1.0.1", "1.0.0"])
def test_what_is_to_be_used_instead_is_released_and_in_use(instead: str, shelf: Path, unchanged: Unchanged) -> None:
    copy(shelf, "1.0.0", "1.0.1")
    assert unchanged()
    with pytest.raises(RulesetNotFoundError, match=f"there is no ruleset '{re.escape(instead)}'"):
        withdraw("1.0.0", reason="Too bold.", hazard="HZ-1", replaced_by=instead, date=DAY)
    assert unchanged()


def test_a_withdrawal_names_a_hazard_that_there_is_and_gives_a_reason(shelf: Path, unchanged: Unchanged) -> None:
    assert unchanged()
    with pytest.raises(UnknownNameError, match=r"there is no hazard 'HZ-11' in .*hazards\.yaml; did you mean 'HZ-1'"):
        withdraw("1.0.0", reason="Too bold.", hazard="HZ-11", date=DAY)
    with pytest.raises(ArgumentError, match="a withdrawal needs a reason"):
        withdraw("1.0.0", reason=" ", hazard="HZ-1", date=DAY)
    with pytest.raises(ArgumentError, match="found bytes that are no text in UTF-8"):
        withdraw("1.0.0", reason="\udcff", hazard="HZ-1", date=DAY)
    with pytest.raises(UnknownNameError, match=r"there are no hazards in .*name the folder of the safety files"):
        withdraw("1.0.0", reason="Too bold.", hazard="HZ-1", date=DAY, safety=shelf)
    assert unchanged()


# ---------------------------------------------------------------- the command line


def test_the_command_line_says_the_same_as_text_and_as_json(shelf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy(shelf, "1.0.0", "1.1.0")
    options = ["--level", "minor", "--notes", "The same.", "--date", "2026-12-01", "--recorded", "2026-12-01"]
    assert run(["release", "1.1.0", *options, "--check", "--as", "json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["written"], said["event"]["version"], said["needed"], said["previous"]) == (
        False,
        "1.1.0",
        "patch",
        "1.0.0",
    )
    assert run(["release", "1.1.0", *options]) == 0
    out, err = capsys.readouterr()
    assert "1.1.0 released on 2026-12-01 as draft, minor" in out
    assert err == "minor is more than is needed: patch would be true too\n"
    why = ["--reason", "Too bold.", "--hazard", "HZ-1", "--date", "2026-12-02", "--recorded", "2026-12-03"]
    assert run(["withdraw", "1.1.0", *why, "--as", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["event"]["status"] == "withdrawn"
    assert run(["show", "1.1.0"]) == 0
    assert capsys.readouterr().err.startswith("warning: ruleset 1.1.0 was withdrawn on ")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--as-of", "2026-11-05", "--ruleset", "1.0.0"], "names a day where a version is named already"),
        (["--known-at", "2026-11-05"], "'--known-at': belongs to --as-of"),
        (["--as-of", "yesterday"], "'--as-of': 'yesterday' is not a date; write YYYY-MM-DD"),
        (["--as-of", "2026-10-05"], "no ruleset was active or a draft on 2026-10-05: by then nothing was released"),
    ],
)
def test_a_day_that_chooses_no_version_is_bad_input(
    options: list[str], says: str, shelf: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "case.yaml").write_text("given: {dysarthria: present}\n", encoding="utf-8")
    assert run(["assess", str(tmp_path / "case.yaml"), *options]) == 2
    out, err = capsys.readouterr()
    assert (out, says in err) == ("", True)
    assert run(["assess", str(tmp_path / "case.yaml"), "--as-of", "2026-11-05"]) == 0
    assert capsys.readouterr().out.startswith("Ruleset 1.0.0 ")
