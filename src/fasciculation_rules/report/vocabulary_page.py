"""One item of a vocabulary as a page: what it means, how it is asked, what it implies, which rules rest on it."""

from __future__ import annotations

from fasciculation_rules.logic.condition import Compare, Threshold, leaves
from fasciculation_rules.logic.grammar import print_number
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.model.units import accepted_units
from fasciculation_rules.model.vocabulary import Finding, Quantity
from fasciculation_rules.report.text import rung_in_words


def item_page(name: str, ruleset: Ruleset) -> str | None:
    """The page of a finding, quantity, derived finding or threshold; None if there is none of that name."""
    vocabulary = ruleset.vocabulary
    if name in ruleset.thresholds:
        return _threshold(name, ruleset)
    if name in vocabulary.derived:
        lines = [f"{name}: {vocabulary.derived[name].label} (derived)"]
    elif name in vocabulary.items:
        item = vocabulary.items[name]
        lines = [f"{name}: {item.label} ({item.kind}, known by the {item.observer})", f"Question: {item.ask}"]
        match item:
            case Finding():
                lines += _finding(name, item, ruleset)
            case Quantity():
                resolution, low, high = map(print_number, (item.resolution, *item.range))
                lines.append(f"Unit: {item.unit}, resolution {resolution}, range {low} to {high}")
                lines.append(f"Units read: {', '.join(accepted_units(name, item.unit))}")
    else:
        return None
    rules = [rule for rule, value in ruleset.rules.items() if name in {leaf.name for leaf in leaves(value.condition)}]
    lines.append(f"Rules: {', '.join(rules) or 'none directly'}")
    return "\n".join(lines) + "\n"


def _finding(name: str, finding: Finding, ruleset: Ruleset) -> list[str]:
    lines = []
    if finding.red_flag:
        lines.append("A red flag.")
    if finding.screen is not None:
        lines.append(f"Screen question {finding.screen}.")
    if finding.values:
        lines.append(f"Values: {', '.join(finding.values)}")
    closes = sorted(ruleset.closure.specifics.get(name, ()))
    for heading, names in (
        ("Implies", finding.implies),
        ("Its absence closes", closes),
        ("Excludes", finding.excludes),
    ):
        if names:
            lines.append(f"{heading}: {', '.join(names)}")
    return lines


def _threshold(name: str, ruleset: Ruleset) -> str:
    threshold = ruleset.thresholds[name]
    row = ruleset.references.rows[threshold.row]
    lines = [f"{name}: {threshold.quantity} {threshold.value}"]
    if threshold.critical:
        rung = rung_in_words(threshold.critical, ruleset.urgency[threshold.critical].label)
        lines.append(f"Critical: reaches {rung} whatever else is unknown.")
    lines.append(f"Source: {threshold.cite}, row {threshold.row} ({row.confidence}): {row.says}")
    users = [
        rule
        for rule, value in ruleset.rules.items()
        for leaf in leaves(value.condition)
        if isinstance(leaf, Compare) and leaf.limit == Threshold(name)
    ]
    lines.append(f"Rules: {', '.join(dict.fromkeys(users)) or 'none'}")
    return "\n".join(lines) + "\n"
