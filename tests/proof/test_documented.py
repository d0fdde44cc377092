"""The page of theorems says of every clinical invariant what proves it, or why nothing does."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.proof.test_versions import KNOWN

from fasciculation_rules.proof.theorems import all_theorems

CHECKOUT = Path(__file__).resolve().parents[2]
PAGE = (CHECKOUT / "docs/reference/theorems.md").read_text(encoding="utf-8")
INVARIANTS = CHECKOUT / "tests/rulesets/test_clinical_invariants.py"
THEOREMS = {theorem.id for theorem in all_theorems()}


def rows(mark: str, page: str = PAGE) -> dict[str, str]:
    """The first two columns of the table below a comment."""
    table = page.partition(f"<!-- {mark} -->\n")[2].partition("\n\n")[0].splitlines()[2:]
    cells = [[cell.strip() for cell in row.split("|")[1:3]] for row in table]
    return {first.strip("`"): second for first, second in cells}


def properties() -> list[str]:
    """The properties by name, in their order."""
    tree = ast.parse(INVARIANTS.read_text(encoding="utf-8"))
    return [node.name.removeprefix("test_") for node in tree.body if isinstance(node, ast.FunctionDef)
            and node.name.startswith("test_")]  # fmt: skip


def test_every_clinical_invariant_is_proved_or_has_a_reason_why_not() -> None:
    proved, tested = rows("invariants"), rows("invariants that are tested only")
    assert sorted([*proved, *tested]) == sorted(properties())
    assert all(tested.values())


def test_what_proves_them_are_theorems() -> None:
    for name, told in rows("invariants").items():
        named = re.findall(r"`([a-z0-9-]+)`", told)
        assert named, name
        assert set(named) <= THEOREMS, name


def test_what_fails_in_the_first_version_is_on_the_page_for_safety_officers() -> None:
    page = (CHECKOUT / "docs/explanation/proofs.md").read_text(encoding="utf-8")
    table = page.partition("## What fails in 0.1.0")[2].partition("## ")[0]
    assert set(re.findall(r"^\| `([a-z0-9-]+)`", table, re.MULTILINE)) == set(KNOWN)
    assert ["No", "One", "Two", "Three", "Four", "Five"][len(KNOWN)] + " theorems fail" in table
