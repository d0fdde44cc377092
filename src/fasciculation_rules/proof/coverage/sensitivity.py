"""When a clause matters: the wires that are true where changing it alone would change the condition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from fasciculation_rules.logic.condition import All, Any, AtLeast, Compare, Condition, Is, Leaf, Not
from fasciculation_rules.logic.evaluate import evaluate
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.logic.rails import negation_normal_form
from fasciculation_rules.proof.circuit import TRUE, Circuit, Wire
from fasciculation_rules.proof.reading import Reading

LEVELS = (Firing.AWAITS_TEST, Firing.AWAITS_EXAMINATION, Firing.OPEN, Firing.TRUE)
_NOBODY = Facts()


@dataclass(frozen=True)
class Clause:
    """One occurrence of a leaf in the negation normal form of a condition.

    `worth[level]`: the leaf is worth at least this. `matters[level]`: the condition is worth at least this if and
    only if the leaf is. `unknown` is what the leaf is worth to a patient of whom nothing is known.
    """

    place: str
    leaf: Leaf
    worth: Mapping[Firing, Wire]
    matters: Mapping[Firing, Wire]
    unknown: Firing


def clauses_of(condition: Condition, reading: Reading) -> Iterator[Clause]:
    """Every leaf in the order written. Places are numbered as in a theorem's: 2.1 is the first of the second."""
    normal = negation_normal_form(condition)
    found = {level: list(_mattering(normal, level, reading, "", TRUE)) for level in LEVELS}
    for each in zip(*found.values(), strict=True):
        place, leaf, _ = each[0]
        yield Clause(
            place,
            leaf,
            {level: reading.worth(leaf, level) for level in LEVELS},
            {level: matters for level, (_, _, matters) in zip(LEVELS, each, strict=True)},
            evaluate(leaf, _NOBODY, reading.ruleset.program.meaning),
        )


def _mattering(
    condition: Condition, level: Firing, reading: Reading, at: str, so_far: Wire
) -> Iterator[tuple[str, Leaf, Wire]]:
    """Each leaf with its place, and whether everything on the way down to it lets it through.

    At one level the five values are two, and `all`, `any` and `at_least` are what they are in two-valued logic: a
    member is let through where the others of an `all` hold, those of an `any` do not, and n - 1 of an `at_least` n do.
    """
    circuit = reading.circuit
    match condition:
        case Is() | Compare():
            yield at, condition, so_far
        case All(of=members) | Any(of=members) | AtLeast(of=members):
            worth = [reading.worth(member, level) for member in members]
            for index, member in enumerate(members):
                through = _lets_through(condition, (*worth[:index], *worth[index + 1 :]), circuit)
                place = f"{at}.{index + 1}" if at else str(index + 1)
                yield from _mattering(member, level, reading, place, circuit.every((so_far, through)))
        case Not():
            raise AssertionError("negation normal form has no `not`")
        case _:
            assert_never(condition)


def _lets_through(parent: All | Any | AtLeast, others: Sequence[Wire], circuit: Circuit) -> Wire:
    """Whether it depends on one member alone what the parent is worth, the others being what they are."""
    match parent:
        case All():
            return circuit.every(others)
        case Any():
            return -circuit.some(others)
        case AtLeast(n=n):
            return circuit.every((circuit.at_least(n - 1, others), -circuit.at_least(n, others)))
        case _:
            assert_never(parent)
