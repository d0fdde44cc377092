"""Columns mean what the reference means: the conformance suite, random programs, and the table of empty cells."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import pytest
from engine_programs import random_facts, random_program
from engine_strategies import facts, programs
from hypothesis import given, settings
from hypothesis import strategies as st
from printed import PRINTERS, firings
from reading import read_facts, read_program

from fasciculation_rules.engines.columns.sheet import joined
from fasciculation_rules.engines.reference import ReferenceEngine
from fasciculation_rules.logic.condition import All, AtLeast, Compare, Count, Is, Not
from fasciculation_rules.logic.condition import Any as AnyOf
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.logic.program import Program

FILES = sorted((Path(__file__).parent.parent / "conformance").glob("*.json"))
printers = pytest.mark.parametrize("printer", PRINTERS)


def expected(program: Program, people: list[Facts]) -> list[dict[str, Firing]]:
    reference = ReferenceEngine(program)
    return [reference.firings(person) for person in people]


@printers
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_columns_give_the_five_values_of_the_conformance_suite(file: Path, printer: str) -> None:
    loaded: Any = json.loads(file.read_text(encoding="utf-8"))
    program = read_program(loaded["program"])
    said = firings(printer, program, [read_facts(case) for case in loaded["cases"]])
    assert [{name: str(firing) for name, firing in each.items()} for each in said] == [
        case["expect"] for case in loaded["cases"]
    ]


@printers
@settings(max_examples=40)
@given(programs(), st.lists(facts(), min_size=1, max_size=5))
def test_any_program_means_the_same_in_columns(printer: str, program: Program, people: list[Facts]) -> None:
    assert firings(printer, program, people) == expected(program, people)


@printers
@settings(max_examples=20)
@given(programs(), st.lists(facts(), min_size=1, max_size=3), st.data())
def test_what_no_column_holds_is_unknown_to_everybody(
    printer: str, program: Program, people: list[Facts], data: st.DataObject
) -> None:
    items = sorted({*program.findings, *program.quantities})
    without = data.draw(st.sets(st.sampled_from(items))) if items else set()
    known = [
        Facts(
            {name: value for name, value in each.findings.items() if name not in without},
            {name: ends for name, ends in each.quantities.items() if name not in without},
        )
        for each in people
    ]
    assert firings(printer, program, people, without) == expected(program, known)


@printers
@pytest.mark.parametrize(("count", "n"), [(127, 127), (130, 129), (256, 255)])
def test_many_members_are_counted(printer: str, count: int, n: int) -> None:
    names = [f"finding_{number}" for number in range(count)]
    members = tuple(Is(name, "present") for name in names)
    openness = dict.fromkeys(names, Firing.OPEN)
    program = Program(tuple(names), (), openness, {}, {"many": AtLeast(n, members)})
    people = [Facts(dict.fromkeys(names[:held], True), {}) for held in (n - 1, n, count)]
    assert firings(printer, program, people) == expected(program, people)


@printers
def test_a_program_of_real_size_means_the_same_in_columns(printer: str) -> None:
    random = Random(7)
    program = random_program(random)
    people = [random_facts(random, program) for _ in range(200)]
    assert firings(printer, program, people) == expected(program, people)


@printers
def test_empty_cells_are_unknown_in_every_combination_of_three_findings(printer: str) -> None:
    a, b, c = Is("a", "present"), Is("b", "present"), Is("c", "present")
    rules = {
        "a": a,
        "not-a": Not(a),
        "all": All((a, b, c)),
        "any": AnyOf((a, b, c)),
        "two": AtLeast(2, (a, b, c)),
        "not-two": Not(AtLeast(2, (a, b, c))),
        "nested": AnyOf((All((a, Not(b))), c)),
        "not-nested": Not(AnyOf((All((a, Not(b))), c))),
        "both": All((a, Not(a))),
        "either": AnyOf((a, Not(a))),
    }
    for kinds in ((Firing.OPEN,) * 3, (Firing.OPEN, Firing.AWAITS_EXAMINATION, Firing.AWAITS_TEST)):
        program = Program(("a", "b", "c"), (), dict(zip("abc", kinds, strict=True)), {}, rules)
        states = product((True, False, None), repeat=3)
        people = [Facts({n: s for n, s in zip("abc", each, strict=True) if s is not None}) for each in states]
        assert len(people) == 27
        assert firings(printer, program, people) == expected(program, people)


@printers
def test_an_interval_decides_only_where_both_its_ends_agree(printer: str) -> None:
    comparators = (">=", ">", "<=", "<")
    rules = {f"q {sign} {limit}": Compare("q", sign, Count(limit)) for sign in comparators for limit in (-1, 0, 84)}  # type: ignore[arg-type]
    program = Program((), ("q",), {"q": Firing.AWAITS_TEST}, {}, rules)
    ends = [limit + step for limit in (-1, 0, 84) for step in (-1, 0, 1)]
    people = [Facts({}, {"q": (low, high)}) for low in ends for high in ends if low <= high] + [Facts()]
    assert firings(printer, program, people) == expected(program, people)


@given(st.integers(0, 2**200))
def test_words_of_sixty_three_bits_join_to_what_they_were_cut_from(mask: int) -> None:
    words = [mask >> 63 * index & (2**63 - 1) for index in range(4)]
    assert joined(words) == mask
