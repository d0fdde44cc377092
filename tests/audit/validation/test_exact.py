"""Intervals are those of Clopper and Pearson, by integration, closed forms and known values; kappa is as defined."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fasciculation_rules.audit.validation.exact import STEPS, interval
from fasciculation_rules.audit.validation.kappa import jackknife, kappa

STEP = 1 / STEPS


def beta_quantile(probability: float, a: int, b: int) -> float:
    """A quantile of the beta distribution by Simpson's rule and bisection: nothing of it is a sum of binomial terms."""
    pieces = 4_000
    norm = 1 / (comb(a + b - 2, a - 1) * (a + b - 1))

    def density(x: float) -> float:
        return x ** (a - 1) * (1 - x) ** (b - 1) / norm

    def below(x: float) -> float:
        width = x / pieces
        inner = sum((4 if i % 2 else 2) * density(i * width) for i in range(1, pieces))
        return width / 3 * (density(0.0) + inner + density(x))

    low, high = 0.0, 1.0
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) < probability else (low, middle)
    return (low + high) / 2


@settings(max_examples=12)
@given(st.integers(1, 25), st.data())
def test_both_ends_are_quantiles_of_the_beta_distribution_rounded_outwards(of: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, of))
    low, high = map(float, interval(hits, of))
    exact_low = beta_quantile(0.025, hits, of - hits + 1) if hits else 0.0
    exact_high = beta_quantile(0.975, hits + 1, of - hits) if hits < of else 1.0
    assert exact_low - STEP - 1e-6 <= low <= exact_low + 1e-6
    assert exact_high - 1e-6 <= high <= exact_high + STEP + 1e-6


@pytest.mark.parametrize("of", [1, 3, 20, 72, 400])
def test_where_all_or_none_are_hits_the_end_has_a_closed_form(of: int) -> None:
    root = 0.025 ** (1 / of)
    low, high = map(float, interval(of, of))
    assert high == 1
    assert root - STEP <= low <= root
    low, high = map(float, interval(0, of))
    assert low == 0
    assert 1 - root <= high <= 1 - root + STEP


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"), [(1, 10, 0.0025, 0.4451), (5, 10, 0.1870, 0.8130), (10, 20, 0.2719, 0.7281)]
)
def test_textbook_values(hits: int, of: int, low: float, high: float) -> None:
    assert tuple(map(float, interval(hits, of))) == (low, high)


def test_the_figures_of_the_protocol() -> None:
    assert interval(72, 72)[0] >= Fraction(95, 100)
    assert interval(71, 71)[0] < Fraction(95, 100)
    assert float(interval(138, 140)[0]) == pytest.approx(0.949, abs=0.0005)
    low, high = interval(200, 400)
    assert high - low <= Fraction(10, 100) + Fraction(2, STEPS)


@given(st.integers(1, 60), st.data())
def test_the_interval_holds_the_share_and_mirrors_and_widens_with_confidence(of: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, of))
    low, high = interval(hits, of)
    assert low <= Fraction(hits, of) <= high
    assert interval(of - hits, of) == (1 - high, 1 - low)
    wider = interval(hits, of, 99)
    assert wider[0] <= low
    assert wider[1] >= high


def test_what_is_no_share_is_refused() -> None:
    for hits, of in ((1, 0), (0, 0), (3, 2), (-1, 2)):
        with pytest.raises(ValueError, match="is no share"):
            interval(hits, of)


PAIRS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=2, max_size=20)


@given(PAIRS)
def test_kappa_is_its_definition_over_a_table(pairs: list[tuple[int, int]]) -> None:
    count = len(pairs)
    rows = [Fraction(sum(one == i for one, _ in pairs), count) for i in range(6)]
    columns = [Fraction(sum(other == j for _, other in pairs), count) for j in range(6)]
    weight = [[1 - Fraction(abs(i - j), 5) for j in range(6)] for i in range(6)]
    observed = sum(weight[one][other] for one, other in pairs) / Fraction(count)
    expected = sum(weight[i][j] * rows[i] * columns[j] for i in range(6) for j in range(6))
    assert kappa(pairs) == (None if expected == 1 else (observed - expected) / (1 - expected))


@given(PAIRS)
def test_kappa_is_symmetrical_and_one_where_they_agree(pairs: list[tuple[int, int]]) -> None:
    assert kappa(pairs) == kappa([(other, one) for one, other in pairs])
    same = [(one, one) for one, _ in pairs]
    assert kappa(same) in (None, 1)
    found, near = kappa(pairs), jackknife(pairs)
    if near is not None:
        assert near[0] <= float(found) <= near[1]
