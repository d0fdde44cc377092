"""The page of one condition: the rules for, against and excluding it, and what would settle it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fasciculation_rules.authoring.pages.markdown import bullets, heading, link, plain, signature
from fasciculation_rules.logic.condition import Condition, leaves
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.model.rule import Differential
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.report.rule_page import english

SIDES = (("for", "What speaks for it"), ("against", "What speaks against it"), ("excluding", "What excludes it"))
STRENGTHS = ("strong", "moderate", "weak")
STEPS = ((Firing.OPEN, "Ask"), (Firing.AWAITS_EXAMINATION, "Examine"), (Firing.AWAITS_TEST, "Test"))


def condition_page(name: str, ruleset: Ruleset) -> str:
    """The page as Markdown; paths are as seen from the folder `conditions`."""
    condition = ruleset.outcomes.conditions[name]
    about = [rule for rule in ruleset.differentials.values() if rule.then.condition == name]
    lines = heading(ruleset, f"{condition.label[0].upper()}{condition.label[1:]}")
    must = "Must not be missed: it stays listed even when a rule excludes it. " if condition.must_not_miss else ""
    lines += [f"`{name}`. {must}{link('All conditions', '../index.md')}.", ""]
    for side, title in SIDES:
        lines += [f"## {title}", ""]
        lines += bullets(_rules(side, about, ruleset), none="No rule.")
    lines += ["## What would settle it", ""]
    lines += ["Not yet known, these decide its strongest rules, for, against or excluding.", ""]
    for openness, verb in STEPS:
        labels = [plain(ruleset.vocabulary.label(item)) for item in settling(about, ruleset, openness)]
        lines += [f"{verb}: {'; '.join(labels) or 'nothing'}.", ""]
    return "\n".join([*lines, *signature()])


def _rules(side: str, about: Iterable[Differential], ruleset: Ruleset) -> Iterator[str]:
    chosen = [rule for rule in about if rule.then.side == side]
    for rule in sorted(chosen, key=lambda rule: STRENGTHS.index(rule.then.strength)):
        said = f"{plain(rule.then.because)} {plain(english(rule, ruleset))}"
        mark = " Rests on unverified evidence." if ruleset.unverified(rule) else ""
        yield f"{rule.then.strength}: {link(rule.title, f'../rules/{rule.rule}.md')}. {said}{mark}"


def settling(about: Iterable[Differential], ruleset: Ruleset, openness: Firing) -> tuple[str, ...]:
    """The items of one kind on which the strongest rules of each side rest, in vocabulary order."""
    rules, items = list(about), set[str]()
    for side, _ in SIDES:
        of_side = [rule for rule in rules if rule.then.side == side]
        best = min((STRENGTHS.index(rule.then.strength) for rule in of_side), default=0)
        for rule in of_side:
            if STRENGTHS.index(rule.then.strength) == best:
                items.update(_items(ruleset.program.rules[rule.rule], ruleset))
    chosen = (item for item in items if ruleset.program.openness[item] is openness)
    order = {item: place for place, item in enumerate(ruleset.program.openness)}
    return tuple(sorted(chosen, key=order.__getitem__))


def _items(condition: Condition, ruleset: Ruleset) -> Iterator[str]:
    derivations = ruleset.program.derivations
    for leaf in leaves(condition):
        if leaf.name in derivations:
            yield from _items(derivations[leaf.name], ruleset)
        else:
            yield leaf.name
