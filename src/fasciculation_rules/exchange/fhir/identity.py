"""Names of what is written: canonical addresses of artefacts, and ids that depend on nothing but content."""

from __future__ import annotations

import uuid

from fasciculation_rules.exchange.systems import BASE

_SPACE = uuid.uuid5(uuid.NAMESPACE_URL, BASE)


def canonical(kind: str, name: str) -> str:
    """The canonical address of an artefact of this library, without its version."""
    return f"{BASE}/{kind}/{name}"


def identity(*parts: str) -> str:
    """An id that depends on nothing but these texts (a UUID of version 5)."""
    return str(uuid.uuid5(_SPACE, "\x1f".join(parts)))


def artefact_id(name: str) -> str:
    """A logical id of FHIR, of letters, digits, full stops and hyphens, from a name of ours."""
    return name.replace("_", "-")
