"""The safety file: needs and requirements, hazards with their controls, known anomalies of ours and of what we use."""

from __future__ import annotations

import re
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field

from fasciculation_rules.model.base import Date, FormatOne, RuleId, Text, Value

Severity: TypeAlias = Literal["minor", "significant", "considerable", "major", "catastrophic"]
Likelihood: TypeAlias = Literal["very low", "low", "medium", "high", "very high"]
SEVERITIES: tuple[Severity, ...] = ("minor", "significant", "considerable", "major", "catastrophic")
LIKELIHOODS: tuple[Likelihood, ...] = ("very low", "low", "medium", "high", "very high")

RISK = (
    (1, 1, 2, 2, 3),
    (1, 2, 2, 3, 4),
    (2, 2, 3, 3, 4),
    (2, 3, 3, 4, 5),
    (3, 4, 4, 5, 5),
)
"""A row a likelihood, a column a severity: the five by five matrix in use with DCB0129, from general knowledge."""

ENGINEERING_ESTIMATE = "engineering estimate"
NOT_JUDGED = "not judged"


def _as_tuple(value: object) -> object:
    return (value,) if isinstance(value, str) else value


NamesOrOne = Annotated[tuple[Text, ...], BeforeValidator(_as_tuple)]


class _Id:
    """Checks that an id begins as those of its kind do."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix

    def __call__(self, text: str) -> str:
        if re.fullmatch(rf"{self.prefix}-[0-9]{{1,4}}", text) is None:
            raise ValueError(f"expected an id such as {self.prefix}-12")
        return text


NeedId = Annotated[str, AfterValidator(_Id("UN"))]
RequirementId = Annotated[str, AfterValidator(_Id("SR"))]
HazardId = Annotated[str, AfterValidator(_Id("HZ"))]
AnomalyId = Annotated[str, AfterValidator(_Id("AN"))]
GuardId = Annotated[str, AfterValidator(_Id("G"))]


def _a_version(text: str) -> str:
    if re.fullmatch(r"(ruleset|library) \S+", text) is None:
        raise ValueError("expected a version, such as 'ruleset 1.0.0' or 'library 0.1.0'")
    return text


VersionOf = Annotated[str, AfterValidator(_a_version)]
"""A version of the rules or of the library, as `ruleset 1.0.0`."""


class Selector(Value):
    """Which rules are meant, by what they are. A rule must have one of the values of every key that is given.

    `reads` are items in its condition, also through derived findings; `refers`, `orders`, `advises` and `tells` are
    what follows from it; `condition` is the one a differential rule weighs.
    """

    rule: NamesOrOne = ()
    kind: NamesOrOne = ()
    class_: NamesOrOne = Field(default=(), alias="class")
    urgency: NamesOrOne = ()
    condition: NamesOrOne = ()
    refers: NamesOrOne = ()
    orders: NamesOrOne = ()
    advises: NamesOrOne = ()
    tells: NamesOrOne = ()
    reads: NamesOrOne = ()

    def given(self) -> dict[str, tuple[str, ...]]:
        """The keys that are given, as they are written."""
        return {
            field.alias or name: found
            for name, field in type(self).model_fields.items()
            if (found := getattr(self, name))
        }


def _says_something(selectors: tuple[Selector, ...]) -> tuple[Selector, ...]:
    if any(not selector.given() for selector in selectors):
        raise ValueError("a selector names at least one key: rule, kind, class, urgency, condition, reads ...")
    return selectors


Selectors = Annotated[tuple[Selector, ...], AfterValidator(_says_something)]


class Source(Value):
    """Where a requirement comes from: a guideline, a hazard, a regulation, a user, or the design."""

    kind: Literal["guideline", "hazard", "regulation", "user", "design"]
    where: Text


class Need(Value):
    """What a user needs."""

    id: NeedId
    says: Text
    source: Source


class Requirement(Value):
    """One testable sentence, the rules that carry it, and the tests that show it."""

    id: RequirementId
    says: Text
    source: Source
    needs: tuple[NeedId, ...] = ()
    rules: Selectors = ()
    tests: tuple[Text, ...] = ()


class Requirements(Value):
    """requirements.yaml as a whole. `begins` is the first version it speaks of."""

    format: FormatOne
    begins: Text
    needs: tuple[Need, ...]
    requirements: tuple[Requirement, ...]


class Judged(Value):
    """How bad, and how likely."""

    severity: Severity
    likelihood: Likelihood

    @property
    def risk(self) -> int:
        """From 1, broadly acceptable, to 5, not to be accepted."""
        return RISK[LIKELIHOODS.index(self.likelihood)][SEVERITIES.index(self.severity)]


class Control(Value):
    """Something that makes a hazard less likely or less bad: rules or units of code, and the tests that show it."""

    does: Text
    rules: Selectors = ()
    units: tuple[Text, ...] = ()
    tests: tuple[Text, ...] = ()


class Hazard(Value):
    """What may harm somebody, why, and what is done about it. `rules` are those whose failing it is."""

    id: HazardId
    hazard: Text
    cause: Text
    effect: Text
    rules: Selectors = ()
    requirements: tuple[RequirementId, ...] = ()
    before: Judged
    controls: tuple[Control, ...]
    after: Judged
    residual: Text
    judged_by: Text


class Hazards(Value):
    """hazards.yaml as a whole."""

    format: FormatOne
    hazards: tuple[Hazard, ...]


class Anomaly(Value):
    """Something of our own that is not as it should be, and what it may do to somebody."""

    id: AnomalyId
    what: Text
    found_in: VersionOf
    impact: Text
    severity: Severity | Literal["none", "not judged"]
    judged_by: Text
    judged: Date
    work_around: Text
    fixed_in: VersionOf | None = None


Judgement: TypeAlias = Literal["affects", "guarded", "not reachable", "not judged"]


class SoupAnomaly(Value):
    """A known anomaly of something we use. One that is guarded names the guards, `G-n`, in `by`."""

    what: Text
    judgement: Judgement
    by: tuple[Text, ...] = ()
    why: Text


class Soup(Value):
    """Software of unknown provenance: what we need of it, and what is known to be wrong with it."""

    name: RuleId
    version: Text
    licence: Text
    needed_for: Text
    looked_at: Date
    looked_where: Text
    anomalies: tuple[SoupAnomaly, ...] = ()


class Guard(Value):
    """A guard of our own against an anomaly of somebody else's, and the tests that hold it."""

    id: GuardId
    does: Text
    tests: tuple[Text, ...]


class Anomalies(Value):
    """anomalies.yaml as a whole: ours, our guards, and those of others."""

    format: FormatOne
    ours: tuple[Anomaly, ...]
    guards: tuple[Guard, ...] = ()
    soup: tuple[Soup, ...] = ()


def unjudged(anomalies: Anomalies) -> tuple[str, ...]:
    """What nobody has judged yet: with one of these nothing is released."""
    ours = (each.id for each in anomalies.ours if each.severity == NOT_JUDGED)
    of_soup = ((each.name, one) for each in anomalies.soup for one in each.anomalies)
    return (*ours, *(f"{name}: {one.what}" for name, one in of_soup if one.judgement == NOT_JUDGED))
