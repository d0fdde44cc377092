"""Versions are found, opened once, and refused where they were altered; a folder is opened as it lies."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from gallery import MINI

from fasciculation_rules.errors import RulesetAlteredError, RulesetInvalidError, RulesetNotFoundError
from fasciculation_rules.shelf import locate
from fasciculation_rules.shelf.locate import by_number, shelf_root, versions, walk
from fasciculation_rules.shelf.opening import default_version, open_ruleset
from fasciculation_rules.shelf.read import read_files
from fasciculation_rules.shelf.releases import read_releases

Add = Callable[..., Path]


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shelf of our own, with nothing on it."""
    folder = tmp_path / "package" / "rulesets"
    folder.mkdir(parents=True)
    monkeypatch.setattr(locate, "files", lambda _: tmp_path / "package")
    return folder


@pytest.fixture
def add(shelf: Path) -> Add:
    """Puts a version on the shelf, with the events of its history."""

    def add(version: str, *events: str) -> Path:
        folder = shelf / version
        shutil.copytree(MINI, folder)
        about = folder / "ruleset.yaml"
        about.write_text(about.read_text(encoding="utf-8").replace("ruleset: mini", f"ruleset: {version}"), "utf-8")
        if not events:
            return folder
        opened = open_ruleset(folder)
        history = shelf / "releases.yaml"
        lines = [] if history.exists() else ["format: 1", "events:"]
        for index, status in enumerate(events):
            lines.append(f"  - event: {'status' if index else 'released'}")
            lines += [f"    version: {version}", "    date: 2026-11-01", f"    status: {status}"]
            if not index:
                lines += [f"    text_digest: {opened.text_digest}", f"    logic_digest: {opened.logic_digest}"]
        with history.open("a", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)
        return folder

    return add


def test_the_newest_active_version_is_the_default_and_ten_comes_after_nine(add: Add) -> None:
    for version in ("1.9.0", "1.10.0", "1.2.0"):
        add(version, "draft", "active")
    add("2.0.0", "draft")
    assert default_version() == "1.10.0"
    assert open_ruleset().version == "1.10.0"
    assert open_ruleset().status == "active"


def test_the_newest_draft_is_the_default_where_nothing_is_active(add: Add) -> None:
    add("0.1.0", "draft")
    add("0.2.0", "draft")
    add("0.3.0", "draft", "withdrawn")
    add("0.4.0", "draft", "active", "retired")
    assert default_version() == "0.2.0"


def test_what_was_retired_or_withdrawn_can_still_be_opened_by_its_name(add: Add) -> None:
    add("0.3.0", "draft", "withdrawn")
    add("0.4.0", "draft", "active", "retired")
    assert [open_ruleset(version).status for version in ("0.3.0", "0.4.0")] == ["withdrawn", "retired"]
    with pytest.raises(RulesetNotFoundError, match="no released ruleset is active or a draft"):
        open_ruleset()


def test_an_empty_name_is_no_name(add: Add) -> None:
    add("0.1.0", "draft")
    with pytest.raises(RulesetNotFoundError, match=r"there is no ruleset ''; there are: 0\.1\.0"):
        open_ruleset("")


def test_a_folder_on_the_shelf_that_was_not_released_says_so(add: Add) -> None:
    add("0.1.0")
    assert open_ruleset("0.1.0").status == "unreleased"


def test_a_version_is_opened_once_while_its_files_are_unchanged(add: Add) -> None:
    folder = add("0.1.0")
    first = open_ruleset("0.1.0")
    assert open_ruleset("0.1.0") is first
    about = folder / "ruleset.yaml"
    about.write_text(about.read_text(encoding="utf-8").replace("Tests of", "More tests of"), "utf-8")
    second = open_ruleset("0.1.0")
    assert second is not first
    assert (second.logic_digest, second.text_digest == first.text_digest) == (first.logic_digest, False)


