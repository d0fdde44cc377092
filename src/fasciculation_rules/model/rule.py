"""A rule: a condition with a consequence, its reasons, its evidence and its examples."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from fasciculation_rules.logic.condition import Condition as ConditionTree
from fasciculation_rules.logic.frozen import FrozenMapping
from fasciculation_rules.model.base import Date, Duration, Frozen, Name, Names, RuleId, Text, Value
from fasciculation_rules.model.case import GivenValue
from fasciculation_rules.model.tree import Condition


class Evidence(Value):
    """What supports a rule: a source, where in it, and the evidence row that says so."""

    cite: str
    at: Text | None = None
    row: str
    supports: Text


class Review(Value):
    """Whether a clinician has looked at it, and when somebody should look again."""

    status: Text
    next: Date


Expectation: TypeAlias = Literal["fires", "does not fire", "open", "awaits examination", "awaits a test"]


class Example(Value):
    """A small case and what the rule must do with it."""

    name: Text
    given: Frozen[str, GivenValue] = Field(default_factory=FrozenMapping)
    expect: Expectation
    asks: Names | None = None
    on: Date | None = None


def _some(evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    if not evidence:
        raise ValueError("expected at least one row of evidence")
    return evidence


class RuleBase(Value):
    """What every rule has."""

    rule: RuleId
    title: Text
    rationale: Text
    evidence: Annotated[tuple[Evidence, ...], AfterValidator(_some)]
    review: Review
    examples: tuple[Example, ...] = ()


class Derivation(RuleBase):
    """Defines a derived finding."""

    kind: Literal["derivation"] = "derivation"
    finding: Name
    means: Condition

    @property
    def condition(self) -> ConditionTree:
        """The condition that decides it."""
        tree: ConditionTree = self.means
        return tree


class Escalate(Value):
    """How soon, to whom, and the one sentence that says why. `within` is a shorter delay than the rung's."""

    urgency: Name
    refer: Names
    because: Text
    within: Duration | None = None
    discharged_by: Name | None = None


class WhenRule(RuleBase):
    """A rule with a `when`."""

    when: Condition

    @property
    def condition(self) -> ConditionTree:
        """The condition that decides it."""
        tree: ConditionTree = self.when
        return tree


class Escalation(WhenRule):
    """Raises the urgency. `red_flag` rules are never lowered; `minor` ones may be discharged."""

    model_config = ConfigDict(populate_by_name=True)

    kind: Literal["escalation"] = "escalation"
    class_: Literal["red_flag", "minor"] = Field(alias="class")
    then: Escalate


Strength: TypeAlias = Literal["strong", "moderate", "weak"]


class Weigh(Value):
    """Evidence for or against one condition."""

    supports: Name | None = None
    opposes: Name | None = None
    excludes: Name | None = None
    strength: Strength
    because: Text

    @model_validator(mode="after")
    def _one(self) -> Weigh:
        if sum(side is not None for side in (self.supports, self.opposes, self.excludes)) != 1:
            raise ValueError("exactly one of supports, opposes, excludes")
        return self

    @property
    def condition(self) -> str:
        """The condition weighed."""
        return self.supports or self.opposes or self.excludes or ""

    @property
    def side(self) -> Literal["for", "against", "excluding"]:
        """Which way it weighs."""
        return "for" if self.supports else "against" if self.opposes else "excluding"


class Differential(WhenRule):
    """Weighs one condition."""

    kind: Literal["differential"] = "differential"
    then: Weigh


class Do(Value):
    """Tests to order, advice to give, or a safety net; exactly one of them."""

    order: Names = ()
    who: Literal["gp", "specialist", "emergency"] | None = None
    advise: Name | None = None
    unless_contraindicated: Names = ()
    safety_net: Name | None = None
    because: Text | None = None

    @model_validator(mode="after")
    def _one(self) -> Do:
        if sum((bool(self.order), self.advise is not None, self.safety_net is not None)) != 1:
            raise ValueError("exactly one of order, advise, safety_net")
        if bool(self.order) != (self.who is not None):
            raise ValueError("'order' needs 'who', and nothing else has it")
        if self.unless_contraindicated and self.advise is None:
            raise ValueError("'unless_contraindicated' belongs to 'advise'")
        return self


class Plan(WhenRule):
    """Adds to the plan. `acute` is shown at every rung, `afterwards` waits at same_day and above."""

    model_config = ConfigDict(populate_by_name=True)

    kind: Literal["plan"] = "plan"
    class_: Literal["acute", "afterwards", "self_care"] = Field(alias="class")
    then: Do


Rule: TypeAlias = Derivation | Escalation | Differential | Plan
KINDS: dict[str, type[Derivation | Escalation | Differential | Plan]] = {
    "derivation": Derivation,
    "escalation": Escalation,
    "differential": Differential,
    "plan": Plan,
}
