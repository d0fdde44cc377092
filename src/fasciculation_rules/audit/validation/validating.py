"""Assesses cases whose rung a panel has set, and counts what a protocol asks for."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from fasciculation_rules.assessing.straight_line import assess
from fasciculation_rules.audit.validation.exact import interval
from fasciculation_rules.audit.validation.kappa import jackknife, kappa
from fasciculation_rules.errors import CaseError, SafetyFileError
from fasciculation_rules.model.case import Case
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.model.validation import Cases, Protocol, ValidationCase

NOT_DONE = "clinical validation: not done"

Shown: TypeAlias = tuple[ValidationCase, str | None]
"""A case with the rung that was shown; None where it was refused."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A share with its exact interval; `enough` is whether there are as many people as the protocol asks for."""

    name: str
    hits: int
    of: int
    interval: tuple[Fraction, Fraction] | None
    at_least: int
    enough: bool

    @property
    def accepted(self) -> bool:
        """Whether even the low end of the interval is what the protocol asks for."""
        return self.enough and self.interval is not None and self.interval[0] * 100 >= self.at_least


@dataclass(frozen=True, slots=True)
class Validated:
    """What was counted, and why it is no validation where it is none."""

    ruleset: Ruleset
    protocol: Protocol
    cases: Cases
    digests: dict[str, str]
    sensitivity: tuple[Counted, ...]
    calm: Counted
    kappa: Fraction | None
    about_kappa: tuple[float, float] | None
    screen: Fraction
    refused: int
    why_not: tuple[str, ...]

    @property
    def said(self) -> str:
        """In one sentence, whether it was done and what came out."""
        if self.why_not:
            return NOT_DONE
        met = all(each.accepted for each in (*self.sensitivity, self.calm)) and self._agrees
        return f"clinical validation: done by the protocol given; its limits {'are met' if met else 'are not met'}"

    @property
    def _agrees(self) -> bool:
        return self.kappa is not None and self.kappa >= self.protocol.agreement.at_least


def validate(
    ruleset: Ruleset,
    cases: tuple[Cases, bytes],
    protocol: tuple[Protocol, bytes],
    *,
    on: datetime.date,
    engine: str = "durable",
) -> Validated:
    """Every endpoint of the protocol, over every case; `on` is the day of those that have none, and of the report.

    Raises SafetyFileError where a panel names a rung or a condition that the version does not have.
    """
    (said, raw_cases), (asked, raw_protocol) = cases, protocol
    _known(said.cases, ruleset)
    shown: list[Shown] = []
    answered = refused = 0
    for each in said.cases:
        try:
            found = assess(Case(given=each.given), ruleset, engine=engine, on=each.on or on)
        except CaseError:
            refused += 1
            shown.append((each, None))  # who gets no answer is neither helped nor reassured
            continue
        answered += sum(name in each.given for name in ruleset.vocabulary.screen)
        shown.append((each, found.disposition.rung))
    questions = len(ruleset.vocabulary.screen) * (len(said.cases) - refused)
    pairs = [_ranks(each, rung, ruleset) for each, rung in shown]
    return Validated(
        ruleset,
        asked,
        said,
        {"protocol": _digest(raw_protocol), "cases": _digest(raw_cases)},
        tuple(_sensitivity(shown, ruleset, asked)),
        _calm(shown, asked),
        kappa(pairs),
        jackknife(pairs),
        Fraction(answered, questions) if questions else Fraction(0),
        refused,
        tuple(_why_not(said, asked, ruleset, on)),
    )


def _known(cases: Sequence[ValidationCase], ruleset: Ruleset) -> None:
    for each in cases:
        if each.panel.rung not in ruleset.rank:
            raise SafetyFileError(f"case '{each.case}': there is no rung '{each.panel.rung}'")
        if each.panel.condition is not None and each.panel.condition not in ruleset.outcomes.conditions:
            raise SafetyFileError(f"case '{each.case}': there is no condition '{each.panel.condition}'")


def _ranks(each: ValidationCase, rung: str | None, ruleset: Ruleset) -> tuple[int, int]:
    """What was shown, and the panel's word; for an answer that is lacking stands the farthest rung."""
    panel, top = ruleset.rank[each.panel.rung], max(ruleset.rank.values())
    if rung is None:
        return (0 if 2 * panel > top else top), panel
    return ruleset.rank[rung], panel


def _sensitivity(shown: Sequence[Shown], ruleset: Ruleset, asked: Protocol) -> Iterator[Counted]:
    """For each condition that must not be missed and that somebody has."""
    for name, condition in ruleset.outcomes.conditions.items():
        mine = [(each, rung) for each, rung in shown if each.panel.condition == name]
        if condition.must_not_miss and mine:
            hits = sum(rung is not None and ruleset.rank[rung] >= ruleset.rank[each.panel.rung] for each, rung in mine)
            wanted = asked.sensitivity
            yield _counted(name, hits, len(mine), asked.confidence, wanted.at_least, wanted.cases)


def _calm(shown: Sequence[Shown], asked: Protocol) -> Counted:
    """Of the people in whom the panel found nothing and whom it kept calm."""
    wanted = asked.calm
    well = [rung for each, rung in shown if each.panel.condition is None and each.panel.rung in wanted.rungs]
    hits = sum(rung in wanted.rungs for rung in well)
    return _counted("well", hits, len(well), asked.confidence, wanted.at_least, wanted.cases)


def _counted(name: str, hits: int, of: int, confidence: int, at_least: int, cases: int) -> Counted:
    return Counted(name, hits, of, interval(hits, of, confidence) if of else None, at_least, of >= cases)


def _why_not(cases: Cases, protocol: Protocol, ruleset: Ruleset, on: datetime.date) -> Iterator[str]:
    if not cases.independent:
        yield "the cases are not independent of the authors of the rules"
    if not cases.panel_blinded:
        yield "the panel was not blinded"
    if protocol.status != "final":
        yield f"the protocol is a {protocol.status}; nobody has agreed to it"
    if protocol.dated > cases.collected_from:
        yield f"the protocol is dated {protocol.dated}, after collection began on {cases.collected_from}"
    if on < protocol.dated:
        yield f"the run is of {on}, before the protocol"
    if ruleset.status == "unreleased":
        yield "the ruleset is not released, so what was validated may still change"
    if not cases.cases:
        yield "there are no cases"


def _digest(raw: bytes) -> str:
    return "sha256:" + hashlib.sha256(raw).hexdigest()
