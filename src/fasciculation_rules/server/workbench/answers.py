"""What was posted: answers by the names of the vocabulary, in the order in which the page showed them."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl

from fasciculation_rules.assessing.measure import Measure
from fasciculation_rules.errors import Problem
from fasciculation_rules.model.case import Case, Span
from fasciculation_rules.model.computed import COMPUTED
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.model.units import readable_units
from fasciculation_rules.model.vocabulary import Finding, Quantity
from fasciculation_rules.server.refusing import Refused
from fasciculation_rules.server.workbench.numbers import NotANumber, number_in_words, read_number, unit_in_words

MOST_BYTES = 131_072
MOST_FIELDS = 2_000
UNKNOWN = "unknown"
RULES = ".rules"
"""The field that says which rules the page was made with."""


@dataclass(frozen=True)
class Fault:
    """Why something typed does not count: the key of a text of the page, or a sentence of the library itself."""

    key: str
    sentence: str = ""


@dataclass(frozen=True)
class Typed:
    """One quantity as typed, and as read: `reading` counts once `sure` repeats it, so that nobody skips the echo."""

    value: str = ""
    unit: str = ""
    day: str = ""
    low: str = ""
    high: str = ""
    sure: str = ""
    reading: str = ""
    words: str = ""
    given: Mapping[str, object] = field(default_factory=dict)
    fault: Fault | None = None

    @property
    def counts(self) -> bool:
        """Whether it was read, and confirmed as it was read."""
        return bool(self.reading) and self.sure == self.reading


@dataclass(frozen=True)
class Answers:
    """Everything that was posted and belongs to the vocabulary, in the order in which it came."""

    order: tuple[str, ...] = ()
    said: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, Typed] = field(default_factory=dict)
    days: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, Fault] = field(default_factory=dict)
    rules: str = ""
    strange: int = 0

    @property
    def empty(self) -> bool:
        """Whether nothing was answered yet."""
        return not (self.said or self.faults or self.days or any(each.value for each in self.typed.values()))

    @property
    def counting(self) -> tuple[str, ...]:
        """Numbers that were read and confirmed."""
        return tuple(name for name, each in self.typed.items() if each.counts)

    @property
    def waiting(self) -> tuple[str, ...]:
        """Numbers that were read, and not confirmed yet."""
        return tuple(name for name, each in self.typed.items() if each.reading and not each.counts)

    @property
    def unread(self) -> tuple[str, ...]:
        """What could not be read."""
        return (*self.faults, *(name for name, each in self.typed.items() if each.fault))

    def case(self) -> Case:
        """The case of what counts: unknown answers are left out, and so is what was not read or not confirmed."""
        given: dict[str, object] = {}
        for name, value in self.said.items():
            day = {"at": self.days[name]} if name in self.days and name not in self.faults else {}
            given[name] = {"value": value, **day}
        given |= {name: self.typed[name].given for name in self.counting}
        return Case.read({"given": {name: given[name] for name in sorted(given)}})


def read_form(raw: bytes) -> list[tuple[str, str]]:
    """The fields of a posted form.

    Raises Refused (400) for what is no form, or has too many fields.
    """
    try:
        return parse_qsl(
            raw.decode("ascii"), keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=MOST_FIELDS
        )
    except ValueError:
        raise Refused(400, "structure", f"the body is no form of at most {MOST_FIELDS} fields in UTF-8") from None


def read_answers(fields: list[tuple[str, str]], ruleset: Ruleset, today: datetime.date) -> Answers:
    """What the fields say in the words of this ruleset. What is not of its vocabulary is counted, and left out."""
    posted: dict[str, str] = {}
    for name, value in fields:
        posted.setdefault(name, value)
    items = ruleset.vocabulary.items
    order = tuple(dict.fromkeys(base for name in posted if (base := name.partition(".")[0]) in items))
    said: dict[str, str] = {}
    typed: dict[str, Typed] = {}
    days: dict[str, str] = {}
    faults: dict[str, Fault] = {}
    for name in order:
        item = items[name]
        if isinstance(item, Quantity):
            typed[name] = _typed(name, item, posted, today)
            continue
        value = posted.get(name, UNKNOWN)
        if value in _values(item):
            said[name] = value
        elif value != UNKNOWN:
            faults[name] = Fault("answer-unreadable")
        if posted.get(f"{name}.day", "").strip():
            days[name] = posted[f"{name}.day"].strip()
            if fault := _fault_of_day(days[name], today):
                faults[name] = fault
    known = {RULES, *(each for each in posted if each.partition(".")[0] in items)}
    return Answers(order, said, typed, days, faults, posted.get(RULES, ""), len(posted.keys() - known))


def _values(item: Finding) -> tuple[str, ...]:
    return item.values or ("present", "absent")


# ---------------------------------------------------------------- numbers


HAS_LIMITS = frozenset(name for name, (inputs, _) in COMPUTED.items() if len(inputs) == 1 for name in inputs)
"""Quantities whose report has limits of its own that rules read."""


def _typed(name: str, quantity: Quantity, posted: Mapping[str, str], today: datetime.date) -> Typed:
    def part(of: str) -> str:
        return posted.get(f"{name}.{of}", "").strip()

    value = posted.get(name, "").strip()
    typed = Typed(value, part("unit"), part("day"), part("low"), part("high"), part("sure"))
    if not value:
        return typed
    try:
        number = read_number(value)
    except NotANumber as error:
        return replace(typed, fault=Fault(str(error)))
    if typed.unit not in readable_units(name, quantity.unit):
        return replace(typed, fault=Fault("unit-unreadable"))
    if fault := _fault_of_day(typed.day, today):
        return replace(typed, fault=fault)
    try:
        limits = [read_number(end) for end in (typed.low, typed.high) if end]
    except NotANumber as error:
        return replace(typed, fault=Fault(str(error)))
    if len(limits) == 1:
        return replace(typed, fault=Fault("limits-both"))
    return _read(typed, name, quantity, number, limits)


def _read(typed: Typed, name: str, quantity: Quantity, number: str, limits: list[str]) -> Typed:
    def amount(text: str) -> str:
        return f"{text} {typed.unit}"

    problems: list[Problem] = []
    measure = Measure(name, quantity, name, problems)
    measure.ends(amount(number))
    given: dict[str, object] = {"value": amount(number)}
    reading, words = amount(number), f"{number_in_words(number)} {unit_in_words(typed.unit)}".strip()
    if limits:
        low, high = (amount(each) for each in limits)
        measure.reference(Span.model_validate({"from": low, "to": high}))
        given["reference"] = {"from": low, "to": high}
        reading += f" [{low} - {high}]"
    if typed.day:
        given["at"] = typed.day
        reading += f" {typed.day}"
    if problems:
        return replace(typed, fault=Fault("refused", f"{problems[0].message}; {problems[0].hint}"))
    return replace(typed, reading=reading, words=words, given=given)


def _fault_of_day(text: str, today: datetime.date) -> Fault | None:
    if not text:
        return None
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        return Fault("day-unreadable")
    if len(text) != len("2026-11-22"):
        return Fault("day-unreadable")
    return Fault("day-ahead") if day > today else None
