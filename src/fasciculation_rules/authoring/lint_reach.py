"""What `lint` finds out by trying: whether limits reach the rungs they claim, and whether every outcome is reached."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from fasciculation_rules.errors import Problem, problem
from fasciculation_rules.logic.condition import Compare, Condition, Count, Threshold, leaves
from fasciculation_rules.logic.evaluate import evaluate
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.model.base import read_duration
from fasciculation_rules.model.outcomes import FIRST_RED_FLAG
from fasciculation_rules.model.rule import Derivation, Differential, Plan
from fasciculation_rules.model.ruleset import SPARED_EXAMINATION, UNDER_16, Ruleset

Found = Iterator[tuple[str, Problem]]
ABOUT_THE_PERSON = ("age", "sex")
"""What a ruleset must declare that it uses (`uses:` of ruleset.yaml)."""


def undeclared_use(ruleset: Ruleset) -> Found:
    """Age and sex decide only where the ruleset says so, and it says so only where they do."""
    program = ruleset.program
    conditions: list[Condition] = [*program.rules.values(), *program.derivations.values()]
    used = {leaf.name.partition("=")[0] for condition in conditions for leaf in leaves(condition)}
    for name in ABOUT_THE_PERSON:
        declared = name in ruleset.about.uses
        if name in used and not declared:
            message = f"rules or floors use '{name}' and ruleset.yaml does not declare it"
            yield "ruleset", problem("undeclared-use", message, at="uses", hint=f"write 'uses: [..., {name}]'")
        elif declared and name not in used:
            message = f"ruleset.yaml declares '{name}' and no rule uses it"
            yield "ruleset", problem("needless-use", message, at="uses")


def _thresholds_of(ruleset: Ruleset) -> dict[str, list[Compare]]:
    """For each threshold, every clause that names it, with its count."""
    program, found = ruleset.program, dict[str, list[Compare]]()
    written: list[tuple[Condition, Condition]] = []
    for name, rule in ruleset.rules.items():
        resolved = program.rules.get(name) or program.derivations.get(getattr(rule, "finding", ""))
        if resolved is not None:
            written.append((rule.condition, resolved))
    floors = ruleset.outcomes.floors
    for name, tree in ((UNDER_16, floors.under_16.when), (SPARED_EXAMINATION, floors.not_examined.unless)):
        if tree is not None:
            written.append((tree, program.rules[name]))
    for tree, resolved in written:
        for leaf, counted in zip(leaves(tree), leaves(resolved), strict=True):
            match leaf, counted:
                case Compare(limit=Threshold(name=name)), Compare():
                    found.setdefault(name, []).append(counted)
    return found


def _reached(ruleset: Ruleset, leaf: Compare, *, naming: bool) -> int:
    """The height of the highest rung that the clause alone, met by a hair, is sure of; or only by rules naming it."""
    step = {">=": 0, "<=": 0, ">": 1, "<": -1}[leaf.comparator]
    count = leaf.limit.value + step if isinstance(leaf.limit, Count) else 0
    facts, program = Facts({}, {leaf.name: (count, count)}), ruleset.program
    rungs = (
        ruleset.rank[rule.then.urgency]
        for name, rule in ruleset.escalations.items()
        if evaluate(program.rules[name], facts, program.meaning) is Firing.TRUE
        and (not naming or leaf in leaves(program.rules[name]))
    )
    return max(rungs, default=0)


def thresholds(ruleset: Ruleset) -> Found:
    """A critical limit reaches its rung alone; a limit whose own rule is a red flag alone says that it is critical."""
    clauses, rank, ladder = _thresholds_of(ruleset), ruleset.rank, ruleset.outcomes.ladder
    for name, threshold in ruleset.thresholds.items():
        critical, named = threshold.critical, clauses.get(name, [])
        height = max((_reached(ruleset, clause, naming=critical is None) for clause in named), default=0)
        if not named:
            yield "thresholds", problem("unused-threshold", f"no rule uses '{name}'", at=name)
        elif critical is not None and height < rank[critical]:
            message = f"alone it reaches {ladder[height]}, not {critical}"
            yield "thresholds", problem("critical-missed", message, at=f"{name}.critical")
        elif critical is None and height >= rank[FIRST_RED_FLAG]:
            message = f"alone it reaches {ladder[height]}, and it is not marked critical"
            hint = f"write 'critical: {ladder[height]}'"
            yield "thresholds", problem("critical-unmarked", message, at=name, hint=hint)


def unused_outcomes(ruleset: Ruleset) -> Found:
    """Everything that could be concluded is concluded by some rule; a condition, by one that supports it."""
    outcomes = ruleset.outcomes
    named: dict[str, set[str]] = {block: set() for block in ("conditions", "tests", "advice", "safety_net")}
    named["safety_net"].update(name for name, net in outcomes.safety_net.items() if net.said_at)
    for rule in ruleset.rules.values():
        match rule:
            case Differential(then=then) if then.supports:
                named["conditions"].add(then.supports)
            case Plan(then=then):
                named["tests"].update(then.order)
                named["advice"].update([then.advise] if then.advise else [])
                named["safety_net"].update([then.safety_net] if then.safety_net else [])
            case _:
                pass
    for block, used in named.items():
        for name in getattr(outcomes, block):
            if name not in used:
                verb = "supports" if block == "conditions" else "names"
                yield "outcomes", problem("unreached-outcome", f"no rule {verb} '{name}'", at=f"{block}.{name}")


def sideless(ruleset: Ruleset) -> Found:
    """Of every critical limit it is said on which side the danger lies."""
    for name, threshold in ruleset.thresholds.items():
        if threshold.critical is not None and ruleset.critical_side(name) is None:
            message = f"nothing says whether the danger of '{threshold.quantity}' lies above or below it"
            hint = "write 'critical_side: above' or 'below', or the normal range of the quantity"
            yield "thresholds", problem("critical-sideless", message, at=name, hint=hint)


def unread_derivations(ruleset: Ruleset) -> Found:
    """Every derived finding is read by a rule, by another one, or by a discharge."""
    program = ruleset.program
    read = {leaf.name for each in (*program.rules.values(), *program.derivations.values()) for leaf in leaves(each)}
    read |= {rule.then.discharged_by for rule in ruleset.escalations.values() if rule.then.discharged_by}
    for name, rule in ruleset.rules.items():
        if isinstance(rule, Derivation) and rule.finding not in read:
            yield name, problem("unread-derivation", f"no rule reads '{rule.finding}'", at="finding")


def too_patient(ruleset: Ruleset) -> Found:
    """`within` is for less time than the rung gives, never for more."""
    for name, rule in ruleset.escalations.items():
        delay = ruleset.urgency[rule.then.urgency].delay
        within = rule.then.within
        if within and delay and read_duration(within) > read_duration(delay):
            message = f"'within: {within}' is longer than the {delay} of {rule.then.urgency}"
            yield name, problem("too-patient", message, at="then.within")


def overdue(ruleset: Ruleset, on: datetime.date) -> Found:
    """Thresholds whose review was due; rules are looked at by themselves."""
    for name, threshold in ruleset.thresholds.items():
        if threshold.review < on:
            message = f"a review was due on {threshold.review}"
            yield "thresholds", problem("overdue-review", message, at=f"{name}.review")
