"""Reads, without running anything, which tests there are and which names the code has: from the syntax trees."""

from __future__ import annotations

import ast
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from fasciculation_rules.errors import SafetyFileError

PACKAGE = "fasciculation_rules"
NEVER_RUN = {"skip", "xfail"}


def folder_of_tests() -> Path:
    """The tests of a checkout.

    Raises SafetyFileError where there are none: an installation has no tests.
    """
    package = files(PACKAGE)
    if isinstance(package, Path) and (found := package.parent.parent / "tests").is_dir():
        return found
    raise SafetyFileError("this installation has no tests to trace to; name their folder with --tests")


class NodeIds:
    """The tests below a folder by their pytest node ids, `tests/logic/test_laws.py::test_name`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def has(self, node: str) -> bool:
        """Whether there is such a test, and it is not put aside for good."""
        path, _, name = node.partition("::")
        file = self._folder.parent / path
        inside = file.is_relative_to(self._folder) and ".." not in path and file.is_file()
        return inside and name in _tests_in(file)


@cache
def _tests_in(file: Path) -> frozenset[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"), str(file))
    return frozenset(
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and not _put_aside(node)
    )


def _put_aside(test: ast.FunctionDef) -> bool:
    """Whether a mark says that it is never run, or may fail."""
    marks = (mark.func if isinstance(mark, ast.Call) else mark for mark in test.decorator_list)
    return any(isinstance(mark, ast.Attribute) and mark.attr in NEVER_RUN for mark in marks)


def has_unit(unit: str) -> bool:
    """Whether the code has a module, or in it a function or class: `assessing.urgency:urgency_of`."""
    module, _, name = unit.partition(":")
    tree = _module(module)
    if tree is None or not name:
        return tree is not None
    head, _, method = name.partition(".")
    found = next((node for node in tree.body if _named(node) == head), None)
    if not method:
        return found is not None
    return isinstance(found, ast.ClassDef) and any(_named(node) == method for node in found.body)


@cache
def _module(dotted: str) -> ast.Module | None:
    place: Traversable = files(PACKAGE)
    *above, last = dotted.split(".")
    for part in above:
        place = place / part
    for file in (place / f"{last}.py", place / last / "__init__.py"):
        if file.is_file():
            return ast.parse(file.read_text(encoding="utf-8"))
    return None


def _named(node: ast.stmt) -> str:
    match node:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return name
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return name
        case _:
            return ""
