"""Two solvers that know nothing of each other give the same answers; one that says nothing proves nothing."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import Any

import pytest
from tests.proof.here import opened

from fasciculation_rules import Ruleset
from fasciculation_rules.errors import EngineDisagreementError, EngineUnavailableError
from fasciculation_rules.proof import panel
from fasciculation_rules.proof.circuit import Circuit, Wire
from fasciculation_rules.proof.panel import Panel
from fasciculation_rules.proof.patient import Patient
from fasciculation_rules.proof.proving import Outcome, prove
from fasciculation_rules.proof.question import Question, Theorem
from fasciculation_rules.proof.second_opinion import SecondOpinion
from fasciculation_rules.proof.solver import Sat, Solver, Verdict
from fasciculation_rules.proof.subject import Subject
from fasciculation_rules.proof.theorems import LAWS, all_theorems, sentences

Make = Callable[..., Solver]
SOLVERS: dict[str, Make] = {
    "glucose4": lambda subject: Sat(subject.circuit),
    "z3": lambda subject: SecondOpinion(subject.circuit, subject.ruleset),
}


def test_each_law_has_a_sentence_and_each_sentence_a_law() -> None:
    assert list(sentences()) == list(LAWS)


def test_no_two_theorems_have_one_name_and_each_is_a_sentence() -> None:
    theorems = all_theorems()
    assert len({theorem.id for theorem in theorems}) == len(theorems)
    assert [theorem.id for theorem in theorems if not theorem.sentence.endswith(".")] == []


# ------------------------------------------------------------ what each says


@pytest.mark.parametrize("name", SOLVERS)
def test_a_solver_finds_whom_there_is_and_nobody_else(name: str, subject: Subject) -> None:
    solver, now = SOLVERS[name](subject), subject.now
    solver.meet(now.patient)
    speech, denied = now.patient.present["dysarthria"], now.patient.absent["dysarthria"]
    assert solver.ask([speech]) is Verdict.POSSIBLE
    inputs = solver.inputs()
    assert inputs[speech]
    assert inputs[now.patient.present["bulbar_symptoms"]]
    assert solver.ask([speech, denied]) is Verdict.IMPOSSIBLE
    assert solver.ask([speech, now.patient.absent["bulbar_symptoms"]]) is Verdict.IMPOSSIBLE
    assert solver.ask([denied]) is Verdict.POSSIBLE


@pytest.mark.parametrize("name", SOLVERS)
def test_a_quantity_has_a_low_end_below_its_high_end_and_both_in_range(name: str, subject: Subject) -> None:
    solver, patient = SOLVERS[name](subject), subject.now.patient
    solver.meet(patient)
    low, high = patient.end["potassium", 250], patient.start["potassium", 350]
    assert solver.ask([low]) is Verdict.POSSIBLE
    assert solver.ask([low, high]) is Verdict.IMPOSSIBLE
    assert solver.ask([low, -patient.known["potassium"]]) is Verdict.IMPOSSIBLE
    assert solver.ask([low, -patient.end["potassium", 350]]) is Verdict.IMPOSSIBLE
    assert solver.ask([-low, -patient.start["potassium", 250], patient.known["potassium"]]) is Verdict.POSSIBLE
    assert solver.ask([low, patient.present["basic_bloods_normal"]]) is Verdict.IMPOSSIBLE


@pytest.mark.parametrize("name", SOLVERS)
def test_a_solver_that_is_made_anew_still_knows_what_holds(name: str, subject: Subject) -> None:
    solver, now = SOLVERS[name](subject), subject.now
    solver.meet(now.patient)
    speech, general = now.patient.present["dysarthria"], now.patient.present["bulbar_symptoms"]
    solver._anew()  # type: ignore[attr-defined]
    assert solver.ask([speech, -general]) is Verdict.IMPOSSIBLE
    assert solver.ask([speech]) is Verdict.POSSIBLE


def test_both_solvers_say_the_same_of_every_question_about_the_small_ruleset(subject: Subject) -> None:
    solvers = [make(subject) for make in SOLVERS.values()]
    asked = 0
    for theorem in all_theorems():
        for question in theorem.questions(subject):
            for solver in solvers:
                for reading in question.patients:
                    solver.meet(reading.patient)
            first, second = (solver.ask(question.wires) for solver in solvers)
            assert first is second, f"{theorem.id}: {question.about}"
            asked += 1
    assert asked > 200


# ------------------------------------------------------------ what is made of it


class Fake:
    """A solver that always says the same."""

    def __init__(self, verdict: Verdict, name: str = "fake") -> None:
        self.verdict, self.name = verdict, name

    def __call__(self, *_: object, **__: object) -> Fake:
        return self

    def meet(self, patient: Patient) -> None:
        pass

    def ask(self, wires: Sequence[Wire]) -> Verdict:
        return self.verdict

    def inputs(self) -> Mapping[Wire, bool]:
        return {}


def theorem(must_be: Verdict = Verdict.IMPOSSIBLE) -> Theorem:
    """Speech is slurred while it is denied: nobody; or a rule fires that waits for two things: somebody."""

    def questions(subject: Subject) -> list[Question]:
        present, absent = subject.now.patient.present, subject.now.patient.absent
        nobody = (present["dysarthria"], absent["dysarthria"])
        somebody = (present["dysarthria"], absent["cramps"], present["ace_inhibitor_use"])
        wires = nobody if must_be is Verdict.IMPOSSIBLE else somebody
        return [Question("somebody", wires, (subject.now,), must_be)]

    return Theorem("a-theorem", "A sentence.", questions)


def proved(mini: Ruleset, *, must_be: Verdict = Verdict.IMPOSSIBLE, second: bool = False) -> Outcome:
    (found,) = prove(mini, theorems=[theorem(must_be)], second_opinion=second)
    return found.outcome


def test_a_solver_that_says_nothing_leaves_it_undecided(mini: Ruleset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(panel, "Sat", Fake(Verdict.UNDECIDED))
    assert proved(mini) is Outcome.UNDECIDED
    assert proved(mini, must_be=Verdict.POSSIBLE) is Outcome.UNDECIDED


def test_a_second_solver_that_says_nothing_leaves_it_undecided(mini: Ruleset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(panel, "SecondOpinion", Fake(Verdict.UNDECIDED))
    assert proved(mini, second=True) is Outcome.UNDECIDED
    assert proved(mini) is Outcome.HOLDS


def too_many_pigeons(circuit: Circuit, holes: int) -> list[Wire]:
    """One pigeon more than there are holes, each in a hole of its own: impossible, and long to show."""
    sits = {(pigeon, hole): circuit.input((pigeon, hole)) for pigeon in range(holes + 1) for hole in range(holes)}
    housed = [circuit.some(sits[pigeon, hole] for hole in range(holes)) for pigeon in range(holes + 1)]
    alone = [
        -circuit.every((sits[one, hole], sits[other, hole]))
        for hole in range(holes)
        for one, other in combinations(range(holes + 1), 2)
    ]
    return [*housed, *alone]


def test_a_question_that_takes_too_long_is_not_decided(mini: Ruleset) -> None:
    def questions(subject: Subject) -> list[Question]:
        return [Question("pigeons", tuple(too_many_pigeons(subject.circuit, 7)), (subject.now,))]

    (short,) = prove(mini, theorems=[Theorem("pigeons", "A sentence.", questions)], budget=10)
    (long,) = prove(mini, theorems=[Theorem("pigeons", "A sentence.", questions)])
    assert (short.outcome, short.failures) == (Outcome.UNDECIDED, ())
    assert long.outcome is Outcome.HOLDS


def test_what_the_second_solver_cannot_say_is_not_decided(subject: Subject) -> None:
    solver = SecondOpinion(subject.circuit, subject.ruleset)

    class Tired:
        def check(self, *_: object) -> object:
            return solver._z3.unknown

    solver._solver = Tired()
    assert solver.ask([1]) is Verdict.UNDECIDED


@pytest.mark.parametrize("verdict", [Verdict.POSSIBLE, Verdict.UNDECIDED])
def test_two_solvers_that_differ_prove_nothing(
    verdict: Verdict, mini: Ruleset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(panel, "SecondOpinion", Fake(verdict, "z3"))
    if verdict is Verdict.UNDECIDED:
        assert proved(mini, second=True) is Outcome.UNDECIDED
        return
    with pytest.raises(EngineDisagreementError) as caught:
        proved(mini, second=True)
    assert str(caught.value) == (
        "the solvers disagree about 'somebody' (glucose4: impossible, z3: possible); nothing is proved"
    )
    assert caught.value.exit_code == 3


def test_nobody_is_believed_who_is_no_patient(mini: Ruleset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(panel, "Sat", Fake(Verdict.POSSIBLE))
    with pytest.raises(EngineDisagreementError, match="fake found a patient of whom it is not true"):
        proved(mini, must_be=Verdict.POSSIBLE)


def test_a_question_that_somebody_answers_is_put_to_no_second_solver(subject: Subject) -> None:
    """A patient of whom the gates were worked out shows more than two solvers who say that there is one."""
    asked = Panel(subject, second_opinion=True)
    (question,) = theorem(Verdict.POSSIBLE).questions(subject)
    first, second = asked.solvers(question)
    second.ask = Fake(Verdict.IMPOSSIBLE).ask  # type: ignore[method-assign]
    assert asked.verdict(question) is Verdict.POSSIBLE
    first.ask = Fake(Verdict.IMPOSSIBLE).ask  # type: ignore[method-assign]
    assert asked.verdict(question) is Verdict.IMPOSSIBLE  # she waits, and is met with others


def test_whoever_was_met_is_looked_at_before_anybody_is_looked_for(
    subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(panel, "Sat", Fake(Verdict.IMPOSSIBLE))
    asked = Panel(subject)
    present = subject.now.patient.present
    for wires in [(present["weakness"],), (subject.now.true("escalate-calcium-critical"),), ()]:
        assert asked.verdict(Question("known", wires, (subject.now,), Verdict.POSSIBLE)) is Verdict.POSSIBLE
    nobody = (present["weakness"], subject.now.patient.absent["weakness"])
    assert asked.verdict(Question("nobody", nobody, (subject.now,), Verdict.POSSIBLE)) is Verdict.IMPOSSIBLE


# ------------------------------------------------------------ without the extra


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Makes an import fail as it does where the package is not installed."""

    def hide(package: str) -> None:
        for name in [name for name in sys.modules if name.partition(".")[0] == package]:
            monkeypatch.delitem(sys.modules, name)
        found = builtins.__import__

        def importing(name: str, *rest: Any, **named: Any) -> Any:
            if name.partition(".")[0] == package:
                raise ModuleNotFoundError(f"No module named '{package}'", name=package)
            return found(name, *rest, **named)

        monkeypatch.setattr(builtins, "__import__", importing)

    return hide


@pytest.mark.parametrize(
    ("package", "named", "make"),
    [
        ("pysat", "python-sat", lambda: Sat(Circuit())),
        ("z3", "z3-solver", lambda: SecondOpinion(Circuit(), opened("mini"))),
        ("pysat", "python-sat", lambda: next(prove(opened("mini")))),
        ("z3", "z3-solver", lambda: next(prove(opened("mini"), second_opinion=True))),
    ],
)
def test_without_the_extra_the_error_names_it(
    package: str, named: str, make: Callable[[], object], without: Callable[[str], None]
) -> None:
    without(package)
    with pytest.raises(EngineUnavailableError) as caught:
        make()
    assert str(caught.value) == (
        f"proofs need the package '{named}', which is not installed: pip install 'fasciculation-rules[prove]'"
    )
    assert caught.value.exit_code == 3


def test_one_solver_needs_no_second(without: Callable[[str], None]) -> None:
    without("z3")
    assert proved(opened("mini")) is Outcome.HOLDS
