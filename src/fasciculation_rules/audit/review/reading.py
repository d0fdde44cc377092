"""What is put before a reviewer, line by line, and the digests of what she signs."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from fasciculation_rules.audit.safety.selecting import read_by
from fasciculation_rules.model.case import Given, Span
from fasciculation_rules.model.rule import Derivation, Differential, Example, Rule
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.report.outline import outline
from fasciculation_rules.report.rule_page import consequence, english, say_leaf
from fasciculation_rules.shelf.digest import derivations_of, digest_of, rule_logic_digest


@dataclass(frozen=True, slots=True)
class Subject:
    """What a sign-off is about: a rule, or the version where `rule` is None; and until when it holds at most."""

    rule: str | None
    lines: tuple[str, ...]
    text_digest: str
    logic_digest: str
    until: datetime.date


def subject_of(rule: str | None, ruleset: Ruleset) -> Subject:
    """The rule of this id as it is now, or the version as a whole."""
    if rule is None:
        lines = tuple(_of_version(ruleset))
        until = min(each.review.next for each in ruleset.rules.values())
        return Subject(None, lines, digest_of([*lines, ruleset.text_digest]), ruleset.logic_digest, until)
    found = ruleset.rules[rule]
    lines = tuple(_of_rule(found, ruleset))
    logic = rule_logic_digest(found, read_by(found, ruleset), ruleset)
    return Subject(rule, lines, digest_of(list(lines)), logic, found.review.next)


def _of_version(ruleset: Ruleset) -> Iterator[str]:
    about = ruleset.about
    yield f"Ruleset {ruleset.version}: {about.title}"
    for name in ("purpose", "not_for", "population"):
        yield from (f"{name.replace('_', ' ')}: {line}" for line in getattr(about, name).splitlines())
    yield f"{len(ruleset.rules)} rules, {len(ruleset.cases)} cases, text {ruleset.text_digest}"


def _of_rule(rule: Rule, ruleset: Ruleset) -> Iterator[str]:
    yield rule.title
    yield f"{rule.rule} ({kind_of(rule)})"
    yield english(rule, ruleset)
    yield consequence(rule, ruleset)
    yield from (f"Why: {line}" for line in rule.rationale.splitlines() if line.strip())
    for name in sorted(read_by(rule, ruleset)):
        if name in ruleset.program.derivations:
            yield english(ruleset.kept(derivations_of)[name], ruleset)
    for evidence in rule.evidence:
        row, source = ruleset.references.rows[evidence.row], ruleset.references.sources[evidence.cite]
        mark = ", unverified" if row.unverified else ""
        at = f", {evidence.at}" if evidence.at else ""
        yield f"Evidence {evidence.row} ({row.confidence}{mark}): {row.says} [{source.title}{at}]"
        yield f"It supports: {evidence.supports}"
    yield from (f"Example, {each.name}: {given_of(each, ruleset)}: {each.expect}" for each in rule.examples)


def kind_of(rule: Rule) -> str:
    """What kind of rule it is, in words."""
    if isinstance(rule, Derivation | Differential):
        return rule.kind
    return f"{rule.kind}, {rule.class_.replace('_', ' ')}"


def given_of(example: Example, ruleset: Ruleset) -> str:
    """What is given in an example, in words."""
    return "; ".join(_given(name, value, ruleset) for name, value in example.given.items()) or "nothing is known"


def _given(name: str, given: Given, ruleset: Ruleset) -> str:
    value = f"{given.value.low} to {given.value.high}" if isinstance(given.value, Span) else given.value
    return f"{ruleset.vocabulary.label(name)} {value}" + (f" on {given.at}" if given.at else "")


def outline_of(rule: Rule, ruleset: Ruleset) -> list[tuple[int, str]]:
    """The condition, a clause a line, with its depth."""
    return list(outline(rule.condition, lambda leaf: say_leaf(leaf, ruleset)))
