"""What a ruleset can conclude: the ladder of urgency, destinations, floors, conditions, tests, advice."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, model_validator

from fasciculation_rules.logic.frozen import FrozenMapping
from fasciculation_rules.model.base import Date, Duration, Frozen, Name, Names, Text, Value
from fasciculation_rules.model.tree import Condition

LADDER = ("self_care", "routine", "soon_gp", "urgent_2w", "same_day", "emergency")
"""The rungs this library knows how to show, from low to high; a ruleset gives their delays and words."""

SELF_CARE, ROUTINE, SOON_GP, URGENT_2W, SAME_DAY, EMERGENCY = LADDER
FIRST_RED_FLAG = URGENT_2W
"""From here upwards every escalation rule is a red flag."""


class Urgency(Value):
    """One rung. `delay` is the longest wait (none: no appointment); `first_action_within` is the GP's part of it.

    `refer` is where to go when neither a rule nor a floor names anybody.
    """

    id: Name
    label: Text
    delay: Duration | None = None
    first_action_within: Duration | None = None
    refer: Names = ()
    time_critical: bool = False
    audience: Text
    cite: str
    row: str


class Labelled(Value):
    """A word for people."""

    label: Text
    codes: Name | None = None


class Floor(Value):
    """A step of the disposition that raises the shown rung and leaves `at_least` alone; `refer` is where that leads."""

    rung: Name
    refer: Names = ()
    because: Text
    cite: str
    row: str


class NarrowedFloor(Floor):
    """A floor for those of whom a condition is true."""

    when: Condition | None = None


class SparingFloor(Floor):
    """A floor for all but those of whom a condition is true."""

    unless: Condition | None = None


class Floors(Value):
    """The three floors, by what they guard against."""

    screen_unfinished: Floor
    under_16: NarrowedFloor
    not_examined: SparingFloor


class Destination(Labelled):
    """Where to go. Up to the rung `first_up_to` it is named before every other."""

    first_up_to: Name | None = None


class Possibility(Labelled):
    """A condition: something it may be."""

    must_not_miss: bool = False


class Test(Labelled):
    """Something to order. Whoever is known to have a disease of `not_again_in`, which it would find, is spared it."""

    not_again_in: Names = ()


class Advice(Labelled):
    """Something to tell the patient."""

    text: Text


class SafetyNet(Advice):
    """What should bring the patient back. At the rungs `said_at` everybody is told, and no rule is needed."""

    said_at: Names = ()
    because: Text | None = None
    cite: str | None = None
    row: str | None = None

    @model_validator(mode="after")
    def _reasoned(self) -> SafetyNet:
        reason = (self.because, self.cite, self.row)
        if (None in reason) if self.said_at else any(reason):
            raise ValueError("'because', 'cite' and 'row' belong to 'said_at', all three of them")
        return self


class Outcomes(Value):
    """Everything a consequence may name. Urgencies ascend; the order of conditions breaks ties."""

    urgencies: tuple[Urgency, ...]
    destinations: Frozen[Name, Destination]
    floors: Floors
    reassure_up_to: Name
    conditions: Frozen[Name, Possibility]
    tests: Frozen[Name, Test]
    advice: Frozen[Name, Advice]
    safety_net: Frozen[Name, SafetyNet] = Field(default_factory=FrozenMapping)
    limits: tuple[Text, ...]

    @property
    def ladder(self) -> tuple[str, ...]:
        """The rungs from low to high."""
        return tuple(urgency.id for urgency in self.urgencies)


class Threshold(Value):
    """A named limit of a quantity, with its source. `critical` is the rung it reaches whatever else is unknown.

    `critical_side` says on which side the danger lies, where the normal range of the quantity does not.
    """

    quantity: Name
    value: Text
    critical: Name | None = None
    critical_side: Literal["above", "below"] | None = None
    cite: str
    row: str
    review: Date
    site_overridable: Frozen[Literal["from", "to"], Text] | None = None


class Source(Value):
    """Where a fact was published."""

    title: Text
    publisher: Text | None = None
    authors: Text | None = None
    year: int | None = None
    url: str | None = None


_UNVERIFIED = re.compile(r"\b(?:K|F3|B|C)\b|judgement")


class Row(Value):
    """One row of the evidence: a fact in our own words, its source, and how sure the reading was."""

    cite: str
    confidence: Text
    says: Text

    @property
    def unverified(self) -> bool:
        """Whether any part of it still needs checking: from knowledge, a weak site, teaching not re-read, judgement."""
        return _UNVERIFIED.search(self.confidence) is not None


class References(Value):
    """Sources, and the evidence rows that cite them."""

    sources: Frozen[str, Source]
    rows: Frozen[str, Row]
