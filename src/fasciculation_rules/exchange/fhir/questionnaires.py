"""Answers to questionnaires: by linkId where the questionnaire is known, else by the codes of its questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import assert_never

from fasciculation_rules.exchange.fhir.answers import said_of, value_of
from fasciculation_rules.exchange.fhir.opening import Entry, refusal
from fasciculation_rules.exchange.fhir.reading import Found, Reading, Told, one_an_item
from fasciculation_rules.exchange.fhir.shapes import Json, objects_of, text_of
from fasciculation_rules.exchange.fhir.statuses import ANSWERS, Standing, plain
from fasciculation_rules.exchange.meanings import Meaning
from fasciculation_rules.exchange.systems import BASE, ITEMS
from fasciculation_rules.model.vocabulary import Finding
from fasciculation_rules.shelf.strict_yaml import MAX_DEPTH

MOST_ITEMS = 20_000
OWN_DAY = ".date"
"""What a form of ours adds to the name of a summary where it asks for its day."""


def read_answers(entry: Entry, reading: Reading) -> None:
    """Takes every answer whose question is known. An answer *no* counts only in a completed response."""
    resource = entry.resource
    canonical = text_of(resource.get("questionnaire")).partition("|")[0]
    asked = _Asked(entry, canonical, reading)
    every = _answers(resource.get("item"), 0)
    answered = [(link, each) for link, each in every if not asked.is_day(link)]
    known = [(asked(link), answer) for link, answer in answered]
    if not any(found for found, _ in known):
        return None
    standing = plain(resource.get("status"), ANSWERS)
    match standing:
        case Standing.FINAL | Standing.UNSTATED:
            moment, usable = reading.dated(entry, "authored")
        case Standing.ERROR | Standing.NOT_FINAL | Standing.UNREADABLE:
            return reading.refuse(standing, entry)
        case Standing.ABSENT | Standing.HISTORY | Standing.SUSPICION | Standing.NOT_DONE | Standing.PRELIMINARY:
            raise AssertionError(standing)
        case _:
            assert_never(standing)
    if usable:
        told = Told(moment, text_of(resource.get("status")), final=standing is Standing.FINAL)
        days = {link.removesuffix(OWN_DAY): value_of(each)[1] for link, each in every if asked.is_day(link)}
        for found, answer in known:
            if found and (when := _told_of(found[0].meaning.item, told, asked, days, entry, reading)):
                _read_answer(entry, answer, found, when, reading)
    return None


def _told_of(
    name: str, told: Told, asked: _Asked, days: Mapping[str, object], entry: Entry, reading: Reading
) -> Told | None:
    """Date and standing of one answer. A summary that a form of ours asks for has the day that was given with it."""
    if not (asked.named_own and reading.ruleset.vocabulary.items[name].needs_date):
        return told
    moment = reading.clock.read(days.get(name))
    if moment is None:
        reading.refuse("undated-not-taken", entry, name)
        return None
    return None if reading.ahead(moment, entry) else replace(told, moment=moment)


def _answers(items: object, depth: int, modified: object = None) -> list[tuple[str, Json]]:
    """Each answer with its linkId; groups and questions below an answer are gone into.

    `modified` is the modifierExtension of what lies around them, which holds for them too.
    """
    if depth > MAX_DEPTH:
        raise refusal("fhir-too-deep", f"questions lie in each other more than {MAX_DEPTH} deep")
    found: list[tuple[str, Json]] = []
    for item in objects_of(items):
        link, around = text_of(item.get("linkId")), item.get("modifierExtension") or modified
        for answer in objects_of(item.get("answer")):
            about = answer.get("modifierExtension") or around
            found.append((link, {**answer, "modifierExtension": about}))
            found += _answers(answer.get("item"), depth + 1, about)
        found += _answers(item.get("item"), depth + 1, around)
    return found


class _Asked:
    """Which items a linkId asks for."""

    def __init__(self, entry: Entry, canonical: str, reading: Reading) -> None:
        self.reading = reading
        self.named_own = canonical.startswith(f"{BASE}/Questionnaire/")
        self.own = not canonical or self.named_own
        self.links: Mapping[str, str] = reading.links.get(canonical, {})
        self.canonical, self.entry = canonical, entry
        self.forms = [_codes_of(form.get("item"), 0) for form in _questionnaires(entry, canonical, reading)]
        self.met: dict[str, list[Found]] = {}

    def is_day(self, link: str) -> bool:
        """Whether a form of ours asks there on which day something was found."""
        return self.named_own and link.endswith(OWN_DAY)

    def __call__(self, link: str) -> list[Found]:
        if link not in self.met:
            self.met[link] = self._found(link)
        return self.met[link]

    def _found(self, link: str) -> list[Found]:
        item = self.links.get(link) or (link if self.own else "")
        if item in self.reading.ruleset.vocabulary.items:
            system = ITEMS if self.own else self.canonical
            self.reading.tally.known[system, link, item] += 1
            return [Found(Meaning(item), system, link)]
        told = [self.reading.understood({"coding": form[link]}, self.entry) for form in self.forms if link in form]
        if told:
            every = [found for each in told for found in each]
            return one_an_item(sorted(every, key=lambda found: (found.system, found.code)))
        if link:
            self.reading.tally.unknown[self.canonical, link] += 1
        return []


def _questionnaires(entry: Entry, canonical: str, reading: Reading) -> list[Json]:
    """The questionnaire itself, where it is contained or in the data; all that it may be where no version tells."""
    if not canonical:
        return []
    pointed = reading.opened.resolve({"reference": canonical}, entry)
    if canonical.startswith("#"):
        return [pointed]
    version = text_of(entry.resource.get("questionnaire")).partition("|")[2]
    forms = [other.resource for other in reading.opened.entries if other.type == "Questionnaire"]
    named = [form for form in forms if form is pointed or text_of(form.get("url")) == canonical]
    return [form for form in named if not version or text_of(form.get("version")) in ("", version)]


def _codes_of(items: object, depth: int) -> dict[str, list[Json]]:
    found: dict[str, list[Json]] = {}
    if depth <= MAX_DEPTH:
        for item in objects_of(items):
            if codings := objects_of(item.get("code")):
                found.setdefault(text_of(item.get("linkId")), codings)
            found.update(_codes_of(item.get("item"), depth + 1))
    return found


def _read_answer(entry: Entry, answer: Json, found: list[Found], told: Told, reading: Reading) -> None:
    name = found[0].meaning.item
    kind, value = value_of(answer)
    if answer.get("modifierExtension"):
        return reading.refuse("modified", entry, name)
    if not kind:
        return reading.refuse("no-value", entry, name)
    item = reading.ruleset.vocabulary.items[name]
    if not isinstance(item, Finding):
        if len(found) > 1:
            return reading.refuse("several-items", entry)
        return reading.measure(entry, found[0], kind, value, None, told)
    said = said_of(kind, value, found[0].meaning, item)
    if said is None:
        return reading.refuse("value-unreadable", entry, name)
    reading.say(entry, found, said, told)
    return None
