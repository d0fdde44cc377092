"""`prove` on the command line: its text, its JSON, its exit codes, and the files it writes."""

from __future__ import annotations

import contextlib
import io
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.proof.here import MINI, opened
from tests.proof.test_solvers import Fake

from fasciculation_rules import __version__
from fasciculation_rules.cli.app import run
from fasciculation_rules.proof import panel, proofs, solver
from fasciculation_rules.proof.solver import Verdict
from fasciculation_rules.proof.theorems import all_theorems


@dataclass(frozen=True)
class Said:
    """What a command line did; seconds are left out."""

    code: int
    out: str
    err: str


Prove = Callable[..., Said]


@pytest.fixture
def prove(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Prove:
    """`prove` of a copy of the small ruleset, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(MINI, tmp_path / "mini")

    def said(*arguments: str, version: str = "./mini") -> Said:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = run(["prove", version, *arguments])
        return Said(code, re.sub(r"( *)\d+\.\d\d s", r"\1... s", out.getvalue()), err.getvalue())

    return said


def of(*names: str) -> list[str]:
    """The options that name theorems."""
    return [part for name in names for part in ("--theorem", name)]


HEAD = (
    f"Ruleset mini (unreleased, library {__version__}, not reviewed by a clinician), "
    f"logic {opened('mini').logic_digest}\n"
)
FAILING = """\
Theorems over every patient there can be:
holds         ... s    19 questions  none-is-dead: Each rule and derived finding is fulfilled by somebody.
silent        ... s     0 questions  weakness-is-heard: Weakness never ends in self-care, whatever else is true.
fails         ... s     2 questions  bulbar-signs-are-heard: Trouble with speech, chewing or swallowing, and a sign of \
the tongue or jaw, never end in self-care.
    at_least: routine
        a patient of whom only this is known:
            difficulty swallowing (dysphagia): present
    shows: routine
        a patient of whom only this is known:
            difficulty swallowing (dysphagia): present
            eyelid twitching (eyelid_twitch): present
            slurred speech (dysarthria): absent
            weakness: absent
            cramps: absent
            age: 16 years or more
            duration of twitching (twitch_duration): up to 83 days
Theorems: 3; hold: 1; fail: 1; silent, because this version has not the words: 1
Where there must be nobody, glucose4 says so; where there must be somebody, a patient was found and looked at.
"""


def test_what_fails_is_told_with_the_smallest_patient(prove: Prove) -> None:
    said = prove(*of("none-is-dead", "weakness-is-heard", "bulbar-signs-are-heard"))
    assert (said.code, said.err) == (1, "")
    assert said.out == HEAD + FAILING


def test_what_holds_is_one_line(prove: Prove) -> None:
    said = prove(*of("none-is-dead", "tight"), "--second-opinion")
    assert (said.code, said.err) == (0, "")
    assert said.out == HEAD + (
        "Theorems over every patient there can be:\n"
        "holds         ... s    19 questions  none-is-dead: Each rule and derived finding is fulfilled by somebody.\n"
        "holds         ... s    20 questions  tight: Where every value that an unknown quantity can have would reach a "
        "rung, that rung is reached without it.\n"
        "Theorems: 2; hold: 2\n"
        "Where there must be nobody, glucose4 and z3 both say so; where there must be somebody, a patient was found "
        "and looked at.\n"
    )


def test_of_two_patients_only_what_is_new_is_told_of_the_second(prove: Prove) -> None:
    rule = Path("mini/rules/escalation/escalate-speech.yaml")
    text = rule.read_text(encoding="utf-8")
    rule.write_text(
        text.replace("- dysarthria is present", "- {all: [dysarthria is present, twitch_duration < 84 days]}"),
        encoding="utf-8",
    )
    said = prove(*of("long-twitching"))
    assert said.code == 1
    assert said.out.splitlines()[3:-2] == [
        "    urgent_rules_unchanged_by: twitch_duration, eyelid_duration",
        "        a patient of whom only this is known:",
        "            slurred speech (dysarthria): present",
        "        and then also:",
        "            duration of twitching (twitch_duration): up to 83 days",
    ]


def test_a_rule_that_no_patient_fulfils_has_no_patient_to_show(prove: Prove) -> None:
    rule = Path("mini/rules/plan/plan-emg.yaml")
    text = rule.read_text(encoding="utf-8")
    rule.write_text(
        text.replace("when: weakness is present", "when: {all: [potassium < 2 mmol/L, potassium > 6 mmol/L]}"),
        encoding="utf-8",
    )
    said = prove(*of("none-is-dead"))
    assert said.code == 1
    assert said.out.splitlines()[3:-2] == ["    plan-emg", "        there is no such patient"]


def test_json_is_one_object_a_theorem(prove: Prove) -> None:
    said = prove(*of("minors-never-add-up", "benign-twitching-beside-danger"), "--as", "json")
    assert (said.code, said.err) == (1, "")
    assert [json.loads(line) for line in said.out.splitlines()] == [
        {
            "theorem": "minors-never-add-up",
            "sentence": "Without a red-flag rule nobody is above soon_gp, however many minor rules fire.",
            "outcome": "holds",
            "questions": 1,
            "failures": [],
        },
        {
            "theorem": "benign-twitching-beside-danger",
            "sentence": "Benign fasciculation and cramp-fasciculation are no candidates beside a dangerous sign.",
            "outcome": "fails",
            "questions": 1,
            "failures": [
                {
                    "about": "not_candidate: benign_fasciculation_syndrome",
                    "patients": [{"dysphagia": "present", "fasciculation": "present", "weakness": "absent"}],
                }
            ],
        },
    ]


def test_without_a_theorem_all_are_proved(prove: Prove) -> None:
    said = prove("--as", "json")
    assert [json.loads(line)["theorem"] for line in said.out.splitlines()] == [each.id for each in all_theorems()]


# ------------------------------------------------------------ no answer


def test_a_solver_that_says_nothing_proves_nothing(prove: Prove, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(panel, "Sat", Fake(Verdict.UNDECIDED))
    said = prove(*of("minors-never-add-up"))
    assert (said.code, said.err) == (3, "")
    assert "not decided   ... s     1 questions  minors-never-add-up: " in said.out
    assert "Theorems: 1; not decided: 1\n" in said.out


def test_a_failure_counts_more_than_what_is_not_decided(prove: Prove, monkeypatch: pytest.MonkeyPatch) -> None:
    class Tired(solver.Sat):
        def ask(self, wires: object) -> Verdict:
            answer = super().ask(wires)  # type: ignore[arg-type]
            return Verdict.UNDECIDED if answer is Verdict.IMPOSSIBLE else answer

    monkeypatch.setattr(panel, "Sat", Tired)
    assert prove(*of("minors-never-add-up", "bulbar-signs-are-heard")).code == 1


def test_two_solvers_that_differ_are_an_error(prove: Prove, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(panel, "SecondOpinion", Fake(Verdict.POSSIBLE, "z3"))
    said = prove(*of("minors-never-add-up"), "--second-opinion")
    assert said.code == 3
    assert said.err == (
        "error: the solvers disagree about 'any' (glucose4: impossible, z3: possible); nothing is proved\n"
    )


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("minor-never-adds-up", "did you mean 'minors-never-add-up'?"),
        ("everything-is-well", f"without --theorem, all {len(all_theorems())} are named"),
    ],
)
def test_a_theorem_that_there_is_not(name: str, hint: str, prove: Prove) -> None:
    said = prove(*of(name))
    assert (said.code, said.out) == (2, "")
    assert said.err == f"error: there is no theorem '{name}'; {hint}\n"


# ------------------------------------------------------------ proofs as files


def test_proofs_are_written_checked_and_checked_again(prove: Prove) -> None:
    said = prove(*of("minors-never-add-up", "tight"), "--proofs", "proofs")
    assert (said.code, said.out.splitlines()[-1]) == (0, "21 proofs written to proofs; each was checked.")
    again = prove("--check", "proofs")
    assert (again.code, again.err) == (0, "")
    assert again.out == HEAD + (
        "Proofs in proofs:\n"
        "   20 check  tight\n"
        "    1 check  minors-never-add-up\n"
        "21 proofs check, of 2 of 71 theorems; no solver was asked.\n"
    )


def test_a_proof_that_was_tampered_with_is_named(prove: Prove) -> None:
    prove(*of("minors-never-add-up", "tight"), "--proofs", "proofs")
    file = Path("proofs/minors-never-add-up-0001.cnf")
    file.write_text(file.read_text(encoding="utf-8").replace("\n1 0\n", "\n-1 0\n", 1), encoding="utf-8")
    said = prove("--check", "proofs")
    assert said.code == 3
    assert said.out.splitlines()[-3:] == [
        "    0 check  minors-never-add-up",
        "    minors-never-add-up-0001: its clauses are not those of this ruleset",
        "20 proofs check, of 1 of 71 theorems, faults: 1; no solver was asked.",
    ]


def test_a_proof_that_does_not_check_is_an_error(prove: Prove, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proofs, "_proof", lambda cnf: "one 0\n")
    said = prove(*of("minors-never-add-up"), "--proofs", "proofs")
    assert said.code == 3
    assert said.err == (
        "error: the proof of 'minors-never-add-up', question 1, does not check: line 1 of the proof is no clause; "
        "nothing is proved\n"
    )
    assert not Path("proofs").exists()


def test_an_empty_folder_proves_nothing(prove: Prove) -> None:
    Path("proofs").mkdir()
    said = prove("--check", "proofs")
    assert (said.code, said.out.splitlines()[-1]) == (
        3,
        "0 proofs check, of 0 of 71 theorems, faults: 1; no solver was asked.",
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--check", "nowhere"], "there is no folder 'nowhere'"),
        (["--check", "mini", "--second-opinion"], "--check stands alone: files are checked as they are"),
        (["--check", "mini", "--proofs", "mini"], "--check stands alone: files are checked as they are"),
        (["--check", "mini", *of("tight")], "--check stands alone: files are checked as they are"),
    ],
)
def test_check_is_used_as_it_is_meant(options: list[str], message: str, prove: Prove) -> None:
    said = prove(*options)
    assert said.code == 2
    assert said.err == f"error: Invalid value for --check: {message}; see `fasciculation-rules prove --help`\n"
