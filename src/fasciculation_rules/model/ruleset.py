"""A ruleset, read and frozen: the text people signed beside the program that engines run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal, TypeVar

from pydantic import Field

from fasciculation_rules.logic.closure import Closure
from fasciculation_rules.logic.frozen import FrozenMapping
from fasciculation_rules.logic.program import Program
from fasciculation_rules.model.base import Date, FormatOne, Frozen, Text, Value
from fasciculation_rules.model.case import GivenValue
from fasciculation_rules.model.codes import CodeRow
from fasciculation_rules.model.outcomes import Outcomes, References, Threshold, Urgency
from fasciculation_rules.model.profile import Profile
from fasciculation_rules.model.rule import Differential, Escalation, Plan, Rule
from fasciculation_rules.model.tree import Condition
from fasciculation_rules.model.units import conversion
from fasciculation_rules.model.vocabulary import Vocabulary

ENTRY = "entry"
UNDER_16 = "floor-under-16"
SPARED_EXAMINATION = "floor-not-examined-unless"
"""The names under which the entry criterion and the conditions of two floors stand in a program."""

AGE_UNKNOWN = "age_unknown"
"""The floor of those of whom only the age is not known: that of the under 16, with a reason of its own."""

Status = Literal["unreleased", "draft", "active", "retired", "withdrawn"]


class About(Value):
    """What ruleset.yaml says: for whom, by whom, and who comes in. `uses` declares age and sex where rules use them."""

    format: FormatOne
    ruleset: Text
    title: Text
    purpose: Text
    not_for: Text
    population: Text
    authors: tuple[Text, ...]
    licence: Text
    review: Text
    uses: tuple[Literal["age", "sex"], ...] = ()
    entry: Condition


class Withdrawal(Value):
    """Why a version should no longer be used, from which day, and what to use instead."""

    date: Date
    reason: Text
    hazard: Text | None = None
    replaced_by: Text | None = None

    def __str__(self) -> str:
        hazard = f" (hazard {self.hazard})" if self.hazard else ""
        return f"withdrawn on {self.date}: {self.reason}{hazard}; use {self.replaced_by or 'another version'}"


class Expected(Value):
    """The accepted decision of a vignette; what is left out is not compared."""

    urgency: Frozen[Literal["at_least", "at_most"], Text] = Field(default_factory=FrozenMapping)
    rung: Text | None = None
    fired: tuple[Text, ...] | None = None
    differential: tuple[Text, ...] | None = None
    plan: tuple[Text, ...] | None = None


class Vignette(Value):
    """A whole case with its accepted decision."""

    case: Text
    given: Frozen[str, GivenValue] = Field(default_factory=FrozenMapping)
    on: Date | None = None
    expect: Expected = Expected()


Table = TypeVar("Table")
Kind = TypeVar("Kind", bound=Rule)


@dataclass(frozen=True, eq=False)
class Ruleset:
    """Everything one version says. Equal digests mean equal rulesets."""

    about: About
    vocabulary: Vocabulary
    thresholds: Mapping[str, Threshold]
    outcomes: Outcomes
    references: References
    rules: Mapping[str, Rule]
    cases: Mapping[str, Vignette]
    program: Program
    closure: Closure
    text_digest: str
    logic_digest: str
    effective_digest: str
    status: Status = "unreleased"
    withdrawal: Withdrawal | None = None
    profile: Profile | None = None
    profile_digest: str | None = None
    codes: Mapping[str, CodeRow] = field(default_factory=FrozenMapping)
    memo: dict[str, Any] = field(default_factory=dict, init=False)
    """Tables that other rooms derive from this frozen value, worked out once and kept with it."""

    def __post_init__(self) -> None:
        for name in ("thresholds", "rules", "cases", "codes"):
            object.__setattr__(self, name, FrozenMapping(getattr(self, name)))

    @property
    def version(self) -> str:
        """The version, such as `0.1.0`."""
        return self.about.ruleset

    def of_kind(self, kind: type[Kind]) -> tuple[Kind, ...]:
        """The rules of one kind, in canonical order."""
        return tuple(rule for rule in self.rules.values() if isinstance(rule, kind))

    @cached_property
    def escalations(self) -> Mapping[str, Escalation]:
        """Escalation rules by id."""
        return FrozenMapping({rule.rule: rule for rule in self.of_kind(Escalation)})

    @cached_property
    def differentials(self) -> Mapping[str, Differential]:
        """Differential rules by id."""
        return FrozenMapping({rule.rule: rule for rule in self.of_kind(Differential)})

    @cached_property
    def plans(self) -> Mapping[str, Plan]:
        """Plan rules by id."""
        return FrozenMapping({rule.rule: rule for rule in self.of_kind(Plan)})

    @cached_property
    def rank(self) -> Mapping[str, int]:
        """The height of each rung, from 0."""
        return FrozenMapping({rung: height for height, rung in enumerate(self.outcomes.ladder)})

    @cached_property
    def urgency(self) -> Mapping[str, Urgency]:
        """Each rung by id."""
        return FrozenMapping({urgency.id: urgency for urgency in self.outcomes.urgencies})

    def critical_side(self, name: str) -> Literal["above", "below"] | None:
        """On which side of a threshold the danger lies: as it says, else away from the normal range of its quantity."""
        threshold = self.thresholds[name]
        quantity = self.vocabulary.quantities[threshold.quantity]
        if threshold.critical_side is not None or quantity.normal is None:
            return threshold.critical_side
        number, _, unit = threshold.value.partition(" ")
        factor, offset = conversion(threshold.quantity, unit, quantity.unit)
        value = Fraction(number) * factor + offset
        return "below" if value <= quantity.normal[0] else "above" if value >= quantity.normal[1] else None

    def kept(self, kind: Callable[[Ruleset], Table]) -> Table:
        """The tables of another room for this ruleset, made once."""
        key = f"{kind.__module__}.{getattr(kind, '__qualname__', kind)}"
        if key not in self.memo:
            self.memo.setdefault(key, kind(self))
        found: Table = self.memo[key]
        return found

    def __getstate__(self) -> dict[str, Any]:
        """Without the tables of other rooms, which hold functions and handles and are made again where needed."""
        return {**self.__dict__, "memo": {}}

    def unverified(self, rule: Rule) -> tuple[str, ...]:
        """The evidence rows of a rule that still need checking."""
        rows = self.references.rows
        return tuple(evidence.row for evidence in rule.evidence if rows[evidence.row].unverified)

    def __str__(self) -> str:
        return f"ruleset {self.version} ({self.status}; {len(self.rules)} rules; {self.about.review})"

    def __repr__(self) -> str:
        return f"<Ruleset {self.version} {self.status} logic={self.logic_digest[:19]}>"

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        """The same line in IPython and Hypothesis, which would print a dataclass field by field: a megabyte."""
        printer.text(repr(self))
