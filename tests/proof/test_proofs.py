"""Proofs as files: each checks, none is half-written, and one that was tampered with is refused."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.proof.here import MINI, opened
from tests.proof.test_solvers import too_many_pigeons

from fasciculation_rules import Ruleset, open_ruleset
from fasciculation_rules.errors import EngineDisagreementError
from fasciculation_rules.proof import proofs
from fasciculation_rules.proof.cnf import Printer
from fasciculation_rules.proof.drup import NotProved, check, read_cnf
from fasciculation_rules.proof.proofs import CONTENTS, Proofs, check_folder
from fasciculation_rules.proof.proving import Outcome, prove, subject_of
from fasciculation_rules.proof.question import Question, Theorem
from fasciculation_rules.proof.solver import Verdict
from fasciculation_rules.proof.subject import Subject
from fasciculation_rules.proof.theorems import all_theorems


def pigeons(subject: Subject) -> list[Question]:
    """Something that cannot be shown without lemmas."""
    return [Question("pigeons", tuple(too_many_pigeons(subject.circuit, 4)), (subject.now,))]


PIGEONS = Theorem("pigeons", "A sentence.", pigeons)


def checked(folder: Path, ruleset: Ruleset) -> tuple[int, list[str]]:
    """How many check, and what is said of the others."""
    found = list(check_folder(folder, subject_of(ruleset)))
    return sum(each.good for each in found), [fault for each in found for fault in each.faults]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The proofs of the small ruleset."""
    folder = tmp_path_factory.mktemp("proofs") / "a" / "new-folder"
    ruleset = opened("mini")
    impossible = 0
    for proved in prove(ruleset, proofs=folder):
        impossible += proved.proofs
        if proved.outcome is Outcome.HOLDS:
            wanted = [question.must_be for question in proved.theorem.questions(subject_of(ruleset))]
            assert proved.proofs == wanted.count(Verdict.IMPOSSIBLE), proved.theorem.id
    assert impossible == len(list(folder.glob("*.cnf"))) > 100
    return folder


def test_each_is_two_files_and_all_check(written: Path) -> None:
    names = {path.stem for path in written.iterdir()} - {"contents"}
    pairs = {f"{name}{end}" for name in names for end in (".cnf", ".drup")}
    assert {path.name for path in written.iterdir()} == {*pairs, CONTENTS}
    assert checked(written, opened("mini")) == (len(names), [])


def test_they_check_without_a_solver(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a solver was asked")

    monkeypatch.setattr(proofs, "_proof", refuse)
    assert checked(written, opened("mini"))[1] == []


def test_the_head_says_what_it_is_about(written: Path) -> None:
    head = (written / "urgent-is-never-lowered-0001.cnf").read_text(encoding="utf-8").splitlines()[:4]
    assert head[0].startswith("c fasciculation-rules ")
    assert head[0].endswith(f"ruleset mini, logic {opened('mini').logic_digest}")
    assert head[1:3] == [
        "c theorem urgent-is-never-lowered, question 1: urgent_2w",
        "c of what holds of every patient: what is about the items asked about",
    ]
    assert head[3].startswith("p cnf ")


def test_the_same_question_gives_the_same_text_whatever_was_asked_before(written: Path, tmp_path: Path) -> None:
    wanted = [theorem for theorem in all_theorems() if theorem.id in ("tight", "what-fires-stays")]
    list(prove(opened("mini"), theorems=reversed(wanted), proofs=tmp_path))
    assert len(list(tmp_path.glob("*-*"))) == 44
    for path in tmp_path.glob("*-*"):
        assert path.read_bytes() == (written / path.name).read_bytes(), path.name


def test_the_clauses_are_possible_exactly_where_the_question_is() -> None:
    """The clauses are made anew for a file; here a solver that reads the file says what the first one said."""
    solvers = pytest.importorskip("pysat.solvers")
    subject = subject_of(opened("mini"))
    printer, both = Printer(subject.circuit), set()
    for theorem in all_theorems():
        for question in theorem.questions(subject):
            clauses = list(read_cnf(printer.text(question, (), widely=True)))
            with solvers.Minisat22(bootstrap_with=clauses) as solver:
                said = Verdict.POSSIBLE if solver.solve() else Verdict.IMPOSSIBLE
            both.add(said)
            if theorem.id not in ("no-self-care-under-a-red-flag", "bulbar-signs-are-heard", "any-red-flag") and not (
                theorem.id.startswith(("benign-", "danger-has"))
            ):
                assert said is question.must_be, f"{theorem.id}: {question.about}"
    assert both == {Verdict.POSSIBLE, Verdict.IMPOSSIBLE}


# ------------------------------------------------------------ tampering


def copied(written: Path, folder: Path, name: str) -> Path:
    """One proof in a folder of its own."""
    folder.mkdir()
    for end in (".cnf", ".drup"):
        (folder / f"{name}{end}").write_bytes((written / f"{name}{end}").read_bytes())
    Proofs(folder, subject_of(opened("mini"))).end()
    return folder


NAME = "screen-is-complete-0001"


@pytest.mark.parametrize(
    ("end", "old", "new", "fault"),
    [
        (".cnf", "\n1 0\n", "\n-1 0\n", "its clauses are not those of this ruleset"),
        (".cnf", "theorem screen-is-complete", "theorem any-red-flag", "its clauses are not those of this ruleset"),
        (".drup", "", "2 3 0 0\n", "line 1 of the proof does not end with 0, or not only there"),
        (".drup", "", "two 0\n", "line 1 of the proof is no clause"),
    ],
)
def test_a_file_that_was_altered_does_not_check(
    end: str, old: str, new: str, fault: str, written: Path, tmp_path: Path
) -> None:
    folder = copied(written, tmp_path / "one", NAME)
    file = folder / f"{NAME}{end}"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1) if old else new + text, encoding="utf-8")
    assert checked(folder, opened("mini")) == (0, [f"{NAME}: {fault}"])


