"""One card on the wire: valid under CDS Hooks 2.0 and the ballot of 3.0, without a null, with the same bytes again."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from fasciculation_rules.exchange.systems import BASE
from fasciculation_rules.model.assessment import Assessment, PlanItem
from fasciculation_rules.model.orders import Order, Orders
from fasciculation_rules.server.call import Call
from fasciculation_rules.server.policy import Show, Topic

Json = dict[str, Any]

TOPICS = f"{BASE}/CodeSystem/card-topics"
OVERRIDES = f"{BASE}/CodeSystem/card-override-reasons"
EXTENSION = "example.fasciculation-rules"
"""The stem of our extensions, in the order of a reversed domain; `.example` belongs to nobody."""

TOPIC_WORDS: Mapping[Topic, str] = {
    Topic.EMERGENCY: "Emergency assessment",
    Topic.SAME_DAY: "Assessment on the same day",
    Topic.STILL_SO: "An urgent finding recorded some time ago",
    Topic.URGENT_REFERRAL: "Urgent referral",
    Topic.GENERAL_PRACTITIONER: "General practitioner within two weeks",
    Topic.SCREEN: "Red-flag screen not finished",
}
OVERRIDE_REASONS: tuple[tuple[str, str], ...] = (
    ("already-referred", "Already referred, or under neurology"),
    ("resolved", "The symptom has gone"),
    ("known-cause", "Known cause, being treated"),
    ("examined-today", "Examined today, red flags absent"),
    ("patient-declines", "The patient declines"),
    ("data-wrong", "The data in the record are wrong"),
    ("not-my-patient", "Not my patient"),
)


_OF_WHOM = ("subject", "encounter")


@dataclass(frozen=True, slots=True)
class Place:
    """What a card needs of where it is shown."""

    version: str
    address: str
    orders: Orders


def card_uuid(decision: str, part: str) -> str:
    """The same for the same decision and part of it (RFC 4122, version 5)."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{BASE}/decision/{decision}#{part}"))


def card(
    show: Show,
    summary: str,
    detail: str,
    decision: str,
    place: Place,
    suggestions: list[Json],
) -> Json:
    """The card. One that only offers the screen asks for no reason to override it, and suggests nothing."""
    made: Json = {
        "uuid": card_uuid(decision, "card"),
        "summary": summary,
        "detail": detail,
        "indicator": str(show.indicator),
        "source": {
            "label": f"Muscle twitching rules {place.version}",
            "topic": {"system": TOPICS, "code": str(show.topic), "display": TOPIC_WORDS[show.topic]},
        },
        "links": [{"label": "Open the red-flag screen", "url": f"{place.address}/workbench", "type": "absolute"}],
    }
    if suggestions:
        made |= {"suggestions": suggestions, "selectionBehavior": "any"}
    if show.topic is not Topic.SCREEN:
        made["overrideReasons"] = [
            {"system": OVERRIDES, "code": code, "display": words} for code, words in OVERRIDE_REASONS
        ]
    return made


def suggestions(
    show: Show, assessment: Assessment, call: Call, decision: str, place: Place, taken: Collection[str]
) -> list[Json]:
    """An order for each referral and test that this clinician may order, that the site has a code for, and nobody took.

    Only where the advice is for now: what is old is asked about first, and the screen comes before any order.
    """
    if show.row not in (1, 3):
        return []
    plan = assessment.plan
    wanted = [("destination", item) for item in plan.referrals]
    wanted += [("test", item) for item in plan.tests if item.who != "specialist"]
    found, ordered = [], {each.coded for each in place.orders.orders if each.outcome in taken}
    for kind, item in wanted:
        order = place.orders.by_outcome.get(f"{kind}.{item.id}")
        if order is not None and order.outcome not in taken and order.coded not in ordered:
            ordered.add(order.coded)
            found.append(_suggestion(kind, item, order, assessment, call, decision, place))
    return found


def _suggestion(
    kind: str, item: PlanItem, order: Order, assessment: Assessment, call: Call, decision: str, place: Place
) -> Json:
    words = f"Refer: {item.label}" if kind == "destination" else f"Order: {item.label}"
    recommended = {"isRecommended": True} if kind == "destination" else {}
    resource: Json = {
        "resourceType": "ServiceRequest",
        "status": "draft",
        "intent": place.orders.intent,
        "code": {
            "coding": [{"system": order.system, "code": order.code, "display": order.display}],
            "text": order.display,
        },
        "subject": {"reference": f"Patient/{call.patient}"},
        **({"encounter": {"reference": f"Encounter/{call.encounter}"}} if call.encounter else {}),
        "reasonCode": [{"text": text} for text in _because(item, assessment)],
    }
    return {
        "label": words[:80],
        "uuid": card_uuid(decision, order.outcome),
        **recommended,
        "actions": [
            {"type": "create", "description": f"A draft order: {order.display}", "resource": resource},
        ],
    }


def _because(item: PlanItem, assessment: Assessment) -> list[str]:
    """The reasons of the ruleset for it; of an escalation or a differential rule too, as a letter should name."""
    rules = set(item.rules)
    said = [each.sentence for each in assessment.explanation if each.rule in rules]
    return said[:3] or [f"Advised by the muscle twitching rules: {item.label}"]


def nameless(card: Json) -> Json:
    """The card as a record keeps it: without whom its orders are for, since a record names no patient."""
    made = copy.deepcopy(card)
    for each in made.get("suggestions", ()):
        for action in each["actions"]:
            action["resource"] = {key: said for key, said in action["resource"].items() if key not in _OF_WHOM}
    return made


def response(cards: list[Json], why: str = "", incomplete: Collection[str] = ()) -> Json:
    """The body of an answer; an empty list says why it is empty."""
    said = {
        **({f"{EXTENSION}.why-no-card": why} if why else {}),
        **({f"{EXTENSION}.incomplete": sorted(incomplete)} if incomplete else {}),
    }
    return {"cards": cards, **({"extension": said} if said else {})}
