"""Which of our referrals and tests are under way already, by the order codes of the site."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from fasciculation_rules.exchange.fhir.opening import without_version
from fasciculation_rules.exchange.fhir.shapes import Json, object_of, text_of
from fasciculation_rules.exchange.systems import system_of
from fasciculation_rules.model.orders import Orders
from fasciculation_rules.server.call import codes_of

_ACTIVE = "active"
_DONE = "completed"


def outcomes_of(order: Json, orders: Orders) -> set[str]:
    """What an order asks for, in our words."""
    codes = codes_of(order)
    codes |= {(system_of(system), code) for system, code in codes}
    return {outcome for each in codes for outcome in orders.outcomes.get(each, ())}


def under_way(requests: Iterable[Json], patient: str, orders: Orders, today: datetime.date, days: int) -> set[str]:
    """What active requests of this patient ask for, and those that were completed within so many days."""
    found: set[str] = set()
    for each in requests:
        if (
            each.get("resourceType") == "ServiceRequest"
            and is_about(each, patient)
            and each.get("doNotPerform") is not True
        ):
            status = text_of(each.get("status"))
            if status == _ACTIVE or (status == _DONE and _age(each, today) <= days):
                found |= outcomes_of(each, orders)
    return found


def is_about(order: Json, patient: str) -> bool:
    """Whether an order is of this patient, by whatever form of reference with the type and the id."""
    reference = without_version(text_of(object_of(order.get("subject")).get("reference")))
    return "/".join(reference.rsplit("/", 2)[-2:]) == f"Patient/{patient}"


def _age(order: Json, today: datetime.date) -> int:
    """Days since an order was written; very many where nobody says when."""
    try:
        return (today - datetime.date.fromisoformat(text_of(order.get("authoredOn"))[:10])).days
    except ValueError:
        return 100_000
