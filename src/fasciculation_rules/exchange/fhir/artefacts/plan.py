"""The rules as one PlanDefinition, an action for each, and the Library with the logic that its digest is of."""

from __future__ import annotations

import base64
import datetime
import hashlib
import json
from collections.abc import Iterator
from typing import assert_never

from fasciculation_rules.exchange.cql.facts import facts_library as facts_in_cql
from fasciculation_rules.exchange.cql.logic import logic_library as in_cql
from fasciculation_rules.exchange.fhir.artefacts.activities import activity_address
from fasciculation_rules.exchange.fhir.artefacts.metadata import citation, citations, metadata
from fasciculation_rules.exchange.fhir.elements import Json, coding, concept, outcome, some
from fasciculation_rules.exchange.fhir.identity import canonical
from fasciculation_rules.exchange.fhir.writing.answer import PLAN
from fasciculation_rules.exchange.fhir.writing.provenance import DIGEST
from fasciculation_rules.exchange.fhir.writing.rungs import PRIORITY
from fasciculation_rules.exchange.systems import LIBRARY_TYPE, PLAN_TYPE
from fasciculation_rules.logic.grammar import print_condition
from fasciculation_rules.model.base import read_duration
from fasciculation_rules.model.rule import Differential, Escalation, Plan, RuleBase
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.report.rule_page import english
from fasciculation_rules.shelf.digest import canonical_json, logic_of

LOGIC = "fasciculation-logic"
FACTS = "fasciculation-facts"

GROUPS = (
    (Escalation, "How soon, and to whom", "Every rule that fires; the highest urgency counts."),
    (Differential, "What it may be", "Evidence for and against; never a diagnosis."),
    (Plan, "What to do", "Tests, advice and safety nets to consider."),
)


def plan_definition(ruleset: Ruleset, released: datetime.date | None) -> Json:
    """A group of actions for each kind of rule. Derivations act on nothing: they stand in the Library."""
    depends = {"type": "depends-on", "resource": f"{canonical('Library', LOGIC)}|{ruleset.version}"}
    head = metadata(
        "PlanDefinition",
        PLAN,
        ruleset.about.title,
        ruleset.about.purpose,
        ruleset,
        released=released,
        capabilities=["computable"],
        related=[depends, *citations(ruleset)],
    )
    actions = [_group(kind, title, text, ruleset) for kind, title, text in GROUPS if ruleset.of_kind(kind)]
    return {
        **head,
        "type": concept(None, coding(PLAN_TYPE, "eca-rule")),
        "library": [f"{canonical('Library', LOGIC)}|{ruleset.version}"],
        **some(action=actions),
    }


def _group(kind: type[Escalation | Differential | Plan], title: str, text: str, ruleset: Ruleset) -> Json:
    actions = [_action(rule, ruleset) for rule in ruleset.of_kind(kind)]
    return {"title": title, "description": text, "groupingBehavior": "logical-group", "action": actions}


def _action(rule: Escalation | Differential | Plan, ruleset: Ruleset) -> Json:
    """One rule: its condition in English and as it is evaluated, its reason, sources and consequence."""
    return {
        **some(
            id=rule.rule,
            title=rule.title,
            description=english(rule, ruleset),
            textEquivalent=rule.then.because,
            documentation=[*_documentation(rule, ruleset)],
            condition=[
                {
                    "kind": "applicability",
                    "expression": {
                        "description": english(rule, ruleset),
                        "language": "application/json",
                        "expression": json.dumps(print_condition(rule.condition), separators=(",", ":")),
                        "reference": canonical("Library", LOGIC),
                    },
                }
            ],
        ),
        **_consequence(rule, ruleset),
    }


def _documentation(rule: RuleBase, ruleset: Ruleset) -> Iterator[Json]:
    for evidence in rule.evidence:
        row = ruleset.references.rows[evidence.row]
        mark = ", unverified" if row.unverified else ""
        yield citation(evidence.cite, ruleset, label=f"{evidence.row}{mark}")


