"""Every broken file is answered with one exact message, at its place, and with nothing else."""

from __future__ import annotations

import ast
import re

import pytest
from codes import SOURCE, codes_in_sources, codes_not_constant
from gallery import MINI, USUAL_EXIT, Entry, Said, entries, said, tried
from make_errors_page import PAGE, chapters, page

from fasciculation_rules.shelf.strict_yaml import FAST

ALL = [entry for room in USUAL_EXIT for entry in entries(room)]
ON_STDERR = ("rulesets", "cases", "profiles", "fhir", "tables", "records", "sites")
CODES = codes_in_sources()


@pytest.mark.parametrize("entry", ALL, ids=[entry.id for entry in ALL])
def test_it_is_answered_exactly_so_and_nothing_is_written(entry: Entry) -> None:
    if "not-yaml" in entry.codes and not FAST:
        pytest.skip("the words are those of libyaml")
    found = tried(entry)
    assert _without_digests(_answer(entry, found)) == entry.expect
    assert found.code == entry.exit
    assert not found.written
    assert "Traceback" not in found.out


def _answer(entry: Entry, found: Said) -> str:
    if entry.room in ON_STDERR:
        assert entry.exit == 4 or found.out == ""
        return found.err
    return found.out + found.err


def _without_digests(text: str) -> str:
    return re.sub(r"sha256:[0-9a-f]{64}", "DIGEST", text)


@pytest.mark.parametrize(
    ("room", "least"), [("rulesets", 120), ("cases", 80), ("profiles", 10), ("releases", 15), ("fhir", 15)]
)
def test_the_gallery_is_large(room: str, least: int) -> None:
    assert len(entries(room)) >= least


def test_every_entry_is_named_by_a_sentence_of_its_own() -> None:
    names = [(entry.room, entry.data["name"]) for entry in ALL]
    assert len(set(names)) == len(names)
    assert [name for _, name in names if name.endswith(".") or len(name) > 90] == []


def test_every_code_of_the_sources_is_in_the_gallery() -> None:
    shown = {code for entry in ALL for code in entry.codes}
    assert CODES - shown == set()


def test_every_code_is_explained_on_the_page_and_shown_by_an_entry_that_has_it() -> None:
    explained = {code: said["show"] for chapter in chapters() for code, said in chapter["codes"].items()}
    assert set(explained) == CODES
    shown = {entry.id: entry.codes for entry in ALL}
    assert [code for code, entry in explained.items() if code not in shown[entry]] == []


def test_a_code_is_written_where_its_problem_is_made() -> None:
    """So that a reader who searches for it finds the line; these pass on what others spell."""
    assert codes_not_constant() == [
        "assessing/measure.py",
        "cli/files.py",
        "errors.py",
        "exchange/fhir/opening.py",
        "population/intake/bulk/export.py",
        "population/intake/tables.py",
        "population/source.py",
        "shelf/check.py",
        "shelf/parts.py",
    ]


def test_codes_are_lower_case_words_with_hyphens() -> None:
    assert [code for code in CODES if not re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", code)] == []


def test_no_two_lines_of_the_sources_give_one_code_to_different_rooms_by_accident() -> None:
    """A code has one chapter on the page."""
    listed = [code for chapter in chapters() for code in chapter["codes"]]
    assert len(listed) == len(set(listed))


def test_the_page_of_errors_is_what_the_gallery_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `python tests/shelf/make_errors_page.py`"


def test_the_ruleset_that_is_altered_is_valid_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(MINI.parent)
    found = said(["test", "./mini", "--engine", "compiled"])
    assert (found.code, found.err) == (0, "")


def test_sources_can_be_read_for_their_codes() -> None:
    assert len(CODES) > 80
    assert all(ast.parse(file.read_text(encoding="utf-8")) for file in SOURCE.rglob("*.py"))
