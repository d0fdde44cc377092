"""The screen, or the whole interview, as a FHIR Questionnaire: linkId is the name of the item."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from fractions import Fraction

from fasciculation_rules.exchange.fhir.artefacts.metadata import metadata
from fasciculation_rules.exchange.fhir.elements import Json, amount, coding, item_concept, some
from fasciculation_rules.exchange.fhir.questionnaires import OWN_DAY
from fasciculation_rules.exchange.systems import DATA_ABSENT, UCUM, VALUES, YES_NO
from fasciculation_rules.logic.condition import Is, leaves
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.model.units import UNITS, accepted_units, in_ucum, readable_units
from fasciculation_rules.model.vocabulary import Finding, Kind, Quantity

YES, NO = coding(YES_NO, "Y", "Yes"), coding(YES_NO, "N", "No")
DO_NOT_KNOW = coding(DATA_ABSENT, "asked-unknown", "Don't know")

UNIT_OPTION = "http://hl7.org/fhir/StructureDefinition/questionnaire-unitOption"
LEAST = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-minQuantity"
MOST = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-maxQuantity"

SCREEN, INTERVIEW = "screen", "interview"

GROUPS = (
    ("history", "History", (Kind.HISTORY, Kind.VISIBLE)),
    ("examination", "Examination", (Kind.ELICITED,)),
    ("results", "Measurements and results", (Kind.MEASUREMENT, Kind.TEST)),
)


def questionnaire(ruleset: Ruleset, *, full: bool = False, released: datetime.date | None = None) -> Json:
    """The screening questions with what brings a person in; or with `full` every question of the vocabulary.

    A specific is asked only where none of its generals is denied or unanswered. Nobody has to answer.
    """
    name, title = (INTERVIEW, "The whole interview") if full else (SCREEN, "The screening questions")
    about = f"{title} of the ruleset. An answer that is not given, or not known, stays unknown; it never counts as no."
    head = metadata("Questionnaire", name, title, about, ruleset, released=released, crmi=False)
    return {**head, "subjectType": ["Patient"], "item": _interview(ruleset) if full else _screen(ruleset)}


def _screen(ruleset: Ruleset) -> list[Json]:
    vocabulary = ruleset.vocabulary
    entry = [leaf.name for leaf in leaves(ruleset.about.entry) if isinstance(leaf, Is)]
    brought = [name for name in entry if name in vocabulary.findings and _is_asked(vocabulary.findings[name])]
    person = [name for name in ("age", "sex") if name in vocabulary.items]
    first = [*person, *(name for name in brought if name not in vocabulary.screen)]
    asked = _generals_first([*first, *vocabulary.screen], ruleset)
    return [_question(name, asked, ruleset) for name in asked]


def _generals_first(names: Sequence[str], ruleset: Ruleset) -> list[str]:
    """The same order, but a specific that stands before one of its generals comes right after the last of them."""
    placed: list[str] = []
    waiting: list[str] = []
    left = set(names)
    for name in dict.fromkeys(names):
        waiting.append(name)
        while ready := [each for each in waiting if left.isdisjoint(_generals(each, ruleset))]:
            placed += ready
            left.difference_update(ready)
            waiting = [each for each in waiting if each in left]
    return placed


def _generals(name: str, ruleset: Ruleset) -> tuple[str, ...]:
    finding = ruleset.vocabulary.findings.get(name)
    return finding.implies if finding else ()


def _is_asked(item: Finding | Quantity) -> bool:
    return item.kind in (Kind.HISTORY, Kind.VISIBLE)


def _interview(ruleset: Ruleset) -> list[Json]:
    items = ruleset.vocabulary.items
    given = [name for name, item in items.items() if not (isinstance(item, Quantity) and item.computed)]
    names = _generals_first(given, ruleset)
    groups = []
    for link, text, kinds in GROUPS:
        asked = [_question(name, names, ruleset) for name in names if items[name].kind in kinds]
        if asked:
            groups.append({"linkId": f"group.{link}", "text": text, "type": "group", "item": asked})
    return groups


def _question(name: str, asked: Iterable[str], ruleset: Ruleset) -> Json:
    item = ruleset.vocabulary.items[name]
    head = {"linkId": name, "code": item_concept(name, ruleset)["coding"]}
    if isinstance(item, Quantity):
        return {**some(extension=_units(name, item)), **head, "text": item.ask, "type": "quantity"}
    prefix = {"prefix": str(item.screen)} if item.screen is not None else {}
    answers = [coding(VALUES, value, value) for value in item.values] or [YES, NO]
    return {
        **head,
        **prefix,
        "text": item.ask,
        "type": "choice",
        **some(enableWhen=_enabled(item, asked)),
        **({"enableBehavior": "all"} if _enabled(item, asked) else {}),
        "answerOption": [{"valueCoding": each} for each in (*answers, DO_NOT_KNOW)],
        **({"item": [_date_of(name)]} if item.needs_date else {}),
    }


def _enabled(item: Finding, asked: Iterable[str]) -> list[Json]:
    """Each general is answered, and not with no. Both are said: readers differ on what an unanswered one is."""
    conditions = []
    for general in item.implies:
        if general in asked:
            conditions.append({"question": general, "operator": "exists", "answerBoolean": True})
            conditions.append({"question": general, "operator": "!=", "answerCoding": NO})
    return conditions


def _date_of(name: str) -> Json:
    """When it was found: a summary that says normal counts only with its own date."""
    return {
        "linkId": f"{name}{OWN_DAY}",
        "text": "On which day was that?",
        "type": "date",
        "enableWhen": [{"question": name, "operator": "exists", "answerBoolean": True}],
    }


def _units(name: str, quantity: Quantity) -> list[Json]:
    """Every unit that converts, under its UCUM code; the range too where all of them measure the same dimension."""
    spoken = zip(accepted_units(name, quantity.unit), readable_units(name, quantity.unit), strict=True)
    options = {in_ucum(name, unit): word for unit, word in reversed([*spoken])}
    ordered = [unit for unit in dict.fromkeys((quantity.unit, *options)) if unit in options]
    found = [
        {"url": UNIT_OPTION, "valueCoding": coding(UCUM, unit, quantity_word(unit, options[unit]))} for unit in ordered
    ]
    if {UNITS[unit].dimension if unit in UNITS else None for unit in ordered} == {UNITS[quantity.unit].dimension}:
        for url, end in zip((LEAST, MOST), quantity.range, strict=True):
            found.append({"url": url, "valueQuantity": amount(Fraction(end), quantity.unit)})
    return found


def quantity_word(unit: str, word: str) -> str:
    """A unit for people: an annotation alone, as `{score}`, without its braces."""
    return word.strip("{}") if word.startswith("{") else "times" if unit == "1" else word
