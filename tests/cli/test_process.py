"""What only a process of its own can show: pipes that close, disks that are full, a shelf that was altered."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import fasciculation_rules

SOURCE = Path(fasciculation_rules.__file__).resolve().parent
MINI = Path(__file__).resolve().parents[1] / "rulesets" / "mini"
PROGRAM = [sys.executable, "-m", "fasciculation_rules.cli"]
WELL = '{"given": {"age": "60 years", "dysarthria": "present"}}\n'


def shell(line: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A line for the shell, in which `program` stands for ours; the exit code is that of a pipe's first command."""
    line = line.replace("program", " ".join(PROGRAM))
    return subprocess.run(
        ["bash", "-c", f"{line}; exit ${{PIPESTATUS[0]}}"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, **environment},
        preexec_fn=_heed_the_keyboard,
    )


def _heed_the_keyboard() -> None:
    """What a script starts in the background ignores the keyboard, and so would all that the tests start."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture(autouse=True)
def _cases(here: Path) -> None:
    Path("case.json").write_text(WELL, encoding="utf-8")
    Path("cases.jsonl").write_text(WELL * 2000, encoding="utf-8")


def test_a_reader_that_goes_away_is_no_error() -> None:
    Path("ill.jsonl").write_text(WELL.replace("dysarthria", "dysartria") * 2000, encoding="utf-8")
    for line in (
        "program assess cases.jsonl --ruleset ./mini --engine compiled | head -n 1",
        "program assess case.json --ruleset ./mini --engine compiled | true",
        "program assess ill.jsonl --ruleset ./mini --engine compiled 2>&1 | true",
        "program list | true",
    ):
        done = shell(line)
        assert (done.returncode, done.stderr) == (0, ""), line


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this machine has no full device")
@pytest.mark.parametrize(
    "line", ["assess case.json --ruleset ./mini", "assess cases.jsonl --ruleset ./mini --as json", "list"]
)
def test_a_full_disk_is_told_in_one_line(line: str) -> None:
    done = shell(f"program {line} > /dev/full")
    assert (done.returncode, done.stderr) == (2, "error: the output: no space left on device\n")


def test_standard_streams_that_are_closed_are_no_accident() -> None:
    done = shell("program assess - --ruleset ./mini <&-")
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    done = shell("program assess case.json --ruleset ./mini >&-")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_pipe_may_be_read_like_a_file() -> None:
    done = shell("program assess <(cat case.json) --ruleset ./mini")
    assert done.returncode == 0
    assert "urgent_2w" in done.stdout
    done = shell("cat case.json | program assess - --ruleset ./mini --as json")
    assert '"urgent_2w"' in done.stdout


def test_progress_is_shown_on_no_pipe_and_no_file() -> None:
    done = shell("program assess cases.jsonl --ruleset ./mini --engine compiled > out.txt")
    assert (done.returncode, done.stderr) == (0, "")
    assert len(Path("out.txt").read_text(encoding="utf-8").splitlines()) == 2000


def test_no_language_of_the_environment_changes_the_answer() -> None:
    answers = {
        shell("program assess case.json --ruleset ./mini --engine compiled", LC_ALL=locale).stdout
        for locale in ("C", "C.UTF-8")
    }
    assert len(answers) == 1


def test_text_that_the_terminal_cannot_show_is_no_accident() -> None:
    rule = Path("mini/rules/plan/plan-emg.yaml")
    rule.write_text(
        rule.read_text(encoding="utf-8").replace("title: EMG", "title: Elektromyographie für Ärzte"), "utf-8"
    )
    done = shell("program show ./mini plan-emg", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")


def test_the_installed_program_is_the_module() -> None:
    program = shutil.which("fasciculation-rules", path=str(Path(sys.executable).parent))
    if program is None:
        pytest.skip("the library is not installed here")
    one = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    assert one == shell("program --version").stdout


def test_the_package_may_be_run_as_a_module() -> None:
    for arguments in (["--version"], ["assess", "--help"], ["asess"]):
        package, room = (
            subprocess.run([sys.executable, "-m", name, *arguments], capture_output=True, text=True, check=False)
            for name in ("fasciculation_rules", "fasciculation_rules.cli")
        )
        assert (package.returncode, package.stdout, package.stderr) == (room.returncode, room.stdout, room.stderr)
    assert "fasciculation-rules" in package.stderr


@pytest.mark.parametrize("module", ["typer", "pydantic", "yaml"])
def test_the_keyboard_stops_the_program_quietly_while_it_loads(module: str, tmp_path: Path) -> None:
    slow = "import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(5)\nraise RuntimeError\n"
    (tmp_path / "slow").mkdir()
    (tmp_path / "slow" / f"{module}.py").write_text(slow, encoding="utf-8")
    done = shell("program assess case.json", PYTHONPATH=str(tmp_path / "slow"))
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_a_file_whose_name_is_no_text_is_no_accident() -> None:
    Path(os.fsdecode(b"caf\xe9.jsonl")).write_text(f'{WELL}{{"given": {{"weekness": "present"}}}}\n', "utf-8")
    for form in ("text", "json"):
        done = subprocess.run(
            [*PROGRAM, "assess", b"caf\xe9.jsonl", "--ruleset", "./mini", "--as", form],
            capture_output=True,
            check=False,
            env={**os.environ, "PYTHONIOENCODING": "utf-8:strict"},
        )
        assert done.returncode == 4, done.stderr
        assert b"Traceback" not in done.stderr


# ---------------------------------------------------------------- a shelf of our own


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A copy of the library with the small ruleset on its shelf, released, and nothing else."""
    package = tmp_path / "lib" / "fasciculation_rules"
    shutil.copytree(SOURCE, package, ignore=shutil.ignore_patterns("__pycache__", "rulesets"))
    shutil.copytree(MINI, package / "rulesets" / "mini")
    opened = fasciculation_rules.open_ruleset(MINI)
    history = (
        "format: 1\nevents:\n  - event: released\n    version: mini\n    date: 2026-11-01\n    status: draft\n"
        f"    text_digest: {opened.text_digest}\n    logic_digest: {opened.logic_digest}\n"
    )
    (package / "rulesets" / "releases.yaml").write_text(history, encoding="utf-8")
    return package