def test_a_proof_without_a_lemma_that_matters_is_refused(tmp_path: Path) -> None:
    """Each line is left out in turn, and each literal turned round: what still checks is still a proof."""
    (proved,) = prove(opened("mini"), theorems=[PIGEONS], proofs=tmp_path)
    assert proved.proofs == 1
    cnf = (tmp_path / "pigeons-0001.cnf").read_text(encoding="utf-8")
    lines = (tmp_path / "pigeons-0001.drup").read_text(encoding="utf-8").splitlines()
    lemmas = [index for index, line in enumerate(lines) if not line.startswith("d") and line != "0"]
    assert len(lemmas) > 5
    refused = turned = 0
    for index in lemmas:
        for changed in ([], [f"-{lines[index]}".replace("--", "")]):
            try:
                check(cnf, "\n".join([*lines[:index], *changed, *lines[index + 1 :]]))
            except NotProved:
                refused, turned = refused + (not changed), turned + bool(changed)
    assert refused >= 1
    assert turned >= len(lemmas) // 2


@pytest.mark.parametrize(
    ("alter", "fault"),
    [
        (lambda folder: (folder / f"{NAME}.drup").unlink(), f"{NAME}: {NAME}.drup is missing"),
        (lambda folder: (folder / f"{NAME}.cnf").unlink(), f"{NAME}: {NAME}.cnf is missing"),
        (lambda folder: (folder / f"{NAME}.cnf").write_bytes(b"\xff"), f"{NAME}: not a text"),
        (lambda folder: (folder / "tight-9999.cnf").touch(), "tight-9999: there is no such question"),
        (lambda folder: (folder / "no-theorem-0001.cnf").touch(), "no-theorem-0001: there is no such theorem"),
        (lambda folder: (folder / "proof.cnf").touch(), "proof: no name of a proof"),
        (lambda folder: (folder / "proof.cnf").touch(), f"proof.cnf: not listed in {CONTENTS}"),
        (lambda folder: _to_folder(folder / f"{NAME}.cnf"), f"{NAME}: cannot be read (Is a directory)"),
        (lambda folder: (folder / f"{NAME}.cnf").unlink(), f"{NAME}.cnf: listed in {CONTENTS}, and missing"),
        (
            lambda folder: (folder / CONTENTS).unlink(),
            f"{CONTENTS}: cannot be read: the run that writes it last did not end, so proofs may be missing",
        ),
    ],
)
def test_what_is_missing_or_too_much_is_named(alter: Any, fault: str, written: Path, tmp_path: Path) -> None:
    folder = copied(written, tmp_path / "one", NAME)
    alter(folder)
    assert fault in checked(folder, opened("mini"))[1]


def _to_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def test_a_pair_that_was_taken_out_is_missed(written: Path, tmp_path: Path) -> None:
    folder = tmp_path / "all-but-one"
    shutil.copytree(written, folder)
    for end in (".cnf", ".drup"):
        (folder / f"{NAME}{end}").unlink()
    gone = [f"{NAME}{end}: listed in {CONTENTS}, and missing" for end in (".cnf", ".drup")]
    assert checked(folder, opened("mini"))[1] == gone


def test_a_run_that_was_stopped_leaves_a_folder_that_does_not_check(tmp_path: Path) -> None:
    for _, _ in zip(prove(opened("mini"), proofs=tmp_path), range(4), strict=False):
        pass
    good, faults = checked(tmp_path, opened("mini"))
    assert good > 0
    assert [fault.partition(":")[0] for fault in faults] == [CONTENTS]


def test_proofs_of_another_ruleset_are_no_proofs(written: Path, tmp_path: Path) -> None:
    folder = copied(written, tmp_path / "one", NAME)
    good, faults = checked(folder, opened("0.1.0"))
    assert (good, faults) == (0, [f"{NAME}: its clauses are not those of this ruleset"])


# ------------------------------------------------------------ writing


def test_what_does_not_check_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proofs, "_proof", lambda cnf: "99999 0\n")
    with pytest.raises(EngineDisagreementError) as caught:
        list(prove(opened("mini"), theorems=[PIGEONS], proofs=tmp_path / "proofs"))
    assert str(caught.value) == (
        "the proof of 'pigeons', question 1, does not check: line 1 of the proof does not follow from what comes "
        "before it; nothing is proved"
    )
    assert caught.value.exit_code == 3
    assert not (tmp_path / "proofs").exists()


def test_a_proof_that_a_new_solver_cannot_find_is_none(tmp_path: Path) -> None:
    subject = subject_of(open_ruleset(MINI))
    somebody = Question("somebody", (subject.now.patient.present["weakness"],), (subject.now,))
    with pytest.raises(EngineDisagreementError, match="a new solver says that it is possible"):
        Proofs(tmp_path, subject).write("a-theorem", 1, somebody)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(Exception):
        pass

    def stop(self: Path, target: Path) -> Path:
        raise Full

    monkeypatch.setattr(Path, "replace", stop)
    with pytest.raises(Full):
        list(prove(opened("mini"), theorems=[PIGEONS], proofs=tmp_path))
    assert [path.suffix for path in tmp_path.iterdir()] == [".part"]
