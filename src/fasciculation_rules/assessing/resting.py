"""The findings a rule rests on, or waits for, by their names in the vocabulary, and which of them are absent."""

from __future__ import annotations

from fasciculation_rules.assessing.firings import Fired
from fasciculation_rules.assessing.tables import Tables
from fasciculation_rules.logic.program import ABSENT

Names = tuple[str, ...]


def rests_on(rule: str, fired: Fired, tables: Tables) -> tuple[Names, Names]:
    """All of them in the order of the vocabulary, and those known to be absent."""
    _, items = tables.walks[rule](fired.vector)
    names = tables.items.of(items)
    slots, base, findings = tables.ruleset.program.slots, tables.base, tables.finding_slots
    absent = [name for name in names if slots[name] < findings and fired.vector[slots[name]] == ABSENT]
    return tuple(dict.fromkeys([base[name] for name in names])), tuple(dict.fromkeys([base[name] for name in absent]))