def test_a_release_is_the_default_and_is_verified(installed: Path) -> None:
    path = {"PYTHONPATH": str(installed.parent)}
    verified = shell("program verify", **path)
    assert verified.returncode == 0
    assert verified.stdout.startswith("mini: as released on 2026-11-01 (draft); text sha256:")
    assessed = shell("program assess case.json", **path)
    assert assessed.returncode == 0
    assert "Ruleset mini" in assessed.stdout
    assert "default" in shell("program list", **path).stdout


def test_an_altered_release_is_refused_everywhere_with_exit_code_one(installed: Path) -> None:
    path = {"PYTHONPATH": str(installed.parent)}
    rule = installed / "rulesets" / "mini" / "rules" / "escalation" / "escalate-speech.yaml"
    rule.write_text(rule.read_text(encoding="utf-8").replace("urgent_2w", "routine"), "utf-8")
    verified = shell("program verify", **path)
    assert (verified.returncode, verified.stdout.splitlines()[0]) == (1, "mini: ALTERED")
    assert verified.stderr.startswith("error: ruleset mini was altered after its release: expected sha256:")
    for line in (
        "assess case.json",
        "show mini",
        "test mini --accept",
    ):
        done = shell(f"program {line}", **path)
        assert (done.returncode, done.stdout) == (1, ""), line
        assert done.stderr.startswith("error: ruleset mini was altered after its release: expected sha256:")
        assert "Traceback" not in done.stderr
    assert shell("program list", **path).returncode == 0


def test_every_altered_release_is_named(installed: Path) -> None:
    path = {"PYTHONPATH": str(installed.parent)}
    shelf = installed / "rulesets"
    history = (shelf / "releases.yaml").read_text(encoding="utf-8")
    (shelf / "releases.yaml").write_text(
        history + history.split("events:\n")[1].replace("mini", "copy"), encoding="utf-8"
    )
    shutil.copytree(shelf / "mini", shelf / "copy")
    for version in ("mini", "copy"):
        (shelf / version / "references.yaml").write_text("", encoding="utf-8")
    done = shell("program verify", **path)
    assert (done.returncode, done.stdout.splitlines()[:2]) == (1, ["copy: ALTERED", "mini: ALTERED"])
    assert done.stderr.count("was altered after its release") == 2


def test_the_cases_of_a_release_are_not_rewritten(installed: Path) -> None:
    done = shell("program test mini --accept", PYTHONPATH=str(installed.parent))
    assert (done.returncode, done.stdout) == (2, "")
    assert "its cases are history and are not rewritten" in done.stderr
