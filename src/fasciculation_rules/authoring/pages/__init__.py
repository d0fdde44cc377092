"""Pages that a clinician can sign: one a rule, one a condition, one of the ruleset; English generated, never typed."""

from __future__ import annotations

from fasciculation_rules.authoring.pages.condition import condition_page
from fasciculation_rules.authoring.pages.overview import overview_page
from fasciculation_rules.authoring.pages.rule import rule_page
from fasciculation_rules.model.ruleset import Ruleset


def pages_of(ruleset: Ruleset) -> dict[str, str]:
    """Every page as Markdown, by its path below the folder of pages. The same ruleset gives the same bytes."""
    pages = {"index.md": overview_page(ruleset)}
    pages |= {f"conditions/{name}.md": condition_page(name, ruleset) for name in ruleset.outcomes.conditions}
    pages |= {f"rules/{name}.md": rule_page(rule, ruleset) for name, rule in ruleset.rules.items()}
    return pages
