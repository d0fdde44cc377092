"""What the library answers for one case: format 1 of the output. Adding a key keeps the format."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from fasciculation_rules.model.base import Frozen


class Part(BaseModel):
    """A frozen piece of an assessment; readers should ignore keys they do not know."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, defer_build=True)


class ProfileIdentity(Part):
    """Which site profile moved thresholds."""

    name: str
    digest: str


class RulesetIdentity(Part):
    """Which rules spoke."""

    version: str
    status: str
    text_digest: str
    logic_digest: str
    effective_digest: str
    profile: ProfileIdentity | None
    review: str


class EngineIdentity(Part):
    """What evaluated them, and what checked the answer (None where nothing did)."""

    name: str
    version: str
    checked_by: str | None


class Notice(Part):
    """Something the reader should know about how the case was read. Names items, never values."""

    code: str
    message: str
    items: tuple[str, ...] = ()


class Scope(Part):
    """Whether the case is one this ruleset is about."""

    entry: bool | None
    notices: tuple[Notice, ...] = ()


class UrgencyRange(Part):
    """How soon, as far as it is known: what is sure, and what asking, examining and testing could still reach."""

    at_least: str
    at_most: str
    after_examination: str
    after_tests: str


class FloorApplied(Part):
    """A floor that raised the shown rung, and why."""

    floor: str
    rung: str
    because: str


class Disposition(Part):
    """The one rung shown, and what it means in time and place. Delays are ISO 8601; None is no appointment.

    `hastened`: a rule asks for a shorter delay than the rung does by itself, so that its label says too much time.
    """

    rung: str
    label: str
    settled: bool
    maximum_delay: str | None
    hastened: bool = False
    first_action_within: str | None
    refer: tuple[str, ...]
    time_critical: bool
    audience: str
    floors: tuple[FloorApplied, ...] = ()


class PlanItem(Part):
    """One thing to do, and the rules that ask for it."""

    id: str
    label: str
    who: str | None = None
    rung: str | None = None
    text: str | None = None
    rules: tuple[str, ...]


class PlanOut(Part):
    """What to do now, and what can wait until the acute matter is settled."""

    referrals: tuple[PlanItem, ...] = ()
    tests: tuple[PlanItem, ...] = ()
    advice: tuple[PlanItem, ...] = ()
    safety_net: tuple[PlanItem, ...] = ()
    afterwards: tuple[PlanItem, ...] = ()


class Argument(Part):
    """One rule for or against a condition, with the findings it rests on; `absent` are those known to be absent."""

    rule: str
    strength: Literal["strong", "moderate", "weak"]
    findings: tuple[str, ...]
    absent: tuple[str, ...] = ()
    because: str


class Candidate(Part):
    """Something it may be. Never a probability."""

    condition: str
    label: str
    standing: Literal["supported", "possible", "opposed", "excluded"]
    must_not_miss: bool
    for_: tuple[Argument, ...] = Field(alias="for")
    against: tuple[Argument, ...] = ()
    excluding: tuple[Argument, ...] = ()
    unknown: tuple[Argument, ...] = ()


class Question(Part):
    """Something to ask, in plain words, and the highest rung the answer could raise the urgency to."""

    item: str
    ask: str
    screen: int | None = None
    could_raise_to: str


class Check(Part):
    """A sign to elicit or a result to obtain, and the highest rung it could raise the urgency to."""

    item: str
    label: str
    could_raise_to: str


class Firings(Part):
    """The rules that decided, and those that wait for something."""

    fired: tuple[str, ...]
    discharged: tuple[str, ...]
    open: tuple[str, ...]
    awaits_examination: tuple[str, ...]
    awaits_test: tuple[str, ...]


class CitationOut(Part):
    """Where a sentence comes from. `unverified` rows still need checking by a clinician."""

    cite: str
    title: str
    at: str | None
    row: str
    unverified: bool


class Sentence(Part):
    """One sentence, the rule (or floor, or safety net) that says it and its kind, what it rests on, and its sources.

    `absent` are those of `findings` that are known to be absent.
    """

    sentence: str
    kind: Literal["floor", "escalation", "differential", "plan"]
    rule: str
    findings: tuple[str, ...]
    absent: tuple[str, ...] = ()
    citations: tuple[CitationOut, ...]


class Assessment(Part):
    """The whole answer for one case under one ruleset."""

    format: Literal[1] = 1
    ruleset: RulesetIdentity
    library: str
    engine: EngineIdentity
    scope: Scope
    urgency: UrgencyRange
    disposition: Disposition
    plan: PlanOut
    differential: tuple[Candidate, ...]
    questions: tuple[Question, ...]
    examinations: tuple[Check, ...]
    tests: tuple[Check, ...]
    firings: Firings
    explanation: tuple[Sentence, ...]
    notices: tuple[Notice, ...]
    limits: tuple[str, ...]
    labels: Frozen[str, str]

    def to_json(self, *, indent: int | None = None) -> str:
        """The format of the documentation: keys in a fixed order, the same bytes for the same case."""
        return self.model_dump_json(by_alias=True, indent=indent)

    def __str__(self) -> str:
        d, u = self.disposition, self.urgency
        settled = "settled" if d.settled else "not settled"
        return (
            f"{d.label} ({d.rung}, {settled}); at least {u.at_least}; "
            f"ruleset {self.ruleset.version} (library {self.library}), {self.ruleset.review}"
        )

    def __repr__(self) -> str:
        return f"<Assessment {self.disposition.rung} of ruleset {self.ruleset.version}>"
