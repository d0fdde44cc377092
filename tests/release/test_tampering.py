"""Whatever is done to a release, its list or its signatures is found and named; and this repository holds no keys."""

from __future__ import annotations

import datetime
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.audit.signing import new_key, pem, signer, trusting
from tests.release.making import CRAMPS, SPEECH

from fasciculation_rules import open_ruleset
from fasciculation_rules.audit.dsse import SigningKey
from fasciculation_rules.audit.signatures import Standing
from fasciculation_rules.cli.app import run
from fasciculation_rules.errors import RulesetAlteredError, RulesetReleasedError, SignatureError
from fasciculation_rules.model.signing import Signer
from fasciculation_rules.release.cutting import withdraw
from fasciculation_rules.release.history import VerifiedHistory, verify_history
from fasciculation_rules.release.signing import sign, sign_history
from fasciculation_rules.release.verifying import Integrity, Verified, verify
from fasciculation_rules.shelf.digest import manifest, text_digest
from fasciculation_rules.shelf.read import read_files
from fasciculation_rules.shelf.signers import read_signers

CHECKOUT = Path(__file__).resolve().parents[2]
AT = datetime.datetime(2026, 11, 22, 17, 40, tzinfo=datetime.UTC)
MANAGER, AUTHOR, OTHER = new_key(), new_key(), new_key()

# ---------------------------------------------------------------- files


def one_byte(folder: Path) -> None:
    file = folder / SPEECH
    file.write_bytes(file.read_bytes().replace(b"A reason.", b"A reasom."))


def added(folder: Path) -> None:
    shutil.copy(folder / SPEECH, folder / "rules" / "escalation" / "escalate-more.yaml")


def removed(folder: Path) -> None:
    (folder / CRAMPS).unlink()


def renamed(folder: Path) -> None:
    (folder / CRAMPS).rename(folder / "rules" / "escalation" / "escalate-aches.yaml")


def exchanged(folder: Path) -> None:
    """Two files have each other's names."""
    one, other = folder / CRAMPS, folder / SPEECH
    kept = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(kept)


def line_ends(folder: Path) -> None:
    file = folder / "outcomes.yaml"
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))


def linked(folder: Path) -> None:
    (folder / CRAMPS).rename(folder.parent / "elsewhere.yaml")
    (folder / CRAMPS).symlink_to(folder.parent / "elsewhere.yaml")


def linked_elsewhere(folder: Path) -> None:
    (folder / CRAMPS).unlink()
    (folder / CRAMPS).symlink_to(folder / SPEECH)


AT_OPENING: dict[Callable[[Path], None], list[tuple[str, str]]] = {
    one_byte: [(SPEECH, "altered-file")],
    added: [("rules/escalation/escalate-more.yaml", "stray-file")],
    removed: [(CRAMPS, "missing-file")],
    renamed: [("rules/escalation/escalate-aches.yaml", "renamed-file")],
    exchanged: [(CRAMPS, "altered-file"), (SPEECH, "altered-file")],
    line_ends: [("outcomes.yaml", "windows-line-ends")],
    linked_elsewhere: [(CRAMPS, "altered-file")],
}


@pytest.mark.parametrize("change", AT_OPENING, ids=lambda change: change.__name__)
def test_an_altered_release_is_refused_and_each_file_is_named(
    change: Callable[[Path], None], shelf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path: manifest({path: raw})[:64] for path, raw in read_files(shelf / "1.0.0").items()}
    change(shelf / "1.0.0")
    after = {path: manifest({path: raw})[:64] for path, raw in read_files(shelf / "1.0.0").items()}
    with pytest.raises(RulesetAlteredError) as caught:
        open_ruleset("1.0.0")
    assert [(problem.file, problem.code) for problem in caught.value.problems] == AT_OPENING[change]
    for problem in caught.value.problems:
        if problem.code == "altered-file":
            expected = f"expected sha256:{before[problem.file]}, found sha256:{after[problem.file]}"
            assert problem.message == expected
    assert run(["verify", "1.0.0"]) == 1
    out, err = capsys.readouterr()
    assert out.startswith("1.0.0: ALTERED\n")
    assert "\nintegrity: does NOT match" in out
    assert all(file in err for file, _ in AT_OPENING[change])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(data=st.data())
