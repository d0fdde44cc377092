"""An assessment as plain text for a clinician: one rung, why, what it may be, what to do, what to ask next."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from fasciculation_rules.errors import wrong_argument
from fasciculation_rules.model.assessment import Argument, Assessment, Candidate, PlanItem, Sentence
from fasciculation_rules.report.sources import Sources

WIDTH = 96
FIRST_QUESTIONS = FEW = 9
WHO = {"emergency": "at once", "specialist": "by a specialist", "gp": "by the general practitioner", None: "by anyone"}


RUNGS = {
    "self_care": "self-care",
    "routine": "routine",
    "soon_gp": "soon",
    "urgent_2w": "urgent",
    "same_day": "the same day",
    "emergency": "emergency",
}
"""Words for the rungs below the one shown, whose labels an assessment does not carry. They claim no time."""


def explain(assessment: Assessment, *, width: int = WIDTH) -> str:
    """The whole report. Every sentence carries the number of its sources; every rule stands by its name."""
    if not isinstance(assessment, Assessment):
        raise wrong_argument("what is explained is an Assessment", assessment)
    return _Report(assessment, width).text()


class _Report:
    def __init__(self, assessment: Assessment, width: int) -> None:
        self.of = assessment
        self.width = width
        self.lines: list[str] = []
        self.sources = Sources()
        self.sentences = {sentence.rule: sentence for sentence in assessment.explanation}

    def text(self) -> str:
        self._head()
        self._how_soon()
        self._why()
        self._may_be()
        self._plan()
        self._next()
        self._notices()
        self._tail()
        return "\n".join(self.lines) + "\n"

    # pieces of layout

    def _title(self, text: str) -> None:
        self.lines += ["", text, "-" * len(text)]

    def _say(self, text: str, indent: int = 0, bullet: str = "") -> None:
        first = " " * indent + bullet
        rest = " " * len(first)
        self.lines += textwrap.wrap(
            text,
            self.width,
            initial_indent=first,
            subsequent_indent=rest,
            break_long_words=False,
            break_on_hyphens=False,
        )

    def _marks(self, sentences: Iterable[Sentence]) -> str:
        return self.sources.marks(sentences)

    def _labels_of(self, names: Iterable[str]) -> list[str]:
        return [self.of.labels.get(name, name) for name in names]

    def _rests(self, on: Sentence | Argument) -> str:
        """What it rests on; an absent finding says so, for its label alone would read as if it were there."""
        labels = self._labels_of(on.findings)
        absent = [" (absent)" if name in on.absent else "" for name in on.findings]
        return ", ".join(label + mark for label, mark in zip(labels, absent, strict=True))

    def _few(self, labels: Sequence[str]) -> str:
        """The first few, and how many more."""
        more = f", and {len(labels) - FEW} more" if len(labels) > FEW else ""
        return ", ".join(labels[:FEW]) + more

    # the parts, in the order in which they are read

    def _head(self) -> None:
        ruleset = self.of.ruleset
        self._say(f"Ruleset {ruleset.version} (library {self.of.library}), {ruleset.status}, {ruleset.review}.")
        self._say("This advises clinicians. It makes no diagnosis.")
        if ruleset.profile:
            self._say(f"Site profile: {ruleset.profile.name}.")

    def _how_soon(self) -> None:
        d = self.of.disposition
        self._title("How soon")
        delay = _delay(d.maximum_delay, d.first_action_within)
        if d.hastened:
            self._say(f"{delay} That is sooner than {d.label} ({d.rung}), because a rule below asks for it.")
        else:
            self._say(f"{d.label[0].upper()}{d.label[1:]} ({d.rung}). {delay}")
        referrals = {item.id: item.label for item in (*self.of.plan.referrals, *self.of.plan.afterwards)}
        if d.refer:
            self._say("Refer to: " + "; ".join(referrals.get(name, name) for name in d.refer) + ".")
        self._say("Settled on what is known." if d.settled else _unsettled(self.of))

    def _why(self) -> None:
        self._title("Why")
        shown = [s for s in self.of.explanation if s.kind in ("floor", "escalation")]
        if not shown:
            self._say("No rule asks for more than this.")
        for sentence in shown:
            self._say(f"{sentence.sentence} {self._marks([sentence])}", bullet="* ")
            rests = f"Rests on: {self._rests(sentence)}. " if sentence.findings else ""
            self._say(f"{rests}Rule: {sentence.rule}.", indent=4)

    def _may_be(self) -> None:
        candidates = self.of.differential
        if not candidates:
            self._title("What it may be")
            self._say("No condition is named yet. That excludes nothing.")
            return
        self._title("What it may be (never a probability)")
        for heading, must in (("Must not miss", True), ("Other possibilities", False)):
            chosen = [candidate for candidate in candidates if candidate.must_not_miss == must]
            if chosen:
                self._say(f"{heading}:")
            for candidate in chosen:
                self._candidate(candidate)

    def _candidate(self, candidate: Candidate) -> None:
        self._say(f"{candidate.label} ({candidate.standing})", indent=2, bullet="* ")
        sides: Sequence[tuple[str, tuple[Argument, ...]]] = (
            ("For", candidate.for_),
            ("Against", candidate.against),
            ("Excluded because", candidate.excluding),
        )
        for word, arguments in sides:
            for argument in arguments:
                marks = self._marks([self.sentences[argument.rule]])
                rests = self._rests(argument)
                text = f"{word} ({argument.strength}): {argument.because} {marks} Rests on: {rests}."
                self._say(text, indent=6)
        unknown = dict.fromkeys(name for argument in candidate.unknown for name in argument.findings)
        if unknown:
            self._say(f"Not yet known: {self._few(self._labels_of(unknown))}.", indent=6)

    def _plan(self) -> None:
        plan = self.of.plan
        if not (plan.referrals or plan.tests or plan.advice or plan.safety_net or plan.afterwards):
            return
        self._title("Plan")
        for item in plan.referrals:
            self._say(f"Refer to {item.label}{self._how_soon_to(item)}. {self._because(item)}", bullet="* ")
        self._tests(plan.tests)
        for heading, items in (("Advice", plan.advice), ("Come back or call for help", plan.safety_net)):
            if items:
                self._say(f"{heading}:")
            for item in items:
                text = f": {item.text}" if item.text else ""
                self._say(f"{item.label}{text} {self._because(item)}", indent=2, bullet="* ")
        if plan.afterwards:
            self._say("Not for now: for the team that takes over, once the acute matter is settled:")
            for item in (item for item in plan.afterwards if item.text):
                self._say(f"{item.label}: {item.text} {self._because(item)}", indent=2, bullet="* ")
            brief = [item for item in plan.afterwards if not item.text]
            if brief:
                self._say(f"{'; '.join(item.label for item in brief)}. {self._because(*brief)}", indent=2, bullet="* ")

    def _how_soon_to(self, referral: PlanItem) -> str:
        shown, rung = self.of.disposition, referral.rung
        if rung is None:
            return ""
        return f": {rung_in_words(rung, shown.label if rung == shown.rung else RUNGS.get(rung, rung))}"

    def _tests(self, tests: tuple[PlanItem, ...]) -> None:
        """Tests in the order of their rules, those that one set of rules asks for together."""
        groups: dict[tuple[str | None, tuple[str, ...]], list[PlanItem]] = {}
        for item in tests:
            groups.setdefault((item.who, item.rules), []).append(item)
        for who, words in WHO.items():
            for (by, _), items in groups.items():
                if by == who:
                    labels = "; ".join(item.label for item in items)
                    reasons = "".join(self._reasons(items[0]))
                    self._say(f"Tests, {words}: {labels}. {reasons}{self._because(items[0])}", bullet="* ")

    def _reasons(self, item: PlanItem) -> Iterator[str]:
        """What its rules say for a test, beyond that it should be considered."""
        for rule in item.rules:
            said = self.sentences[rule].sentence if rule in self.sentences else ""
            if said and not said.startswith("Consider "):
                yield f"{said} "

    def _because(self, *items: PlanItem) -> str:
        """The marks and the rules behind a line of the plan."""
        rules = list(dict.fromkeys(rule for item in items for rule in item.rules))
        told = [f"safety-net:{item.id}" for item in items if not item.rules]
        marks = self._marks(self.sentences[rule] for rule in (*rules, *told) if rule in self.sentences)
        if not rules:
            return marks
        return f"{marks} Rule{'s' if len(rules) > 1 else ''}: {', '.join(rules)}."

    def _next(self) -> None:
        questions = self.of.questions
        if questions:
            self._title("Ask next")
            for number, question in enumerate(questions[:FIRST_QUESTIONS], start=1):
                self._say(question.ask, bullet=f"{number}. ")
            if len(questions) > FIRST_QUESTIONS:
                self._say(f"And {len(questions) - FIRST_QUESTIONS} more; `--as json` lists them all.")
        for heading, checks in (("Examination", self.of.examinations), ("Observations and results", self.of.tests)):
            if checks:
                names = self._few([check.label for check in checks])
                self._say(f"{heading} that would inform this further: {names}.")

    def _notices(self) -> None:
        notices = (*self.of.scope.notices, *self.of.notices)
        if notices:
            self._title("Notices")
        for notice in notices:
            self._say(f"{notice.message}.", bullet="* ")

    def _tail(self) -> None:
        if self.sources:
            self._title("Sources (* unverified: check before relying on it)")
        for line in self.sources.lines():
            self._say(line, bullet="* ")
        self._title("Limits")
        for limit in self.of.limits:
            self._say(limit, bullet="* ")
        engine = self.of.engine
        checked = f", checked by {engine.checked_by}" if engine.checked_by else ", alone"
        self._say(f"Engine: {engine.name}{checked}. Logic {self.of.ruleset.effective_digest}.")


def _unsettled(assessment: Assessment) -> str:
    count = len(assessment.questions)
    if count:
        return f"Not settled yet: {count} question{'' if count == 1 else 's'} would settle most."
    if assessment.examinations or assessment.tests:
        return "Not settled yet: an examination or a test result would settle most."
    return "Not settled yet."


def _delay(delay: str | None, first: str | None) -> str:
    if delay is None:
        return "No appointment is needed for this."
    text = "Now." if delay in ("PT0S", "P0D") else f"Within {in_words(delay)} at the latest."
    return f"{text} First action within {in_words(first)}." if first else text


def rung_in_words(rung: str, label: str) -> str:
    """A rung as people read it, with its code where that is another word."""
    return label if label == rung else f"{label} ({rung})"


_UNITS = {"W": "week", "D": "day", "H": "hour", "S": "second"}


def in_words(duration: str) -> str:
    """`P14D` as `14 days`."""
    number, unit = duration.removeprefix("P").removeprefix("T")[:-1], _UNITS[duration[-1]]
    return f"{number} {unit}" + ("" if number == "1" else "s")
