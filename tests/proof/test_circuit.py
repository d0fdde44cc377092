"""Gates say what they are made of, and equal gates are one."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.proof.here import table

from fasciculation_rules.proof.circuit import FALSE, TRUE, Circuit

NAMES = "abcd"


@pytest.fixture
def circuit() -> Circuit:
    return Circuit()


def test_an_input_is_made_once(circuit: Circuit) -> None:
    assert circuit.input("a") == circuit.input("a") != circuit.input("b")


def test_equal_gates_are_one_gate(circuit: Circuit) -> None:
    a, b = circuit.input("a"), circuit.input("b")
    before = circuit.every((a, b))
    size = len(circuit)
    assert circuit.every((b, a)) == circuit.every((a, b, TRUE, a)) == before
    assert circuit.some((-a, -b)) == -before
    assert len(circuit) == size


def test_what_is_certain_needs_no_gate(circuit: Circuit) -> None:
    a = circuit.input("a")
    assert circuit.every(()) == TRUE
    assert circuit.some(()) == FALSE
    assert circuit.every((a,)) == a
    assert circuit.every((a, -a)) == circuit.every((a, FALSE)) == FALSE
    assert circuit.some((a, -a)) == circuit.some((a, TRUE)) == TRUE
    assert circuit.implies(a, a) == circuit.same(a, a) == TRUE


def test_every_and_some_say_what_they_are_called(circuit: Circuit) -> None:
    inputs = [circuit.input(name) for name in NAMES]
    made = [circuit.every(inputs), circuit.some(inputs), circuit.implies(*inputs[:2]), circuit.same(*inputs[:2])]
    for given_, found in table(circuit, made, inputs):
        a, b, *_ = said = [given_[wire] for wire in inputs]
        assert found == [all(said), any(said), not a or b, a == b]


@pytest.mark.parametrize("n", range(6))
def test_at_least_counts(n: int, circuit: Circuit) -> None:
    inputs = [circuit.input(name) for name in NAMES]
    for given_, found in table(circuit, [circuit.at_least(n, inputs)], inputs):
        assert found == [sum(given_.values()) >= n]


@pytest.mark.parametrize("n", range(1, 5))
def test_at_least_is_some_of_every_choice(n: int, circuit: Circuit) -> None:
    inputs = [circuit.input(name) for name in NAMES]
    choices = circuit.some(circuit.every(chosen) for chosen in combinations(inputs, n))
    for _, (counted, chosen) in table(circuit, [circuit.at_least(n, inputs), choices], inputs):
        assert counted == chosen


FORMULAS = st.recursive(
    st.sampled_from(NAMES),
    lambda below: st.tuples(st.sampled_from(["every", "some", "not", "two"]), st.lists(below, min_size=1, max_size=4)),
    max_leaves=12,
)


@given(FORMULAS)
def test_any_formula_is_worth_what_it_says(formula: object) -> None:
    circuit = Circuit()
    inputs = {name: circuit.input(name) for name in NAMES}

    def wire(formula: object) -> int:
        if isinstance(formula, str):
            return inputs[formula]
        kind, parts = formula  # type: ignore[misc]
        wires = [wire(part) for part in parts]
        match kind:
            case "every":
                return circuit.every(wires)
            case "some":
                return circuit.some(wires)
            case "two":
                return circuit.at_least(2, wires)
            case _:
                return -circuit.every(wires)

    def worth(formula: object, said: dict[str, bool]) -> bool:
        if isinstance(formula, str):
            return said[formula]
        kind, parts = formula  # type: ignore[misc]
        values = [worth(part, said) for part in parts]
        return {"every": all(values), "some": any(values), "two": sum(values) >= 2, "not": not all(values)}[kind]

    made = wire(formula)
    for given_, (found,) in table(circuit, [made], inputs.values()):
        assert found == worth(formula, {name: given_[wire] for name, wire in inputs.items()})


def test_a_cone_comes_after_what_it_rests_on_and_only_once(circuit: Circuit) -> None:
    a, b, c = (circuit.input(name) for name in "abc")
    gate = circuit.every((a, circuit.some((b, c))))
    circuit.every((a, circuit.input("d")))
    seen: set[int] = set()
    order = list(circuit.cone([gate], seen))
    assert set(order) == seen == {a, b, c, abs(circuit.some((b, c))), gate}
    assert all(order.index(abs(part)) < order.index(joined) for joined in order for part in circuit.joins(joined))
    assert list(circuit.cone([gate, a], seen)) == []
