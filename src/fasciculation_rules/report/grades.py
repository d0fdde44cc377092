"""How surely the evidence was read, in words and colours."""

from __future__ import annotations

from collections import Counter

from fasciculation_rules.model.ruleset import Ruleset

KNOWN, SECOND_HAND, FROM_KNOWLEDGE, JUDGED = (
    "read at the source",
    "read second-hand",
    "teaching or knowledge",
    "judgement",
)
GRADES = ((KNOWN, "#2e7d4f"), (SECOND_HAND, "#8ab59b"), (FROM_KNOWLEDGE, "#e0b25c"), (JUDGED, "#c2703d"))


def grades(ruleset: Ruleset) -> list[tuple[str, str, int]]:
    """How surely the rows of evidence were read: name, colour, how many. The least sure part of a row counts."""
    counts = Counter(grade_of(row.confidence) for row in ruleset.references.rows.values())
    return [(name, colour, counts[name]) for name, colour in GRADES]


def grade_of(confidence: str) -> str:
    """Of a confidence as it is written in a row, the least sure of its parts."""
    marks = set(confidence.replace("/", " ").replace(";", " ").replace(",", " ").split())
    if "judgement" in marks or "C" in marks or "synthesis" in marks:
        return JUDGED
    if marks & {"K", "B", "F3"}:
        return FROM_KNOWLEDGE
    return SECOND_HAND if "F2" in marks else KNOWN
