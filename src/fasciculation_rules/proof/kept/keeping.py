"""The kept cases of a ruleset: which of them still hold, and what they say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from fasciculation_rules.assessing.differential import differential_of
from fasciculation_rules.assessing.firings import Fired, fire
from fasciculation_rules.assessing.tables import Tables
from fasciculation_rules.assessing.urgency import urgency_of
from fasciculation_rules.errors import CaseError
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.model.kept import Bound, Kept, KeptCase
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.proof.kept.member import Member, Said, facts_of, rule_names


@dataclass(frozen=True, slots=True)
class Holding:
    """A kept case that is decided as it says, of the condition that the program calls `rule`."""

    rule: str
    case: KeptCase
    member: Member


@dataclass(frozen=True, slots=True)
class Fault:
    """A kept case that is not, and why."""

    name: str
    why: str


def look_at(kept: Sequence[Kept], ruleset: Ruleset) -> Iterator[Holding | Fault]:
    """Each kept case in order."""
    known = {shown: name for name, shown in rule_names(ruleset).items()}
    written = [(shown, cases) for each in kept for shown, cases in each.cases.items()]
    for shown, cases in written:
        for number, case in enumerate(cases, start=1):
            name = f"{shown}, kept case {number}"
            if shown in known:
                yield _looked_at(known[shown], name, case, ruleset)
            else:
                yield Fault(name, "there is no such rule")


def _looked_at(rule: str, name: str, case: KeptCase, ruleset: Ruleset) -> Holding | Fault:
    try:
        facts = facts_of(case, ruleset, reconcile=case.reconcile)
    except CaseError as error:
        return Fault(name, "; ".join([error.summary, *map(str, error.problems)]))
    found = decision_of(rule, facts, ruleset)
    urgency = {bound: found.urgency[bound] for bound in case.urgency or ()}
    for key, expected, said in (
        ("expect", case.expect, found.expect),
        ("urgency", case.urgency or {}, urgency),
        ("differential", case.differential, case.differential if case.differential is None else found.differential),
    ):
        if expected != said:
            return Fault(name, f"{key}: expected {_shown(expected)}, found {_shown(said)}")
    return Holding(rule, case, Member(name, facts, frozenset(said_in(rule, case))))


def said_in(rule: str, case: KeptCase) -> Iterator[Said]:
    """What a kept case writes down."""
    yield Said("value", rule)
    yield Said("outside", rule)
    said = (case.urgency or {}).keys()
    if {"at_least", "at_most"} <= said:
        yield Said("bounds")
    if len(said) == len(get_args(Bound)):
        yield Said("range")
    if case.differential is not None:
        yield Said("candidates")


@dataclass(frozen=True, slots=True)
class Decision:
    """What is decided of somebody, as a kept case writes it down."""

    expect: str
    urgency: Mapping[str, str]
    differential: tuple[str, ...]


def decision_of(rule: str, facts: Facts, ruleset: Ruleset) -> Decision:
    """What one condition is worth, the bounds of the urgency, and the candidates."""
    tables, fired = Tables.of(ruleset), fire(facts, ruleset, engine="compiled")
    bounds = urgency_of(fired, tables).range
    return Decision(
        str(_value(fired, ruleset.program.bits[rule])),
        {
            "at_least": bounds.at_least,
            "at_most": bounds.at_most,
            "after_examination": bounds.after_examination,
            "after_tests": bounds.after_tests,
        },
        tuple(candidate.condition for candidate in differential_of(fired, tables)),
    )


def _value(fired: Fired, bit: int) -> Firing:
    return next(level for level in reversed(Firing) if fired.at_least(level) & bit)


def _shown(value: object) -> str:
    match value:
        case Mapping():
            return ", ".join(f"{bound} {rung}" for bound, rung in value.items())
        case tuple():
            return ", ".join(map(str, value)) or "none"
        case _:
            return str(value)
