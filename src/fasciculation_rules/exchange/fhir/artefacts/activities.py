"""What rules ask for, as ActivityDefinitions: tests and referrals to propose, advice and safety nets to tell."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from fasciculation_rules.exchange.fhir.artefacts.metadata import metadata
from fasciculation_rules.exchange.fhir.artefacts.terminology import outcomes_of
from fasciculation_rules.exchange.fhir.elements import Json, concept, outcome, verified
from fasciculation_rules.exchange.fhir.identity import artefact_id, canonical
from fasciculation_rules.model.ruleset import Ruleset

REQUESTS = {
    "destination": ("ServiceRequest", "Referral"),
    "test": ("ServiceRequest", "Test"),
    "advice": ("CommunicationRequest", "Advice"),
    "safety_net": ("CommunicationRequest", "Safety net"),
}
"""What each kind of outcome becomes when it is applied."""


def activity_address(kind: str, name: str, ruleset: Ruleset) -> str:
    """The canonical address of an activity, with its version."""
    return f"{canonical('ActivityDefinition', artefact_id(f'{kind}-{name}'))}|{ruleset.version}"


def activities(ruleset: Ruleset, released: datetime.date | None) -> Iterator[Json]:
    """One for each test, destination, advice and safety net; each a proposal."""
    for kind, name, label, text in outcomes_of(ruleset):
        if kind not in REQUESTS:
            continue
        request, word = REQUESTS[kind]
        title = f"{word}: {label}"
        test = ruleset.outcomes.tests.get(name) if kind == "test" else None
        others = verified(name, test.codes, ruleset) if test else ()
        head = metadata(
            "ActivityDefinition", artefact_id(f"{kind}-{name}"), title, text or title, ruleset, released=released
        )
        yield {
            **head,
            "kind": request,
            "code": concept(label, outcome(kind, name, label), *others),
            "intent": "proposal",
        }