def test_a_release_is_verified_when_it_is_first_opened_and_stays_what_it_was(add: Add) -> None:
    folder = add("0.1.0", "draft")
    first = open_ruleset("0.1.0")
    rule = folder / "rules" / "plan" / "plan-emg.yaml"
    rule.write_text(rule.read_text(encoding="utf-8").replace("title: EMG", "title: An EMG"), "utf-8")
    assert open_ruleset("0.1.0") is first


def test_a_release_that_was_altered_before_it_is_opened_is_refused(add: Add) -> None:
    folder = add("0.1.0", "draft")
    rule = folder / "rules" / "plan" / "plan-emg.yaml"
    rule.write_text(rule.read_text(encoding="utf-8").replace("title: EMG", "title: An EMG"), "utf-8")
    with pytest.raises(RulesetAlteredError) as caught:
        open_ruleset("0.1.0")
    assert caught.value.exit_code == 1


def changed(folder: Path, change: str) -> None:
    rule = folder / "rules" / "plan" / "plan-emg.yaml"
    match change:
        case "a stray file":
            (folder / ".DS_Store").write_bytes(b"\x00")
        case "a stray folder":
            (folder / "rules" / "notes").mkdir()
            (folder / "rules" / "notes" / "one.yaml").write_text("a: b\n", encoding="utf-8")
        case "a copy":
            shutil.copy(rule, rule.with_name("plan-copied.yaml"))
        case "line ends":
            for file in folder.rglob("*.yaml"):
                file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
        case "an edit":
            rule.write_text(rule.read_text(encoding="utf-8").replace("title: EMG", "title: An EMG"), "utf-8")


WHICH = {
    ("a stray file",): ([(".DS_Store", "stray-file")], "nothing differs but what is listed"),
    ("a stray folder",): ([("rules/notes/one.yaml", "stray-file")], "nothing differs but what is listed"),
    ("a copy",): ([("rules/plan/plan-copied.yaml", "stray-file")], "nothing differs but what is listed"),
    ("line ends",): ([("cases/slurred-speech.yaml", "windows-line-ends")], "nothing differs but what is listed"),
    ("an edit",): ([], "one digest of all files does not say which of them changed"),
    ("a stray file", "a copy", "line ends"): (
        [
            (".DS_Store", "stray-file"),
            ("cases/slurred-speech.yaml", "windows-line-ends"),
            ("rules/plan/plan-copied.yaml", "stray-file"),
        ],
        "nothing differs but what is listed",
    ),
    ("a stray file", "an edit"): ([(".DS_Store", "stray-file")], "more differs than what is listed"),
    ("a copy", "an edit"): ([], "one digest of all files does not say which of them changed"),
}


@pytest.mark.parametrize("changes", WHICH, ids=" and ".join)
def test_of_a_release_that_was_altered_the_files_are_named_that_can_be(add: Add, changes: tuple[str, ...]) -> None:
    folder = add("0.1.0", "draft")
    for change in changes:
        changed(folder, change)
    with pytest.raises(RulesetAlteredError) as caught:
        open_ruleset("0.1.0")
    named, said = WHICH[changes]
    assert [(found.file, found.code) for found in caught.value.problems] == named
    assert said in caught.value.summary


def test_a_new_status_is_seen_at_once(add: Add) -> None:
    add("0.1.0", "draft")
    assert open_ruleset("0.1.0").status == "draft"
    history = locate.shelf_root() / "releases.yaml"
    assert isinstance(history, Path)
    with history.open("a", encoding="utf-8") as file:
        file.write("  - {event: status, version: 0.1.0, date: 2026-11-02, status: active}\n")
    assert open_ruleset("0.1.0").status == "active"


@pytest.mark.parametrize("alter", ["add", "delete", "rename", "touch"])
def test_only_what_the_files_say_and_how_they_are_called_counts(add: Add, alter: str) -> None:
    folder = add("0.1.0", "draft")
    case = folder / "cases" / "slurred-speech.yaml"
    match alter:
        case "add":
            shutil.copy(case, case.with_name("another.yaml"))
        case "delete":
            case.unlink()
        case "rename":
            case.rename(case.with_name("another.yaml"))
        case "touch":
            os.utime(case, (0, 0))
            assert open_ruleset("0.1.0").status == "draft"
            return
    with pytest.raises(RulesetAlteredError):
        open_ruleset("0.1.0")


