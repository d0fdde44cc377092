"""Packages of Node for the tests that need them: pinned with their digests, installed once a session."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

PINNED = Path(__file__).parent / "node"


def installed(folder: Path) -> Path:
    """The folder with every package and script in it. Without Node, CI fails; elsewhere the test is skipped."""
    lacking = pytest.fail if os.environ.get("CI") else pytest.skip
    if not (shutil.which("node") and shutil.which("npm")):
        lacking("there is no Node here")
    for file in PINNED.iterdir():
        if file.is_file():
            shutil.copy(file, folder)
    command = ["npm", "ci", "--prefix", str(folder), "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        lacking(f"the packages of Node cannot be installed here: {done.stderr[-500:]}")
    return folder


def node(*arguments: object, **options: object) -> str:
    """What a script says. Raises AssertionError with its problems where it fails."""
    command = ["node", "--max-semi-space-size=64", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload]
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout
