"""The condition tree: five nodes, and three ways to write the limit of a comparison."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias

Comparator: TypeAlias = Literal[">=", "<=", ">", "<"]


@dataclass(frozen=True, slots=True)
class Amount:
    """A limit as a person writes it: an exact number and a unit."""

    number: Fraction
    unit: str


@dataclass(frozen=True, slots=True)
class Threshold:
    """A limit by its name in thresholds.yaml."""

    name: str


@dataclass(frozen=True, slots=True)
class Count:
    """A limit as engines see it: an integer number of the quantity's resolution."""

    value: int


Limit: TypeAlias = Amount | Threshold | Count


@dataclass(frozen=True, slots=True)
class Is:
    """A finding has a value: `present`, `absent`, or one of the values the vocabulary lists."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Compare:
    """A quantity stands in an order to a limit."""

    name: str
    comparator: Comparator
    limit: Limit


@dataclass(frozen=True, slots=True)
class All:
    """Every member holds."""

    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """At least one member holds."""

    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The member does not hold."""

    of: Condition


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least `n` of the members hold."""

    n: int
    of: tuple[Condition, ...]


Leaf: TypeAlias = Is | Compare
Condition: TypeAlias = Is | Compare | All | Any | Not | AtLeast


def leaves(condition: Condition) -> Iterator[Leaf]:
    """The leaves in the order in which they are written."""
    match condition:
        case Is() | Compare():
            yield condition
        case Not(of=member):
            yield from leaves(member)
        case All(of=members) | Any(of=members) | AtLeast(of=members):
            for member in members:
                yield from leaves(member)


def names(condition: Condition) -> tuple[str, ...]:
    """The findings and quantities named, each once, in the order in which they are written."""
    return tuple(dict.fromkeys(leaf.name for leaf in leaves(condition)))
