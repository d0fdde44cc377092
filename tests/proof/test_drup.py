"""The checker of proofs takes what follows and refuses everything else; it is tried against brute force."""

from __future__ import annotations

import ast
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fasciculation_rules.proof import drup
from fasciculation_rules.proof.drup import Checker, NotProved, check, read_cnf, read_drup

# Of two out of two true, of which not both may be: 1 or 2, not 1 or not 2, and so on; no unit among them.
SQUARE = "p cnf 2 4\n1 2 0\n1 -2 0\n-1 2 0\n-1 -2 0\n"


def test_a_proof_is_taken() -> None:
    check(SQUARE, "1 0\n0\n")


def test_what_contradicts_itself_at_once_needs_no_proof() -> None:
    check("c a comment\np cnf 2 3\n1 0\n-1 2 0\n-2 0\n", "")


@pytest.mark.parametrize(
    ("cnf", "proof", "why"),
    [
        (SQUARE, "", "the proof ends without a contradiction"),
        (SQUARE, "0\n", "line 1 of the proof does not follow from what comes before it"),
        (SQUARE, "3 0\n0\n", "line 1 of the proof does not follow from what comes before it"),
        (SQUARE, "d 1 -2 0\n1 0\n0\n", "line 2 of the proof does not follow from what comes before it"),
        (SQUARE, "1 2 0\nd 1 2 0\n", "the proof ends without a contradiction"),
        (SQUARE, "one 0\n", "line 1 of the proof is no clause"),
        (SQUARE, "1\n", "line 1 of the proof does not end with 0, or not only there"),
        (SQUARE, "1 0 2 0\n", "line 1 of the proof does not end with 0, or not only there"),
        ("p cnf 2 2\n1 2 0\n-1 0\n", "0\n", "line 1 of the proof does not follow from what comes before it"),
        ("p cnf 2 3\n1 2 0\n", "0\n", "the clauses are not as many as their head says"),
        ("p cnf 1 1\n1 2 0\n", "0\n", "the clauses are not as many as their head says"),
        ("1 0\n-1 0\n", "0\n", "the clauses are not as many as their head says"),
        ("p cnf two 1\n1 0\n", "0\n", "the clauses are not as many as their head says"),
        ("p cnf 1 1\nx\n", "0\n", "line 2 of the clauses is no clause"),
    ],
)
def test_everything_else_is_refused(cnf: str, proof: str, why: str) -> None:
    with pytest.raises(NotProved) as caught:
        check(cnf, proof)
    assert str(caught.value) == why


def test_a_clause_that_is_forgotten_is_no_longer_used() -> None:
    checker = Checker([[1, 2], [1, -2]])
    assert checker.follows([1])
    checker.forget([-2, 1])
    assert not checker.follows([1])
    checker.forget([7, 8])  # never held


def test_a_clause_held_twice_is_forgotten_once() -> None:
    checker = Checker([[1, 2], [2, 1], [1, -2]])
    checker.forget([1, 2])
    assert checker.follows([1])


def test_what_was_found_true_stays_so() -> None:
    checker = Checker([[1], [-1, 2]])
    checker.forget([1])
    assert checker.follows([2])


# ------------------------------------------------------------ against brute force

CLAUSES = st.lists(
    st.lists(st.integers(1, 5).flatmap(lambda v: st.sampled_from([v, -v])), min_size=1, max_size=4), max_size=24
)


def possible(clauses: list[list[int]]) -> bool:
    """Whether some way to be true or false makes every clause true."""
    for values in product((False, True), repeat=5):
        true = {number if value else -number for number, value in enumerate(values, start=1)}
        if all(true & set(clause) for clause in clauses):
            return True
    return False


@given(CLAUSES)
def test_only_what_follows_is_said_to_follow(clauses: list[list[int]]) -> None:
    checker = Checker(clauses)
    if checker.refuted:
        assert not possible(clauses)
        return
    for literal in (*range(1, 6), *range(-5, 0)):
        if checker.follows([literal]):
            assert not possible([*clauses, [-literal]])


@given(CLAUSES)
def test_a_solver_s_proofs_are_taken_and_of_the_possible_there_are_none(clauses: list[list[int]]) -> None:
    solvers = pytest.importorskip("pysat.solvers")
    cnf = f"p cnf 5 {len(clauses)}\n" + "".join(f"{' '.join(map(str, clause))} 0\n" for clause in clauses)
    with solvers.Glucose4(bootstrap_with=clauses, with_proof=True) as solver:
        if solver.solve():
            assert possible(clauses)
            with pytest.raises(NotProved):
                check(cnf, "0\n")
        else:
            check(cnf, "".join(f"{line}\n" for line in solver.get_proof()))


@given(CLAUSES, st.lists(st.lists(st.sampled_from([1, -1, 2, -2, 3, -3]), max_size=3), max_size=6))
def test_no_proof_makes_the_possible_impossible(clauses: list[list[int]], lemmas: list[list[int]]) -> None:
    cnf = f"p cnf 5 {len(clauses)}\n" + "".join(f"{' '.join(map(str, clause))} 0\n" for clause in clauses)
    proof = "".join(f"{' '.join(map(str, [*lemma, 0]))}\n" for lemma in [*lemmas, []])
    try:
        check(cnf, proof)
    except NotProved:
        return
    assert not possible(clauses)


# ------------------------------------------------------------ trust


def test_the_checker_stands_alone() -> None:
    """Whoever wants to trust a proof has to read this one file."""
    tree = ast.parse(Path(drup.__file__).read_text(encoding="utf-8"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported == {"__future__", "collections.abc"}
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import)]


def test_files_are_read_as_they_are_written() -> None:
    assert list(read_cnf(SQUARE)) == [[1, 2], [1, -2], [-1, 2], [-1, -2]]
    assert list(read_drup("c a comment\n\n1 -2 0\nd 1 2 0\n0\n")) == [
        (3, False, [1, -2]),
        (4, True, [1, 2]),
        (5, False, []),
    ]
