"""What a reader or a clinician would stumble over in a ruleset that loads: each finding with its place and a code."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator
from typing import assert_never

from fasciculation_rules.authoring import lint_reach, lint_words
from fasciculation_rules.engines.durable.subset import to_disjuncts
from fasciculation_rules.errors import Problem, UnsupportedConditionError, problem
from fasciculation_rules.logic.condition import All, Any, AtLeast, Compare, Condition, Is, Not, leaves
from fasciculation_rules.logic.evaluate import evaluate
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.logic.rails import negation_normal_form
from fasciculation_rules.model.outcomes import ROUTINE
from fasciculation_rules.model.rule import Derivation
from fasciculation_rules.model.ruleset import Ruleset

MAX_TITLE = 139  # the longest summary of a CDS Hooks card
EXAMINED_TWITCH = frozenset({"fasciculation_tongue"})
"""The one twitch finding an urgent rule may rest on: seen by an examiner."""

UNITS_OF_TIME = frozenset({"d", "a"})
"""The units of durations and of age."""

TWITCH_FAMILIES = frozenset({"twitch", "eyelid"})
Found = Iterator[tuple[str, Problem]]


def lint(ruleset: Ruleset, *, on: datetime.date | None = None) -> list[tuple[str, Problem]]:
    """Findings as (rule id or the file they lie in, problem): by check, and in canonical order within each."""
    found: list[tuple[str, Problem]] = []
    for check in _CHECKS:
        found.extend(check(ruleset))
    if on is not None:
        found.extend(_overdue(ruleset, on))
        found.extend(lint_reach.overdue(ruleset, on))
    return found


def _titles(ruleset: Ruleset) -> Found:
    for name, rule in ruleset.rules.items():
        if len(rule.title) > MAX_TITLE:
            message = f"the title has {len(rule.title)} characters; at most {MAX_TITLE} fit a card"
            yield name, problem("long-title", message, at="title")


def _example_kinds(ruleset: Ruleset) -> Found:
    for name, rule in ruleset.rules.items():
        kinds = {example.expect for example in rule.examples}
        lacking = [kind for kind in ("fires", "does not fire") if kind not in kinds]
        if not kinds - {"fires", "does not fire"}:
            lacking.append("stays undecided (open, awaits examination or awaits a test)")
        if lacking:
            message = f"no example that {' and none that '.join(lacking)}"
            yield name, problem("example-lacking", message, at="examples")


def _conjuncts(ruleset: Ruleset) -> Found:
    names = {rule.finding: name for name, rule in ruleset.rules.items() if isinstance(rule, Derivation)}
    try:
        to_disjuncts(ruleset.program)
    except UnsupportedConditionError as error:
        for found in error.problems:
            yield names.get(found.at, found.at), found


def _urgent_on_twitch(ruleset: Ruleset) -> Found:
    findings = ruleset.vocabulary.findings
    for name, rule in ruleset.escalations.items():
        if rule.class_ == "red_flag":
            for item in _inputs(ruleset, name):
                finding = findings.get(item)
                if finding and finding.family in TWITCH_FAMILIES and item not in EXAMINED_TWITCH:
                    message = f"a red-flag rule rests on the twitch finding '{item}'"
                    yield name, problem("urgent-on-twitch", message, at="when", hint="drop the twitch")


def _age_or_duration_alone(ruleset: Ruleset) -> Found:
    rank = ruleset.rank
    for name, rule in ruleset.escalations.items():
        if rank[rule.then.urgency] > rank[ROUTINE]:
            at = _true_by_time(ruleset.program.rules[name], "when", ruleset)
            if at is not None:
                message = "a rule above routine rests on age or duration alone"
                yield name, problem("time-alone", message, at=at)


def _true_by_time(condition: Condition, at: str, ruleset: Ruleset) -> str | None:
    """The place of the first part by which age and duration alone make the condition true, if they do."""
    match condition:
        case Is(name=name, value=value):
            means = ruleset.program.derivations.get(name)
            if means is None:
                return None
            rail = negation_normal_form(means, negate=value == "absent")
            return at if _true_by_time(rail, at, ruleset) is not None else None
        case Compare(name=name):
            return at if ruleset.vocabulary.quantities[name].unit in UNITS_OF_TIME else None
        case Not():
            return at if _true_by_time(negation_normal_form(condition), at, ruleset) is not None else None
        case All(of=members):
            return at if None not in _places_by_time(members, f"{at}.all", ruleset) else None
        case Any(of=members):
            return next(filter(None, _places_by_time(members, f"{at}.any", ruleset)), None)
        case AtLeast(n=n, of=members):
            found = [place for place in _places_by_time(members, f"{at}.of", ruleset) if place is not None]
            return at if len(found) >= n else None
        case _:
            assert_never(condition)


def _places_by_time(members: Iterable[Condition], at: str, ruleset: Ruleset) -> list[str | None]:
    return [_true_by_time(member, f"{at}[{index}]", ruleset) for index, member in enumerate(members)]


def _unused(ruleset: Ruleset) -> Found:
    used = {name.partition("=")[0] for rule in ruleset.program.names for name in _inputs(ruleset, rule)}
    named = {name for rule in ruleset.plans.values() for name in rule.then.unless_contraindicated}
    vocabulary = ruleset.vocabulary
    linked = {other for name in vocabulary.findings for other in ruleset.closure.generals.get(name, ())}
    computed = {"calcium_total", "albumin", "sodium", "glucose", "urea", "ck", "tsh", "ft4"}
    for name, item in vocabulary.items.items():
        screened = getattr(item, "screen", None) is not None
        if name not in used | named | linked | computed and not screened and not getattr(item, "implies", ()):
            yield "vocabulary", problem("unused-item", f"no rule uses '{name}'", at=name)


def _inputs(ruleset: Ruleset, name: str) -> Iterator[str]:
    program = ruleset.program
    condition = program.rules.get(name) or program.derivations[name]
    for leaf in leaves(condition):
        if leaf.name in program.derivations:
            yield from _inputs(ruleset, leaf.name)
        else:
            yield leaf.name


def _overdue(ruleset: Ruleset, on: datetime.date) -> Found:
    for name, rule in ruleset.rules.items():
        if rule.review.next < on:
            yield name, problem("overdue-review", f"a review was due on {rule.review.next}", at="review.next")


def _unscreened(ruleset: Ruleset) -> Found:
    """An escalation above routine resting on history that no screen question closes would defeat the screen."""
    vocabulary, rank = ruleset.vocabulary, ruleset.rank
    screen = set(vocabulary.screen)
    for name, rule in ruleset.escalations.items():
        if rank[rule.then.urgency] <= rank[ROUTINE]:
            continue
        if _closed_without(ruleset, name, screen):
            continue
        message = "with the whole screen denied this rule could still fire on history"
        yield (
            name,
            problem("unscreened", message, at="when", hint="let a screen question name and close one of its findings"),
        )


def _closed_without(ruleset: Ruleset, name: str, screen: set[str]) -> bool:
    """Whether the rule is not OPEN or TRUE once the screen is clear and nothing else is known."""
    clear = ruleset.closure.close(dict.fromkeys(screen, False))
    return evaluate(ruleset.program.rules[name], Facts(clear), ruleset.program.meaning) < Firing.OPEN


_CHECKS: tuple[Callable[[Ruleset], Found], ...] = (
    _titles,
    _example_kinds,
    _conjuncts,
    _urgent_on_twitch,
    _age_or_duration_alone,
    _unscreened,
    _unused,
    lint_words.closes_unnamed,
    lint_words.closes_sign,
    lint_words.too_sure,
    lint_words.not_filled_in,
    lint_reach.undeclared_use,
    lint_reach.thresholds,
    lint_reach.unused_outcomes,
    lint_reach.too_patient,
    lint_reach.unread_derivations,
    lint_reach.sideless,
)
