"""One call of a hook, as the specification has it; what is not known here is ignored."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from fasciculation_rules.exchange.fhir.shapes import Json, object_of, objects_of, text_of
from fasciculation_rules.server.policy import Moment
from fasciculation_rules.server.refusing import Refused

SERVICE = "muscle-twitching"
"""The one id of all hooks, so that a later card replaces an earlier one."""

HOOKS: Mapping[str, Moment] = {
    "patient-view": Moment.OPENING,
    "problem-list-item-create": Moment.ENTERING_A_PROBLEM,
    "order-select": Moment.ORDERING,
    "order-sign": Moment.ORDERING,
}
ENCOUNTER_START = "encounter-start"

_BARE_ID = re.compile(r"(?!\.+$)[A-Za-z0-9.-]{1,64}")
_UUID = re.compile(r"(?:urn:uuid:)?[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_INSTANCE = re.compile(r"[\x21-\x7e]{1,128}")


@dataclass(frozen=True, slots=True)
class Authorization:
    """The token with which the client lets the service read, for this call only."""

    server: str
    token: str
    patient: str

    def __repr__(self) -> str:
        return "<Authorization>"


@dataclass(frozen=True, slots=True)
class Call:
    """What the client says. `drafts` are the draft orders looked at; `entered` the problems just entered."""

    hook: str
    instance: str
    moment: Moment
    patient: str
    encounter: str
    prefetch: Json
    drafts: tuple[Json, ...] = ()
    entered: tuple[Json, ...] = ()
    authorization: Authorization | None = None

    @property
    def reference(self) -> str:
        """What a record is found by: the UUID of the call; of one that is none, whatever it says, a digest."""
        if _UUID.fullmatch(self.instance):
            return self.instance
        return f"call:{hashlib.sha256(self.instance.encode()).hexdigest()}"


def read_call(data: object, hooks: Mapping[str, Moment], problem_entered: Mapping[str, tuple[str, ...]]) -> Call:
    """The call in a body.

    Raises Refused (400) where it is no call of one of these hooks about one patient.
    """
    if not isinstance(data, dict):
        raise Refused(400, "structure", "the body is no JSON object")
    hook = text_of(data.get("hook"))
    if hook not in hooks:
        offered = ", ".join(hooks)
        raise Refused(400, "not-supported", f"this service answers the hooks {offered}, and no other", at="hook")
    instance = data.get("hookInstance")
    if not isinstance(instance, str) or _INSTANCE.fullmatch(instance) is None:
        raise Refused(400, "required", "hookInstance is the UUID of this call", at="hookInstance")
    context = data.get("context")
    if not isinstance(context, dict):
        raise Refused(400, "required", "context is an object", at="context")
    patient = _bare(context, "patientId")
    if not patient:
        raise Refused(400, "required", "context.patientId is the bare id of the patient", at="context.patientId")
    prefetch = data.get("prefetch")
    if prefetch is not None and not isinstance(prefetch, dict):
        raise Refused(400, "structure", "prefetch is an object", at="prefetch")
    moment = hooks[hook]
    if moment is Moment.OPENING and _was_entered(data.get("extension"), problem_entered):
        moment = Moment.ENTERING_A_PROBLEM
    return Call(
        hook=hook,
        instance=instance,
        moment=moment,
        patient=patient,
        encounter=_bare(context, "encounterId"),
        prefetch=object_of(prefetch),
        drafts=_drafts(hook, context),
        entered=tuple(each for each in _held(context.get("conditions")) if each.get("resourceType") == "Condition"),
        authorization=_authorization(data),
    )


def _bare(context: Json, key: str) -> str:
    """An id without a type before it; empty where it is not given.

    Raises Refused (400) for what is no such id.
    """
    value = context.get(key)
    if value is None:
        return ""
    if not isinstance(value, str) or _BARE_ID.fullmatch(value) is None:
        raise Refused(400, "value", f"context.{key} is a bare id, such as 123 and not Type/123", at=f"context.{key}")
    return value


def _was_entered(extension: object, problem_entered: Mapping[str, tuple[str, ...]]) -> bool:
    said = object_of(extension)
    return any(str(said[name]) in values for name, values in problem_entered.items() if name in said)


def _held(bundle: object) -> list[Json]:
    """The resources of a Bundle, of a list, or the one that stands without either."""
    held = object_of(bundle)
    if held.get("resourceType") == "Bundle":
        return [object_of(entry.get("resource")) for entry in objects_of(held.get("entry"))]
    return objects_of(bundle)


def _drafts(hook: str, context: Json) -> tuple[Json, ...]:
    """The draft orders; order-select looks at what was just selected and at nothing else."""
    drafts = _held(context.get("draftOrders"))
    if hook != "order-select":
        return tuple(drafts)
    chosen = context.get("selections")
    selected = {each for each in chosen if isinstance(each, str)} if isinstance(chosen, list) else set()
    return tuple(each for each in drafts if f"{each.get('resourceType')}/{each.get('id')}" in selected)


def _authorization(data: Json) -> Authorization | None:
    said = object_of(data.get("fhirAuthorization"))
    server, token = text_of(data.get("fhirServer")), text_of(said.get("access_token"))
    if not server or not token or text_of(said.get("token_type")) != "Bearer":
        return None
    return Authorization(server.rstrip("/"), token, text_of(said.get("patient")))


def codes_of(order: Json) -> set[tuple[str, str]]:
    """Every coding of what a draft order, or an order on record, asks for."""
    concepts = [order.get("code"), order.get("medicationCodeableConcept"), order.get("medication")]
    found: set[tuple[str, str]] = set()
    for concept in concepts:
        held = object_of(concept)
        inner = object_of(held.get("concept")) or held  # R5 wraps a CodeableConcept in a CodeableReference
        found |= {(text_of(each.get("system")), text_of(each.get("code"))) for each in objects_of(inner.get("coding"))}
    return found
