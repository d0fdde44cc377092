"""Reads what became of the tests of a run, from the XML that `pytest --junit-xml` writes."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from fasciculation_rules.errors import SafetyFileError
from fasciculation_rules.shelf.locate import unreadable

NOT_PASSED = ("failure", "error", "skipped")


def read_results(file: Path) -> dict[str, bool]:
    """Each test by its node id without parameters; it passed where every one of its cases did, and at least one ran.

    Raises SafetyFileError where the file cannot be read.
    """
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise SafetyFileError("the results cannot be read", [unreadable(str(file), error)]) from None
    try:
        root = ElementTree.fromstring(raw)  # noqa: S314  the report of one's own run
    except ElementTree.ParseError as error:
        raise SafetyFileError(f"{file}: this is no report of `pytest --junit-xml`: {error}") from None
    found: dict[str, bool] = {}
    for case in root.iter("testcase"):
        path = case.get("classname", "").replace(".", "/") + ".py"
        name = case.get("name", "").partition("[")[0]
        passed = not any(case.find(tag) is not None for tag in NOT_PASSED)
        node = f"{path}::{name}"
        found[node] = passed and found.get(node, True)
    return found
