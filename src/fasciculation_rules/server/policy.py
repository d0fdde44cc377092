"""When a card is shown, and how loud it is: one table, read from the top. `at_most` has no part in it.

What nobody has recorded is unknown for almost everybody, so that almost everybody could be an emergency: a card that
spoke of that would be noise, and a fear. Only what is present speaks, and only of somebody who twitches.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import assert_never


class Moment(Enum):
    """What the clinician is doing."""

    OPENING = "opening"
    ENTERING_A_PROBLEM = "entering a problem"
    ORDERING = "ordering"


class Indicator(StrEnum):
    """How loud a card is, in the words of CDS Hooks."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class Topic(StrEnum):
    """What a card advises. Clients silence repeated cards by these codes, so none ever changes."""

    EMERGENCY = "emergency"
    SAME_DAY = "same-day"
    STILL_SO = "recorded-earlier"
    URGENT_REFERRAL = "urgent-referral"
    GENERAL_PRACTITIONER = "general-practitioner"
    SCREEN = "screen-unfinished"


class Why(StrEnum):
    """Why there is no card. None of these ever stands for what could not be decided."""

    OFF = "off"
    SILENT = "silent-mode"
    SILENCED = "silenced"
    NO_ORDER = "no-relevant-order"
    NO_ENTRY = "no-entry"
    DECEASED = "deceased"
    OUT_OF_SCOPE = "out-of-scope"
    KNOWN = "known-diagnosis"
    REFERRED = "already-referred"
    ORDERED = "already-ordered"
    SHOWN = "already-shown"
    EARLIER = "entry-not-recent"
    COMPLETE = "screen-complete"
    BELOW = "below-site-floor"


@dataclass(frozen=True, slots=True)
class Situation:
    """All that the table looks at. Rungs are those of the ruleset; `fresh` is what fresh data alone reach.

    `entered_days` is the age of the newest entry finding in days, None where it has no date.
    `referred`: a referral on record answers the advice. `ordered`: the draft orders already ask for it.
    """

    moment: Moment
    entry: bool | None
    deceased: bool
    under_16: bool
    known_cause: bool
    at_least: str
    fresh: str
    screen_finished: bool
    screened_since_entry: bool
    entered_days: int | None
    referred: bool
    ordered: bool


@dataclass(frozen=True, slots=True)
class Show:
    """A card, by its row of the table."""

    row: int
    indicator: Indicator
    topic: Topic


@dataclass(frozen=True, slots=True)
class Quiet:
    """No card, and why."""

    why: Why


Verdict = Show | Quiet


def verdict(case: Situation, *, screen_days: int = 30) -> Verdict:
    """The first row of the table that fits."""
    if (outside := _outside(case)) is not None:
        return Quiet(outside)
    match case.fresh:
        case "emergency":
            return Show(1, Indicator.CRITICAL, Topic.EMERGENCY)
        case "same_day":
            return Show(1, Indicator.CRITICAL, Topic.SAME_DAY)
    if case.known_cause:
        return Quiet(Why.KNOWN)
    match case.at_least:
        case "emergency" | "same_day":
            return Show(2, Indicator.WARNING, Topic.STILL_SO)
        case "urgent_2w":
            return _refer(case, Topic.URGENT_REFERRAL)
        case "soon_gp":
            return _refer(case, Topic.GENERAL_PRACTITIONER)
    return _screen(case, screen_days)


def _outside(case: Situation) -> Why | None:
    """Row 0: nobody the service is about."""
    if case.deceased:
        return Why.DECEASED
    if case.entry is not True:
        return Why.NO_ENTRY
    return Why.OUT_OF_SCOPE if case.under_16 else None


def _refer(case: Situation, topic: Topic) -> Verdict:
    """Row 3: somebody should see the person, unless that is under way."""
    if case.referred:
        return Quiet(Why.REFERRED)
    match case.moment:
        case Moment.ORDERING if case.ordered:
            return Quiet(Why.ORDERED)
        case Moment.OPENING | Moment.ENTERING_A_PROBLEM | Moment.ORDERING:
            return Show(3, Indicator.WARNING, topic)
        case _:
            assert_never(case.moment)


def _screen(case: Situation, screen_days: int) -> Verdict:
    """Rows 4 and 5: nothing presses; the screen is offered once, soon after the twitch was recorded."""
    if case.screen_finished:
        return Quiet(Why.COMPLETE)
    if case.entered_days is None or case.entered_days > screen_days or case.screened_since_entry:
        return Quiet(Why.EARLIER)
    return Show(4, Indicator.INFO, Topic.SCREEN)
