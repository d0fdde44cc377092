"""The first stages of a query: what the table gives, with a number for what is unknown, and computed quantities."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence

from fasciculation_rules.engines.columns.dialects import Dialect
from fasciculation_rules.engines.columns.folding import Folding
from fasciculation_rules.engines.columns.formula import NEVER, Interval, Linear
from fasciculation_rules.engines.columns.rules import HIGH, LOW
from fasciculation_rules.engines.columns.sheet import Sheet
from fasciculation_rules.engines.columns.sql_conditions import ENDS, UNKNOWN_STATE, Conditions
from fasciculation_rules.engines.columns.sql_text import Stage, check_names


def entrance(sheet: Sheet, dialect: Dialect, folding: Folding, conditions: Conditions) -> Iterator[Stage]:
    """The stages; the folding learns of the quantities that are worked out. No column is made twice."""
    possible = {name: each for name, each in sheet.intervals.items() if folding.least(each.when) != NEVER}
    yield _given(sheet, conditions, {name + end for name in possible for end, _ in ENDS})
    yield from _computed(possible, dialect, folding, conditions)


def _given(sheet: Sheet, conditions: Conditions, results: Container[str]) -> Stage:
    """The columns of the table; an unknown quantity reaches beyond every limit, a finding stays as it is.

    What is worked out where it was not reported keeps its name for the `results`.
    """
    ends = {name + end: unknown for name in sheet.program.quantities for end, unknown in ENDS}
    items = dict.fromkeys((*(each.partition("=")[0] for each in sheet.program.findings), *ends))
    given = [(_reported(name) if name in results else name, name) for name in items if name in conditions.given]
    check_names(column for column, _ in given)
    return Stage("given", {column: f"COALESCE({name}, {ends.get(name, UNKNOWN_STATE)})" for column, name in given})


def _computed(
    intervals: Mapping[str, Interval], dialect: Dialect, folding: Folding, conditions: Conditions
) -> Iterator[Stage]:
    """Worked out in steps: the total, its remainder, its quotient, the rounding, and the bounds."""
    steps = [Stage(f"computed_{step}") for step in range(5)]
    for name, interval in intervals.items():
        when = folding.least(interval.when)
        for (end, unknown), worked_out in zip(ENDS, (interval.low, interval.high), strict=True):
            _round(name + end, worked_out, steps, dialect)
            (least, most), found = worked_out.bounds, f"x_{name}{end}"
            bounded = f"CASE WHEN {found} < {least} THEN {least} WHEN {found} > {most} THEN {most} ELSE {found} END"
            cases = [f"WHEN {conditions.text(when)} THEN {bounded}"]
            if name + end in conditions.given:
                reported = _reported(name + end)
                cases.insert(0, f"WHEN {reported} <> {unknown} THEN {reported}")
            steps[-1].columns[name + end] = f"CASE {' '.join(cases)} ELSE {unknown} END"
        folding.numbers |= {name + LOW, name + HIGH}
    yield from steps


def _reported(name: str) -> str:
    return f"g_{name}"


def _round(name: str, linear: Linear, steps: Sequence[Stage], dialect: Dialect) -> None:
    """Half-even, without a division that leaves anything over. Where something is unknown the result is unused."""
    total, rest, floor, found = f"t_{name}", f"r_{name}", f"q_{name}", f"x_{name}"
    terms = [f"{factor} * {column}" for column, factor in linear.columns.items()]
    steps[0].columns[total] = " + ".join([*terms, str(linear.constant)])
    divisor = linear.divisor
    steps[1].columns[rest] = dialect.modulo.format(total, divisor)
    steps[2].columns[floor] = f"CAST(({total} - {rest}) / {divisor} AS {dialect.integer})"
    odd = dialect.modulo.format(floor, 2)
    up = f"2 * {rest} > {divisor} OR (2 * {rest} = {divisor} AND {odd} = 1)"
    steps[3].columns[found] = f"CASE WHEN {up} THEN {floor} + 1 ELSE {floor} END"
