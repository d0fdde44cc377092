"""Tells the cases of a ruleset, which say what is expected of them, from those to be assessed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from fasciculation_rules.errors import Problem, problem


def is_vignette(data: Any) -> bool:
    """Whether a document is one of the files in `cases/` of a ruleset."""
    return isinstance(data, dict) and {"case", "expect"} <= data.keys()


def vignette_problem(path: str) -> Problem:
    """What it is, and how it is run."""
    return problem(
        "vignette",
        "this is a case of a ruleset, with the decision that is expected of it",
        at="expect",
        hint=f"run it with `fasciculation-rules test {_ruleset_of(path)}`, or assess a file that has its `given` alone",
    )


def _ruleset_of(path: str) -> str:
    """The folder of the ruleset as it may be typed, where the file lies in one; a separator makes it a folder."""
    folder = Path(path).absolute().parent.parent
    if not (folder / "ruleset.yaml").is_file():
        return "VERSION"
    typed = str(folder) if Path(path).is_absolute() else os.path.relpath(folder)
    return typed if os.sep in typed else typed + os.sep
