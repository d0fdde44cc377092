"""The rules as CQL: translated and run by others, they decide as this library does."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tests.exchange.node_here import installed, node

from fasciculation_rules import Assessment, Case, assess, open_ruleset
from fasciculation_rules.assessing.admit import admit
from fasciculation_rules.assessing.compute import compute
from fasciculation_rules.assessing.overtaken import overtaken
from fasciculation_rules.exchange.cql.libraries import cql_libraries
from fasciculation_rules.exchange.cql.names import FACTS, LOGIC
from fasciculation_rules.exchange.fhir.writing.case import case_to_fhir
from fasciculation_rules.model.kept import KeptCase
from fasciculation_rules.model.ruleset import Ruleset, Vignette
from fasciculation_rules.shelf.kept import kept_folder, read_kept
from fasciculation_rules.shelf.locate import shelf_root, versions

NEWEST = versions(shelf_root())[-1]
STEP = 8
"""One kept case in so many is run for every change, and all by night: each takes some 25 ms."""

TODAY = datetime.date(2026, 11, 22)
LONG = ("Fired", "Open", "Awaits examination", "Awaits a test", "Disagreements")
"""Lists that say in another form what the firings say: left out where thousands of cases are run."""

WORDS = {4: "fired", 3: "open", 2: "awaits_examination", 1: "awaits_test"}

# ---------------------------------------------------------------- the text


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return cql_libraries(open_ruleset(NEWEST))


def test_every_rule_stands_in_the_logic_with_its_title_and_its_evidence(texts: dict[str, str]) -> None:
    said = " ".join(line.removeprefix("// ") for line in texts[LOGIC].splitlines())
    for name, rule in open_ruleset(NEWEST).rules.items():
        assert f"{name}: {' '.join(rule.title.split())}" in said
        assert all(f" {evidence.row}" in said for evidence in rule.evidence)


def test_every_name_is_defined_before_it_is_used(texts: dict[str, str]) -> None:
    for text in texts.values():
        known: set[str] = {"Facts"}
        code = re.sub(r"^//.*$|'(?:[^'\\]|\\.)*'", "", text, flags=re.MULTILINE)
        for statement in re.split(r"\n(?=define |parameter |code |codesystem |include )", code):
            names = [name for other, name in re.findall(r'(Facts\.)?"([^"]+)"', statement) if not other]
            known |= set(names[:1])
            assert set(names) <= known, set(names) - known


def test_each_library_says_that_nobody_has_reviewed_it(texts: dict[str, str]) -> None:
    for text in texts.values():
        head = " ".join(line.removeprefix("// ") for line in text.split("\nlibrary ")[0].splitlines())
        assert "not reviewed by a clinician" in head
        assert NEWEST in head
        assert "makes no diagnosis" in head


def test_the_same_ruleset_gives_the_same_text(texts: dict[str, str]) -> None:
    assert cql_libraries(open_ruleset(NEWEST)) == texts


# ---------------------------------------------------------------- translated and run


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return installed(tmp_path_factory.mktemp("node"))


def translated(version: str, place: Path) -> Path:
    """The folder with both libraries of a version as ELM."""
    folder = place / version
    if not folder.exists():
        folder.mkdir()
        for name, text in cql_libraries(open_ruleset(version)).items():
            (folder / f"{name}.cql").write_text(text)
        node("translate.mjs", folder, FACTS, LOGIC, cwd=place)
    return folder


def run(cases: list[dict[str, Any]], folder: Path, *without: str) -> list[dict[str, Any]]:
    """What the logic says of each case; half of them at a time, as there are two cores."""
    halves = [cases[::2], cases[1::2]]

    def half(index: int) -> list[dict[str, Any]]:
        asked, answers = folder / f"cases-{index}.json", folder / f"answers-{index}.json"
        asked.write_text(json.dumps(halves[index]))
        node("execute.cjs", folder, asked, answers, *without, cwd=folder.parent)
        return json.loads(answers.read_text())

    with ThreadPoolExecutor(2) as pool:
        even, odd = pool.map(half, range(2))
    found: list[Any] = [None] * len(cases)
    found[::2], found[1::2] = even, odd
    return found


def kept_of(version: str) -> Iterator[KeptCase]:
    for file in read_kept(version, kept_folder()):
        for cases in file.cases.values():
            yield from cases


def as_said(one: Vignette | KeptCase, ruleset: Ruleset) -> dict[str, Any]:
    """What a case says, in the words of the parameters: of dates and units nothing is left."""
    case = Case(given=one.given)
    admitted = admit(case, ruleset, on=one.on, reconcile=True)
    findings = dict(admitted.findings)
    overtaken(admitted, findings, compute(admitted.quantities, admitted.references, ruleset), case, ruleset)
    references = {name: [float(end) for end in ends] for name, ends in admitted.references.items()}
    return {"findings": findings, "quantities": admitted.quantities, "references": references}


def expected(case: Case, ruleset: Ruleset, on: datetime.date | None) -> dict[str, Any]:
    found: Assessment = assess(case, ruleset, engine="compiled", on=on, reconcile=True)
    firings = found.firings
    return {
        "fires": {word: list(getattr(firings, word)) for word in WORDS.values()},
        "urgency": found.urgency.model_dump(),
        "rung": found.disposition.rung,
        "settled": found.disposition.settled,
        "entry": found.scope.entry,
        "floors": [floor.floor for floor in found.disposition.floors],
    }


def told(answer: dict[str, Any]) -> dict[str, Any]:
    """The same of an answer; of each rule three values and five must say the same."""
    for rule, worth, fires in answer["fires"]:
        assert fires is (True if worth == 4 else False if worth == 0 else None), rule
    return {
        "fires": {
            word: [rule for rule, worth, _ in answer["fires"] if worth == value] for value, word in WORDS.items()
        },
        **{key: answer[key] for key in ("urgency", "rung", "settled", "entry")},
        "floors": answer["lists"]["Floors"],
    }


def check(cases: Iterable[Vignette | KeptCase], ruleset: Ruleset, folder: Path, *without: str) -> list[dict[str, Any]]:
    every = {json.dumps(as_said(one, ruleset), sort_keys=True): one for one in cases}
    answers = run([json.loads(said) for said in every], folder, *without)
    for one, answer in zip(every.values(), answers, strict=True):
        assert told(answer) == expected(Case(given=one.given), ruleset, one.on), dict(one.given)
    return answers


@pytest.mark.slow
def test_the_logic_in_cql_decides_every_case_as_this_library_does(place: Path) -> None:
    ruleset, folder = open_ruleset(NEWEST), translated(NEWEST, place)
    for answer in check(ruleset.cases.values(), ruleset, folder):
        said, lists = told(answer)["fires"], answer["lists"]
        assert [lists[name] for name in LONG] == [*(said[word] for word in WORDS.values()), []]
    check(list(kept_of(NEWEST))[::STEP], ruleset, folder, *LONG)


@pytest.mark.nightly
@pytest.mark.parametrize("version", versions(shelf_root()))
def test_the_logic_in_cql_decides_every_case_of_every_version_and_every_kept_case(version: str, place: Path) -> None:
    ruleset, folder = open_ruleset(version), translated(version, place)
    check(ruleset.cases.values(), ruleset, folder)
    check(kept_of(version), ruleset, folder, *LONG)


def in_fhir(one: Vignette, ruleset: Ruleset) -> tuple[dict[str, Any], datetime.date]:
    """The record that says a case, and the day on which it is read: that of the case, else its latest."""
    case = Case(given=one.given)
    on = one.on or max((given.at for given in case.given.values() if given.at), default=TODAY)
    at = datetime.datetime.combine(on, datetime.time(12), datetime.UTC)
    bundle = case_to_fhir(case, ruleset, subject="Patient/p", at=at)
    bundle["entry"].append({"fullUrl": "Patient/p", "resource": {"resourceType": "Patient", "id": "p"}})
    return {"bundle": bundle, "on": [on.year, on.month, on.day]}, on


def check_records(cases: list[Vignette], ruleset: Ruleset, folder: Path) -> None:
    written = [in_fhir(one, ruleset) for one in cases]
    answers = run([asked for asked, _ in written], folder)
    for one, (_, on), answer in zip(cases, written, answers, strict=True):
        assert told(answer) == expected(Case(given=one.given), ruleset, on), dict(one.given)


@pytest.mark.slow
def test_a_record_in_fhir_is_read_in_cql_as_the_case_that_was_written(place: Path) -> None:
    ruleset = open_ruleset(NEWEST)
    check_records(list(ruleset.cases.values())[::45], ruleset, translated(NEWEST, place))


@pytest.mark.nightly
@pytest.mark.parametrize("version", versions(shelf_root()))
def test_every_case_as_a_record_is_read_in_cql_as_it_was_written(version: str, place: Path) -> None:
    ruleset = open_ruleset(version)
    check_records(list(ruleset.cases.values()), ruleset, translated(version, place))
