"""The answer in brief: one printed page, and the same as text for a note. Whatever is left out is counted."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fasciculation_rules.model.assessment import Assessment
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.report.sources import Sources
from fasciculation_rules.server.wording import day
from fasciculation_rules.server.workbench.answers import Answers, Typed
from fasciculation_rules.server.workbench.catalogue import Catalogue
from fasciculation_rules.server.workbench.result import Result, Said, reasons

MOST_REASONS, MOST_NEXT, MOST_SOURCES, MOST_ASIDE = 5, 5, 8, 5
MOST_CHARACTERS, MOST_ANSWERED = 330, 800
"""Of one line that lists things."""

CHARACTERS, LINES = 116, 60
"""What a line of the printed page holds, and how many of them there are for the parts; one heading is worth two."""

IN_FULL = ("plan-advice", "plan-net")
"""Parts of the plan whose label alone says nothing."""

YIELDING = ("sources", "next", "plan")
"""The parts that give way where the page is full, the first of them first."""


@dataclass(frozen=True)
class Part:
    """One part of the note: its heading, and its lines."""

    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Note:
    """The whole of it."""

    title: str
    parts: tuple[Part, ...]
    foot: tuple[str, ...]

    def text(self) -> str:
        """As plain text."""
        lines = [self.title]
        for part in self.parts:
            lines += ["", part.heading, *(f"- {line}" for line in part.lines)]
        return "\n".join([*lines, "", *self.foot]) + "\n"


def note_of(
    result: Result,
    answers: Answers,
    assessment: Assessment,
    known: Mapping[str, bool],
    ruleset: Ruleset,
    words: Catalogue,
    today: datetime.date,
) -> Note:
    """The note for one answer."""
    say = words.say
    settled = say("settled") if result.settled else say("not-settled")
    soon = [f"{result.headline}. {' '.join(result.soon)}", settled]
    if result.warns:
        soon.append(say("not-reassuring"))
    if result.may_change:
        soon.append(say("may-change"))
    cited = Sources()
    why = [f"{each.sentence} {cited.marks([each])}".strip() for each in reasons(assessment)[:MOST_REASONS]]
    more = len(result.why) - len(why)
    parts = {
        "how-soon": soon,
        "why": [*why, *_left_out(more, words)],
        "answer-given": [
            *_given(answers, known, ruleset, words),
            *_not_counted(answers, words),
            *_limited(_remarks(assessment, ruleset), MOST_ASIDE, words),
        ],
        "may-be": list(_may_be(result, words)),
        "plan": list(_planned(result, words)),
        "next": [*(each.label for each in result.next[:MOST_NEXT]), *result.checks],
        "sources": _limited(cited.lines(), MOST_SOURCES, words),
    }
    _fit(parts, words)
    return Note(
        title=f"{say('title')}. {say('sheet-made', day=day(today))}",
        parts=tuple(Part(say(key), tuple(lines)) for key, lines in parts.items() if lines),
        foot=(about(assessment, words), f"{say('advises')} {say('sheet-judge')}", say("banner")),
    )


def _fit(parts: dict[str, list[str]], words: Catalogue) -> None:
    """Takes lines from the parts that give way until one page holds the rest; says how many were taken."""
    for key in YIELDING:
        gone = 0
        while parts[key] and sum(map(_height, parts.values())) + bool(gone) > LINES:
            parts[key].pop()
            gone += 1
        parts[key] += _left_out(gone, words)


def _height(lines: list[str]) -> int:
    return 2 * bool(lines) + sum(-(-len(line) // CHARACTERS) for line in lines)


def _left_out(more: int, words: Catalogue) -> list[str]:
    return [words.say("left-out", count=more)] if more > 0 else []


def about(assessment: Assessment, words: Catalogue) -> str:
    """Which rules speak, that nobody has reviewed them, and which site has moved their thresholds."""
    ruleset = assessment.ruleset
    profile = "" if ruleset.profile is None else f" {words.say('about-profile', name=ruleset.profile.name)}"
    about_rules = words.say(
        "about-rules",
        version=ruleset.version,
        status=ruleset.status,
        library=assessment.library,
        review=f"{ruleset.review[:1].upper()}{ruleset.review[1:]}",
    )
    return f"{about_rules}{profile}"


def _limited(lines: Iterable[str], most: int, words: Catalogue) -> list[str]:
    """The first few lines, and how many there are beyond."""
    every = list(lines)
    return [*every[:most], *_left_out(len(every) - most, words)]


def _labels(labels: Sequence[str], words: Catalogue, most: int = MOST_CHARACTERS) -> str:
    """As many as a line has room for, at least one, and how many more there are."""
    taken = 1
    while taken < len(labels) and len("; ".join(labels[: taken + 1])) <= most:
        taken += 1
    text, more = "; ".join(labels[:taken]), len(labels) - taken
    return words.say("and-more", labels=text, count=more) if more > 0 else text


def _given(answers: Answers, known: Mapping[str, bool], ruleset: Ruleset, words: Catalogue) -> Iterable[str]:
    """What was answered. Present and absent stand apart, and what nobody knows is in neither."""
    label, say, items = ruleset.vocabulary.label, words.say, ruleset.vocabulary.items
    said = {name: answers.said[name] for name in items if name in answers.said}
    values = [label(f"{name}={value}") for name, value in said.items() if value not in ("present", "absent")]
    values += [f"{label(name)} {_value(answers.typed[name])}" for name in items if name in answers.counting]
    present = [label(name) for name, value in said.items() if value == "present"]
    absent = [label(name) for name, value in said.items() if value == "absent"]
    if values:
        yield say("sheet-values", labels=_labels(values, words))
    yield say("sheet-present", labels=_labels(present, words, MOST_ANSWERED)) if present else say("sheet-nothing")
    if absent:
        yield say("sheet-absent", labels=_labels(absent, words, MOST_ANSWERED))
    unknown = [label(name) for name in ruleset.vocabulary.screen if name not in known]
    if unknown:
        yield say("sheet-unknown", labels=_labels(unknown, words))
    else:
        yield say("sheet-unknown-none")


def _not_counted(answers: Answers, words: Catalogue) -> Iterable[str]:
    """What was entered and does not count, so that nobody reads the rest as if it did."""
    for key, count in (
        ("waiting", len(answers.waiting)),
        ("unread", len(answers.unread)),
        ("strange", answers.strange),
    ):
        if count:
            yield words.say(key, count=count)


def _remarks(assessment: Assessment, ruleset: Ruleset) -> Iterable[str]:
    """Answers that count otherwise than they were given: too old, without a day, or against another answer."""
    for notice in (*assessment.scope.notices, *assessment.notices):
        if notice.items and notice.items[0] in ruleset.vocabulary.items:
            yield f"{notice.message}."


def _value(typed: Typed) -> str:
    dated = f" ({day(datetime.date.fromisoformat(typed.day))})" if typed.day else ""
    return f"{typed.given['value']}{dated}"


def _may_be(result: Result, words: Catalogue) -> Iterable[str]:
    for key, group in result.possibilities:
        labels = [f"{each.label} ({words.say(each.standing)})" for each in group]
        yield f"{words.say(key)}: {_labels(labels, words)}"
    if not result.possibilities:
        yield words.say("may-be-none")


def _planned(result: Result, words: Catalogue) -> Iterable[str]:
    for key, items in result.plan:
        if key in IN_FULL:
            yield from (each.text for each in items)
        else:
            yield f"{words.say(key)}: {_labels([_brief(each) for each in items], words)}"


def _brief(said: Said) -> str:
    """The thing itself, without its longer text."""
    return said.text.partition(": ")[0]