def test_any_byte_of_any_file_that_changes_is_found_in_that_file(data: st.DataObject, shelf: Path) -> None:
    folder = shelf / "1.0.0"
    path = data.draw(st.sampled_from(sorted(read_files(folder))))
    raw = (folder / path).read_bytes()
    place, other = data.draw(st.integers(0, len(raw) - 1)), data.draw(st.integers(1, 255))
    try:
        (folder / path).write_bytes(raw[:place] + bytes([raw[place] ^ other]) + raw[place + 1 :])
        (found,) = verify("1.0.0")
        assert found.integrity is Integrity.ALTERED
        assert found.error is not None
        assert [problem.file for problem in found.error.problems] == [path]
    finally:
        (folder / path).write_bytes(raw)


def test_a_link_that_says_the_same_is_opened_and_named_by_verify(shelf: Path) -> None:
    """Installers may link files; what a link points to may say something else tomorrow."""
    linked(shelf / "1.0.0")
    assert open_ruleset("1.0.0").status == "draft"
    (found,) = verify("1.0.0")
    assert found.error is not None
    assert [(problem.file, problem.code) for problem in found.error.problems] == [(CRAMPS, "linked-file")]


def test_a_link_in_place_of_a_folder_is_named_and_the_other_releases_are_still_told(
    shelf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = shelf / "1.0.0" / "rules" / "plan"
    folder.rename(shelf / "elsewhere")
    folder.symlink_to(shelf / "elsewhere")
    shutil.copytree(shelf / "1.0.0" / "cases", shelf / "2.0.0")
    (shelf / "2.0.0" / "ruleset.yaml").write_text("", encoding="utf-8")
    assert run(["verify"]) == 1
    out, err = capsys.readouterr()
    assert out.startswith("1.0.0: ALTERED\n2.0.0: unreleased")
    assert "rules/plan: linked-file: a link to elsewhere stands in place of the file; put the file itself there" in err


def test_a_link_in_place_of_a_whole_release_is_named(shelf: Path) -> None:
    (shelf / "1.0.0").rename(shelf / "elsewhere")
    (shelf / "1.0.0").symlink_to(shelf / "elsewhere")
    (found,) = verify("1.0.0")
    assert found.integrity is Integrity.ALTERED
    assert found.error is not None
    assert [(problem.file, problem.code) for problem in found.error.problems] == [("1.0.0", "linked-file")]


def test_a_release_of_which_a_file_cannot_be_read_is_altered(shelf: Path) -> None:
    file = shelf / "1.0.0" / CRAMPS
    file.unlink()
    file.mkdir()
    (file / "x").touch()
    assert verify("1.0.0")[0].integrity is Integrity.ALTERED
    shutil.rmtree(file)
    os.mkfifo(file)
    (found,) = verify("1.0.0")
    assert found.integrity is Integrity.ALTERED
    assert found.error is not None
    assert [(problem.file, problem.code) for problem in found.error.problems] == [(CRAMPS, "unreadable-file")]


def test_a_list_of_files_that_was_changed_is_not_believed_and_is_named(shelf: Path) -> None:
    listed = shelf / "manifests" / "1.0.0.sha256"
    listed.write_text(listed.read_text().replace("0", "1"), encoding="utf-8")
    (found,) = verify("1.0.0")
    assert found.error is not None
    assert [(problem.file, problem.code) for problem in found.error.problems] == [
        ("manifests/1.0.0.sha256", "altered-file")
    ]
    one_byte(shelf / "1.0.0")
    with pytest.raises(RulesetAlteredError, match="one digest of all files does not say which"):
        open_ruleset("1.0.0")


def test_a_release_whose_folder_is_gone_is_missing(shelf: Path) -> None:
    shutil.rmtree(shelf / "1.0.0")
    assert [found.integrity for found in verify()] == [Integrity.MISSING]


# ---------------------------------------------------------------- signatures


def vouch(*keys: tuple[SigningKey, str]) -> None:
    for key, role in keys:
        sign("1.0.0", key=key, role=role, meaning="I read it.", at=AT)  # type: ignore[arg-type]


def manager(**changes: object) -> Signer:
    return signer(MANAGER, name="One", **changes)


def author(**changes: object) -> Signer:
    return signer(AUTHOR, name="Two", role="author", **changes)


def trusted(*signers: Signer) -> Verified:
    (found,) = verify("1.0.0", trust=trusting(*signers))
    return found


def standings(found: Verified) -> dict[str, Standing]:
    assert found.signatures is not None
    return {judged.name.partition("-")[0]: judged.standing for judged in found.signatures}


def test_a_release_manager_and_one_more_vouch_for_a_release(shelf: Path) -> None:
    vouch((MANAGER, "release manager"), (AUTHOR, "author"))
    found = trusted(manager(), author())
    assert standings(found) == {"release": Standing.VALID, "author": Standing.VALID}
    assert found.vouched
    assert open_ruleset("1.0.0").status == "draft"


def test_a_copy_of_a_release_is_vouched_for_by_the_same_signatures(shelf: Path, tmp_path: Path) -> None:
    copied = str(shutil.copytree(shelf / "1.0.0", tmp_path / "copied"))
    (found,) = verify(copied, trust=trusting(manager(), author()))
    assert (found.integrity, found.good) == (Integrity.MATCHES, False)
    vouch((MANAGER, "release manager"), (AUTHOR, "author"))
    (found,) = verify(copied, trust=trusting(manager(), author()))
    assert found.vouched


@pytest.mark.parametrize(
    "who", [[], [(MANAGER, "release manager")], [(AUTHOR, "author")]], ids=["nobody", "the manager", "the author"]
)
def test_nobody_alone_vouches_for_a_release(who: list[tuple[SigningKey, str]], shelf: Path) -> None:
    vouch(*who)
    found = trusted(manager(), author())
    assert not found.vouched
    assert not found.good


def test_one_person_with_two_keys_is_one_person(shelf: Path) -> None:
    vouch((MANAGER, "release manager"), (AUTHOR, "author"))
    assert not trusted(manager(), signer(AUTHOR, name="One", role="author")).vouched


DAY = datetime.date(2026, 11, 21)
WORTHLESS = {
    "an unknown key": ((manager(),), "author", Standing.UNKNOWN_KEY),
    "an expired key": ((manager(), author(valid_until=DAY)), "author", Standing.OUTSIDE_VALIDITY),
    "a key that was not valid yet": (
        (manager(), author(valid_from=datetime.date(2026, 11, 23))),
        "author",
        Standing.OUTSIDE_VALIDITY,
    ),
    "a revoked key": (
        (manager(revoked={"at": datetime.date(2027, 5, 1), "why": "a laptop was lost"}), author()),
        "release",
        Standing.REVOKED,
    ),
    "a wrong role": ((manager(), signer(AUTHOR, name="Two", role="clinical reviewer")), "author", Standing.WRONG_ROLE),
}


@pytest.mark.parametrize(("signers", "which", "standing"), WORTHLESS.values(), ids=WORTHLESS)
def test_a_signature_that_is_worth_nothing_is_named_with_the_reason(
    signers: tuple[Signer, ...], which: str, standing: Standing, shelf: Path
) -> None:
    vouch((MANAGER, "release manager"), (AUTHOR, "author"))
    found = trusted(*signers)
    assert standings(found)[which] is standing
    assert sorted(standings(found).values()).count(Standing.VALID) == 1
    assert not found.good


def test_whoever_rewrites_release_and_history_together_is_found_by_the_signatures(shelf: Path) -> None:
    vouch((MANAGER, "release manager"), (AUTHOR, "author"))
    before = open_ruleset("1.0.0").text_digest
    one_byte(shelf / "1.0.0")
    files = read_files(shelf / "1.0.0")
    history = shelf / "releases.yaml"
    history.write_text(history.read_text().replace(before, text_digest(files)), encoding="utf-8")
    (shelf / "manifests" / "1.0.0.sha256").write_text(manifest(files), encoding="utf-8")
    (alone,) = verify("1.0.0")
    assert alone.good  # integrity: it matches the list that lies beside it
    found = trusted(manager(), author())
    assert set(standings(found).values()) == {Standing.DIGEST_DIFFERS}
    assert not found.good


def test_a_signature_of_another_version_is_not_one_of_this(shelf: Path) -> None:
    vouch((MANAGER, "release manager"), (AUTHOR, "author"))
    history = shelf / "releases.yaml"
    history.write_text(history.read_text().replace("version: 1.0.0", "version: 1.0.1"), encoding="utf-8")
    (shelf / "1.0.0").rename(shelf / "1.0.1")
    (shelf / "signatures" / "1.0.0").rename(shelf / "signatures" / "1.0.1")
    about = shelf / "1.0.1" / "ruleset.yaml"
    about.write_text(about.read_text().replace("ruleset: 1.0.0", "ruleset: 1.0.1"), encoding="utf-8")
    old = yaml.safe_load(history.read_text())["events"][0]["text_digest"]
    history.write_text(history.read_text().replace(old, text_digest(read_files(shelf / "1.0.1"))), encoding="utf-8")
    (shelf / "manifests" / "1.0.0.sha256").unlink()
    (found,) = verify("1.0.1", trust=trusting(manager(), author()))
    assert set(standings(found).values()) == {Standing.DIGEST_DIFFERS}


def test_a_file_that_is_no_signature_is_named_among_them(shelf: Path) -> None:
    vouch((MANAGER, "release manager"), (AUTHOR, "author"))
    (shelf / "signatures" / "1.0.0" / "more.dsse.json").write_text("{}", encoding="utf-8")
    found = trusted(manager(), author())
    assert standings(found)["more.dsse.json"] is Standing.NOT_READ
    assert not found.good


def test_a_release_is_signed_once_by_a_key_and_only_once_it_is_released(shelf: Path) -> None:
    vouch((MANAGER, "release manager"))
    with pytest.raises(SignatureError, match=r"this key has signed 1\.0\.0 before as release manager"):
        sign("1.0.0", key=MANAGER, role="release manager", meaning="Again.", at=AT)
    shutil.copytree(shelf / "1.0.0", shelf / "1.0.1")
    about = shelf / "1.0.1" / "ruleset.yaml"
    about.write_text(about.read_text().replace("ruleset: 1.0.0", "ruleset: 1.0.1"), encoding="utf-8")
    with pytest.raises(RulesetReleasedError, match="unreleased; what is signed is a release"):
        sign("1.0.1", key=MANAGER, role="release manager", meaning="Too soon.", at=AT)
    one_byte(shelf / "1.0.0")
    with pytest.raises(RulesetAlteredError):
        sign("1.0.0", key=OTHER, role="author", meaning="Altered.", at=AT)


def vouch_for_history() -> None:
    for key, role in ((MANAGER, "release manager"), (AUTHOR, "author")):
        sign_history(key=key, role=role, meaning="These are all.", at=AT)  # type: ignore[arg-type]


def of_history() -> VerifiedHistory:
    return verify_history(trust=trusting(manager(), author()))


def test_a_withdrawal_that_is_taken_out_of_a_signed_history_is_found(shelf: Path) -> None:
    before = (shelf / "releases.yaml").read_bytes()
    withdraw("1.0.0", reason="Too bold.", hazard="HZ-1", date=DAY)
    vouch_for_history()
    assert (of_history().vouched, of_history().good) == (2, True)
    (shelf / "releases.yaml").write_bytes(before)
    found = of_history()
    assert (found.events, found.vouched, found.good) == (1, 0, False)
    assert {str(each).partition(": ")[2] for each in found.signatures or ()} == {
        "digest differs: events: signed 2, found 1"
    }


@pytest.mark.parametrize(
    "change", [("status: draft", "status: active"), ("2026-11-01", "2026-11-02"), ("The first.", "The fjrst.")]
)
def test_an_event_that_was_edited_in_a_signed_history_is_found(change: tuple[str, str], shelf: Path) -> None:
    vouch_for_history()
    file = shelf / "releases.yaml"
    assert change[0] in file.read_text()
    file.write_text(file.read_text().replace(*change), encoding="utf-8")
    assert {each.standing for each in of_history().signatures or ()} == {Standing.DIGEST_DIFFERS}


def test_events_that_were_added_later_are_said_not_to_be_vouched_for(shelf: Path) -> None:
    vouch_for_history()
    withdraw("1.0.0", reason="Too bold.", hazard="HZ-1", date=DAY)
    found = of_history()
    assert (found.events, found.vouched, found.good) == (2, 1, True)
    sign_history(key=MANAGER, role="release manager", meaning="These are all.", at=AT)
    assert of_history().vouched == 1  # nobody else has yet
    sign_history(key=AUTHOR, role="author", meaning="These are all.", at=AT)
    assert of_history().vouched == 2


def test_words_that_are_no_event_do_not_undo_a_signature_of_the_history(shelf: Path) -> None:
    vouch_for_history()
    file = shelf / "releases.yaml"
    file.write_text("# More words.\n" + file.read_text(), encoding="utf-8")
    assert of_history().vouched == 1


def test_a_signature_of_the_history_is_none_of_a_release_and_the_other_way_round(shelf: Path) -> None:
    vouch_for_history()
    vouch((MANAGER, "release manager"), (AUTHOR, "author"))
    one, other = shelf / "signatures" / "1.0.0", shelf / "signatures" / "history"
    one.rename(shelf / "signatures" / "x")
    other.rename(one)
    (shelf / "signatures" / "x").rename(other)
    assert {each.standing for each in of_history().signatures or ()} == {Standing.NOT_READ}
    assert set(standings(trusted(manager(), author())).values()) == {Standing.NOT_READ}


def test_the_command_line_says_how_far_the_history_is_vouched_for(
    shelf: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cannot = "it cannot be excluded that one, such as a withdrawal, was taken out"
    trust = tmp_path / "trusted.yaml"
    signers = [json.loads(each.model_dump_json(exclude_none=True)) for each in (manager(), author())]
    trust.write_text(yaml.safe_dump({"format": 1, "signers": signers}), encoding="utf-8")

    def told(*options: str) -> tuple[int, str]:
        code = run(["verify", "1.0.0", *options])
        line = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("history: "))
        return code, line.removeprefix("history: ")

    vouch((MANAGER, "release manager"), (AUTHOR, "author"))
    assert told() == (0, f"1 event, not signed: {cannot}")
    assert told("--trust", str(trust)) == (0, f"1 event, not signed: {cannot}")
    vouch_for_history()
    assert told() == (0, f"1 event, signatures not checked: {cannot}")
    assert told("--trust", str(trust)) == (0, "1 event, vouched for")
    withdraw("1.0.0", reason="Too bold.", hazard="HZ-1", date=DAY)
    assert told("--trust", str(trust)) == (0, f"2 events, vouched for up to event 1; after that {cannot}")
    file = shelf / "releases.yaml"
    file.write_text(file.read_text().replace("The first.", "The fjrst."), encoding="utf-8")
    assert told("--trust", str(trust)) == (1, f"2 events, NOT vouched for: {cannot}")
    assert run(["verify", "--trust", str(trust), "--as", "json"]) == 1
    values = json.loads(capsys.readouterr().out)
    assert (values["history"]["events"], values["history"]["vouched"], values["authenticity"]) == (2, 0, "NOT shown")


@pytest.mark.parametrize("meaning", ["", " ", "\udcff"])
@pytest.mark.parametrize("what", ["1.0.0", "--history"])
def test_a_signature_says_what_it_means(
    what: str, meaning: str, shelf: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "key.pem").write_bytes(pem())
    assert run(["sign", what, "--key", str(tmp_path / "key.pem"), "--role", "author", "--meaning", meaning]) == 2
    assert "error: a signature needs a meaning: " in capsys.readouterr().err
    assert not (shelf / "signatures").exists()


def test_a_key_that_is_given_for_a_list_of_signers_is_refused_and_not_repeated(
    shelf: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = tmp_path / "key.pem"
    key.write_bytes(b"\n" + pem())
    assert run(["verify", "--trust", str(key)]) == 2
    out, err = capsys.readouterr()
    assert (out, err) == ("", "error: key.pem is a key; expected a list of signers (signers.yaml)\n")


@pytest.mark.parametrize("name", ["none.pem", "folder", "pipe"])
def test_a_key_that_cannot_be_read_is_told(
    name: str, shelf: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    assert run(["sign", "1.0.0", "--key", str(tmp_path / name), "--role", "author", "--meaning", "x"]) == 2
    err = capsys.readouterr().err
    assert err.startswith("error: the key cannot be read\n")
    assert "unreadable-file" in err


def test_a_passphrase_that_cannot_be_asked_for_is_told(shelf: Path, tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_bytes(pem(b"open"))
    said = ["--key", str(tmp_path / "key.pem"), "--role", "author", "--meaning", "x"]
    done = subprocess.run(
        [sys.executable, "-m", "fasciculation_rules", "sign", "1.0.0", *said],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, start_new_session=True,
    )  # fmt: skip
    fault = "the key is under a passphrase, and there is no terminal on which to ask for it; sign on one"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"error: {fault}\n")


@pytest.mark.parametrize("options", [[], ["1.0.0", "--history"]])
def test_what_is_signed_is_a_version_or_the_history(
    options: list[str], shelf: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = tmp_path / "key.pem"
    key.write_bytes(pem())
    assert run(["sign", *options, "--key", str(key), "--role", "author", "--meaning", "x"]) == 2
    assert "name a version, or the history with --history" in capsys.readouterr().err
    assert not (shelf / "signatures").exists()


def test_the_command_line_signs_and_says_what_each_signature_is_worth(
    shelf: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key, trust = tmp_path / "key.pem", tmp_path / "trusted.yaml"
    key.write_bytes(pem())
    said = ["--role", "release manager", "--meaning", "I made it.", "--at", "2026-11-22T17:40:00Z"]
    assert run(["sign", "1.0.0", "--key", str(key), *said, "--as", "json"]) == 0
    signed = json.loads(capsys.readouterr().out)
    trust.write_text("format: 1\nsigners: []\n", encoding="utf-8")
    assert run(["verify", "1.0.0", "--trust", str(trust)]) == 1
    out = capsys.readouterr().out
    assert f"unknown key: {signed['key']} is not among the keys that are trusted" in out
    assert out.endswith("integrity: matches the list shipped beside it; authenticity: NOT shown\n")
    assert run(["verify", "1.0.0", "--trust", str(trust), "--as", "json"]) == 1
    (found,) = json.loads(capsys.readouterr().out)["rulesets"]
    assert [each["standing"] for each in found["signatures"]] == ["unknown key"]
    assert run(["verify", "1.0.0"]) == 0
    last = "integrity: matches the list shipped beside it; authenticity: not checked\n"
    assert capsys.readouterr().out.endswith(last)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"key": "sha256:" + "0" * 64}, "of its public_key"),
        ({"public_key": "MCowBQYDK2VwAyEA"}, "expected an Ed25519 public key"),
        ({"valid_until": "2025-01-01"}, "expected 2026-01-01 or later"),
        ({"role": "king"}, "expected 'author', 'clinical reviewer', 'safety officer' or 'release manager'"),
    ],
)
def test_a_list_of_signers_that_is_wrong_is_refused_at_its_place(
    change: dict[str, str], says: str, tmp_path: Path
) -> None:
    listed = {**json.loads(manager().model_dump_json(exclude_none=True)), **change}
    file = tmp_path / "signers.yaml"
    file.write_text(yaml.safe_dump({"format": 1, "signers": [listed]}), encoding="utf-8")
    with pytest.raises(SignatureError, match=r"signers\.yaml:\d+:\d+: signers\[0\]\.") as caught:
        read_signers(file)
    assert says in str(caught.value)


# ---------------------------------------------------------------- what is shipped


def test_the_repository_ships_no_signer_no_signature_and_no_key() -> None:
    assert read_signers(CHECKOUT / "rulesets" / "signers.yaml").signers == ()
    assert not (CHECKOUT / "rulesets" / "signatures").exists()
    assert list(CHECKOUT.glob("rulesets/**/*.pem")) == []
    pem_begins = re.compile(rb"-----BEGIN [A-Z ]*(PRIVATE|PUBLIC) KEY-----")
    folders = ("rulesets", "docs", "src", "tests", ".ci")
    files = [path for folder in folders for path in (CHECKOUT / folder).rglob("*") if path.is_file()]
    assert len(files) > 1000
    assert [str(path) for path in files if path.suffix != ".pyc" and pem_begins.search(path.read_bytes())] == []


def test_no_person_is_named_as_an_author() -> None:
    for about in CHECKOUT.glob("rulesets/*/ruleset.yaml"):
        assert yaml.safe_load(about.read_text(encoding="utf-8"))["authors"] == ["the fasciculation_rules project"]
