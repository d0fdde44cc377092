"""The order in which a sheet is printed as columns of truths, and under which column each truth can be read."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Generic, TypeVar

from fasciculation_rules.engines.columns.folding import Folding, tests_of
from fasciculation_rules.engines.columns.formula import ALWAYS, NEVER, Closed, Number, Side, Truth, Worth
from fasciculation_rules.engines.columns.rules import LEVELS, worth_of
from fasciculation_rules.engines.columns.sharing import gathered, shared, truths_of
from fasciculation_rules.engines.columns.sheet import Sheet

Cell = TypeVar("Cell")
"""What a printer makes of a formula: a text, or an expression."""


class Layers(ABC, Generic[Cell]):
    """Prints layer after layer of columns; a truth reads those of the layers before its own."""

    def __init__(self, sheet: Sheet, columns: Collection[str]) -> None:
        self.sheet = sheet
        self.folding = Folding(columns)
        self.named: dict[Truth, str] = {}
        """Truths that stand in a column."""
        self.gathered: dict[Truth, Truth] = {}

    def layers(self) -> Iterator[dict[str, Cell]]:
        """After what the table gives: closed findings, derived ones, rules, then the numbers of the answer."""
        sheet, program = self.sheet, self.sheet.program
        presents: dict[Truth, Truth] = {Closed(name, "present"): state.present for name, state in sheet.states.items()}
        absents: dict[Truth, Truth] = {Closed(name, "absent"): state.absent for name, state in sheet.states.items()}
        for closed in (presents, absents):
            yield self._leaves(closed.values())
            yield from self._truths(closed)
        worths = [self._worths(names, ("present", "absent")) for names in program.stages]
        worths.append(self._worths(tuple(program.rules), ("present",)))
        yield self._leaves([truth for names in worths for truth in names.values()])
        for names in worths:
            yield from self._truths(names)
        for numbers in sheet.numbers:
            yield from self._numbers(numbers)
            self.folding.numbers |= {*numbers}

    def least(self, truth: Truth) -> Truth:
        """What a number counts, in the form in which it is shared."""
        return self.gathered[self.folding.least(truth)]

    # ---------------------------------------------------------------- what a printer says

    @abstractmethod
    def printed(self, truth: Truth) -> Cell:
        """A least truth."""

    @abstractmethod
    def numbered(self, name: str, number: Number) -> dict[str, Cell]:
        """A number of the answer, with columns that others of its kind need."""

    @abstractmethod
    def name(self, count: int) -> str:
        """What a column is called before which there are so many."""

    def needed(self, truth: Truth) -> Truth:
        """The one that gets a column where this one is asked for."""
        return truth

    def found(self, reference: Truth, least: Truth) -> None:
        """Called for each reference that is no constant, with the truth whose column says it."""

    def counted(self, number: Number) -> Sequence[Truth]:
        """The least truths that a number is worked out from."""
        return [self.folding.least(truth) for truth in truths_of(number)]

    # ---------------------------------------------------------------- layers

    def _leaves(self, truths: Iterable[Truth]) -> dict[str, Cell]:
        """Each comparison once."""
        leaves = dict.fromkeys(leaf for truth in truths for leaf in tests_of(truth))
        return self._columns(leaf for leaf in leaves if leaf.column in self.folding.numbers)

    def _truths(self, truths: Mapping[Truth, Truth]) -> Iterator[dict[str, Cell]]:
        """A column for each, unless it is a constant or stands in one already; before them, what several share."""
        needed: dict[Truth, None] = {}
        for reference, truth in truths.items():
            least = self.folding.least(truth)
            self.folding.learn(reference, least)
            if least not in (ALWAYS, NEVER):
                self.found(reference, least)
                needed[self.needed(least)] = None
        yield from self._shared(needed)
        yield self._columns(needed)

    def _shared(self, truths: Iterable[Truth]) -> Iterator[dict[str, Cell]]:
        for layer in shared(truths, self.named):
            yield self._columns(layer)

    def _columns(self, truths: Iterable[Truth]) -> dict[str, Cell]:
        """They are named together at last, because columns of one layer do not see each other."""
        printed = [(truth, self.printed(truth)) for truth in truths if truth not in self.named]
        return {self._name(truth): cell for truth, cell in printed}

    def _name(self, truth: Truth) -> str:
        return self.named.setdefault(truth, self.name(len(self.named)))

    def _worths(self, names: Sequence[str], values: Sequence[Side]) -> dict[Truth, Truth]:
        program = self.sheet.program
        return {
            Worth(name, least, value): worth_of(name, value, least, program)
            for name in names
            for value in values
            for least in LEVELS
        }

    def _numbers(self, numbers: Mapping[str, Number]) -> Iterator[dict[str, Cell]]:
        truths = [truth for number in numbers.values() for truth in self.counted(number)]
        self.gathered = gathered(truths, self.named)
        yield from self._shared(self.gathered.values())
        cells: dict[str, Cell] = {}
        for name, number in numbers.items():
            cells |= self.numbered(name, number)
        yield cells
