"""Keys made for a test, their PEM files, and signers who hold them. No key outlives the test that made it."""

from __future__ import annotations

import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from fasciculation_rules.audit.dsse import SigningKey, read_key
from fasciculation_rules.model.signing import ReleaseStatement, Signer, Signers

TEXT, LOGIC = "sha256:" + "1" * 64, "sha256:" + "2" * 64
AT = "2026-11-22T17:40:00+01:00"


def pem(passphrase: bytes | None = None, *, private: Any = None) -> bytes:
    """A private key as a PEM file has it."""
    how = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    made = private or Ed25519PrivateKey.generate()
    return made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how)


def new_key() -> SigningKey:
    """A key that nobody had before."""
    return read_key(pem())


def signer(key: SigningKey, **changes: Any) -> Signer:
    """An invented release manager who holds it."""
    said = {
        "key": key.id,
        "public_key": key.public_key,
        "name": "Somebody of a test",
        "organisation": "A test",
        "role": "release manager",
        "valid_from": datetime.date(2026, 1, 1),
        "valid_until": datetime.date(2027, 12, 31),
        **changes,
    }
    return Signer.model_validate(said)


def trusting(*signers: Signer) -> Signers:
    """A list that trusts these."""
    return Signers(format=1, signers=signers)


def statement(key: SigningKey, **changes: Any) -> ReleaseStatement:
    """What a release manager says of a release that no shelf has."""
    said = {
        "signer": key.id,
        "role": "release manager",
        "meaning": "I made this release.",
        "at": AT,
        "version": "1.0.0",
        "text_digest": TEXT,
        "logic_digest": LOGIC,
        **changes,
    }
    return ReleaseStatement.model_validate(said)
