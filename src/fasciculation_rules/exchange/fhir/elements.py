"""The small pieces that every written resource is made of: codings, references, amounts, narratives."""

from __future__ import annotations

import html
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from fasciculation_rules.exchange.relations import RELATIONS, Relation
from fasciculation_rules.exchange.systems import HPO, ICD10CM, ITEMS, LOINC, OUTCOMES, SNOMED, UCUM
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.model.units import UNITS

Json = dict[str, Any]

COLUMN_OF = {SNOMED: "snomed", LOINC: "loinc", ICD10CM: "icd10", HPO: "hpo"}
"""The column of codes.csv that holds the codes of a system."""


def some(**elements: Any) -> Json:
    """The elements that say something; FHIR has no empty texts, lists or objects. A trailing `_` is dropped."""
    return {name.rstrip("_"): value for name, value in elements.items() if value not in (None, "", [], {}, ())}


def coding(system: str, code: str, display: str | None = None) -> Json:
    """A code of a system."""
    return some(system=system, code=code, display=display)


def concept(text: str | None, *codings: Json) -> Json:
    """A CodeableConcept."""
    return some(coding=list(codings), text=text)


def outcome(kind: str, name: str, label: str) -> Json:
    """A code of our own for something that a ruleset concludes."""
    return coding(OUTCOMES, f"{kind}.{name}", label)


def verified(name: str, row: str | None, ruleset: Ruleset) -> Iterator[Json]:
    """The verified codes that mean the thing itself, without displays, which are not ours to word.

    A row with another name may mean something else: a twitch on one side of the face may not be hemifacial spasm.
    A code that is narrower or wider than the thing is left out.
    """
    found = ruleset.codes.get(row or "")
    if found is not None and row == name:
        for system, column in COLUMN_OF.items():
            code = getattr(found, column)
            if code and RELATIONS.get((system, code, name), Relation.EQUIVALENT) is Relation.EQUIVALENT:
                yield coding(system, code)


def item_concept(name: str, ruleset: Ruleset) -> Json:
    """A finding or quantity under its own name, with the codes of others that mean the same."""
    item = ruleset.vocabulary.items.get(name)
    label = ruleset.vocabulary.label(name)
    others = verified(name, item.codes, ruleset) if item is not None else ()
    return concept(label, coding(ITEMS, name, label), *others)


def number(value: Fraction) -> int | float:
    """A JSON number. One of more than about 15 digits is the nearest that JSON readers agree on."""
    return int(value) if value.denominator == 1 else float(value)


def amount(value: Fraction, unit: str, **more: Any) -> Json:
    """A Quantity in a UCUM unit; one that is no UCUM stands as text alone."""
    known = {"system": UCUM, "code": unit} if unit in UNITS or "{" in unit else {}
    return {"value": number(value), **more, "unit": unit, **known}


def notes(*texts: str) -> list[Json]:
    """Annotations."""
    return [{"text": text} for text in texts if text]


def narrative(*lines: str) -> Json:
    """A text for people, generated from what the resource says."""
    paragraphs = "".join(f"<p>{html.escape(line, quote=False)}</p>" for line in lines if line)
    return {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{paragraphs}</div>'}