def _consequence(rule: Escalation | Differential | Plan, ruleset: Ruleset) -> Json:
    match rule:
        case Escalation(then=then):
            rung = ruleset.urgency[then.urgency]
            found = [{"definitionCanonical": activity_address("destination", to, ruleset)} for to in then.refer]
            return some(
                priority=PRIORITY.get(rung.id),
                code=[concept(rung.label, outcome("urgency", rung.id, rung.label))],
                timingDuration=_duration(then.within or rung.delay),
                action=found,
            )
        case Differential(then=then):
            label = ruleset.outcomes.conditions[then.condition].label
            words = f"{then.strength} evidence {then.side} {label}".replace("excluding", "that sets aside")
            return some(code=[concept(words, outcome("condition", then.condition, label))])
        case Plan(then=then):
            if then.order:
                return {
                    "action": [{"definitionCanonical": activity_address("test", one, ruleset)} for one in then.order]
                }
            kind, name = ("advice", then.advise) if then.advise else ("safety_net", then.safety_net)
            return {"definitionCanonical": activity_address(kind, name or "", ruleset)}
        case _:
            assert_never(rule)


def _duration(delay: str | None) -> Json | None:
    if delay is None:
        return None
    hours = int(read_duration(delay).total_seconds() // 3600)
    value, unit = (hours // 24, "d") if hours % 24 == 0 else (hours, "h")
    return {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}


def logic_library(ruleset: Ruleset, released: datetime.date | None) -> Json:
    """The logic itself, in canonical JSON (RFC 8785): the SHA-256 of its bytes is the logic digest of the ruleset."""
    parts = (ruleset.about, ruleset.vocabulary, ruleset.thresholds, ruleset.outcomes, ruleset.rules)
    content = canonical_json(logic_of(*parts))
    head = metadata(
        "Library",
        LOGIC,
        f"Logic of ruleset {ruleset.version}",
        "Everything that decides: vocabulary, thresholds, conditions and consequences, without prose; and the same "
        "as CQL. The SHA-256 digest of the JSON is the logic digest, "
        f"{ruleset.logic_digest}.",
        ruleset,
        released=released,
        capabilities=["computable"],
        related=[{"type": "depends-on", "resource": f"{canonical('Library', FACTS)}|{ruleset.version}"}],
    )
    digests = {"logic": ruleset.logic_digest, "text": ruleset.text_digest}
    return {
        **head,
        "identifier": [{"system": DIGEST, "value": digest, "type": {"text": what}} for what, digest in digests.items()],
        "type": concept(None, coding(LIBRARY_TYPE, "logic-library")),
        "content": [
            _content("application/json", content, f"ruleset {ruleset.version}, logic"),
            _content("text/cql", in_cql(ruleset).encode(), f"ruleset {ruleset.version}, logic as CQL"),
        ],
    }


def facts_library(ruleset: Ruleset, released: datetime.date | None) -> Json:
    """What a record says of the findings, as CQL: the library that the logic in CQL includes."""
    head = metadata(
        "Library",
        FACTS,
        f"Facts for ruleset {ruleset.version}",
        "What the Observations and Conditions of a record, and the Patient, say of each finding and quantity, as CQL.",
        ruleset,
        released=released,
        capabilities=["computable"],
    )
    content = facts_in_cql(ruleset).encode()
    return {
        **head,
        "type": concept(None, coding(LIBRARY_TYPE, "logic-library")),
        "content": [_content("text/cql", content, f"ruleset {ruleset.version}, facts as CQL")],
    }


def _content(kind: str, content: bytes, title: str) -> Json:
    return {
        "contentType": kind,
        "data": base64.b64encode(content).decode(),
        "size": len(content),
        "hash": base64.b64encode(hashlib.sha1(content, usedforsecurity=False).digest()).decode(),
        "title": title,
    }
