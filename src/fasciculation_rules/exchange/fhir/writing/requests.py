"""What to do: referrals and tests as proposals, advice and safety nets as messages, and one group that holds them."""

from __future__ import annotations

from fasciculation_rules.exchange.fhir.elements import Json, concept, narrative, notes, outcome, verified
from fasciculation_rules.exchange.fhir.identity import artefact_id, canonical
from fasciculation_rules.exchange.fhir.writing.answer import Answer
from fasciculation_rules.exchange.fhir.writing.rungs import PRIORITY, delay_of, until
from fasciculation_rules.model.assessment import PlanItem

WHO = {"gp": "a general practitioner", "specialist": "a specialist", "emergency": "the emergency team"}
AFTERWARDS = "Not for now: for the team that takes over, once the acute matter is settled."


def add_requests(answer: Answer) -> Json:
    """Every proposal and message, and the RequestGroup that holds them in the order of the plan."""
    plan = answer.of.plan
    actions = [
        *(_action(each, _add_referral(answer, each)) for each in plan.referrals),
        *(_action(each, _add_test(answer, each)) for each in plan.tests),
        *(_action(each, _add_message(answer, each, "advice")) for each in plan.advice),
        *(_action(each, _add_message(answer, each, "safety_net")) for each in plan.safety_net),
        *(_action(each, _add_later(answer, each)) for each in plan.afterwards),
    ]
    shown = answer.of.disposition
    first = f"First action within {shown.first_action_within}." if shown.first_action_within else ""
    return answer.into.add(
        "RequestGroup",
        "plan",
        text=narrative(f"{shown.label}.", first, *(action["title"] for action in actions), answer.speaker),
        instantiatesCanonical=[answer.plan],
        status="draft",
        intent="proposal",
        priority=PRIORITY.get(shown.rung),
        subject=answer.into.subject,
        authoredOn=answer.into.at,
        author=answer.device,
        note=[*notes(first), *answer.spoken],
        action=actions,
    )


def _action(item: PlanItem, resource: Json) -> Json:
    return {"title": item.label, "resource": resource}


def _add_referral(answer: Answer, item: PlanItem) -> Json:
    shown = answer.of.disposition
    rung = item.rung or shown.rung
    delay = shown.maximum_delay if rung == shown.rung else delay_of(rung, answer.ruleset)
    return answer.into.add(
        "ServiceRequest",
        f"destination.{item.id}",
        **_request(answer, item, "destination", "referral", f"Referral: {item.label}"),
        priority=PRIORITY.get(rung),
        performerType=concept(item.label, outcome("destination", item.id, item.label)),
        **until(answer.at, delay),
    )


def _add_test(answer: Answer, item: PlanItem) -> Json:
    """A test. One that a specialist chooses has no date: only the referral has, and how soon is his to say."""
    shown = answer.of.disposition
    delay = shown.maximum_delay if item.who != "specialist" else None
    return answer.into.add(
        "ServiceRequest",
        f"test.{item.id}",
        **_request(answer, item, "test", "test", item.label),
        priority=PRIORITY.get(shown.rung) if delay else "routine",
        performerType=concept(WHO.get(item.who or "")) if item.who else None,
        **until(answer.at, delay),
    )


def _add_later(answer: Answer, item: PlanItem) -> Json:
    """What waits until the acute matter is settled: it has no date and no urgency of its own."""
    outcomes = answer.ruleset.outcomes
    if item.id in outcomes.tests and item.text is None and item.rung is None:
        kind, category, label = "test", "test", item.label
    elif item.text is None:
        kind, category, label = "destination", "referral", f"Referral: {item.label}"
    else:
        return _add_message(answer, item, "advice" if item.id in outcomes.advice else "safety_net", AFTERWARDS)
    return answer.into.add(
        "ServiceRequest",
        f"afterwards.{kind}.{item.id}",
        **{**_request(answer, item, kind, category, label), "note": [*notes(AFTERWARDS), *answer.spoken]},
        priority="routine",
    )


def _request(answer: Answer, item: PlanItem, kind: str, category: str, label: str) -> Json:
    """What referrals and tests share: proposals in draft, never orders, with the reason in words."""
    test = answer.ruleset.outcomes.tests.get(item.id) if kind == "test" else None
    others = verified(item.id, test.codes, answer.ruleset) if test else ()
    address = canonical("ActivityDefinition", artefact_id(f"{kind}-{item.id}"))
    return {
        "instantiatesCanonical": [f"{address}|{answer.of.ruleset.version}"],
        "status": "draft",
        "intent": "proposal",
        "category": [concept(category)],
        "code": concept(label, outcome(kind, item.id, item.label), *others),
        "subject": answer.into.subject,
        "authoredOn": answer.into.at,
        "requester": answer.device,
        "reasonCode": [concept(sentence) for sentence in answer.because(item.rules)],
        "note": answer.spoken,
    }


def _add_message(answer: Answer, item: PlanItem, kind: str, *more: str) -> Json:
    """Something to tell the patient, for a clinician to send or to say."""
    text = f"{item.label}: {item.text}" if item.text else item.label
    return answer.into.add(
        "CommunicationRequest",
        f"{kind}.{item.id}",
        status="draft",
        category=[concept(item.label, outcome(kind, item.id, item.label))],
        subject=answer.into.subject,
        payload=[{"contentString": text}],
        authoredOn=answer.into.at,
        requester=answer.device,
        recipient=[answer.into.subject],
        reasonCode=[concept(sentence) for sentence in answer.because(item.rules or (f"safety-net:{item.id}",))],
        note=[*notes(*more), *answer.spoken],
    )
