"""The derived documents as values for machines and as pages for people."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from fasciculation_rules.audit.documents.basis import NOT_VALIDATED, basis
from fasciculation_rules.audit.documents.hti1 import HTI_5, attributes
from fasciculation_rules.model.ruleset import Ruleset

FORMAT = 1


def head(ruleset: Ruleset) -> dict[str, object]:
    """Which version a document is about."""
    return {
        "format": FORMAT,
        "ruleset": {
            "version": ruleset.version,
            "status": ruleset.status,
            "text_digest": ruleset.text_digest,
            "logic_digest": ruleset.logic_digest,
        },
        "review": ruleset.about.review,
        "validation": NOT_VALIDATED,
    }


def hti1_json(ruleset: Ruleset, *, released: str | None) -> dict[str, Any]:
    """The thirteen attributes."""
    found = [{key: list(value) if isinstance(value, tuple) else value for key, value in asdict(each).items()}
             for each in attributes(ruleset, released=released)]  # fmt: skip
    return {**head(ruleset), "about": HTI_5, "attributes": found}


def basis_json(ruleset: Ruleset) -> dict[str, Any]:
    """The basis for independent review."""
    return {**head(ruleset), **basis(ruleset)}


def as_text(values: dict[str, Any]) -> str:
    """JSON for a file."""
    return json.dumps(values, ensure_ascii=False, indent=2) + "\n"


def hti1_page(ruleset: Ruleset, *, released: str | None) -> str:
    """The attributes as Markdown."""
    return "\n".join(_hti1(ruleset, released)) + "\n"


def _heading(ruleset: Ruleset, title: str) -> Iterator[str]:
    yield f"# {title}: ruleset {ruleset.version}"
    yield ""
    yield f"Status {ruleset.status}; {ruleset.about.review}; {NOT_VALIDATED}."
    yield "It advises clinicians and makes no diagnosis. No regulatory status is claimed."
    yield f"Text `{ruleset.text_digest}`, logic `{ruleset.logic_digest}`."
    yield ""


def _hti1(ruleset: Ruleset, released: str | None) -> Iterator[str]:
    yield from _heading(ruleset, "Source attributes (ONC HTI-1)")
    yield "The attributes of an evidence-based decision support intervention, 45 CFR 170.315(b)(11)(iv)(A)."
    yield "Attributes 5 to 13 are worked out from the rules, floors and entry criterion of this version."
    yield "Which items count as an assessment of health status is this project's reading of USCDI."
    yield HTI_5
    yield ""
    yield "| number | id | attribute | |"
    yield "| --- | --- | --- | --- |"
    for each in attributes(ruleset, released=released):
        yield f"| {each.number} | `{each.id}` | {_cell(each.title)} | {_cell(each.says)} |"


def basis_page(ruleset: Ruleset) -> str:
    """The basis as Markdown; the first page holds user, what is not covered, and what must be known."""
    return "\n".join(_basis(ruleset)) + "\n"


KINDS = (
    ("history", "Asked"), ("visible", "Seen by anybody"), ("elicited", "Found on examination"),
    ("measurement", "Measured"), ("test", "Tested"),
)  # fmt: skip


def _basis(ruleset: Ruleset) -> Iterator[str]:
    said = basis(ruleset)
    yield from _heading(ruleset, "Basis for independent review (FDA)")
    yield from ("## Who uses it", "", str(said["intended_user"]), "")
    for title, key in (("What it is for", "purpose"), ("For whom", "population")):
        yield from (f"## {title}", "", *_lines(said[key]), "")
    yield from ("## What it does not cover", "", *(f"* {line}" for line in _lines(said["not_covered"])), "")
    yield from ("## What must be known", "", str(said["missing_data"]), "")
    changing: Any = said["inputs_whose_absence_changes_the_answer"]
    yield "Inputs whose absence may change the answer, by how they come to be known:"
    yield ""
    for kind, title in KINDS:
        found = changing.get(kind, ())
        urgent = [each for each in found if each["could_raise_to"] in ("emergency", "same_day", "urgent_2w")]
        screen = [each["label"] for each in found if each["screen"]]
        yield f"* {title}: {len(found)}, of which {len(urgent)} may lead to an urgent rung."
        if screen:
            yield f"  The screen asks {len(screen)} of them: {_cell('; '.join(screen))}."
    yield from ("", "Each of them is listed at the end.", "")
    for title, key in (
        ("Time-critical", "time_critical"),
        ("Signals", "signals"),
        ("Logic", "logic"),
        ("Software safety class (IEC 62304)", "software_safety_class"),
        ("Validation", "validation"),
    ):
        yield from (f"## {title}", "", str(said[key]), "")
    yield from ("## Every input", "", "| input | how it is known | rules that read it | may raise to |")
    yield "| --- | --- | --- | --- |"
    for kind, title in KINDS:
        for each in changing.get(kind, ()):
            rung = each["could_raise_to"] or "plan or differential only"
            yield f"| {_cell(each['label'])} (`{each['item']}`) | {title.lower()} | {each['rules']} | {rung} |"


def _lines(value: object) -> list[str]:
    return [str(line) for line in value if line] if isinstance(value, list) else [str(value)]


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
