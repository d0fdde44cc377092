"""Which questions the page shows, where and in which order: the screen as it is asked, then what its answers open."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from fasciculation_rules.assessing.admit import TOO_OLD
from fasciculation_rules.logic.condition import Is, leaves
from fasciculation_rules.model.assessment import Assessment
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.model.units import readable_units
from fasciculation_rules.model.vocabulary import Finding, Kind, Quantity
from fasciculation_rules.server.workbench.answers import HAS_LIMITS, UNKNOWN, Answers, Fault, Typed
from fasciculation_rules.server.workbench.numbers import unit_shown

PERSON = ("age", "sex")
ASKED, SIGNS, RESULTS = (Kind.HISTORY, Kind.VISIBLE), (Kind.ELICITED,), (Kind.MEASUREMENT, Kind.TEST)
FIRST_UNITS = {"age": "years"}


@dataclass(frozen=True)
class Choice:
    """One possible answer."""

    value: str
    chosen: bool


@dataclass(frozen=True)
class Question:
    """One question as the page shows it.

    `also` is what it counts as because of other answers: yes, no or nothing; `aside` says why its answer, although it
    was read, counts as unknown.
    """

    item: str
    ask: str
    number: int | None = None
    choices: tuple[Choice, ...] = ()
    typed: Typed | None = None
    units: tuple[tuple[str, str, bool], ...] = ()
    limits: bool = False
    dated: bool = False
    needs_date: bool = False
    day: str = ""
    fault: Fault | None = None
    also: str = ""
    aside: str = ""
    next: bool = False
    follow: tuple[Question, ...] = ()


@dataclass(frozen=True)
class Form:
    """All questions by the part of the page they stand in. `known` counts those of the screen that are known."""

    person: tuple[Question, ...]
    brought: tuple[Question, ...]
    screen: tuple[Question, ...]
    further: tuple[Question, ...]
    examination: tuple[Question, ...]
    results: tuple[Question, ...]
    known: int
    open_examination: bool
    open_results: bool


def form_of(answers: Answers, assessment: Assessment, known: Mapping[str, bool], ruleset: Ruleset) -> Form:
    """The questions for these answers. `known` is what is known once all that follows from them is added."""
    maker = _Maker(answers, assessment, known, ruleset)
    vocabulary = ruleset.vocabulary
    brought = maker.brought
    return Form(
        person=tuple(maker.question(name) for name in PERSON if name in vocabulary.items),
        brought=tuple(maker.with_follow(name) for name in brought),
        screen=tuple(maker.with_follow(name) for name in vocabulary.screen),
        further=tuple(maker.question(name) for name in maker.homeless()),
        examination=tuple(maker.question(name) for name in maker.signs()),
        results=tuple(maker.question(name) for name in maker.results()),
        known=sum(name in known for name in vocabulary.screen),
        open_examination=maker.answered(SIGNS),
        open_results=maker.answered(RESULTS),
    )


class _Maker:
    def __init__(self, answers: Answers, assessment: Assessment, known: Mapping[str, bool], ruleset: Ruleset) -> None:
        self.answers, self.assessment, self.known = answers, assessment, known
        self.ruleset, self.vocabulary = ruleset, ruleset.vocabulary
        self.next = assessment.questions[0].item if assessment.questions else ""
        self.aside = {
            name: notice.message for notice in assessment.notices if notice.code == TOO_OLD for name in notice.items
        }
        self.brought = self._brought()
        self._by_home: dict[str, list[str]] = {}
        for name in self._opened():
            self._by_home.setdefault(self._home(name), []).append(name)

    def _brought(self) -> tuple[str, ...]:
        named = [leaf.name for leaf in leaves(self.ruleset.about.entry) if isinstance(leaf, Is)]
        findings = self.vocabulary.findings
        return tuple(
            name
            for name in dict.fromkeys(named)
            if name in findings and findings[name].kind in ASKED and name not in self.vocabulary.screen
        )

    def _opened(self) -> Iterator[str]:
        """What is shown beyond the fixed questions: what stood there already, then what is asked now."""
        fixed = {*PERSON, *self.brought, *self.vocabulary.screen}
        asked = [question.item for question in self.assessment.questions]
        for name in dict.fromkeys((*self._kept(ASKED, asked), *asked)):
            if name not in fixed:
                yield name

    def _kept(self, kinds: Iterable[Kind], asked: Iterable[str]) -> Iterator[str]:
        """What was shown before, in its order, if it was answered or is asked still: nothing is lost, nothing jumps."""
        wanted = {*asked}
        for name in self.answers.order:
            if self.vocabulary.items[name].kind in kinds and (name in wanted or self._is_answered(name)):
                yield name

    def _is_answered(self, name: str) -> bool:
        typed = self.answers.typed.get(name)
        return name in self.answers.said or name in self.answers.faults or bool(typed and typed.value)

    def _home(self, name: str) -> str:
        """The fixed question that opened it: its nearest general there, or for a duration that of its family."""
        item = self.vocabulary.items[name]
        if isinstance(item, Finding):
            return self._nearest(name)
        of_family = [
            other
            for other, finding in self.vocabulary.findings.items()
            if finding.family == item.family and item.family is not None and self.known.get(other)
        ]
        homes = (self._nearest(other) for other in of_family)
        return next((home for home in homes if home), "")

    def _nearest(self, name: str) -> str:
        waiting, fixed = deque([name]), {*self.brought, *self.vocabulary.screen}
        while waiting:
            each = waiting.popleft()
            if each in fixed:
                return each
            waiting.extend(self.vocabulary.findings[each].implies)
        return ""

    def homeless(self) -> list[str]:
        """What no fixed question opened."""
        return self._by_home.get("", [])

    def signs(self) -> Iterator[str]:
        """Signs that are asked for, those that were answered, and the examination as a whole."""
        asked = [check.item for check in self.assessment.examinations]
        whole = [name for name, finding in self.vocabulary.findings.items() if finding.needs_date]
        named = dict.fromkeys((*self._kept(SIGNS, [*whole, *asked]), *whole, *asked))
        yield from (name for name in named if self.vocabulary.items[name].kind in SIGNS)

    def results(self) -> Iterator[str]:
        """Everything that is measured or tested, what is asked for first."""
        items = self.vocabulary.items
        asked = [check.item for check in self.assessment.tests]
        whole = [name for name, finding in self.vocabulary.findings.items() if finding.needs_date]
        typed = [name for name, item in self.vocabulary.quantities.items() if not item.computed]
        named = dict.fromkeys((*self._kept(RESULTS, [*whole, *asked, *typed]), *whole, *asked, *typed))
        yield from (name for name in named if items[name].kind in RESULTS and not self._is_computed(name))

    def _is_computed(self, name: str) -> bool:
        quantity = self.vocabulary.quantities.get(name)
        return quantity is not None and quantity.computed

    def answered(self, kinds: Iterable[Kind]) -> bool:
        """Whether any of a kind was answered."""
        wanted = {*kinds}
        return any(self._is_answered(n) for n in self.answers.order if self.vocabulary.items[n].kind in wanted)

    def with_follow(self, name: str) -> Question:
        """A fixed question with what it opened."""
        return self.question(name, tuple(self.question(each) for each in self._by_home.get(name, ())))

    def question(self, name: str, follow: tuple[Question, ...] = ()) -> Question:
        """One question with what was answered to it."""
        item, first = self.vocabulary.items[name], name == self.next
        if isinstance(item, Quantity):
            return self._quantity(name, item, first)
        chosen = self.answers.said.get(name, UNKNOWN)
        values = (*(item.values or ("present", "absent")), UNKNOWN)
        told = self.known.get(name) if chosen == UNKNOWN and not item.values else None
        return Question(
            item=name,
            ask=item.ask,
            number=item.screen,
            choices=tuple(Choice(value, value == chosen) for value in values),
            needs_date=item.needs_date,
            day=self.answers.days.get(name, ""),
            fault=self.answers.faults.get(name),
            also="" if told is None else "also-yes" if told else "also-no",
            aside=self.aside.get(name, ""),
            next=first,
            follow=follow,
        )

    def _quantity(self, name: str, item: Quantity, first: bool, /) -> Question:
        typed = self.answers.typed.get(name, Typed())
        chosen = typed.unit or FIRST_UNITS.get(name, "")
        units = readable_units(name, item.unit)
        return Question(
            item=name,
            ask=item.ask,
            typed=typed,
            units=tuple((unit, unit_shown(unit), unit == chosen) for unit in units),
            limits=name in HAS_LIMITS,
            dated=item.kind in RESULTS,
            fault=typed.fault,
            aside=self.aside.get(name, ""),
            next=first,
        )
