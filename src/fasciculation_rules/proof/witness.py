"""The smallest patients for whom a question has the wrong answer, in words a clinician can read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.logic.grammar import print_number
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.model.units import readable_units
from fasciculation_rules.proof.circuit import Circuit, Wire
from fasciculation_rules.proof.patient import Patient, to_facts
from fasciculation_rules.proof.question import Question
from fasciculation_rules.proof.solver import clauses, needed
from fasciculation_rules.proof.subject import Subject


def smallest(wires: Sequence[Wire], patients: Sequence[Patient], circuit: Circuit) -> Mapping[Wire, bool]:
    """Inputs that make the wires true with as few things known as there can be (MaxSAT, RC2).

    A case that somebody could write; only where there is none, one of which the record contradicts itself.
    """
    hard = [*wires, *(wire for patient in patients for wire in patient.possible)]
    authored = [wire for patient in patients for wire in patient.authored]
    found = _smallest([*hard, *authored], patients, circuit) or _smallest(hard, patients, circuit)
    if found is None:
        raise AssertionError("a solver found somebody, so there is a smallest one")
    return found


def _smallest(hard: Sequence[Wire], patients: Sequence[Patient], circuit: Circuit) -> Mapping[Wire, bool] | None:
    try:
        from pysat.examples.rc2 import RC2
        from pysat.formula import WCNF
    except ImportError:
        raise needed("python-sat") from None
    formula: Any = WCNF()
    formula.append([1])
    # RC2 numbers variables from 1 without gaps; ours have gaps, so each is given a number when it is first met.
    numbers: dict[int, int] = {1: 1}

    def number(wire: Wire) -> int:
        found = numbers.setdefault(abs(wire), len(numbers) + 1)
        return found if wire > 0 else -found

    for clause in clauses(circuit, hard, {1}):
        formula.append([number(wire) for wire in clause])
    for wire in hard:
        formula.append([number(wire)])
    for wire in _things_known(patients):
        if abs(wire) in numbers:
            formula.append([-number(wire)], weight=1)
    with RC2(formula) as solver:
        model = solver.compute()
    if model is None:
        return None
    true = set(model)
    return {gate: number in true for gate, number in numbers.items() if gate in circuit.labels}


def _things_known(patients: Sequence[Patient]) -> Iterator[Wire]:
    for patient in patients:
        yield from patient.present.values()
        yield from patient.absent.values()
        yield from patient.known.values()


def witnesses(question: Question, subject: Subject) -> tuple[Facts, ...]:
    """The patients of a question whose answer is POSSIBLE, smallest first found."""
    patients = [reading.patient for reading in question.patients]
    values = smallest(question.wires, patients, subject.circuit)
    return tuple(to_facts(values, patient, subject.cells) for patient in patients)


def given(facts: Facts, ruleset: Ruleset) -> dict[str, str]:
    """The facts for a reader, without what follows from the rest."""
    found = _findings(facts, ruleset)
    return found | {name: interval(name, ends, ruleset) for name, ends in facts.quantities.items()}


def as_given(facts: Facts, ruleset: Ruleset) -> dict[str, object]:
    """The same as the `given:` of a case."""
    return _findings(facts, ruleset) | {name: _amounts(name, ends, ruleset) for name, ends in facts.quantities.items()}


def _findings(facts: Facts, ruleset: Ruleset) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, there in sorted(_said(facts, ruleset).items(), key=lambda item: not item[1]):
        base, _, value = name.partition("=")
        if not value:
            found[name] = "present" if there else "absent"
        elif there:
            found[base] = value
    return found


def _said(facts: Facts, ruleset: Ruleset) -> dict[str, bool]:
    """A smallest set of findings from which the others follow, specifics before generals."""
    said = dict(facts.findings)
    closure = ruleset.closure
    for name in sorted(said, key=lambda name: -len(closure.generals.get(name, ()))):
        without = {other: there for other, there in said.items() if other != name}
        if closure.close(without) == dict(facts.findings):
            said = without
    return said


def interval(name: str, ends: tuple[int, int], ruleset: Ruleset) -> str:
    """A quantity in its unit: a point, a bound, or from ... to ..."""
    low, high = ruleset.vocabulary.quantities[name].bounds()
    first, last = (_amount(name, end, ruleset) for end in ends)
    if ends == (low, high):
        return "any value"
    if ends[0] == ends[1]:
        return first
    if ends[0] == low:
        return f"up to {last}"
    if ends[1] == high:
        return f"{first} or more"
    return f"from {first} to {last}"


def _amounts(name: str, ends: tuple[int, int], ruleset: Ruleset) -> object:
    first, last = (_amount(name, end, ruleset) for end in ends)
    return first if ends[0] == ends[1] else {"from": first, "to": last}


def _amount(name: str, count: int, ruleset: Ruleset) -> str:
    quantity = ruleset.vocabulary.quantities[name]
    return f"{print_number(count * quantity.resolution)} {readable_units(name, quantity.unit)[0]}"
