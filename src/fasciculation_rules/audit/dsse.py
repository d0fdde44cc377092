"""Ed25519 signatures in DSSE envelopes (Dead Simple Signing Envelope, protocol version 1.0): seal and check.

https://github.com/secure-systems-lab/dsse/blob/v1.0.0/protocol.md
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fasciculation_rules.errors import SignatureError, SigningUnavailableError
from fasciculation_rules.model.signing import PAYLOAD_TYPE, SPKI, Envelope, Sealed, Statement, key_id
from fasciculation_rules.shelf.digest import canonical_json

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def pae(payload_type: str, payload: bytes) -> bytes:
    """What is signed: the pre-authentication encoding of a payload and its type."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key with the id of its public one. It does not print what is secret."""

    _private: Ed25519PrivateKey
    public_key: bytes

    @property
    def id(self) -> str:
        """The id under which signers are listed."""
        return key_id(self.public_key)

    def sign(self, message: bytes) -> bytes:
        """64 bytes."""
        return self._private.sign(message)

    def __repr__(self) -> str:
        return f"<SigningKey {self.id}>"


def read_key(pem: bytes, passphrase: bytes | None = None) -> SigningKey:
    """The private key of a PEM file (PKCS 8), as `openssl genpkey -algorithm ed25519` makes it.

    Raises SignatureError where it is none, or its passphrase is missing or wrong; SigningUnavailableError without
    the extra `sign`.
    """
    try:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
    except ImportError:
        raise needed() from None
    expected = "expected a PEM file with an Ed25519 private key, as `openssl genpkey -algorithm ed25519` makes it"
    try:
        private = load_pem_private_key(pem, passphrase)
    except TypeError:
        without = "has no passphrase, and one was given" if passphrase else "is under a passphrase, and none was given"
        raise SignatureError(f"the key {without}") from None
    except (ValueError, UnsupportedAlgorithm):
        wrong = " or the passphrase is wrong" if passphrase else ""
        raise SignatureError(f"the key cannot be read{wrong}; {expected}") from None
    if not isinstance(private, Ed25519PrivateKey):
        raise SignatureError(f"the key is not an Ed25519 key; {expected}")
    return SigningKey(private, SPKI + private.public_key().public_bytes_raw())


def needed() -> SigningUnavailableError:
    """The error where the package is missing."""
    return SigningUnavailableError(
        "signatures need the package 'cryptography', which is not installed: pip install 'fasciculation-rules[sign]'"
    )


def seal(statement: Statement, key: SigningKey) -> Envelope:
    """A statement in an envelope with one signature.

    Raises SignatureError where it names another key as its signer: nobody speaks for another.
    """
    if statement.signer != key.id:
        raise SignatureError(f"the statement is {statement.signer}'s, and the key is {key.id}")
    payload = canonical_json(statement.model_dump(mode="json"))
    signature = Sealed(keyid=key.id, sig=key.sign(pae(PAYLOAD_TYPE, payload)))
    return Envelope(payload=payload, payload_type=PAYLOAD_TYPE, signatures=(signature,))


def signed_by(envelope: Envelope, public_key: bytes) -> bool:
    """Whether one of the signatures is of this key (a SubjectPublicKeyInfo), whatever key id stands beside it.

    Raises SigningUnavailableError without the extra `sign`.
    """
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        raise needed() from None
    public = Ed25519PublicKey.from_public_bytes(public_key[len(SPKI) :])
    message = pae(envelope.payload_type, envelope.payload)
    for sealed in envelope.signatures:
        try:
            public.verify(sealed.sig, message)
        except InvalidSignature:
            continue
        return True
    return False
