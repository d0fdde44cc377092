"""Every artefact of a ruleset, by the name of its file."""

from __future__ import annotations

import datetime

from fasciculation_rules.exchange.fhir.artefacts.activities import activities
from fasciculation_rules.exchange.fhir.artefacts.plan import facts_library, logic_library, plan_definition
from fasciculation_rules.exchange.fhir.artefacts.terminology import code_systems, concept_map, value_sets
from fasciculation_rules.exchange.fhir.elements import Json
from fasciculation_rules.exchange.fhir.questionnaire import questionnaire
from fasciculation_rules.model.ruleset import Ruleset


def artefacts(ruleset: Ruleset, *, released: datetime.date | None = None) -> dict[str, Json]:
    """PlanDefinition, Libraries, ActivityDefinitions, CodeSystems, ValueSets, ConceptMap and Questionnaires.

    `released` is the day of the release event, and None for what was not released. The same ruleset and day give the
    same values.
    """
    made = [
        plan_definition(ruleset, released),
        logic_library(ruleset, released),
        facts_library(ruleset, released),
        *code_systems(ruleset, released),
        *value_sets(ruleset, released),
        concept_map(ruleset, released),
        questionnaire(ruleset, released=released),
        questionnaire(ruleset, full=True, released=released),
        *activities(ruleset, released),
    ]
    return {f"{each['resourceType']}-{each['id']}.json": each for each in made}
