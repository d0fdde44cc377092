"""An assessment as the page shows it: rungs, sentences with numbered sources, and what is still open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fasciculation_rules.model.assessment import Argument, Assessment, Candidate, PlanItem, Sentence
from fasciculation_rules.model.base import read_duration
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.report.sources import Sources
from fasciculation_rules.report.text import in_words
from fasciculation_rules.server.workbench.catalogue import Catalogue

FEW = 9
FIRST_QUESTIONS = 5


@dataclass(frozen=True)
class Rung:
    """One step of the ladder, and the id of the text for how far it is settled."""

    label: str
    state: str
    shown: bool


@dataclass(frozen=True)
class Said:
    """A sentence with the numbers of its sources, what it rests on, and its rule."""

    text: str
    marks: str = ""
    rests: str = ""
    rule: str = ""
    head: str = ""


@dataclass(frozen=True)
class Possibility:
    """A condition with what speaks for it, against it, and what is not known."""

    condition: str
    label: str
    standing: str
    must_not_miss: bool
    arguments: tuple[Said, ...]
    unknown: str


@dataclass(frozen=True)
class Ask:
    """A question that comes next."""

    item: str
    ask: str
    label: str


@dataclass(frozen=True)
class Result:
    """The whole answer, in the order in which it is read.

    `warns`: it must not be read as reassurance, for the screen is not finished. `may_change`: an examination
    or a test may still change it, although the screen is finished.
    """

    rung: str
    headline: str
    settled: bool
    warns: bool
    may_change: bool
    soon: tuple[str, ...]
    ladder: tuple[Rung, ...]
    range: str
    left: int
    next: tuple[Ask, ...]
    more: int
    checks: tuple[str, ...]
    why: tuple[Said, ...]
    possibilities: tuple[tuple[str, tuple[Possibility, ...]], ...]
    plan: tuple[tuple[str, tuple[Said, ...]], ...]
    notices: tuple[str, ...]
    sources: tuple[str, ...]
    limits: tuple[str, ...]
    engine: str


def result_of(assessment: Assessment, known: Mapping[str, bool], ruleset: Ruleset, words: Catalogue) -> Result:
    """The answer for the page. `known` is what is known once all that follows is added."""
    return _View(assessment, known, ruleset, words).result()


class _View:
    def __init__(self, of: Assessment, known: Mapping[str, bool], ruleset: Ruleset, words: Catalogue) -> None:
        self.of, self.ruleset, self.words = of, ruleset, words
        self.sources = Sources()
        self.sentences = {sentence.rule: sentence for sentence in of.explanation}
        self.left = sum(name not in known for name in ruleset.vocabulary.screen)

    def result(self) -> Result:
        shown = self.of.disposition
        why = tuple(self._why())
        possibilities, plan = self._possibilities(), tuple(self._plan())
        questions = self.of.questions
        return Result(
            rung=shown.rung,
            headline=_capital(shown.label),
            settled=shown.settled,
            warns=self.left > 0 and not shown.settled,
            may_change=self.left == 0 and self.of.urgency.at_least != self.of.urgency.after_tests,
            soon=tuple(self._soon()),
            ladder=self._ladder(),
            range=self._range(),
            left=self.left,
            next=tuple(
                Ask(each.item, each.ask, self.ruleset.vocabulary.label(each.item))
                for each in questions[:FIRST_QUESTIONS]
            ),
            more=max(0, len(questions) - FIRST_QUESTIONS),
            checks=tuple(self._checks()),
            why=why,
            possibilities=possibilities,
            plan=plan,
            notices=tuple(f"{notice.message}." for notice in (*self.of.scope.notices, *self.of.notices)),
            sources=tuple(self.sources.lines()),
            limits=self.of.limits,
            engine=self._engine(),
        )

    # ------------------------------------------------------------ how soon

    def _soon(self) -> Iterable[str]:
        shown, say = self.of.disposition, self.words.say
        if shown.maximum_delay is None:
            yield say("delay-none")
        elif not read_duration(shown.maximum_delay):
            yield say("delay-now")
        else:
            yield say("delay-within", time=in_words(shown.maximum_delay))
        if shown.hastened:
            yield say("hastened", rung=shown.label)
        if shown.first_action_within:
            yield say("first-action", time=in_words(shown.first_action_within))
        if shown.refer:
            names = "; ".join(self.ruleset.outcomes.destinations[name].label for name in shown.refer)
            yield say("refer-to", names=names)

    def _ladder(self) -> tuple[Rung, ...]:
        shown = self.of.disposition.rung
        return tuple(
            Rung(_capital(self.ruleset.urgency[rung].label), self._state(rung), rung == shown)
            for rung in self.ruleset.outcomes.ladder
        )

    def _state(self, rung: str) -> str:
        rank, bounds = self.ruleset.rank, self.of.urgency
        place = rank[rung]
        if place < rank[bounds.at_least]:
            return "ladder-below"
        if place == rank[bounds.at_least]:
            return "ladder-least"
        for end, state in (
            (bounds.at_most, "ladder-ask"),
            (bounds.after_examination, "ladder-examine"),
            (bounds.after_tests, "ladder-test"),
        ):
            if place <= rank[end]:
                return state
        return "ladder-closed"

    def _range(self) -> str:
        states = [self._state(rung) for rung in self.ruleset.outcomes.ladder]
        least = self.ruleset.urgency[self.of.urgency.at_least].label
        if self.of.urgency.at_least == self.of.urgency.after_tests:
            return self.words.say("ladder-text-closed", least=least)
        return self.words.say(
            "ladder-text",
            least=least,
            asked=states.count("ladder-ask"),
            examined=states.count("ladder-examine"),
            tested=states.count("ladder-test"),
        )

    def _checks(self) -> Iterable[str]:
        for key, checks in (("examine-next", self.of.examinations), ("test-next", self.of.tests)):
            if checks:
                yield self.words.say(key, labels=self._few([check.label for check in checks]))

    def _few(self, labels: Sequence[str]) -> str:
        text = ", ".join(labels[:FEW])
        more = len(labels) - FEW
        return self.words.say("and-more", labels=text, count=more) if more > 0 else text

    # ------------------------------------------------------------ why, and what it may be

    def _why(self) -> Iterable[Said]:
        for each in reasons(self.of):
            yield Said(each.sentence, self.sources.marks([each]), self._rests(each), each.rule)

    def _rests(self, on: Sentence | Argument) -> str:
        """What it rests on; an absent finding says so, for its label alone would read as if it were there."""
        if not on.findings:
            return ""
        labels = [(self.of.labels.get(name, name), name in on.absent) for name in on.findings]
        said = [self.words.say("absent-mark", label=label) if absent else label for label, absent in labels]
        return self.words.say("rests-on", findings=", ".join(said))

    def _possibilities(self) -> tuple[tuple[str, tuple[Possibility, ...]], ...]:
        groups = []
        for key, must in (("must-not-miss", True), ("others", False)):
            chosen = tuple(self._possibility(each) for each in self.of.differential if each.must_not_miss == must)
            if chosen:
                groups.append((key, chosen))
        return tuple(groups)

    def _possibility(self, candidate: Candidate) -> Possibility:
        sides = (("for", candidate.for_), ("against", candidate.against), ("excluding", candidate.excluding))
        arguments = tuple(
            Said(
                text=each.because,
                marks=self.sources.marks([self.sentences[each.rule]]),
                rests=self._rests(each),
                rule=each.rule,
                head=f"{self.words.say(key)} ({self.words.say(f'strength-{each.strength}')})",
            )
            for key, side in sides
            for each in side
        )
        unknown = dict.fromkeys(name for argument in candidate.unknown for name in argument.findings)
        labels = [self.of.labels.get(name, name) for name in unknown]
        return Possibility(
            condition=candidate.condition,
            label=_capital(candidate.label),
            standing=f"standing-{candidate.standing}",
            must_not_miss=candidate.must_not_miss,
            arguments=arguments,
            unknown=self.words.say("unknown-of", labels=self._few(labels)) if labels else "",
        )

    # ------------------------------------------------------------ plan

    def _plan(self) -> Iterable[tuple[str, tuple[Said, ...]]]:
        plan = self.of.plan
        tests: dict[str, list[PlanItem]] = {}
        for item in plan.tests:
            tests.setdefault(f"who-{item.who or 'anyone'}", []).append(item)
        order = ("who-emergency", "who-gp", "who-specialist", "who-anyone")
        groups: list[tuple[str, Sequence[PlanItem]]] = [
            ("plan-refer", plan.referrals),
            *((who, tests[who]) for who in order if who in tests),
            ("plan-advice", plan.advice),
            ("plan-net", plan.safety_net),
            ("plan-afterwards", plan.afterwards),
        ]
        for key, items in groups:
            if items:
                yield key, tuple(self._item(item) for item in items)

    def _item(self, item: PlanItem) -> Said:
        rules = item.rules or (f"safety-net:{item.id}",)
        marks = self.sources.marks(self.sentences[rule] for rule in rules if rule in self.sentences)
        text = f"{_capital(item.label)}: {item.text}" if item.text else _capital(item.label)
        return Said(text, marks, rule=", ".join(item.rules))

    def _engine(self) -> str:
        engine, digest = self.of.engine, self.of.ruleset.effective_digest
        if engine.checked_by:
            return self.words.say("engine", name=engine.name, checked=engine.checked_by, digest=digest)
        return self.words.say("engine-alone", name=engine.name, digest=digest)


def reasons(assessment: Assessment) -> list[Sentence]:
    """Why it is this soon: floors, and the rules that escalate."""
    return [each for each in assessment.explanation if each.kind in ("floor", "escalation")]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
