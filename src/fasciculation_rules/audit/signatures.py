"""What a signature is worth: who made it, whether they might, and whether it is about what lies here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC
from enum import StrEnum
from typing import Generic, TypeVar

from fasciculation_rules.audit.dsse import signed_by
from fasciculation_rules.errors import SignatureError
from fasciculation_rules.model.record import read_time
from fasciculation_rules.model.signing import Envelope, Role, Signer, Signers, Statement
from fasciculation_rules.shelf.envelopes import statement_in

Said = TypeVar("Said", bound=Statement)


class Standing(StrEnum):
    """What became of a signature that was looked at; only the first is worth something."""

    VALID = "valid"
    NOT_READ = "cannot be read"
    UNKNOWN_KEY = "unknown key"
    NOT_SIGNED = "not signed by its key"
    WRONG_ROLE = "wrong role"
    REVOKED = "revoked"
    OUTSIDE_VALIDITY = "outside validity"
    DIGEST_DIFFERS = "digest differs"


@dataclass(frozen=True, slots=True)
class Judged(Generic[Said]):
    """One signature by the name of its file; `why` is empty where it is valid.

    What stands in `statement` is worth reading only where the standing is valid, or the digest differs.
    """

    name: str
    standing: Standing
    why: str
    statement: Said | None = None
    signer: Signer | None = None

    def __str__(self) -> str:
        return f"{self.name}: {self.standing}" + (f": {self.why}" if self.why else "")


def judge(
    name: str,
    envelope: Envelope,
    kind: type[Said],
    signers: Signers,
    *,
    about: Mapping[str, str],
    roles: Collection[Role] | None = None,
) -> Judged[Said]:
    """A signature, against signers whom the caller trusts.

    `about` are the values that the statement must have, such as the digests of what lies here; `roles` are those that
    may sign this, by default any. The first fault is told, in the order of Standing.
    A revoked key is not believed whatever time the signature claims: whoever stole it could claim any.

    Raises SigningUnavailableError without the extra `sign`.
    """
    try:
        said = statement_in(envelope, kind, name)
    except SignatureError as error:
        return Judged(name, Standing.NOT_READ, str(error))
    signer = signers.of(said.signer)
    if signer is None:
        return Judged(name, Standing.UNKNOWN_KEY, f"{said.signer} is not among the keys that are trusted", said)
    fault = _fault(envelope, said, signer, about, roles)
    if fault is None:
        return Judged(name, Standing.VALID, "", said, signer)
    return Judged(name, *fault, said, signer)


def _fault(
    envelope: Envelope, said: Statement, signer: Signer, about: Mapping[str, str], roles: Collection[Role] | None
) -> tuple[Standing, str] | None:
    if not signed_by(envelope, signer.public_key):
        return Standing.NOT_SIGNED, f"it, or what it says, was changed after {signer.key} signed, or that key did not"
    if said.role != signer.role:
        return Standing.WRONG_ROLE, f"it is signed as {said.role}; the role of the key is {signer.role}"
    if roles is not None and said.role not in roles:
        return Standing.WRONG_ROLE, f"it is signed as {said.role}; expected {' or '.join(roles)}"
    if signer.revoked is not None:
        return Standing.REVOKED, f"the key was revoked on {signer.revoked.at}: {signer.revoked.why}"
    day = read_time(said.at).astimezone(UTC).date()
    if not signer.valid_from <= day <= signer.valid_until:
        return Standing.OUTSIDE_VALIDITY, f"signed {day}; the key is valid {signer.valid_from} to {signer.valid_until}"
    for key, expected in about.items():
        found = str(getattr(said, key))
        if found != expected:
            return Standing.DIGEST_DIFFERS, f"{key.replace('_', ' ')}: signed {found}, found {expected}"
    return None


def vouch(signers: Iterable[Signer]) -> bool:
    """Whether these are enough to vouch for something: a release manager and another person."""
    found = list(signers)
    return any(signer.role == "release manager" for signer in found) and len({signer.name for signer in found}) > 1
