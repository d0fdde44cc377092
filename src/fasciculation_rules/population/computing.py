"""Computed quantities over columns: the exact arithmetic of `assessing.compute`, in whole numbers."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import ceil, lcm

from fasciculation_rules.engines.columns.formula import Interval, Linear, Test, every
from fasciculation_rules.engines.columns.rules import HIGH, LOW
from fasciculation_rules.model import computed
from fasciculation_rules.model.ruleset import Ruleset


def intervals_of(ruleset: Ruleset) -> Mapping[str, Interval]:
    """The quantities that can be worked out from other columns. Ratios to a report's own limits come as columns."""
    table = ruleset.vocabulary.quantities
    found = {}
    for name, (inputs, work_out) in computed.COMPUTED.items():
        if isinstance(work_out, computed.Linear) and name in table and all(each in table for each in inputs):
            found[name] = _interval(name, work_out, ruleset)
    return found


def _interval(name: str, work_out: computed.Linear, ruleset: Ruleset) -> Interval:
    """All in counts: a factor times the resolution of its input, divided by the resolution of the result."""
    table = ruleset.vocabulary.quantities
    own = table[name].resolution
    factors = {each: factor * table[each].resolution / own for each, factor in work_out.factors.items()}
    constant = work_out.constant / own
    divisor = lcm(constant.denominator, *(factor.denominator for factor in factors.values()))

    def end(positive: str, negative: str) -> Linear:
        columns = {each + (positive if factor > 0 else negative): factor * divisor for each, factor in factors.items()}
        whole = {column: _whole(factor) for column, factor in columns.items()}
        return Linear(_whole(constant * divisor), whole, divisor, table[name].bounds())

    known = [Test(each + LOW, ">=", table[each].bounds()[0]) for each in factors]
    least = [Test(each + LOW, ">=", ceil(limit / table[each].resolution)) for each, limit in work_out.least.items()]
    return Interval(end(LOW, HIGH), end(HIGH, LOW), every((*known, *least)))


def _whole(number: Fraction) -> int:
    if number.denominator != 1:
        raise ValueError("a factor that is no whole number of counts")
    return number.numerator
