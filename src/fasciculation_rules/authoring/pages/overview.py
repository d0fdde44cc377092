"""The page of the ruleset: for whom it is, its ladder, its floors, its screen, and links to every other page."""

from __future__ import annotations

from collections.abc import Iterator

from fasciculation_rules.authoring.pages.markdown import bullets, heading, link, plain, signature
from fasciculation_rules.logic.condition import Condition
from fasciculation_rules.logic.english import in_english
from fasciculation_rules.model.outcomes import Floor, NarrowedFloor, SparingFloor, Threshold, Urgency
from fasciculation_rules.model.rule import KINDS, Escalation, Rule
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.report.rule_page import say_leaf
from fasciculation_rules.report.text import in_words


def overview_page(ruleset: Ruleset) -> str:
    """The page as Markdown."""
    about, outcomes = ruleset.about, ruleset.outcomes
    lines = heading(ruleset, f"Ruleset {ruleset.version}: {about.title}")
    for title, text in (("Purpose", about.purpose), ("Not for", about.not_for), ("Population", about.population)):
        lines += [f"## {title}", "", *(plain(line) for line in text.splitlines()), ""]
    uses = f"Rules decide by {' and '.join(about.uses)}." if about.uses else "It does not declare what it uses."
    lines += [f"Text `{ruleset.text_digest}`, logic `{ruleset.logic_digest}`. {uses}", ""]
    lines += ["## Who comes in", "", f"{_said(about.entry, ruleset)}.", ""]
    lines += ["## How soon", "", *bullets(map(_rung, outcomes.urgencies), none="No rung.")]
    lines += ["## Floors of the shown rung", ""]
    lines += bullets((_floor(name, floor, ruleset) for name, floor in outcomes.floors), none="No floor.")
    findings = ruleset.vocabulary.findings
    screen = (f"{findings[name].screen}. {plain(findings[name].ask)}" for name in ruleset.vocabulary.screen)
    lines += ["## The screen", "", *screen, ""]
    lines += ["## Thresholds", ""]
    lines += bullets((_threshold(name, limit) for name, limit in ruleset.thresholds.items()), none="No threshold.")
    lines += ["## Conditions", ""]
    conditions = (
        link(condition.label, f"conditions/{name}.md") + (" (must not be missed)" if condition.must_not_miss else "")
        for name, condition in outcomes.conditions.items()
    )
    lines += bullets(conditions, none="No condition.")
    for kind, model in KINDS.items():
        rules = ruleset.of_kind(model)
        lines += [f"## {kind[0].upper()}{kind[1:]} rules", ""]
        lines += bullets(_rules(rules, ruleset), none="No rule.")
    lines += ["## Limits", "", *bullets(map(plain, outcomes.limits), none="None.")]
    return "\n".join([*lines, *signature()])


def _rung(rung: Urgency) -> str:
    delay = f"within {in_words(rung.delay)}" if rung.delay else "no appointment"
    first = f", first action within {in_words(rung.first_action_within)}" if rung.first_action_within else ""
    return f"`{rung.id}`: {plain(rung.label)}, {delay}{first} (row `{rung.row}`)"


def _floor(name: str, floor: Floor, ruleset: Ruleset) -> str:
    words = [f"{name.replace('_', ' ')}: at least `{floor.rung}`. {plain(floor.because)}"]
    match floor:
        case NarrowedFloor(when=tree) if tree is not None:
            words.append(f"When: {_said(tree, ruleset)}.")
        case SparingFloor(unless=tree) if tree is not None:
            words.append(f"Unless: {_said(tree, ruleset)}.")
    return " ".join(words)


def _said(condition: Condition, ruleset: Ruleset) -> str:
    return plain(in_english(condition, lambda leaf: say_leaf(leaf, ruleset)))


def _threshold(name: str, threshold: Threshold) -> str:
    critical = f", critical: alone it reaches `{threshold.critical}`" if threshold.critical else ""
    return f"`{name}`: {plain(threshold.quantity)} {plain(threshold.value)}{critical} (row `{threshold.row}`)"


def _rules(rules: tuple[Rule, ...], ruleset: Ruleset) -> Iterator[str]:
    """Links, the most urgent first."""
    rank = ruleset.rank
    height = {rule.rule: rank[rule.then.urgency] if isinstance(rule, Escalation) else 0 for rule in rules}
    for rule in sorted(rules, key=lambda rule: (-height[rule.rule], rule.rule)):
        rung = f" (`{rule.then.urgency}`)" if isinstance(rule, Escalation) else ""
        mark = " *" if ruleset.unverified(rule) else ""
        yield f"{link(rule.title, f'rules/{rule.rule}.md')}{rung}{plain(mark)}"
