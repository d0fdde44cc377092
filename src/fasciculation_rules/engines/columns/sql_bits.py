"""A sheet as stages of bits: a column a truth, whose bits are all set where it holds (-1) and all clear elsewhere (0).

Then `&`, `|` and `~` are and, or and not, a whole column at a time, and a mask takes a truth to its place in a word.
Where CASE chooses row by row this is several times faster; but it needs these operators, and far more columns.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import assert_never

from fasciculation_rules.engines.columns.dialects import Dialect
from fasciculation_rules.engines.columns.formula import (
    NEVER,
    Closed,
    Code,
    Enough,
    Every,
    No,
    Number,
    Score,
    Some,
    Test,
    Truth,
    Word,
    Worth,
)
from fasciculation_rules.engines.columns.layers import Layers
from fasciculation_rules.engines.columns.rules import LEVELS
from fasciculation_rules.engines.columns.sheet import Sheet
from fasciculation_rules.engines.columns.sql_conditions import Conditions
from fasciculation_rules.engines.columns.sql_entrance import entrance
from fasciculation_rules.engines.columns.sql_text import Stage, check_names, packed

_LANE = 7
"""Bits are gathered in the smallest integers, of which one bit is the sign, before those are joined to a word."""

_MOST = 127
"""What fits in the smallest integer."""


class Bits(Layers[str]):
    """Prints stage after stage, and remembers what there is to say of each truth."""

    def __init__(self, sheet: Sheet, dialect: Dialect, columns: Collection[str], remark: Callable[[str], str]) -> None:
        super().__init__(sheet, columns)
        self.dialect, self.remark = dialect, remark
        self.conditions = Conditions(set(columns), sheet.program.slots, _followed)
        self.wholes: dict[tuple[Truth, ...], str] = {}
        """The column in which the names stand that are worth at least so much."""
        self.remarks: dict[Truth, list[str]] = {}

    def stages(self) -> list[Stage]:
        """All of them; each rests on those before it."""
        found = [*entrance(self.sheet, self.dialect, self.folding, self.conditions)]
        found += [Stage("layer", cells) for cells in self.layers()]
        check_names(name for stage in found for name in stage.columns)
        remarks = {self.named[truth]: "; ".join(said) for truth, said in self.remarks.items()}
        for stage in found:
            stage.remarks = {name: remarks[name] for name in stage.columns if name in remarks}
        return packed(found, self.sheet.kept, "step")

    # ---------------------------------------------------------------- layers

    def name(self, count: int) -> str:
        """Short, because it stands in the text again and again."""
        return f"b{count}"

    def found(self, reference: Truth, least: Truth) -> None:
        """Says beside the column what it is."""
        self.remarks.setdefault(least, []).append(self._said(reference))

    def _said(self, reference: Truth) -> str:
        """What stands beside the column of a finding or of a name, with all that there is to say where it fires."""
        match reference:
            case Closed(finding=finding, value=value):
                return f"{finding} {value}"
            case Worth(name=name, least=least, value=value):
                level = f"{name} >= {int(least)}" if value == "present" else f"{name} >= {int(least)}, absent"
                about = self.remark(name) if least is LEVELS[0] else ""
                return f"{level}: {about}" if about else level
            case _:
                raise AssertionError("only references have a remark")

    # ---------------------------------------------------------------- truths

    def printed(self, truth: Truth) -> str:
        """A least truth as a number of which all bits are set, or none."""
        if truth in self.named:
            return self.named[truth]
        match truth:
            case Test():
                return self._leaf(truth)
            case Every(of=members):
                return " & ".join(self._inner(member) for member in members) if members else "-1"
            case Some(of=members):
                return " | ".join(self._inner(member) for member in members) if members else "0"
            case No(of=member):
                return f"~{self._inner(member)}"
            case Enough(n=n, of=members):
                held = [f"({self._inner(member)} & 1)" for member in members]
                if len(held) > _MOST:
                    held = [f"CAST({each} AS INTEGER)" for each in held]
                return self._set(f"{' + '.join(held)} >= {n}")
            case Closed() | Worth():
                raise AssertionError("a reference is followed before it is printed")
            case _:
                assert_never(truth)

    def _inner(self, truth: Truth) -> str:
        plain = truth in self.named or isinstance(truth, Test | Enough)
        return self.printed(truth) if plain else f"({self.printed(truth)})"

    def _leaf(self, test: Test) -> str:
        return self._set(self.conditions.text(test))

    def _set(self, condition: str) -> str:
        """A condition as bits; none meets an empty cell, because the entrance leaves none."""
        return f"-CAST({condition} AS {self.dialect.bits})"

    # ---------------------------------------------------------------- numbers

    def _numbers(self, numbers: Mapping[str, Number]) -> Iterator[dict[str, str]]:
        yield self._leaves(truth for number in numbers.values() for truth in self.counted(number))
        yield from super()._numbers(numbers)

    def numbered(self, name: str, number: Number) -> dict[str, str]:
        """A column, or several for a level of names."""
        match number:
            case Word():
                return self._level(name, number)
            case Score(points=points):
                folded = [(self.least(truth), worth) for truth, worth in points]
                held = [(self._inner(truth), worth) for truth, worth in folded if truth != NEVER]
                total = " + ".join(f"(CAST({bits} AS INTEGER) & {worth})" for bits, worth in held)
                return {name: total or "0"}
            case Code(choices=choices, otherwise=otherwise):
                folded = [(self.least(truth), code) for truth, code in choices]
                cases = [f"WHEN {self._inner(truth)} <> 0 THEN {code}" for truth, code in folded if truth != NEVER]
                last = "NULL" if otherwise is None else str(otherwise)
                return {name: f"CASE {' '.join(cases)} ELSE {last} END" if cases else last}
            case _:
                assert_never(number)

    def _level(self, name: str, word: Word) -> dict[str, str]:
        """A level of names as one word: without those that stand in the levels above it, a whole word at a time."""
        text = self._word(self.counted(word))
        if not word.above:
            self.wholes[word.bits] = name
            return {name: text}
        above, whole = self.wholes[word.above], f"whole_{name}"
        self.wholes[word.bits] = whole
        return {name: f"({text}) & ~{above}", whole: f"{name} | {above}"}

    def counted(self, number: Number) -> Sequence[Truth]:
        """Of a level, what may stand in it, also in a level above it."""
        if isinstance(number, Word):
            folded = zip(map(self.folding.least, number.bits), map(self.folding.least, number.exact), strict=True)
            return [NEVER if exact == NEVER else bit for bit, exact in folded]
        return super().counted(number)

    def _word(self, counted: Sequence[Truth]) -> str:
        lanes, bits = [], [self.gathered[truth] for truth in counted]
        for start in range(0, len(bits), _LANE):
            lane = [(place, bit) for place, bit in enumerate(bits[start : start + _LANE]) if bit != NEVER]
            if lane:
                text = " | ".join(f"({self._inner(bit)} & {1 << place})" for place, bit in lane)
                wide = f"CAST({text} AS {self.dialect.integer})"
                lanes.append(f"({wide} * {1 << start})" if start else wide)
        return " | ".join(lanes) or f"CAST(0 AS {self.dialect.integer})"


def _followed(reference: Closed | Worth, *, holds: bool) -> str:
    raise AssertionError(f"{reference} is followed before it is printed; it {holds=}")
