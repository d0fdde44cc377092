"""Every statement of the founding article, and every resolution, is carried by rules that exist or says why not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fasciculation_rules import Ruleset

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "founding-article.md"
ROWS = {
    cells[0]: cells[-1]
    for line in PAGE.read_text(encoding="utf-8").splitlines()
    if line.startswith("|") and re.fullmatch(r"[SC]\d+", (cells := [c.strip() for c in line.strip("|").split("|")])[0])
}


@pytest.mark.parametrize("row", [*(f"S{n}" for n in range(1, 48)), *(f"C{n}" for n in range(1, 23))])
def test_the_row_is_carried_or_says_why_not(row: str, ruleset: Ruleset) -> None:
    carried = ROWS[row]
    rules = re.findall(r"`([a-z0-9-]+)`", carried)
    assert rules or re.match(r"not carried: \S+", carried)
    assert set(rules) <= set(ruleset.rules)


def test_the_table_has_no_other_rows() -> None:
    assert len(ROWS) == 47 + 22
