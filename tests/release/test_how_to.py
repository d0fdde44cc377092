"""The page that says how to release says what happens: its commands run as they stand, in a checkout of their own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.release.making import put

CHECKOUT = Path(__file__).resolve().parents[2]
PAGE = (CHECKOUT / "docs" / "how-to" / "release-a-ruleset.md").read_text(encoding="utf-8")
RUN = "<!-- not run: tests/release/test_how_to.py runs these commands as they stand -->\n```console\n(.*?)```"
WRITTEN = "<!-- not run: tests/release/test_how_to.py writes this file -->\n```yaml\n# (\\S+)\n(.*?)```"


def pieces() -> list[tuple[str, ...]]:
    """Commands with what they print, and files, in the order of the page."""
    found = []
    for part in re.finditer(f"{RUN}|{WRITTEN}", PAGE, re.DOTALL):
        if part[1] is None:
            found.append(("write", part[2], part[3]))
            continue
        for command in re.split(r"^\$ ", part[1], flags=re.MULTILINE)[1:]:
            line, _, shown = command.partition("\n")
            found.append(("run", line, shown))
    return found


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the code beside a shelf with one release, and the command on the path."""
    shutil.copytree(CHECKOUT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(CHECKOUT / "docs" / "safety", tmp_path / "docs" / "safety", ignore=shutil.ignore_patterns("CR-*"))
    (tmp_path / "rulesets").mkdir()
    put(tmp_path / "rulesets", "1.0.0")
    program = tmp_path / "bin" / "fasciculation-rules"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m fasciculation_rules "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    return tmp_path


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("openssl") is None, reason="the command openssl is not here")
def test_every_command_of_the_page_prints_what_is_shown(checkout: Path) -> None:
    path = f"{checkout / 'bin'}{os.pathsep}{os.environ['PATH']}"
    env = {**os.environ, "PATH": path, "PYTHONPATH": str(checkout / "src")}
    shell = ["bash", "-c"]
    first = "fasciculation-rules release 1.0.0 --level major --notes First --date 2026-11-01 --recorded 2026-11-01"
    subprocess.run([*shell, first], cwd=checkout, env=env, check=True, capture_output=True)
    functions, code = "", 0
    for kind, one, other in pieces():
        if kind == "write":
            (checkout / one).parent.mkdir(parents=True, exist_ok=True)
            (checkout / one).write_text(other, encoding="utf-8")
            continue
        if "() {" in one:
            functions += one + "\n"
            continue
        script = f"{functions}(exit {code})\n{one}"
        done = subprocess.run([*shell, script], cwd=checkout, env=env, check=False, text=True, stdout=-1, stderr=-2)
        code = done.returncode
        wanted = re.escape(other).replace(re.escape("..."), ".*")
        assert re.fullmatch(wanted, done.stdout), f"$ {one}\n{done.stdout}"
    assert code == 2  # the last command finds nothing that was in force
