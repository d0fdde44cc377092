"""What a cell of a column may be worked out from: truths without a third value, and small whole numbers.

An empty cell passes no test, so no truth is ever empty; what is unknown is said by two truths (`State`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from fasciculation_rules.errors import PopulationError
from fasciculation_rules.logic.firing import Firing

Comparator: TypeAlias = Literal["==", ">=", "<=", ">", "<"]


@dataclass(frozen=True, slots=True)
class Test:
    """A column of whole numbers passes a comparison; an empty cell passes none."""

    column: str
    comparator: Comparator
    count: int


Side = Literal["present", "absent"]


@dataclass(frozen=True, slots=True)
class Worth:
    """A name of the program is worth at least this much: a rule, or a derived finding (present, or absent)."""

    name: str
    least: Firing
    value: Side = "present"


@dataclass(frozen=True, slots=True)
class Closed:
    """A finding is present (or absent) once everything that follows was added."""

    finding: str
    value: Literal["present", "absent"]


@dataclass(frozen=True, slots=True)
class _Compound:
    """Remembers its hash: formulas are looked up all the time, and are deep."""

    _hash: int = field(init=False, repr=False, compare=False)

    def _hashed(self, *parts: object) -> int:
        try:
            return self._hash
        except AttributeError:
            object.__setattr__(self, "_hash", hash((type(self).__name__, *parts)))
            return self._hash


@dataclass(frozen=True, slots=True)
class Every(_Compound):
    """All members hold; without members it holds."""

    of: tuple[Truth, ...]

    def __hash__(self) -> int:
        """The same for the same members."""
        return self._hashed(self.of)


@dataclass(frozen=True, slots=True)
class Some(_Compound):
    """Any member holds; without members it does not."""

    of: tuple[Truth, ...]

    def __hash__(self) -> int:
        """The same for the same members."""
        return self._hashed(self.of)


@dataclass(frozen=True, slots=True)
class No(_Compound):
    """The member does not hold."""

    of: Truth

    def __hash__(self) -> int:
        """The same for the same member."""
        return self._hashed(self.of)


@dataclass(frozen=True, slots=True)
class Enough(_Compound):
    """At least `n` members hold."""

    n: int
    of: tuple[Truth, ...]

    def __hash__(self) -> int:
        """The same for the same members."""
        return self._hashed(self.n, self.of)


Truth: TypeAlias = Test | Worth | Closed | Every | Some | No | Enough
ALWAYS, NEVER = Every(()), Some(())


def every(members: Iterable[Truth]) -> Truth:
    """All of them, in the least form: what says nothing is left out, and opposites never hold together."""
    kept = dict.fromkeys(member for member in members if member != ALWAYS)
    if NEVER in kept or any(member.of in kept for member in kept if isinstance(member, No)):
        return NEVER
    return next(iter(kept)) if len(kept) == 1 else Every(tuple(kept))


def some(members: Iterable[Truth]) -> Truth:
    """Any of them, in the least form."""
    kept = tuple(dict.fromkeys(member for member in members if member != NEVER))
    return ALWAYS if ALWAYS in kept else kept[0] if len(kept) == 1 else Some(kept)


def no(member: Truth) -> Truth:
    """The opposite, in the least form."""
    return (
        NEVER
        if member == ALWAYS
        else ALWAYS
        if member == NEVER
        else member.of
        if isinstance(member, No)
        else No(member)
    )


def enough(n: int, members: Iterable[Truth]) -> Truth:
    """At least n of them, in the least form; the same member counts as often as it stands there."""
    kept = [member for member in members if member != NEVER]
    sure = kept.count(ALWAYS)
    kept, n = [member for member in kept if member != ALWAYS], n - sure
    if n <= 0:
        return ALWAYS
    if len(kept) < n:
        return NEVER
    return some(kept) if n == 1 else every(kept) if n == len(kept) else Enough(n, tuple(kept))


@dataclass(frozen=True, slots=True)
class State:
    """A finding as two truths that are never both true; neither is unknown."""

    present: Truth
    absent: Truth


@dataclass(frozen=True, slots=True)
class Linear:
    """A quantity worked out: (constant + factors x columns) / divisor, rounded half-even, kept within bounds.

    `columns` maps the name of an end of an input to its factor. Databases differ in remainders below zero, so a
    range that reaches there raises PopulationError.
    """

    constant: int
    columns: Mapping[str, int]
    divisor: int
    bounds: tuple[int, int]

    def __post_init__(self) -> None:
        """Looks at the bounds."""
        if self.bounds[0] < 0:
            raise PopulationError("a quantity that is worked out has a range below zero; give it one from zero up")


@dataclass(frozen=True, slots=True)
class Interval:
    """A computed quantity: what a report says, else worked out where `when` holds (no column may be empty then)."""

    low: Linear
    high: Linear
    when: Truth


@dataclass(frozen=True, slots=True)
class Code:
    """The first choice that holds gives its number, else `otherwise`; None is an empty cell."""

    choices: tuple[tuple[Truth, int], ...]
    otherwise: int | None


@dataclass(frozen=True, slots=True)
class Score:
    """So many points for each truth that holds; small whole numbers."""

    points: tuple[tuple[Truth, int], ...]


@dataclass(frozen=True, slots=True)
class Word:
    """Up to 63 truths as the bits of one whole number, the first the lowest.

    Where one stands `above` each, a bit is set only if that one does not hold. Then a word of those stands before this
    one in the sheet, and none of them holds without the bit's own, as long as no quantity's low end exceeds its high.
    """

    bits: tuple[Truth, ...]
    above: tuple[Truth, ...] = ()

    @property
    def exact(self) -> tuple[Truth, ...]:
        """The bits as truths of their own."""
        if not self.above:
            return self.bits
        return tuple(every((bit, no(above))) for bit, above in zip(self.bits, self.above, strict=True))


Number: TypeAlias = Code | Score | Word
