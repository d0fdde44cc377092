"""The small ruleset, and a folder of our own to run commands in."""

from __future__ import annotations

import contextlib
import io
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from fasciculation_rules.cli.app import run

MINI = Path(__file__).resolve().parents[1] / "rulesets" / "mini"


@dataclass(frozen=True)
class Said:
    """What a command line did."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


Command = Callable[..., Said]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a copy of the small ruleset in it, in which the command runs."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(MINI, tmp_path / "mini")
    return tmp_path


@pytest.fixture
def command(here: Path) -> Command:
    """Runs a command line in that folder, in this process."""

    def said(*arguments: str, stdin: bytes | None = None) -> Said:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.ExitStack() as stack:
            stack.enter_context(contextlib.redirect_stdout(out))
            stack.enter_context(contextlib.redirect_stderr(err))
            if stdin is not None:
                patch = stack.enter_context(pytest.MonkeyPatch.context())
                patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin)))
            code = run(arguments)
        return Said(code, out.getvalue(), err.getvalue())

    return said


@pytest.fixture
def assess(command: Command) -> Command:
    """`assess` with the small ruleset."""
    return lambda *arguments, **options: command("assess", *arguments, "--ruleset", "./mini", **options)
