"""A ruleset without one of its rules, and who of those that were accepted is then decided otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from tests.proof.test_mutation import without

from fasciculation_rules import Case, Ruleset, assess, open_ruleset
from fasciculation_rules.authoring.examples import accepted
from fasciculation_rules.model.kept import Kept
from fasciculation_rules.model.rule import Derivation
from fasciculation_rules.proof.kept.keeping import Fault, look_at
from fasciculation_rules.shelf.kept import kept_folder, read_kept

NEWEST = "1.1.0"

ALSO = {
    "escalate-anxiety-score": ({"gad7": "15"}, "soon_gp"),
}
"""Whoever neither a case nor a kept case has: what is given, and the rung that must be reached."""


@cache
def newest() -> Ruleset:
    """The version that the safety file is about."""
    return open_ruleset(NEWEST)


@cache
def kept() -> tuple[Kept, ...]:
    """The people that a solver made."""
    return read_kept(NEWEST, kept_folder())


def otherwise(ruleset: Ruleset, rule: str | None = None) -> Iterator[str]:
    """Whoever is not decided as was accepted, of everybody, or of those in whom one rule has a part.

    The people are those of the ruleset as it is, whatever the one given is; they are written outside the rules' files.
    """
    for stem, vignette in newest().cases.items():
        if rule is None or rule in str(vignette.expect.model_dump()) or rule in _fired(stem):
            found = accepted(assess(Case(given=vignette.given), ruleset, engine="compiled", on=vignette.on), ruleset)
            said = vignette.expect
            if (said.fired or ()) != found.fired or (said.plan or ()) != found.plan or said.rung != found.rung:
                yield f"cases/{stem}"
    for each in kept():
        some = {name: cases for name, cases in each.cases.items() if rule is None or name == rule}
        for looked in look_at([each.model_copy(update={"cases": some})], ruleset):
            if isinstance(looked, Fault):
                yield f"{looked.name}: {looked.why}"
    for name, (given, rung) in ALSO.items():
        if rule is None or name == rule:
            at_least = assess(Case.read({"given": given}), ruleset, engine="compiled").urgency.at_least
            if ruleset.rank[at_least] < ruleset.rank[rung]:
                yield f"{name}: found {at_least}"


@cache
def _fired(stem: str) -> frozenset[str]:
    """Every rule that fires in a case."""
    vignette = newest().cases[stem]
    found = assess(Case(given=vignette.given), newest(), engine="compiled", on=vignette.on)
    return frozenset(found.firings.fired)


def gone(rule: str) -> Ruleset:
    """The newest ruleset without it."""
    found = newest().rules[rule]
    return without(found.finding if isinstance(found, Derivation) else rule, newest())
