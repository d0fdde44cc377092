"""What was printed reads back as the same condition; all else is refused with every problem at its place."""

from __future__ import annotations

from fractions import Fraction
from typing import Any as Anything

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fasciculation_rules.errors import GrammarError, Problem
from fasciculation_rules.logic.condition import All, Amount, Any, AtLeast, Compare, Condition, Count, Is, Not, Threshold
from fasciculation_rules.logic.grammar import (
    parse_leaf,
    print_condition,
    print_leaf,
    print_number,
    read_condition,
)

names = st.from_regex(r"[a-z][a-z0-9_]{0,12}", fullmatch=True)
units = st.sampled_from(["mmol/L", "m[IU]/L", "%", "years", "mL/min/{1.73_m2}", "mg/dL urea", "1", "[degF]", "{score}"])
numbers = st.fractions() | st.decimals(allow_nan=False, allow_infinity=False, places=6).map(Fraction)
limits = st.builds(Amount, numbers, units) | st.builds(Threshold, names)
leaves = st.builds(Is, names, names) | st.builds(Compare, names, st.sampled_from((">=", "<=", ">", "<")), limits)


def grow(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    few = st.lists(inner, min_size=1, max_size=4).map(tuple)
    counts = few.flatmap(lambda of: st.builds(AtLeast, st.integers(1, len(of)), st.just(of)))
    return st.one_of(st.builds(All, few), st.builds(Any, few), st.builds(Not, inner), counts)


conditions: st.SearchStrategy[Condition] = st.recursive(leaves, grow, max_leaves=7)


@given(leaves)
def test_a_leaf_that_is_printed_and_read_is_the_same_leaf(leaf: Is | Compare) -> None:
    assert parse_leaf(print_leaf(leaf)) == leaf


@given(conditions)
def test_a_condition_that_is_printed_and_read_is_the_same_condition(condition: Condition) -> None:
    assert read_condition(print_condition(condition)) == condition


@given(numbers)
def test_a_number_is_printed_exactly(number: Fraction) -> None:
    assert Fraction(print_number(number)) == number


@pytest.mark.parametrize(
    ("number", "printed"),
    [
        ("0", "0"),
        ("-0.5", "-0.5"),
        ("2.50", "2.5"),
        ("1/3", "1/3"),
        ("-7/6", "-7/6"),
        ("1/8", "0.125"),
        ("100", "100"),
        ("0.001", "0.001"),
        ("1355.365", "1355.365"),
        ("1234567890123456789012345678901234567890.5", "1234567890123456789012345678901234567890.5"),
        ("-0.0000000000000000000000000000000000000001", "-0.0000000000000000000000000000000000000001"),
    ],
)
def test_a_number_is_printed_as_the_shortest_exact_decimal_else_as_a_fraction(number: str, printed: str) -> None:
    assert print_number(Fraction(number)) == printed


def test_a_frozen_limit_prints_as_its_count_and_is_not_read_back() -> None:
    assert print_leaf(Compare("potassium", "<", Count(250))) == "potassium < #250"
    assert parse_leaf("potassium < #250") is None


NOT_CLAUSES = ["", " ", "dysarthria", "dysarthria is", "is present", "Dysarthria is present", "dysarthria  is present"]
NOT_CLAUSES += [
    "dysarthria is present ",
    "dysarthria is not present",
    "dysarthria IS present",
    "not dysarthria is present",
]
NOT_CLAUSES += [
    "a is present and b is present",
    "a == present",
    "q >= 3",
    "q >= mmol/L 3",
    "q => 3 mmol/L",
    "3 mmol/L <= q",
]
NOT_CLAUSES += [
    "q >= 3,5 mmol/L",
    "q >= 1e5 mmol/L",
    "q >= NaN mmol/L",
    "q >= .5 mmol/L",
    "q >= +5 mmol/L",
    "q >= 1_000 d",
]
NOT_CLAUSES += [
    "q >= 1/0 d",
    "q >= 1.5/2 d",
    "q >= 1/2.5 d",
    "q \u2265 3 d",
    f"q >= {'1' * 5000} d",
    "q >= q2 d",
    "known(a)",
]


@pytest.mark.parametrize("text", NOT_CLAUSES, ids=[text[:30] for text in NOT_CLAUSES])
def test_nothing_else_is_a_clause(text: str) -> None:
    assert parse_leaf(text) is None


@given(st.text(max_size=40))
def test_any_text_is_a_leaf_or_none_and_a_leaf_prints_as_one_that_reads_back(text: str) -> None:
    leaf = parse_leaf(text)
    assert leaf is None or parse_leaf(print_leaf(leaf)) == leaf


outlines = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6) | st.sampled_from(["a is present", "q >= 3 d"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["all", "any", "not", "at_least", "of", "none"]), inner, max_size=3)
    ),
    max_leaves=8,
)


def problems_of(outline: Anything) -> tuple[Problem, ...]:
    try:
        condition = read_condition(outline, at="when")
    except GrammarError as error:
        return error.problems
    assert read_condition(print_condition(condition)) == condition
    return ()


@given(outlines)
def test_any_outline_is_a_condition_or_is_refused_with_its_problems(outline: Anything) -> None:
    assert all(problem.at.startswith("when") and problem.code for problem in problems_of(outline))


def test_every_problem_is_reported_at_its_place() -> None:
    outline = {
        "all": [
            "a is present",
            {"any": ["b", {"not": "c is"}, {"all": []}]},
            {"at_least": "3", "of": ["d is present", "e is present"]},
            {"all": ["f is present"], "any": ["g is present"]},
            7,
        ]
    }
    with pytest.raises(GrammarError) as caught:
        read_condition(outline, at="when")
    assert [(problem.at, problem.code) for problem in caught.value.problems] == [
        ("when.all[1].any[0]", "unreadable-clause"),
        ("when.all[1].any[1].not", "unreadable-clause"),
        ("when.all[1].any[2].all", "no-members"),
        ("when.all[2].at_least", "bad-count"),
        ("when.all[3]", "unreadable-condition"),
        ("when.all[4]", "unreadable-condition"),
    ]


@pytest.mark.parametrize("count", ["0", "-1", "3", "1.0", "one", "", "01", 0, 3, True, None, [1]])
def test_a_count_is_a_whole_number_from_one_to_the_number_of_members(count: Anything) -> None:
    with pytest.raises(GrammarError, match="bad-count"):
        read_condition({"at_least": count, "of": ["a is present", "b is present"]})


@pytest.mark.parametrize("count", ["1", "2", 1, 2])
def test_a_count_may_be_text_or_a_number(count: Anything) -> None:
    condition = read_condition({"at_least": count, "of": ["a is present", "b is present"]})
    assert isinstance(condition, AtLeast)
    assert condition.n == int(count)
