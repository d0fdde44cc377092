"""Rulesets as gates, opened once in a process, and what a wire is worth by looking at everything it could be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import product
from pathlib import Path

from fasciculation_rules import Ruleset, open_ruleset
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.proof.circuit import Circuit, Wire, holds
from fasciculation_rules.proof.patient import to_inputs
from fasciculation_rules.proof.proving import subject_of
from fasciculation_rules.proof.reading import Reading
from fasciculation_rules.proof.subject import Subject

MINI = Path(__file__).resolve().parents[1] / "rulesets" / "mini"


@cache
def opened(version: str) -> Ruleset:
    """A version by its number, or the small ruleset."""
    return open_ruleset(MINI if version == "mini" else version)


@cache
def gates(version: str) -> Subject:
    """A version as gates, shared by all tests of a process."""
    return subject_of(opened(version))


def table(
    circuit: Circuit, wires: Iterable[Wire], inputs: Iterable[Wire]
) -> Iterator[tuple[Mapping[Wire, bool], list[bool]]]:
    """Everything that the inputs can be, and what the wires then are."""
    wires, inputs = list(wires), list(inputs)
    for said in product((False, True), repeat=len(inputs)):
        given = dict(zip(inputs, said, strict=True))
        values = circuit.values(given, wires)
        yield given, [holds(wire, values) for wire in wires]


def true_of(facts: Facts, wires: Iterable[Wire], reading: Reading) -> bool:
    """Whether all of the wires are true of these facts."""
    wires = list(wires)
    values = reading.circuit.values(to_inputs(facts, reading.patient), wires)
    return all(holds(wire, values) for wire in wires)
