"""The codes of problems, as the sources have them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src" / "fasciculation_rules"

PLACE_OF_CODE = {"problem": 0, "note": 1, "Refused": 0, "_fault": 1, "_note": 0, "Problem": 4, "refusal": 0}
"""Which argument of a call is the code of a problem."""

KINDS_OF_NAMES = "known"
"""`known(kind, ...)` in the checks of the shelf makes the code `unknown-KIND`."""


def codes_in_sources() -> set[str]:
    """Every code that some line of the sources can give a problem."""
    found = {code.value for _, code in _codes() if isinstance(code, ast.Constant) and isinstance(code.value, str)}
    for file in (SOURCE / "shelf").glob("check*.py"):
        for call in _calls(file):
            if _name(call) == KINDS_OF_NAMES and isinstance(call.args[0], ast.Constant):
                found.add(f"unknown-{call.args[0].value}".replace(" ", "-"))
    return found


def codes_not_constant() -> list[str]:
    """Files that pass on a code which they do not spell."""
    passed_on = {file for file, code in _codes() if isinstance(code, ast.Name) and code.id == "code"}
    return sorted(file.relative_to(SOURCE).as_posix() for file in passed_on)


def _codes() -> Iterator[tuple[Path, ast.expr]]:
    for file in SOURCE.rglob("*.py"):
        for call in _calls(file):
            place = PLACE_OF_CODE.get(_name(call))
            if place is not None and len(call.args) > place:
                yield file, call.args[place]


def _calls(file: Path) -> Iterator[ast.Call]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _name(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
