"""A sheet as stages of CASE: a column a finding, and a column a name of the program with its five values.

No boolean is ever a value, because some databases have none, and nothing but comparisons, CASE and sums is used.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import assert_never

from fasciculation_rules.engines.columns.dialects import Dialect
from fasciculation_rules.engines.columns.folding import Folding
from fasciculation_rules.engines.columns.formula import (
    ALWAYS,
    NEVER,
    Closed,
    Code,
    Number,
    Score,
    Side,
    Truth,
    Word,
    Worth,
)
from fasciculation_rules.engines.columns.rules import LEVELS, worth_of
from fasciculation_rules.engines.columns.sheet import Sheet
from fasciculation_rules.engines.columns.sql_conditions import UNKNOWN_STATE, Conditions, balanced
from fasciculation_rules.engines.columns.sql_entrance import entrance
from fasciculation_rules.engines.columns.sql_text import Stage


class Cases:
    """Prints stage after stage."""

    def __init__(self, sheet: Sheet, dialect: Dialect, columns: Collection[str], remark: Callable[[str], str]) -> None:
        self.sheet, self.dialect, self.remark = sheet, dialect, remark
        self.folding = Folding(columns)
        self.conditions = Conditions(set(columns), sheet.program.slots, self._reference)
        self.findings = {name: f"s{index}" for index, name in enumerate(sheet.program.findings)}
        values = [(name, "present") for name in sheet.program.names]
        values += [(name, "absent") for name in sheet.program.derivation_order]
        self.values = {pair: f"v{index}" for index, pair in enumerate(values)}
        self.closing = False

    def stages(self) -> list[Stage]:
        """All of them; each rests on those before it."""
        sheet = self.sheet
        found = [*entrance(sheet, self.dialect, self.folding, self.conditions), *self._closed()]
        for layer in sheet.program.stages:
            found.append(self._valued(f"derived_{len(found)}", layer, ("present", "absent")))
        found.append(self._valued("rules", tuple(sheet.program.rules), ("present",)))
        for numbers in sheet.numbers:
            stage = Stage(f"outcomes_{len(found)}")
            stage.columns = {name: self._number(number) for name, number in numbers.items()}
            self.folding.numbers |= {*numbers}
            found.append(stage)
        return [stage for stage in found if stage.columns]

    def _reference(self, reference: Closed | Worth, *, holds: bool) -> str:
        match reference:
            case Closed(finding=finding) if self.closing:
                return f"p{self.findings[finding]} = {int(holds)}"
            case Closed(finding=finding, value=value):
                return f"{self.findings[finding]} {'=' if holds else '<>'} {int(value == 'present')}"
            case Worth(name=name, least=least, value=value):
                return f"{self.values[name, value]} {'>=' if holds else '<'} {int(least)}"
            case _:
                assert_never(reference)

    def _closed(self) -> Iterator[Stage]:
        """Which findings are present; then, knowing that, which are absent."""
        presents, states = Stage("present"), Stage("closed")
        for name, state in self.sheet.states.items():
            present = self.folding.least(state.present)
            self.folding.learn(Closed(name, "present"), NEVER if present == NEVER else Closed(name, "present"))
            if present != NEVER:
                presents.columns[f"p{self.findings[name]}"] = self.conditions.one(present)
        self.closing = True
        for name, state in self.sheet.states.items():
            absent = self.folding.least(state.absent)
            column = self.findings[name]
            self.folding.learn(Closed(name, "absent"), NEVER if absent == NEVER else Closed(name, "absent"))
            cases = [f"WHEN p{column} = 1 THEN 1"] if f"p{column}" in presents.columns else []
            if absent != NEVER:
                cases.append(f"WHEN {self.conditions.text(absent)} THEN 0")
            if cases:
                states.columns[column] = f"CASE {' '.join(cases)} ELSE {UNKNOWN_STATE} END"
                states.remarks[column] = name
        self.closing = False
        yield from (presents, states)

    def _valued(self, stage_name: str, names: Sequence[str], values: Sequence[Side]) -> Stage:
        """4 fires, 3 open, 2 awaits examination, 1 awaits a test, 0 does not fire."""
        stage, program = Stage(stage_name), self.sheet.program
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
                        cases.append(f"WHEN {self.conditions.text(truth)} THEN {int(least)}")
                    above = truth
                stage.columns[column] = f"CASE {' '.join(cases)} ELSE {otherwise} END" if cases else str(otherwise)
                said = f"{name}: {self.remark(name)}".rstrip(": ")
                stage.remarks[column] = said if value == "present" else f"{said}, absent"
        return stage

    def _number(self, number: Number) -> str:
        match number:
            case Word(exact=bits):
                return self._points([(bit, 1 << place) for place, bit in enumerate(bits)], wide=True)
            case Score(points=points):
                return self._points(points)
            case Code(choices=choices, otherwise=otherwise):
                folded = [(self.folding.least(truth), code) for truth, code in choices]
                cases = [f"WHEN {self.conditions.text(truth)} THEN {code}" for truth, code in folded if truth != NEVER]
                last = "NULL" if otherwise is None else str(otherwise)
                return f"CASE {' '.join(cases)} ELSE {last} END" if cases else last
            case _:
                assert_never(number)

    def _points(self, points: Sequence[tuple[Truth, int]], *, wide: bool = False) -> str:
        folded = [(self.folding.least(truth), worth) for truth, worth in points]
        held = [(self.conditions.text(truth), worth) for truth, worth in folded if truth != NEVER]
        terms = [f"CASE WHEN {condition} THEN {worth} ELSE 0 END" for condition, worth in held]
        total = balanced(terms) if terms else "0"
        return f"CAST({total} AS {self.dialect.integer})" if wide else total
