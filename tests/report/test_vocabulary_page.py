"""The page of an item of the vocabulary."""

from __future__ import annotations

import re
from fractions import Fraction

from fasciculation_rules import Ruleset
from fasciculation_rules.report.vocabulary_page import item_page


def test_large_and_small_numbers_are_plain_decimals(ruleset: Ruleset) -> None:
    page = item_page("ck", ruleset)
    assert page is not None
    assert "Unit: U/L, resolution 1, range 1 to 2000000\n" in page


def test_the_numbers_of_every_quantity_are_exact(ruleset: Ruleset) -> None:
    for name, quantity in ruleset.vocabulary.quantities.items():
        found = re.search(r", resolution (\S+), range (\S+) to (\S+)$", item_page(name, ruleset) or "", re.MULTILINE)
        assert found is not None, name
        assert tuple(map(Fraction, found.groups())) == (quantity.resolution, *quantity.range)
        assert all(re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", number) for number in found.groups())
