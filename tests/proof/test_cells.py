"""Between two cut points no rule can tell one count from another; so a few cells stand for every count there is."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.proof.here import gates, opened

from fasciculation_rules import Ruleset
from fasciculation_rules.engines.reference import ReferenceEngine
from fasciculation_rules.logic.condition import Amount, Compare, Count
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.proof.cells import Cells, cells_of, cut_of, normal_limits

VERSIONS = ("mini", "0.1.0", "1.1.0")


@pytest.mark.parametrize("version", VERSIONS)
def test_every_count_of_the_range_lies_in_exactly_one_cell(version: str) -> None:
    for name, cells in gates(version).cells.items():
        low, high = opened(version).vocabulary.quantities[name].bounds()
        found = list(cells)
        assert found[0][0] == low
        assert found[-1][1] == high
        assert all(first <= last for first, last in found), name
        assert all(one[1] + 1 == other[0] for one, other in pairwise(found)), name


@st.composite
def neighbours(draw: st.DrawFn, version: str) -> tuple[str, int, int]:
    """A quantity, and two counts of one of its cells: its ends, or any."""
    name = draw(st.sampled_from(sorted(opened(version).program.quantities)))
    first, last = draw(st.sampled_from(list(gates(version).cells[name])))
    one = draw(st.sampled_from([first, last]) | st.integers(first, last))
    return name, one, draw(st.sampled_from([first, last]) | st.integers(first, last))


@pytest.mark.parametrize("version", VERSIONS)
@given(data=st.data())
def test_two_counts_of_one_cell_are_the_same_to_every_rule(version: str, data: st.DataObject) -> None:
    name, one, other = data.draw(neighbours(version))
    engine = ReferenceEngine(opened(version).program)
    assert engine.firings(Facts({}, {name: (one, one)})) == engine.firings(Facts({}, {name: (other, other)}))


@pytest.mark.parametrize(("comparator", "cut"), [(">=", 4), (">", 5), ("<=", 5), ("<", 4)])
def test_a_comparison_turns_at_its_cut(comparator: str, cut: int) -> None:
    assert cut_of(Compare("q", comparator, Count(4))) == cut  # type: ignore[arg-type]


def test_a_limit_that_is_no_count_yet_has_no_cut() -> None:
    with pytest.raises(TypeError, match="once its limits are counts"):
        cut_of(Compare("q", ">=", Amount(4, "mmol/L")))  # type: ignore[arg-type]


def test_cuts_beyond_the_range_make_no_cells() -> None:
    assert list(Cells(0, 10, (0, 3, 10, 11))) == [(0, 2), (3, 9), (10, 10)]


def test_the_normal_range_and_conditions_of_others_cut_too(mini: Ruleset) -> None:
    assert set(normal_limits(mini, "potassium")) <= set(cells_of(mini)["potassium"].cuts)
    more = cells_of(mini, [Compare("age", ">=", Count(65))])
    assert 65 in more["age"].cuts
    assert 65 not in cells_of(mini)["age"].cuts
