"""Kept patients: what is known of each, and what is written down of what must be decided for her."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from fasciculation_rules.assessing.admit import admit
from fasciculation_rules.assessing.findings import close
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.model.case import Case
from fasciculation_rules.model.kept import KeptCase
from fasciculation_rules.model.rule import Example
from fasciculation_rules.model.ruleset import Expected, Ruleset, Vignette
from fasciculation_rules.proof.hygiene import name_in_program

What = Literal["value", "outside", "fired", "bounds", "range", "candidates"]


class Said(NamedTuple):
    """Something that is written down of a patient, so that rules that decide otherwise are found out.

    `value`: what one condition is worth. `outside`: the same, in a file that stays when the rule is deleted.
    `fired`: which escalation rules fire. `bounds`: at_least and at_most. `range`: all four bounds.
    `candidates`: the list of them.
    """

    what: What
    of: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """A kept patient; `name` says where she is kept."""

    name: str
    facts: Facts
    said: frozenset[Said]


def facts_of(case: Example | Vignette | KeptCase, ruleset: Ruleset, *, reconcile: bool = False) -> Facts:
    """What is known, closed and computed as an assessment would; CaseError where it cannot be."""
    read = Case(given=case.given)
    return close(admit(read, ruleset, on=case.on, reconcile=reconcile), read, ruleset, reconcile=reconcile).facts


def members_of(ruleset: Ruleset) -> Iterator[Member]:
    """Every example of every rule, then every case."""
    for rule in ruleset.rules.values():
        said = frozenset({Said("value", name_in_program(rule))})
        for example in rule.examples:
            yield Member(f"{rule.rule}, example '{example.name}'", facts_of(example, ruleset), said)
    for stem, vignette in ruleset.cases.items():
        yield Member(f"cases/{stem}", facts_of(vignette, ruleset), frozenset(_accepted(vignette.expect)))


def _accepted(expect: Expected) -> Iterator[Said]:
    """What a case writes down."""
    if expect.fired is not None:
        yield Said("fired")
    if {"at_least", "at_most"} <= expect.urgency.keys():
        yield Said("bounds")
    if expect.differential is not None:
        yield Said("candidates")


def rule_names(ruleset: Ruleset) -> Mapping[str, str]:
    """The name by which people know each condition of the program: a derived finding goes by its rule."""
    named = {name_in_program(rule): rule.rule for rule in ruleset.rules.values()}
    return {name: named.get(name, name) for name in ruleset.program.names}
