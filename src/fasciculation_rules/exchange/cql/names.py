"""What the two libraries are called, and what stands at the top of each."""

from __future__ import annotations

from collections.abc import Iterator

from fasciculation_rules.model.ruleset import Ruleset

FACTS = "FasciculationFacts"
LOGIC = "FasciculationLogic"


def about(ruleset: Ruleset, what: str) -> Iterator[str]:
    """What it is, which ruleset speaks, and that no clinician has reviewed it."""
    yield what
    yield f"{ruleset.about.title}: ruleset {ruleset.version}, {ruleset.status}; {ruleset.about.review}."
    yield "It advises clinicians and makes no diagnosis."
    yield f"Logic digest {ruleset.logic_digest}; {ruleset.about.licence}."
