"""The words of a ruleset as code systems, value sets, and a map from them to the verified codes of others."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping

from fasciculation_rules.exchange.fhir.artefacts.metadata import metadata
from fasciculation_rules.exchange.fhir.elements import COLUMN_OF, Json, some
from fasciculation_rules.exchange.fhir.identity import canonical
from fasciculation_rules.exchange.relations import RELATIONS, Relation
from fasciculation_rules.exchange.systems import ITEMS
from fasciculation_rules.model.outcomes import Labelled
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.model.vocabulary import Finding, Quantity
from fasciculation_rules.report.rule_page import english
from fasciculation_rules.shelf.digest import derivations_of

Day = datetime.date | None

EQUIVALENCE = {
    Relation.EQUIVALENT: "relatedto",
    Relation.NARROWER: "narrower",
    Relation.WIDER: "wider",
}
"""No clinician has said that two mean the same, so that no map says it."""


def code_systems(ruleset: Ruleset, released: Day) -> Iterator[Json]:
    """Items with what they imply, values, and outcomes."""
    items = [*_items(ruleset)]
    outcomes = [_concept(f"{kind}.{name}", label, text) for kind, name, label, text in outcomes_of(ruleset)]
    listed = [value for finding in ruleset.vocabulary.findings.values() for value in finding.values]
    values = [_concept(value, value) for value in dict.fromkeys(["present", "absent", *listed])]
    properties = [
        {"code": "parent", "type": "code", "description": "What its presence implies, and whose denial denies it"},
        {"code": "kind", "type": "string", "description": "How it comes to be known"},
        {"code": "observer", "type": "string", "description": "Who can tell: patient or clinician"},
        {"code": "unit", "type": "string", "description": "The UCUM unit in which it is compared"},
        {"code": "screen", "type": "integer", "description": "Its place among the screening questions"},
        {"code": "red-flag", "type": "boolean", "description": "Whether it is a red flag"},
    ]
    for name, title, concepts, more in (
        ("items", "Findings and quantities", items, {"hierarchyMeaning": "is-a", "property": properties}),
        ("values", "Values of findings", values, {}),
        ("outcomes", "What rules conclude", outcomes, {}),
    ):
        about = f"{title} of the ruleset, under the names that its files use."
        yield {
            **metadata("CodeSystem", name, title, about, ruleset, released=released),
            "caseSensitive": True,
            "valueSet": canonical("ValueSet", name),
            **more,
            "content": "complete",
            "count": len(concepts),
            "concept": concepts,
        }


def _concept(code: str, display: str, definition: str | None = None, properties: Iterable[Json] = ()) -> Json:
    return some(code=code, display=display, definition=definition, property=list(properties))


def _items(ruleset: Ruleset) -> Iterator[Json]:
    vocabulary = ruleset.vocabulary
    for name, item in vocabulary.items.items():
        yield _concept(name, item.label, item.ask, _properties(item))
        if isinstance(item, Finding):
            for value in item.values:
                yield _concept(f"{name}={value}", f"{item.label}: {value}")
    for name, rule in ruleset.kept(derivations_of).items():
        yield _concept(name, vocabulary.derived[name].label, english(rule, ruleset))


def _properties(item: Finding | Quantity) -> Iterator[Json]:
    yield {"code": "kind", "valueString": item.kind.value}
    yield {"code": "observer", "valueString": item.observer}
    if isinstance(item, Quantity):
        yield {"code": "unit", "valueString": item.unit}
        return
    for general in item.implies:
        yield {"code": "parent", "valueCode": general}
    if item.screen is not None:
        yield {"code": "screen", "valueInteger": item.screen}
    if item.red_flag:
        yield {"code": "red-flag", "valueBoolean": True}


def outcomes_of(ruleset: Ruleset) -> Iterator[tuple[str, str, str, str | None]]:
    """(kind, name, label, text) of everything that a rule may lead to."""
    outcomes = ruleset.outcomes
    for rung in outcomes.urgencies:
        yield "urgency", rung.id, rung.label, None
    kinds: tuple[tuple[str, Mapping[str, Labelled]], ...] = (
        ("destination", outcomes.destinations),
        ("condition", outcomes.conditions),
        ("test", outcomes.tests),
        ("advice", outcomes.advice),
        ("safety_net", outcomes.safety_net),
    )
    for kind, things in kinds:
        for name, thing in things.items():
            yield kind, name, thing.label, getattr(thing, "text", None)


def value_sets(ruleset: Ruleset, released: Day) -> Iterator[Json]:
    """Each code system whole, and of the items what is asked, measured and screened."""
    vocabulary = ruleset.vocabulary
    for name, title in (
        ("items", "Findings and quantities"),
        ("values", "Values of findings"),
        ("outcomes", "Outcomes"),
    ):
        include = {"system": canonical("CodeSystem", name), "version": ruleset.version}
        yield _value_set(name, title, include, ruleset, released)
    for name, title, codes in (
        ("findings", "Findings", list(vocabulary.findings)),
        ("quantities", "Quantities", list(vocabulary.quantities)),
        ("screen", "The screening questions, in their order", list(vocabulary.screen)),
    ):
        concepts = [{"code": code, "display": vocabulary.label(code)} for code in codes]
        include = some(system=ITEMS, version=ruleset.version, concept=concepts)
        if concepts:
            yield _value_set(name, title, include, ruleset, released)


def _value_set(name: str, title: str, include: Json, ruleset: Ruleset, released: Day) -> Json:
    head = metadata("ValueSet", name, title, f"{title} of the ruleset.", ruleset, released=released)
    return {**head, "compose": {"include": [include]}}


def concept_map(ruleset: Ruleset, released: Day) -> Json:
    """From items to the codes of others, with where each was seen. No clinician has said that they mean the same."""
    about = (
        "From the items of the ruleset to codes of SNOMED CT, LOINC, ICD-10-CM and HPO, each seen at a source. "
        "`narrower` and `wider` are this project's reading; all others are `relatedto`, because nobody has yet judged "
        "whether the two mean the same. `comment` says where the code was seen."
    )
    head = metadata("ConceptMap", "items", "Items to codes of others", about, ruleset, released=released)
    groups = [group for system, column in COLUMN_OF.items() if (group := _group(system, column, ruleset))]
    return {**head, "sourceCanonical": f"{canonical('ValueSet', 'items')}|{ruleset.version}", **some(group=groups)}


def _group(system: str, column: str, ruleset: Ruleset) -> Json | None:
    elements = []
    for name, item in ruleset.vocabulary.items.items():
        row = ruleset.codes.get(item.codes or "")
        code = getattr(row, column) if row else ""
        if row and code:
            relation = RELATIONS.get((system, code, name), Relation.EQUIVALENT)
            target = some(code=code, equivalence=EQUIVALENCE[relation], comment=f"{row.label}; {row.verified_by}")
            elements.append({"code": name, "display": item.label, "target": [target]})
    if not elements:
        return None
    return {"source": ITEMS, "sourceVersion": ruleset.version, "target": system, "element": elements}
