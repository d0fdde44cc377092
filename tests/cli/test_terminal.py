"""On a terminal a page is as wide as the terminal, within what reads well; anywhere else it is always the same."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fasciculation_rules.cli.app import run
from fasciculation_rules.shelf.locate import shelf_root
from fasciculation_rules.shelf.releases import read_releases

Command = Callable[..., Any]
Shown = Callable[..., list[str]]


class Terminal(io.StringIO):
    """What is written to a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def shown(here: Path, monkeypatch: pytest.MonkeyPatch) -> Shown:
    """The lines that a command shows on a terminal of so many columns."""
    Path("case.yaml").write_text("given: {age: 60 years, dysarthria: present}\n", encoding="utf-8")

    def lines(columns: int, *arguments: str) -> list[str]:
        monkeypatch.setenv("COLUMNS", str(columns))
        out = Terminal()
        with contextlib.redirect_stdout(out):
            assert run(arguments) == 0
        return out.getvalue().splitlines()

    return lines


ASSESS = ("assess", "case.yaml", "--ruleset", "./mini", "--on", "2026-11-01")
RULE = ("show", "./mini", "escalate-speech")


def prose(lines: list[str]) -> list[str]:
    """The lines without those that hold a word longer than any line."""
    return [line for line in lines if not re.search(r"\S{50,}", line)]


@pytest.mark.parametrize("columns", [60, 72, 80, 96])
@pytest.mark.parametrize("arguments", [ASSESS, RULE])
def test_a_page_is_as_wide_as_the_terminal(columns: int, arguments: tuple[str, ...], shown: Shown) -> None:
    widest = max(map(len, prose(shown(columns, *arguments))))
    assert columns - 12 < widest <= columns


@pytest.mark.parametrize(("columns", "like"), [(20, 60), (59, 60), (97, 96), (400, 96)])
def test_no_page_is_narrower_or_wider_than_reads_well(columns: int, like: int, shown: Shown) -> None:
    assert shown(columns, *ASSESS) == shown(like, *ASSESS)


@pytest.mark.parametrize("columns", [20, 60, 80, 400])
@pytest.mark.parametrize("arguments", [ASSESS, RULE, ("list",)])
def test_what_is_not_shown_on_a_terminal_is_the_same_bytes_at_any_width(
    columns: int, arguments: tuple[str, ...], shown: Shown, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = command(*arguments).out
    monkeypatch.setenv("COLUMNS", str(columns))
    assert command(*arguments).out == plain
    if arguments != ("list",):
        assert plain.splitlines() == shown(96, *arguments)


# ---------------------------------------------------------------- list


@pytest.mark.parametrize("columns", [30, 40, 60, 80, 100, 200])
def test_list_shows_every_digest_whole_and_no_word_torn(columns: int, shown: Shown) -> None:
    lines = shown(columns, "list")
    assert all(len(line) <= max(columns, 45) for line in lines)
    assert not any(line != line.rstrip() for line in lines)
    text, joined = "\n".join(lines), "".join(line.strip() for line in lines)
    for version, release in read_releases(shelf_root()).items():
        assert re.search(rf"^{re.escape(version)} +{release.status} +{release.date}", text, re.MULTILINE)
        assert release.text_digest in joined
    assert "default" in text
    assert "..." not in text


def test_list_is_a_line_a_version_where_there_is_no_terminal(command: Command) -> None:
    heading, *lines = command("list").lines
    assert heading.split() == ["version", "status", "released", "text", "digest"]
    releases = read_releases(shelf_root())
    for line in lines:
        version, status = line.split()[:2]
        if version in releases:
            assert line.split()[-1] == releases[version].text_digest
            assert line.index(str(releases[version].date)) == heading.index("released")
        else:
            assert status == "unreleased"
