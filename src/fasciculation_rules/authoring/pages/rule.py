"""The page of one rule: what it says, why, on what evidence, with which examples, and where to sign."""

from __future__ import annotations

from fasciculation_rules.authoring.pages.markdown import bullets, heading, link, outline, plain, signature
from fasciculation_rules.logic.condition import Leaf
from fasciculation_rules.model.case import Given, Span
from fasciculation_rules.model.rule import Derivation, Differential, Evidence, Example, Rule
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.report.rule_page import consequence, english, say_leaf


def rule_page(rule: Rule, ruleset: Ruleset) -> str:
    """The page as Markdown; paths are as seen from the folder `rules`."""
    kind = rule.kind if isinstance(rule, Derivation | Differential) else f"{rule.kind}, {rule.class_.replace('_', ' ')}"
    lines = heading(ruleset, rule.title)
    lines += [f"`{rule.rule}` ({kind}). {link('All rules', '../index.md')}.", ""]
    lines += ["## What it says", "", plain(english(rule, ruleset)), ""]
    lines += [*outline(rule.condition, lambda leaf: _leaf(leaf, ruleset)), ""]
    lines += [plain(consequence(rule, ruleset)), ""]
    if isinstance(rule, Differential):
        name = rule.then.condition
        lines += [f"Condition: {link(ruleset.outcomes.conditions[name].label, f'../conditions/{name}.md')}.", ""]
    lines += ["## Why", "", *(plain(line) for line in rule.rationale.splitlines()), ""]
    lines += ["## Evidence", ""]
    lines += bullets((_evidence(evidence, ruleset) for evidence in rule.evidence), none="None.")
    lines += ["## Examples", "", "| example | given | expected |", "| --- | --- | --- |"]
    lines += [*(_example(example, ruleset) for example in rule.examples), ""]
    lines += ["## Review", "", plain(f"{rule.review.status}; due {rule.review.next}."), "", *signature()]
    return "\n".join(lines)


def _leaf(leaf: Leaf, ruleset: Ruleset) -> str:
    """A clause in words; a derived finding leads to the rule that defines it."""
    said = say_leaf(leaf, ruleset)
    for name, rule in ruleset.rules.items():
        if isinstance(rule, Derivation) and rule.finding == leaf.name:
            return link(said, f"{name}.md")
    return plain(said)


def _evidence(evidence: Evidence, ruleset: Ruleset) -> str:
    row, source = ruleset.references.rows[evidence.row], ruleset.references.sources[evidence.cite]
    mark = " **unverified: check before relying on it**" if row.unverified else ""
    at = f", {evidence.at}" if evidence.at else ""
    year = f" ({source.year})" if source.year else ""
    where = f" <{source.url}>" if source.url else ""
    said = f"`{evidence.row}` ({plain(row.confidence)}){mark}: {plain(row.says)}"
    return f"{said} Supports: {plain(evidence.supports)}. {plain(source.title + year + at)}.{where}"


def _example(example: Example, ruleset: Ruleset) -> str:
    given = "; ".join(_given(name, value, ruleset) for name, value in example.given.items()) or "nothing"
    asks = f" (asks {'; '.join(ruleset.vocabulary.label(name) for name in example.asks)})" if example.asks else ""
    return f"| {plain(example.name)} | {plain(given)} | {plain(example.expect + asks)} |"


def _given(name: str, given: Given, ruleset: Ruleset) -> str:
    match given.value:
        case Span(low=low, high=high):
            value = f"{low} to {high}"
        case text:
            value = text
    at = f" on {given.at}" if given.at else ""
    limits = f", report's interval {given.reference.low} to {given.reference.high}" if given.reference else ""
    return f"{ruleset.vocabulary.label(name)}: {value}{at}{limits}"
