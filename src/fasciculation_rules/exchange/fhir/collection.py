"""A Bundle in the making: ids depend on content alone, so that the same answer has the same bytes."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any

from fasciculation_rules.errors import wrong_argument
from fasciculation_rules.exchange.fhir.elements import Json
from fasciculation_rules.exchange.fhir.identity import identity


def instant(at: Any) -> str:
    """A time as FHIR writes an instant.

    Raises ArgumentError where it has no offset from UTC.
    """
    if not isinstance(at, datetime.datetime) or at.tzinfo is None:
        raise wrong_argument("`at` is a datetime.datetime with its offset from UTC", at)
    return at.isoformat(timespec="milliseconds" if at.microsecond else "seconds")


def subject_reference(subject: Any) -> Json:
    """A reference to the patient, as the caller knows him.

    Raises ArgumentError where it is no text such as `Patient/123`.
    """
    if not isinstance(subject, str) or not subject or any(letter.isspace() for letter in subject):
        raise wrong_argument("`subject` is a reference such as 'Patient/123' or 'urn:uuid:...'", subject)
    return {"reference": subject}


@dataclass
class Collection:
    """Resources about one person at one time. `seed` is the digest of all that is said, and every id comes from it."""

    seed: str
    subject: Json
    at: str
    resources: dict[str, Json] = field(default_factory=dict)

    def add(self, resource_type: str, name: str, **elements: Any) -> Json:
        """Adds a resource and returns a reference to it; `name` tells apart those of one type."""
        key = identity(self.seed, resource_type, name)
        given = {each.rstrip("_"): value for each, value in elements.items() if value not in (None, "", [], {}, ())}
        self.resources[key] = {"resourceType": resource_type, "id": key, **given}
        return {"reference": f"urn:uuid:{key}"}

    def bundle(self) -> Json:
        """All of them, in the order in which they were added."""
        entries = [{"fullUrl": f"urn:uuid:{key}", "resource": value} for key, value in self.resources.items()]
        return {
            "resourceType": "Bundle",
            "id": identity(self.seed, "Bundle"),
            "type": "collection",
            "timestamp": self.at,
            **({"entry": entries} if entries else {}),
        }