def test_a_release_lacking_its_first_file_is_not_there(add: Add) -> None:
    folder = add("0.1.0", "draft")
    (folder / "ruleset.yaml").unlink()
    with pytest.raises(RulesetNotFoundError, match=r"there is no ruleset '0\.1\.0'; there are: none"):
        open_ruleset("0.1.0")


def test_a_path_object_and_a_name_with_a_separator_are_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(MINI, tmp_path / "mini")
    monkeypatch.chdir(tmp_path / "mini")
    opened = [open_ruleset(name) for name in (Path(), Path("../mini"), f"..{os.sep}mini", f"{tmp_path}{os.sep}mini")]
    assert {(ruleset.version, ruleset.status) for ruleset in opened} == {("mini", "unreleased")}
    assert len({ruleset.text_digest for ruleset in opened}) == 1


@pytest.mark.parametrize("name", ["nowhere/mini", "..", "mini/ruleset.yaml"])
def test_what_is_no_ruleset_is_not_found(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(MINI, tmp_path / "mini")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RulesetNotFoundError):
        open_ruleset(name)


def test_an_installation_without_rulesets_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locate, "files", lambda _: tmp_path / "src" / "package")
    with pytest.raises(RulesetNotFoundError, match="install the package again"):
        shelf_root()


def test_a_shelf_without_a_history_has_no_releases(shelf: Path) -> None:
    assert read_releases(shelf) == {}
    assert versions(shelf) == ()


def test_versions_are_ordered_by_number(shelf: Path) -> None:
    names = ["10.0.0", "0.1.0", "0.10.0", "0.9.0", "1.0.0-draft", "next"]
    assert sorted(names, key=by_number) == ["next", "0.1.0", "0.9.0", "0.10.0", "1.0.0-draft", "10.0.0"]


def test_a_link_to_a_file_is_read_and_a_link_to_a_folder_is_not_followed(tmp_path: Path) -> None:
    shutil.copytree(MINI, tmp_path / "mini")
    case = tmp_path / "mini" / "cases" / "slurred-speech.yaml"
    shutil.move(case, tmp_path / "elsewhere.yaml")
    case.symlink_to(tmp_path / "elsewhere.yaml")
    assert open_ruleset(tmp_path / "mini").text_digest == open_ruleset(MINI).text_digest
    (tmp_path / "mini" / "more").symlink_to(tmp_path)
    assert "more" in [path for path, _ in walk(tmp_path / "mini")]
    with pytest.raises(
        RulesetInvalidError, match="more: unreadable-file: the file cannot be read: it is not a plain file"
    ):
        open_ruleset(tmp_path / "mini")


def test_every_file_that_may_not_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(MINI, tmp_path / "mini")

    def refuse(file: Path, *arguments: object) -> object:
        if file.name in ("outcomes.yaml", "plan-emg.yaml"):
            raise PermissionError(13, "Permission denied", str(file))
        return original(file, *arguments)

    original = Path.open
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(RulesetInvalidError) as caught:
        read_files(tmp_path / "mini")
    assert [(p.file, p.code, p.message) for p in caught.value.problems] == [
        ("outcomes.yaml", "unreadable-file", "the file cannot be read: permission denied"),
        ("rules/plan/plan-emg.yaml", "unreadable-file", "the file cannot be read: permission denied"),
    ]


def test_of_a_file_that_is_far_too_large_no_more_is_read_than_shows_it(tmp_path: Path) -> None:
    shutil.copytree(MINI, tmp_path / "mini")
    with (tmp_path / "mini" / "references.yaml").open("wb") as file:
        file.truncate(5_000_000_000)
    files = read_files(tmp_path / "mini")
    assert len(files["references.yaml"]) == 1_000_001
    with pytest.raises(RulesetInvalidError, match="file-too-large"):
        open_ruleset(tmp_path / "mini")
