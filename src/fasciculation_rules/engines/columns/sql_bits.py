"""A sheet as stages of bits: a column a truth, whose bits are all set where it holds (-1) and all clear elsewhere (0).

Then `&`, `|` and `~` are and, or and not, a whole column at a time, and a mask takes a truth to its place in a word.
Where CASE chooses row by row this is several times faster; but it needs these operators, and far more columns.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import assert_never

from fasciculation_rules.engines.columns.dialects import Dialect
from fasciculation_rules.engines.columns.folding import Folding, tests_of
from fasciculation_rules.engines.columns.formula import (
    ALWAYS,
    NEVER,
    Closed,
    Code,
    Enough,
    Every,
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
from fasciculation_rules.engines.columns.rules import LEVELS, worth_of
from fasciculation_rules.engines.columns.sharing import gathered, shared, truths_of
from fasciculation_rules.engines.columns.sheet import Sheet
from fasciculation_rules.engines.columns.sql_conditions import Conditions
from fasciculation_rules.engines.columns.sql_entrance import entrance
from fasciculation_rules.engines.columns.sql_text import Stage, packed

_LANE = 7
"""Bits are gathered in the smallest integers, of which one bit is the sign, before those are joined to a word."""


class Bits:
    """Prints stage after stage, and remembers under which column each truth can be read."""

    def __init__(self, sheet: Sheet, dialect: Dialect, columns: Collection[str], remark: Callable[[str], str]) -> None:
        self.sheet, self.dialect, self.remark = sheet, dialect, remark
        self.folding = Folding(columns)
        self.conditions = Conditions(set(columns), sheet.program.slots, _followed)
        self.named: dict[Truth, str] = {}
        self.gathered: dict[Truth, Truth] = {}
        self.wholes: dict[tuple[Truth, ...], str] = {}
        """The column in which the names stand that are worth at least so much."""
        self.remarks: dict[str, list[str]] = {}
        self.count = 0

    def stages(self) -> list[Stage]:
        """All of them; each rests on those before it."""
        sheet, program = self.sheet, self.sheet.program
        found = [*entrance(sheet, self.dialect, self.folding, self.conditions)]
        presents: dict[Truth, Truth] = {Closed(name, "present"): state.present for name, state in sheet.states.items()}
        absents: dict[Truth, Truth] = {Closed(name, "absent"): state.absent for name, state in sheet.states.items()}
        found += [self._leaves(presents.values()), *self._truths(presents)]
        found += [self._leaves(absents.values()), *self._truths(absents)]
        layers = [self._worths(layer, ("present", "absent")) for layer in program.stages]
        layers.append(self._worths(tuple(program.rules), ("present",)))
        found.append(self._leaves([truth for layer in layers for truth in layer.values()]))
        for layer in layers:
            found += self._truths(layer)
        for numbers in sheet.numbers:
            found += self._numbers(numbers)
            self.folding.numbers |= {*numbers}
        for stage in found:
            stage.remarks = {name: "; ".join(self.remarks[name]) for name in stage.columns if name in self.remarks}
        return packed([stage for stage in found if stage.columns], sheet.kept, "step")

    # ---------------------------------------------------------------- stages

    def _stage(self) -> Stage:
        self.count += 1
        return Stage(f"step_{self.count}")

    def _leaves(self, truths: Collection[Truth]) -> Stage:
        """Each comparison once."""
        stage = self._stage()
        for leaf in dict.fromkeys(leaf for truth in truths for leaf in tests_of(truth)):
            if leaf.column in self.folding.numbers and leaf not in self.named:
                stage.columns[self._name(leaf)] = self._leaf(leaf)
        return stage

    def _truths(self, truths: Mapping[Truth, Truth]) -> Iterator[Stage]:
        """A column for each, unless it is a constant or stands in one already; before them, what several share."""
        remarks: dict[Truth, list[str]] = {}
        for reference, truth in truths.items():
            least = self.folding.least(truth)
            self.folding.learn(reference, least)
            if least not in (ALWAYS, NEVER):
                remarks.setdefault(least, []).append(self._said(reference))
        yield from self._shared(remarks)
        yield self._columns(truth for truth in remarks if truth not in self.named)
        for truth, said in remarks.items():
            self.remarks.setdefault(self.named[truth], []).extend(said)

    def _shared(self, truths: Iterable[Truth]) -> Iterator[Stage]:
        for layer in shared(truths, self.named):
            yield self._columns(layer)

    def _columns(self, truths: Iterable[Truth]) -> Stage:
        """They are named together at last, because columns of one stage do not see each other."""
        stage = self._stage()
        for truth, text in [(truth, self._print(truth)) for truth in truths]:
            stage.columns[self._name(truth)] = text
        return stage

    def _worths(self, names: Sequence[str], values: Sequence[Side]) -> dict[Truth, Truth]:
        program = self.sheet.program
        return {
            Worth(name, least, value): worth_of(name, value, least, program)
            for name in names
            for value in values
            for least in LEVELS
        }

    def _numbers(self, numbers: Mapping[str, Number]) -> Iterator[Stage]:
        truths = [truth for number in numbers.values() for truth in self._counted(number)]
        yield self._leaves(truths)
        self.gathered = gathered(truths, self.named)
        yield from self._shared(self.gathered.values())
        stage = self._stage()
        for name, number in numbers.items():
            stage.columns |= self._level(name, number) if isinstance(number, Word) else {name: self._number(number)}
        yield stage

    def _level(self, name: str, word: Word) -> dict[str, str]:
        """A level of names as one word: without those that stand in the levels above it, a whole word at a time."""
        text = self._word(self._counted(word))
        if not word.above:
            self.wholes[word.bits] = name
            return {name: text}
        above, whole = self.wholes[word.above], f"whole_{name}"
        self.wholes[word.bits] = whole
        return {name: f"({text}) & ~{above}", whole: f"{name} | {above}"}

    def _counted(self, number: Number) -> list[Truth]:
        """The truths that a number is worked out from, in their least form."""
        if isinstance(number, Word):
            folded = zip(map(self.folding.least, number.bits), map(self.folding.least, number.exact), strict=True)
            return [NEVER if exact == NEVER else bit for bit, exact in folded]
        return [self.folding.least(truth) for truth in truths_of(number)]

    def _name(self, truth: Truth) -> str:
        return self.named.setdefault(truth, f"b{len(self.named)}")

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

    def _print(self, truth: Truth) -> str:
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
                held = " + ".join(f"({self._inner(member)} & 1)" for member in members)
                return self._set(f"{held} >= {n}")
            case Closed() | Worth():
                raise AssertionError("a reference is followed before it is printed")
            case _:
                assert_never(truth)

    def _inner(self, truth: Truth) -> str:
        plain = truth in self.named or isinstance(truth, Test | Enough)
        return self._print(truth) if plain else f"({self._print(truth)})"

    def _leaf(self, test: Test) -> str:
        return self._set(self.conditions.text(test))

    def _set(self, condition: str) -> str:
        """A condition as bits; none meets an empty cell, because the entrance leaves none."""
        return f"-CAST({condition} AS {self.dialect.bits})"

    # ---------------------------------------------------------------- numbers

    def _number(self, number: Number) -> str:
        match number:
            case Word():
                raise AssertionError("a word is printed as a level")
            case Score(points=points):
                folded = [(self._least(truth), worth) for truth, worth in points]
                held = [(self._inner(truth), worth) for truth, worth in folded if truth != NEVER]
                return " + ".join(f"(CAST({bits} AS INTEGER) & {worth})" for bits, worth in held) or "0"
            case Code(choices=choices, otherwise=otherwise):
                folded = [(self._least(truth), code) for truth, code in choices]
                cases = [f"WHEN {self._inner(truth)} <> 0 THEN {code}" for truth, code in folded if truth != NEVER]
                last = "NULL" if otherwise is None else str(otherwise)
                return f"CASE {' '.join(cases)} ELSE {last} END" if cases else last
            case _:
                assert_never(number)

    def _least(self, truth: Truth) -> Truth:
        """What a number counts, in the form in which it is shared."""
        return self.gathered[self.folding.least(truth)]

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
