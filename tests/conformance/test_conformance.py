"""Every engine gives the answers of the suite; `durable`, which only decides, is silent on the undecided."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import make
import pytest
from engine_support import needs_durable
from reading import read_facts, read_program

from fasciculation_rules.engines.compiled import CompiledEngine
from fasciculation_rules.engines.durable.engine import DurableEngine
from fasciculation_rules.engines.reference import ReferenceEngine
from fasciculation_rules.logic.firing import WORDS, Firing

FILES = sorted(Path(__file__).parent.glob("*.json"))
files = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


def suite(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


@files
@pytest.mark.parametrize("engine", [ReferenceEngine, CompiledEngine], ids=lambda engine: engine.name)
def test_five_values(file: Path, engine: type[ReferenceEngine | CompiledEngine]) -> None:
    loaded = suite(file)
    asked = engine(read_program(loaded["program"]))
    for case in loaded["cases"]:
        firings = asked.firings(read_facts(case))
        assert {name: str(firing) for name, firing in firings.items()} == case["expect"]


@files
@needs_durable
def test_three_values(file: Path) -> None:
    loaded = suite(file)
    program = read_program(loaded["program"])
    engine = DurableEngine(program)
    for case in loaded["cases"]:
        answer = engine.answer(program.encode(read_facts(case)))
        expected = {name: WORDS[word] for name, word in case["expect"].items()}
        assert set(program.decode(answer.true)) == {n for n, firing in expected.items() if firing is Firing.TRUE}
        assert set(program.decode(answer.false)) == {n for n, firing in expected.items() if firing is Firing.FALSE}


def test_the_files_are_what_their_maker_writes() -> None:
    made = make.files()
    assert sorted(made) == [file.name for file in FILES]
    for file in FILES:
        assert file.read_text(encoding="utf-8") == made[file.name], f"run python tests/conformance/make.py ({file})"


def test_the_suite_holds_every_value() -> None:
    said = {word for file in FILES for case in suite(file)["cases"] for word in case["expect"].values()}
    assert said == set(WORDS)
