"""One rule as a page: what it says in English generated from its tree, why, on what evidence, with which examples."""

from __future__ import annotations

import textwrap
from fractions import Fraction

from fasciculation_rules.logic.condition import Amount, Compare, Count, Is, Leaf, Threshold
from fasciculation_rules.logic.english import in_english
from fasciculation_rules.logic.grammar import print_number
from fasciculation_rules.model.rule import Derivation, Differential, Escalation, Plan, Rule
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.report.text import in_words, rung_in_words

_COMPARED = {">=": "at least", "<=": "at most", ">": "above", "<": "below"}
_UNITS = {"a": "years", "d": "days", "h": "hours", "Cel": "°C", "1": "times", "{score}": "points"}
"""Units that people do not write as UCUM does."""


def rule_page(rule: Rule, ruleset: Ruleset, *, width: int = 96) -> str:
    """The page as plain text."""
    lines = [f"{rule.rule}   (ruleset {ruleset.version}, {ruleset.status})", rule.title, ""]

    def say(text: str, indent: int = 0) -> None:
        pad = " " * indent
        lines.extend(textwrap.wrap(text, width, initial_indent=pad, subsequent_indent=pad) or [""])

    say(english(rule, ruleset))
    say(consequence(rule, ruleset))
    lines += ["", "Why"]
    for line in rule.rationale.splitlines():
        say(line, 2)
    lines += ["", "Evidence"]
    for evidence in rule.evidence:
        row = ruleset.references.rows[evidence.row]
        at = f", {evidence.at}" if evidence.at else ""
        mark = "  UNVERIFIED" if row.unverified else ""
        say(f"{evidence.row} ({row.confidence}){mark}: {row.says}", 2)
        say(f"{ruleset.references.sources[evidence.cite].title}{at}: {evidence.supports}", 4)
    lines += ["", f"Review: {rule.review.status}; due {rule.review.next}", "", "Examples"]
    for example in rule.examples:
        asks = f" (asks {', '.join(example.asks)})" if example.asks else ""
        say(f"{example.name}: {example.expect}{asks}", 2)
    return "\n".join(lines) + "\n"


def english(rule: Rule, ruleset: Ruleset) -> str:
    """The condition in words, from the tree and the vocabulary."""
    words = in_english(rule.condition, lambda leaf: say_leaf(leaf, ruleset))
    subject = f"'{ruleset.vocabulary.label(rule.finding)}' means" if isinstance(rule, Derivation) else "Fires on"
    return f"{subject}: {words}."


def say_leaf(leaf: Leaf, ruleset: Ruleset) -> str:
    """One clause in words."""
    label = ruleset.vocabulary.label(leaf.name)
    match leaf:
        case Is(value="present"):
            return label
        case Is(value="absent"):
            return f"known absence of {label}"
        case Is(value=value):
            return f"{label}: {value}"
        case Compare(comparator=comparator, limit=limit):
            return f"{label} {_COMPARED[comparator]} {_limit(limit, ruleset)}"


def in_unit(number: Fraction, unit: str) -> str:
    """An exact number with its unit as people write it."""
    return f"{print_number(number)} {_UNITS.get(unit, unit)}"


def _limit(limit: Amount | Threshold | Count, ruleset: Ruleset) -> str:
    match limit:
        case Amount(number=exact, unit=unit):
            return in_unit(exact, unit)
        case Threshold(name=name):
            number, _, unit = ruleset.thresholds[name].value.partition(" ")
            return f"{number} {_UNITS.get(unit, unit)} ({name})"
        case Count(value=value):
            return str(value)


def consequence(rule: Rule, ruleset: Ruleset) -> str:
    """What follows, in words."""
    outcomes = ruleset.outcomes
    match rule:
        case Derivation():
            return "A derived finding: it is never given, only worked out."
        case Escalation(then=then):
            places = " and ".join(outcomes.destinations[name].label for name in then.refer)
            within = f", within {in_words(then.within)}" if then.within and then.within != "PT0S" else ""
            discharge = ""
            if then.discharged_by:
                label = ruleset.vocabulary.label(then.discharged_by)
                discharge = f" Counts as routine once {label}."
            rung = rung_in_words(then.urgency, ruleset.urgency[then.urgency].label)
            return f"Then at least {rung}{within}: {places}. {then.because}{discharge}"
        case Differential(then=then):
            verb = {"for": "Supports", "against": "Speaks against", "excluding": "Excludes"}[then.side]
            return f"{verb} {outcomes.conditions[then.condition].label} ({then.strength}). {then.because}"
        case Plan(then=then):
            because = f" {then.because}" if then.because else ""
            if then.order:
                tests = ", ".join(outcomes.tests[test].label for test in then.order)
                return f"Then consider, by {then.who} ({rule.class_}): {tests}.{because}"
            if then.advise:
                against = ", ".join(ruleset.vocabulary.label(name) for name in then.unless_contraindicated)
                gate = f" Only if known to be absent: {against}." if against else ""
                return f"Then advise ({rule.class_}): {outcomes.advice[then.advise].text}{gate}{because}"
            return f"Then tell the person: {outcomes.safety_net[then.safety_net or ''].text}{because}"
