"""What is signed, by whom it may be, and the envelope around it: statements, signers and DSSE envelopes."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterator
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from fasciculation_rules.model.base import Date, FormatOne, Text, Value
from fasciculation_rules.model.record import Digest, Time

Role: TypeAlias = Literal["author", "clinical reviewer", "safety officer", "release manager"]

PAYLOAD_TYPE = "application/vnd.fasciculation-rules.statement+json"
"""The kind of everything that this library signs: the canonical JSON of a Statement."""

SPKI = bytes.fromhex("302a300506032b6570032100")
"""What stands before the 32 bytes of an Ed25519 key in a SubjectPublicKeyInfo (RFC 8410)."""


def from_base64(value: object) -> bytes:
    """Bytes from standard or URL-safe base64 (DSSE allows either), or bytes as they are.

    Raises ValueError for anything else.
    """
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        try:
            return base64.b64decode(value.replace("-", "+").replace("_", "/"), validate=True)
        except (binascii.Error, ValueError):
            pass
    raise ValueError("expected base64")


def _to_base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


Base64 = Annotated[bytes, BeforeValidator(from_base64), PlainSerializer(_to_base64, return_type=str)]


def _ed25519(raw: bytes) -> bytes:
    if not (raw.startswith(SPKI) and len(raw) == len(SPKI) + 32):
        raise ValueError("expected an Ed25519 public key, the line between BEGIN and END of its PEM file")
    return raw


PublicKey = Annotated[
    bytes, BeforeValidator(from_base64), AfterValidator(_ed25519), PlainSerializer(_to_base64, return_type=str)
]
"""A SubjectPublicKeyInfo of 44 bytes, as base64: what `openssl pkey -pubout` prints between its two lines."""


def key_id(public_key: bytes) -> str:
    """SHA-256 of the SubjectPublicKeyInfo: what `openssl pkey -pubin -outform der | sha256sum` prints."""
    return "sha256:" + hashlib.sha256(public_key).hexdigest()


class Envelope(BaseModel):
    """A DSSE envelope (version 1): bytes, what kind of bytes they are, and signatures over both.

    Unknown keys are passed over, as DSSE demands of its readers. `keyid` is a hint and is not signed.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, hide_input_in_errors=True)

    payload: Base64
    payload_type: Text = Field(alias="payloadType")
    signatures: tuple[Sealed, ...] = Field(min_length=1)

    def to_json(self) -> str:
        """One line, keys in the order of the specification."""
        return self.model_dump_json(by_alias=True)


class Sealed(BaseModel):
    """One signature of an envelope."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    keyid: str = ""
    sig: Base64


class Statement(Value):
    """What a signer says. Each kind of statement adds what it is about, by digest.

    `signer` is the id of the key; `at` is the time that the signer claims.
    """

    format: FormatOne = 1
    kind: Text
    signer: Digest
    role: Role
    meaning: Text
    at: Time


class ReleaseStatement(Statement):
    """What is said of a release as a whole."""

    kind: Literal["release"] = "release"
    version: Text
    text_digest: Digest
    logic_digest: Digest


class HistoryStatement(Statement):
    """What is said of the history of releases: so many events from the first on, and the digest of what they say."""

    kind: Literal["history"] = "history"
    events: Annotated[int, Field(ge=1)]
    digest: Digest


class Revoked(Value):
    """From when a key must not be believed any more, and why. It is for keys that somebody else may have."""

    at: Date
    why: Text


class Signer(Value):
    """Whose key it is, in which role, and from which day to which it may be signed with (UTC, both days among them)."""

    key: Digest
    public_key: PublicKey
    name: Text
    organisation: Text
    role: Role
    valid_from: Date
    valid_until: Date
    revoked: Revoked | None = None


class Signers(Value):
    """signers.yaml as a whole: one entry a key."""

    format: FormatOne
    signers: tuple[Signer, ...] = ()

    def of(self, key: str) -> Signer | None:
        """The signer with this key id."""
        return next((signer for signer in self.signers if signer.key == key), None)

    def faults(self) -> Iterator[tuple[str, str]]:
        """(place, what is wrong) of what each key by itself cannot show."""
        seen: set[str] = set()
        for index, signer in enumerate(self.signers):
            at = f"signers[{index}]"
            if signer.key != key_id(signer.public_key):
                yield f"{at}.key", f"found '{signer.key}'; expected {key_id(signer.public_key)}, of its public_key"
            if signer.key in seen:
                yield f"{at}.key", "this key is listed before; a key has one role"
            if signer.valid_until < signer.valid_from:
                yield f"{at}.valid_until", f"found {signer.valid_until}; expected {signer.valid_from} or later"
            seen.add(signer.key)


Envelope.model_rebuild()
