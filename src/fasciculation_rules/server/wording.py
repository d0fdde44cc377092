"""The words of a card: what was recorded, what is advised, what nobody recorded, why, and who says so."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence

from fasciculation_rules.model.assessment import Assessment, Sentence
from fasciculation_rules.model.base import read_duration
from fasciculation_rules.model.imported import Imported, Origin
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.report.text import in_words
from fasciculation_rules.server.grounds import words_of
from fasciculation_rules.server.policy import Show, Topic
from fasciculation_rules.server.prefetch import BY_NAME

MOST_SUMMARY = 139
MOST_NAMED = 5
MOST_REASONS = 2
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

ADVICE = {
    Topic.EMERGENCY: "consider emergency assessment now",
    Topic.SAME_DAY: "consider assessment on the same day",
    Topic.URGENT_REFERRAL: "consider a specialist within two weeks",
    Topic.GENERAL_PRACTITIONER: "consider a general practitioner within two weeks",
}
SCREEN_CARD = "Muscle twitching recorded: 2-minute red-flag screen not on record."


def day(date: datetime.date) -> str:
    """`22 Nov 2026`, which nobody reads the other way round."""
    return f"{date.day} {_MONTHS[date.month - 1]} {date.year}"


def summary(show: Show, lead: Sequence[str], oldest: str) -> str:
    """One sentence of at most 139 characters. It names what is recorded and never a disease."""
    if show.topic is Topic.SCREEN:
        return SCREEN_CARD
    for named in (lead[:2], lead[:1], ()):
        what = " and ".join(named) or "other findings"
        if show.topic is Topic.STILL_SO:
            text = f"Muscle twitching with {what}, recorded {oldest}: is it still so?"
        else:
            text = f"Muscle twitching with {what}: {ADVICE[show.topic]}."
        if len(text) <= MOST_SUMMARY:
            return text
    raise AssertionError("the last of them is short")


def ago(days: int | None) -> str:
    """How long ago, in words."""
    match days:
        case None:
            return "without a date"
        case 0:
            return "today"
        case 1:
            return "yesterday"
        case _ if days < 14:
            return f"{days} days ago"
        case _:
            return f"{days // 7} weeks ago"


def recorded(names: Iterable[str], imported: Imported, ruleset: Ruleset) -> str:
    """What was recorded, each with its date: the twitch and what the advice rests on."""
    origins = {origin.item: origin for origin in imported.provenance}
    told = [f"{words_of(name, imported.case, ruleset)}, {_dated(origins.get(name))}" for name in names]
    return f"Recorded: {'; '.join(told)}."


def _dated(origin: Origin | None) -> str:
    return "no date" if origin is None or origin.date is None else day(origin.date)


def advised(assessment: Assessment, fresh: str, ruleset: Ruleset) -> str:
    """By whom, and by when. What only older records make more urgent than `fresh` is asked about, not advised."""
    shown = assessment.disposition
    if fresh != assessment.urgency.at_least:
        return (
            f"Consider: {ruleset.urgency[fresh].label}. With what was recorded earlier: {shown.label}; is it still so?"
        )
    to = "; ".join(ruleset.outcomes.destinations[name].label for name in shown.refer)
    within = f", {_within(shown.maximum_delay)}" if shown.maximum_delay and shown.hastened else ""
    first = f" First action {_within(shown.first_action_within)}." if shown.first_action_within else ""
    return f"Consider: {shown.label}{within}{f' ({to})' if to else ''}.{first}"


def _within(delay: str) -> str:
    return f"within {in_words(delay)}" if read_duration(delay) else "at once"


def not_recorded(left: Sequence[str], last: Mapping[str, datetime.date], ruleset: Ruleset) -> str:
    """What of the screen nobody recorded; five are named. Never that it is absent.

    `last` are the days of records that are too old to count; such items come first.
    """
    if not left:
        return ""
    total, label = len(ruleset.vocabulary.screen), ruleset.vocabulary.label
    ordered = sorted(left, key=lambda name: name not in last)
    named = ", ".join(
        f"{label(name)} (last recorded {day(last[name])})" if name in last else label(name)
        for name in ordered[:MOST_NAMED]
    )
    more = ", ..." if len(left) > MOST_NAMED else ""
    return f"Not recorded: {named}{more} ({len(left)} of {total} screen items)."


def reasons(sentences: Sequence[Sentence]) -> str:
    """Why, with where it comes from."""
    return "\n".join(f"* {each.sentence} [{_sources(each)}]" for each in sentences[:MOST_REASONS])


def _sources(sentence: Sentence) -> str:
    cited = [f"{each.cite} {each.row}{', unverified' if each.unverified else ''}" for each in sentence.citations]
    return "; ".join(cited[:3])


def unread(incomplete: Sequence[str]) -> str:
    """The last line: what could not be read."""
    named = [BY_NAME[name].called for name in incomplete]
    if not named:
        return ""
    text = ", ".join(named)
    return f"{text[0].upper()}{text[1:]} could not be read."


def joined(parts: Iterable[str]) -> str:
    """Paragraphs of Markdown."""
    return "\n\n".join(part for part in parts if part)
