"""Prints a sheet as one SQL query: whole numbers only, AND and OR laid flat, one WITH stage after another.

No boolean is ever a value, because some databases have none; an unknown quantity becomes an interval beyond every
limit and an unknown finding the number -1, so that no comparison meets an empty cell, and no NOT is needed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import assert_never

from fasciculation_rules.engines.columns.dialects import Dialect
from fasciculation_rules.engines.columns.folding import Folding
from fasciculation_rules.engines.columns.formula import (
    ALWAYS,
    NEVER,
    Closed,
    Code,
    Enough,
    Every,
    Interval,
    Linear,
    No,
    Number,
    Score,
    Side,
    Some,
    Test,
    Truth,
    Word,
    Worth,
)
from fasciculation_rules.engines.columns.rules import HIGH, LEVELS, LOW, worth_of
from fasciculation_rules.engines.columns.sheet import Sheet
from fasciculation_rules.logic.facts import UNKNOWN_HIGH, UNKNOWN_LOW

UNKNOWN_STATE = -1
"""A finding of which nothing is known; 1 is present, 0 is absent."""

_OPPOSITE = {"==": "<>", "!=": "=", ">=": "<", "<": ">=", "<=": ">", ">": "<="}
_SIGN = {"==": "=", "!=": "<>", ">=": ">=", "<": "<", "<=": "<=", ">": ">"}
_COLUMN = re.compile(r"\b[a-z_][a-z0-9_]*\b")


@dataclass
class _Stage:
    """One WITH stage: the columns that it works out, with a remark on each."""

    name: str
    columns: dict[str, str] = field(default_factory=dict)
    remarks: dict[str, str] = field(default_factory=dict)


def to_sql(
    sheet: Sheet,
    dialect: Dialect,
    table: str,
    columns: Collection[str],
    *,
    beside: Sequence[str] = (),
    remark: Callable[[str], str] = lambda _: "",
    heading: Sequence[str] = (),
) -> str:
    """The query whose rows are the answer: the columns `beside`, then `sheet.kept`.

    `columns` are those of the table that hold what is known; any other is unknown for everybody.
    `remark` says of a name of the program what should stand beside it.
    """
    stages = _Printer(sheet, dialect, columns, remark).stages()
    lines = [f"-- {line}".rstrip() for line in (*heading, *([dialect.note] if dialect.note else []))]
    lines.append("WITH")
    source = table
    wanted = _wanted(stages, sheet.kept)
    for stage, carried in zip(stages, wanted, strict=True):
        lines.append(f"{stage.name} {dialect.stage}")
        lines.append("  SELECT")
        lines += _selected([*beside, *carried], stage)
        lines.append(f"  FROM {source}")
        lines.append(")" if stage is stages[-1] else "),")
        source = stage.name
    lines.append("SELECT")
    lines.append("  " + ", ".join([*beside, *sheet.kept]))
    lines.append(f"FROM {source}")
    return "\n".join(lines) + "\n"


def _selected(carried: Sequence[str], stage: _Stage) -> Iterator[str]:
    """The lines of one select list; a remark stands at the end of its line."""
    items = [(name, "") for name in carried if name not in stage.columns]
    items += [(f"{text} AS {name}", stage.remarks.get(name, "")) for name, text in stage.columns.items()]
    for index, (text, remark) in enumerate(items):
        comma = "," if index < len(items) - 1 else ""
        yield f"    {text}{comma}" + (f" -- {remark}" if remark else "")


def _wanted(stages: Sequence[_Stage], kept: Sequence[str]) -> list[list[str]]:
    """For each stage, the columns of those before it that are still needed after it, in order of appearance."""
    known: list[list[str]] = []
    seen: list[str] = []
    for stage in stages:
        known.append(list(seen))
        seen += [name for name in stage.columns if name not in seen]
    needed, found = set(kept), []
    for stage, before in zip(reversed(stages), reversed(known), strict=True):
        stage.columns = {name: text for name, text in stage.columns.items() if name in needed}
        found.append([name for name in before if name in needed and name not in stage.columns])
        needed |= {word for text in stage.columns.values() for word in _COLUMN.findall(text)}
    return found[::-1]


class _Printer:
    """Prints stage after stage."""

    def __init__(self, sheet: Sheet, dialect: Dialect, columns: Collection[str], remark: Callable[[str], str]) -> None:
        self.sheet, self.dialect, self.remark = sheet, dialect, remark
        self.folding = Folding(columns)
        self.given = set(columns)
        self.findings = {name: f"s{index}" for index, name in enumerate(sheet.program.findings)}
        values = [(name, "present") for name in sheet.program.names]
        values += [(name, "absent") for name in sheet.program.derivation_order]
        self.values = {pair: f"v{index}" for index, pair in enumerate(values)}

    def stages(self) -> list[_Stage]:
        """All of them; each rests on those before it."""
        sheet = self.sheet
        found = [self._given(), *self._computed(sheet.intervals), *self._closed()]
        for layer in sheet.program.stages:
            found.append(self._valued(f"derived_{len(found)}", layer, ("present", "absent")))
        found.append(self._valued("rules", tuple(sheet.program.rules), ("present",)))
        for numbers in sheet.numbers:
            stage = _Stage(f"outcomes_{len(found)}")
            stage.columns = {name: self._number(number) for name, number in numbers.items()}
            self.folding.numbers |= {*numbers}
            found.append(stage)
        return [stage for stage in found if stage.columns]

    # ---------------------------------------------------------------- findings and quantities

    def _given(self) -> _Stage:
        """The columns of the table; an unknown quantity reaches beyond every limit, a finding stays as it is."""
        stage = _Stage("given")
        program = self.sheet.program
        ends = {name + end: unknown for name in program.quantities for end, unknown in _ENDS}
        for name in [*self._finding_columns(), *ends]:
            if name in self.given:
                unknown = ends.get(name, UNKNOWN_STATE)
                stage.columns[name] = f"COALESCE({name}, {unknown})"
        return stage

    def _finding_columns(self) -> list[str]:
        return list(dict.fromkeys(name.partition("=")[0] for name in self.sheet.program.findings))

    def _computed(self, intervals: Mapping[str, Interval]) -> Iterator[_Stage]:
        """Worked out in steps: the total, its remainder, its quotient, the rounding, and the bounds."""
        steps = [_Stage(f"computed_{step}") for step in range(5)]
        for name, interval in intervals.items():
            when = self.folding.least(interval.when)
            if when == NEVER:
                continue
            for (end, unknown), worked_out in zip(_ENDS, (interval.low, interval.high), strict=True):
                self._round(name + end, worked_out, steps)
                (least, most), found = worked_out.bounds, f"x_{name}{end}"
                bounded = f"CASE WHEN {found} < {least} THEN {least} WHEN {found} > {most} THEN {most} ELSE {found} END"
                cases = [f"WHEN {self._print(when)} THEN {bounded}"]
                if name + end in self.given:
                    cases.insert(0, f"WHEN {name}{end} <> {unknown} THEN {name}{end}")
                steps[-1].columns[name + end] = f"CASE {' '.join(cases)} ELSE {unknown} END"
            self.folding.numbers |= {name + LOW, name + HIGH}
        yield from steps

    def _round(self, name: str, linear: Linear, steps: Sequence[_Stage]) -> None:
        """Half-even, without a division that leaves anything over. Where something is unknown the result is unused."""
        total, rest, floor, found = f"t_{name}", f"r_{name}", f"q_{name}", f"x_{name}"
        terms = [f"{factor} * {column}" for column, factor in linear.columns.items()]
        steps[0].columns[total] = " + ".join([*terms, str(linear.constant)])
        modulo, divisor = self.dialect.modulo, linear.divisor
        steps[1].columns[rest] = modulo.format(total, divisor)
        steps[2].columns[floor] = f"CAST(({total} - {rest}) / {divisor} AS {self.dialect.integer})"
        odd = modulo.format(floor, 2)
        up = f"2 * {rest} > {divisor} OR (2 * {rest} = {divisor} AND {odd} = 1)"
        steps[3].columns[found] = f"CASE WHEN {up} THEN {floor} + 1 ELSE {floor} END"

    def _closed(self) -> Iterator[_Stage]:
        """Which findings are present; then, knowing that, which are absent."""
        presents, states = _Stage("present"), _Stage("closed")
        for name, state in self.sheet.states.items():
            present = self.folding.least(state.present)
            column = self.findings[name]
            self.folding.learn(Closed(name, "present"), NEVER if present == NEVER else Closed(name, "present"))
            if present != NEVER:
                presents.columns[f"p{column}"] = self._one(present)
        self.closing = True
        for name, state in self.sheet.states.items():
            absent = self.folding.least(state.absent)
            column = self.findings[name]
            self.folding.learn(Closed(name, "absent"), NEVER if absent == NEVER else Closed(name, "absent"))
            cases = [f"WHEN p{column} = 1 THEN 1"] if f"p{column}" in presents.columns else []
            if absent != NEVER:
                cases.append(f"WHEN {self._print(absent)} THEN 0")
            if cases:
                states.columns[column] = f"CASE {' '.join(cases)} ELSE {UNKNOWN_STATE} END"
                states.remarks[column] = name
        self.closing = False
        yield from (presents, states)

    closing = False

    # ---------------------------------------------------------------- names of the program

    def _valued(self, stage_name: str, names: Sequence[str], values: Sequence[Side]) -> _Stage:
        """4 fires, 3 open, 2 awaits examination, 1 awaits a test, 0 does not fire."""
        stage, program = _Stage(stage_name), self.sheet.program
        for name in names:
            for value in values:
                column = self.values[name, value]
                cases: list[str] = []
                above: Truth = NEVER
                otherwise = 0
                for least in LEVELS:
                    reference = Worth(name, least, value)
                    truth = self.folding.least(worth_of(name, value, least, program))
                    self.folding.learn(reference, truth if truth in (ALWAYS, NEVER) else reference)
                    if truth == ALWAYS:
                        otherwise = max(otherwise, int(least))
                    elif truth != above and not otherwise:
                        cases.append(f"WHEN {self._print(truth)} THEN {int(least)}")
                    above = truth
                stage.columns[column] = f"CASE {' '.join(cases)} ELSE {otherwise} END" if cases else str(otherwise)
                said = f"{name}: {self.remark(name)}".rstrip(": ")
                stage.remarks[column] = said if value == "present" else f"{said}, absent"
        return stage

    # ---------------------------------------------------------------- truths

    def _print(self, truth: Truth) -> str:
        """A least truth as a search condition; brackets only where AND meets OR."""
        return self._text(truth, holds=True, outer="")

    def _text(self, truth: Truth, *, holds: bool, outer: str) -> str:
        match truth:
            case No(of=member):
                return self._text(member, holds=not holds, outer=outer)
            case Every(of=members) | Some(of=members):
                word = "AND" if isinstance(truth, Every) == holds else "OR"
                if not members:
                    return "1 = 1" if word == "AND" else "1 = 0"
                text = f" {word} ".join(self._text(member, holds=holds, outer=word) for member in members)
                return f"({text})" if outer and outer != word and len(members) > 1 else text
            case Enough(n=n, of=members):
                total = _balanced([self._one(member) for member in members])
                return f"{total} {'>=' if holds else '<'} {n}"
            case Test(column=column, comparator=comparator, count=count):
                return self._test(column, comparator, count, holds=holds)
            case Closed(finding=finding, value=value):
                column = self.findings[finding]
                if self.closing:
                    return f"p{column} = {int(holds)}"
                return f"{column} {'=' if holds else '<>'} {int(value == 'present')}"
            case Worth(name=name, least=least, value=value):
                return f"{self.values[name, value]} {'>=' if holds else '<'} {int(least)}"
            case _:
                assert_never(truth)

    def _test(self, column: str, comparator: str, count: int, *, holds: bool) -> str:
        """What is unknown lies where it passes no comparison; where it would pass one, that is guarded here."""
        plain = f"{column} {(_SIGN if holds else _OPPOSITE)[comparator]} {count}"
        unknown = self._unknown(column)
        if unknown is None or not _passes(unknown, comparator, count):
            return plain
        return f"({plain} AND {column} <> {unknown})" if holds else f"({plain} OR {column} = {unknown})"

    def _unknown(self, column: str) -> int | None:
        """What stands in a column of the input where nothing is known."""
        for end, unknown in _ENDS:
            if column.endswith(end) and column.removesuffix(end) in self.sheet.program.slots:
                return unknown
        return UNKNOWN_STATE if column in self.given else None

    def _one(self, truth: Truth) -> str:
        return f"CASE WHEN {self._print(truth)} THEN 1 ELSE 0 END"

    # ---------------------------------------------------------------- numbers

    def _number(self, number: Number) -> str:
        match number:
            case Word(bits=bits):
                return self._points([(bit, 1 << place) for place, bit in enumerate(bits)], wide=True)
            case Score(points=points):
                return self._points(points)
            case Code(choices=choices, otherwise=otherwise):
                folded = [(self.folding.least(truth), code) for truth, code in choices]
                cases = [f"WHEN {self._print(truth)} THEN {code}" for truth, code in folded if truth != NEVER]
                last = "NULL" if otherwise is None else str(otherwise)
                return f"CASE {' '.join(cases)} ELSE {last} END" if cases else last
            case _:
                assert_never(number)

    def _points(self, points: Sequence[tuple[Truth, int]], *, wide: bool = False) -> str:
        folded = [(self.folding.least(truth), worth) for truth, worth in points]
        terms = [f"CASE WHEN {self._print(truth)} THEN {worth} ELSE 0 END" for truth, worth in folded if truth != NEVER]
        total = _balanced(terms) if terms else "0"
        return f"CAST({total} AS {self.dialect.integer})" if wide else total


_ENDS = ((LOW, UNKNOWN_LOW), (HIGH, UNKNOWN_HIGH))


def _passes(unknown: int, comparator: str, count: int) -> bool:
    """Whether the number that stands for unknown would pass."""
    match comparator:
        case "==":
            return unknown == count
        case "!=":
            return unknown != count
        case ">=" | ">":
            return unknown > count
        case _:
            return unknown < count


def _balanced(terms: Sequence[str]) -> str:
    """A sum that no parser finds deep."""
    if len(terms) == 1:
        return terms[0]
    half = len(terms) // 2
    return f"({_balanced(terms[:half])} + {_balanced(terms[half:])})"
