"""From posted fields to the whole page: answers, the assessment of what counts, the questions it opens, the HTML."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from fasciculation_rules.assessing.admit import admit
from fasciculation_rules.assessing.findings import close
from fasciculation_rules.assessing.straight_line import assess
from fasciculation_rules.model.assessment import Assessment
from fasciculation_rules.model.case import Case
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.report.html import page
from fasciculation_rules.server.wording import day
from fasciculation_rules.server.workbench.answers import Answers, Fault, Typed, read_answers
from fasciculation_rules.server.workbench.catalogue import ENGLISH, Catalogue
from fasciculation_rules.server.workbench.form import Form, form_of
from fasciculation_rules.server.workbench.note import Note, about, note_of
from fasciculation_rules.server.workbench.result import Result, result_of


@dataclass(frozen=True)
class Made:
    """Everything the page shows, before it is laid out."""

    answers: Answers
    assessment: Assessment
    form: Form
    result: Result
    note: Note


def make(fields: list[tuple[str, str]], ruleset: Ruleset, words: Catalogue, today: datetime.date) -> Made:
    """The page for these fields. Where answers contradict each other the specific presence wins, with a notice.

    Raises EngineError; then there is no guidance.
    """
    answers = read_answers(fields, ruleset, today)
    case = answers.case()
    assessment = assess(case, ruleset, on=today, reconcile=True)
    known = known_of(case, ruleset, today)
    result = result_of(assessment, known, ruleset, words)
    return Made(
        answers,
        assessment,
        form=form_of(answers, assessment, known, ruleset),
        result=result,
        note=note_of(result, answers, assessment, known, ruleset, words, today),
    )


def known_of(case: Case, ruleset: Ruleset, today: datetime.date) -> dict[str, bool]:
    """Every finding that is known once all that follows from the answers is added."""
    admitted = admit(case, ruleset, on=today, reconcile=True)
    return dict(close(admitted, case, ruleset, reconcile=True).facts.findings)


def html_of(made: Made, ruleset: Ruleset, words: Catalogue, *, trial: bool) -> str:
    """The whole page.

    Raises PagesUnavailableError without jinja2.
    """
    return page(
        "workbench",
        say=words.say,
        tag=words.tag,
        foreign=words.tag != ENGLISH,
        stale=words.stale,
        language_review=words.review,
        trial=trial,
        about=about(made.assessment, words),
        rules=ruleset.effective_digest,
        new_rules=bool(made.answers.rules) and made.answers.rules != ruleset.effective_digest,
        answers=made.answers,
        form=made.form,
        of=made.result,
        note=made.note,
        why_not=_why_not(words),
        echo=_echo(words),
    )


def refused_page(message: str, words: Catalogue) -> str:
    """A page that says that there is no guidance, and why."""
    return page("workbench_refused", say=words.say, tag=words.tag, message=message)


def _why_not(words: Catalogue) -> Callable[[Fault], str]:
    def said(fault: Fault) -> str:
        return words.say("fault", what=words.say(fault.key, sentence=fault.sentence))

    return said


def _echo(words: Catalogue) -> Callable[[Typed], str]:
    """What was read, in words."""

    def said(typed: Typed) -> str:
        limits = words.say("read-limits", low=typed.low, high=typed.high) if typed.low else ""
        dated = words.say("read-day", day=day(datetime.date.fromisoformat(typed.day))) if typed.day else ""
        return words.say("read-as", words=typed.words, limits=limits, day=dated)

    return said
