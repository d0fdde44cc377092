"""The card policy: each row of its table, and laws over all situations."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fasciculation_rules.server.policy import Indicator, Moment, Quiet, Show, Situation, Topic, Why, verdict

LADDER = ("self_care", "routine", "soon_gp", "urgent_2w", "same_day", "emergency")
LOUD = (Indicator.INFO, Indicator.WARNING, Indicator.CRITICAL)
CALM = Situation(
    moment=Moment.OPENING,
    entry=True,
    deceased=False,
    under_16=False,
    known_cause=False,
    at_least="self_care",
    fresh="self_care",
    screen_finished=False,
    screened_since_entry=False,
    entered_days=3,
    referred=False,
    ordered=False,
)


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    height = draw(st.integers(0, 5))
    return Situation(
        moment=draw(st.sampled_from(Moment)),
        entry=draw(st.sampled_from([True, True, False, None])),
        deceased=draw(st.integers(0, 9)) == 0,
        under_16=draw(st.integers(0, 9)) == 0,
        known_cause=draw(st.booleans()),
        at_least=LADDER[height],
        fresh=LADDER[draw(st.integers(0, height))],
        screen_finished=draw(st.booleans()),
        screened_since_entry=draw(st.booleans()),
        entered_days=draw(st.none() | st.integers(0, 400)),
        referred=draw(st.booleans()),
        ordered=draw(st.booleans()),
    )


def rank(found: Show | Quiet) -> int:
    return -1 if isinstance(found, Quiet) else LOUD.index(found.indicator)


@given(situations())
def test_without_an_entry_finding_in_a_living_person_of_sixteen_there_is_no_card(case: Situation) -> None:
    for outside in (
        replace(case, entry=False),
        replace(case, entry=None),
        replace(case, deceased=True),
        replace(case, under_16=True),
    ):
        assert isinstance(verdict(outside), Quiet)


@given(situations())
def test_only_what_was_recorded_lately_is_critical(case: Situation) -> None:
    found = verdict(case)
    critical = isinstance(found, Show) and found.indicator is Indicator.CRITICAL
    inside = case.entry is True and not case.deceased and not case.under_16
    assert critical == (inside and case.fresh in ("same_day", "emergency"))


@given(situations())
def test_a_higher_rung_is_never_quieter(case: Situation) -> None:
    heights = [replace(case, at_least=rung, fresh=LADDER[0]) for rung in LADDER]
    heard = [verdict(each) for each in heights]
    for lower, higher in pairwise(heard[3:] if case.referred or case.ordered else heard[1:]):
        assert rank(higher) >= rank(lower)


@given(situations())
def test_what_is_old_is_never_louder_than_the_same_when_it_is_fresh(case: Situation) -> None:
    assert rank(verdict(case)) <= rank(verdict(replace(case, fresh=case.at_least)))


@given(situations())
def test_a_referral_a_known_cause_and_a_finished_screen_only_ever_silence(case: Situation) -> None:
    for change in (
        {"referred": True},
        {"known_cause": True},
        {"screened_since_entry": True},
        {"screen_finished": True},
    ):
        assert rank(verdict(replace(case, **change))) <= rank(verdict(case))


EMERGENCY = Show(1, Indicator.CRITICAL, Topic.EMERGENCY)
REFER = Show(3, Indicator.WARNING, Topic.URGENT_REFERRAL)
SCREEN = Show(4, Indicator.INFO, Topic.SCREEN)
NOW, URGENT = {"at_least": "emergency", "fresh": "emergency"}, {"at_least": "urgent_2w"}
ROWS: list[tuple[str, dict[str, Any], Show | Quiet]] = [
    ("fresh emergency", NOW, EMERGENCY),
    ("fresh same day", {"at_least": "same_day", "fresh": "same_day"}, Show(1, Indicator.CRITICAL, Topic.SAME_DAY)),
    ("old emergency", {"at_least": "emergency", "fresh": "routine"}, Show(2, Indicator.WARNING, Topic.STILL_SO)),
    ("urgent", URGENT, REFER),
    ("urgent, referred", {**URGENT, "referred": True}, Quiet(Why.REFERRED)),
    ("soon", {"at_least": "soon_gp"}, Show(3, Indicator.WARNING, Topic.GENERAL_PRACTITIONER)),
    ("being ordered", {**URGENT, "moment": Moment.ORDERING, "ordered": True}, Quiet(Why.ORDERED)),
    ("ordering something else", {**URGENT, "moment": Moment.ORDERING}, REFER),
    ("known cause, calm", {"known_cause": True}, Quiet(Why.KNOWN)),
    ("known cause, and now an emergency", {"known_cause": True, **NOW}, EMERGENCY),
    ("calm, new", {}, SCREEN),
    ("calm, thirty days", {"entered_days": 30}, SCREEN),
    ("calm, older", {"entered_days": 31}, Quiet(Why.EARLIER)),
    ("calm, no date", {"entered_days": None}, Quiet(Why.EARLIER)),
    ("calm, screened", {"screened_since_entry": True}, Quiet(Why.EARLIER)),
    ("calm, finished", {"screen_finished": True}, Quiet(Why.COMPLETE)),
]


@pytest.mark.parametrize(("change", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_each_row_of_the_table(change: dict[str, Any], expected: Show | Quiet) -> None:
    assert verdict(replace(CALM, **change)) == expected
