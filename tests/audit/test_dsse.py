"""An envelope is what the specification says, opens with its own key only, and no byte of it may change unnoticed."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from shutil import which

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from tests.audit.signing import LOGIC, TEXT, new_key, pem, signer, statement, trusting

from fasciculation_rules.audit.dsse import pae, read_key, seal, signed_by
from fasciculation_rules.audit.signatures import Standing, judge
from fasciculation_rules.errors import SignatureError
from fasciculation_rules.model.signing import PAYLOAD_TYPE, Envelope, ReleaseStatement, Sealed, key_id
from fasciculation_rules.shelf.envelopes import read_envelope, statement_in

KEY, OTHER = new_key(), new_key()
ABOUT = {"text_digest": TEXT, "logic_digest": LOGIC}

# RFC 8032, 7.1, TEST 1: the secret key, the public key and the signature of nothing.
SECRET = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
PUBLIC = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
OF_NOTHING = (
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
    "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
)


def judged(envelope, *signers, about=ABOUT, roles=None):
    return judge("a signature", envelope, ReleaseStatement, trusting(*signers), about=about, roles=roles)


# ---------------------------------------------------------------- the form


def test_what_is_signed_is_encoded_as_the_specification_shows():
    assert pae("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )
    assert pae("é", b"") == b"DSSEv1 2 \xc3\xa9 0 "  # lengths are of bytes


TYPES, PAYLOADS = st.text(max_size=12), st.binary(max_size=24)


@given(TYPES, PAYLOADS, TYPES, PAYLOADS)
def test_two_things_are_never_encoded_alike(one_type, one, other_type, other):
    assert (pae(one_type, one) == pae(other_type, other)) == ((one_type, one) == (other_type, other))


def test_a_key_signs_as_the_standard_of_ed25519_shows():
    key = read_key(pem(private=Ed25519PrivateKey.from_private_bytes(bytes.fromhex(SECRET))))
    assert key.public_key[-32:].hex() == PUBLIC
    assert key.sign(b"").hex() == OF_NOTHING


def test_an_envelope_has_the_keys_of_the_specification_and_canonical_json_inside():
    line = json.loads(seal(statement(KEY), KEY).to_json())
    assert list(line) == ["payload", "payloadType", "signatures"]
    assert line["payloadType"] == PAYLOAD_TYPE
    assert [list(each) for each in line["signatures"]] == [["keyid", "sig"]]
    said = json.loads(base64.b64decode(line["payload"], validate=True))
    assert said["version"] == "1.0.0"
    assert json.dumps(said, sort_keys=True, separators=(",", ":")).encode() == base64.b64decode(line["payload"])


def test_what_was_written_is_read_again_also_with_more_keys_and_url_safe_letters():
    envelope = seal(statement(KEY, meaning="??>>~~ßß"), KEY)
    line = json.loads(envelope.to_json())
    line["payload"] = line["payload"].replace("+", "-").replace("/", "_")
    assert read_envelope(json.dumps(line | {"more": 1}).encode(), "x") == envelope
    assert statement_in(envelope, ReleaseStatement, "x") == statement(KEY, meaning="??>>~~ßß")


@pytest.mark.skipif(which("openssl") is None, reason="the command openssl is not here")
def test_openssl_accepts_a_signature_and_names_the_key_alike(tmp_path: Path):
    secret = pem()
    key = read_key(secret)
    envelope = seal(statement(key), key)
    (tmp_path / "key.pem").write_bytes(secret)
    (tmp_path / "message").write_bytes(pae(envelope.payload_type, envelope.payload))
    (tmp_path / "sig").write_bytes(envelope.signatures[0].sig)
    public = subprocess.run(
        ["openssl", "pkey", "-in", tmp_path / "key.pem", "-pubout", "-outform", "der"], capture_output=True, check=True
    ).stdout
    assert (public, key_id(public)) == (key.public_key, key.id)
    done = subprocess.run(
        ["openssl", "pkeyutl", "-verify", "-rawin", "-inkey", "key.pem", "-in", "message", "-sigfile", "sig"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


# ---------------------------------------------------------------- what it is worth


def test_a_signature_by_a_signer_who_might_is_valid():
    found = judged(seal(statement(KEY), KEY), signer(KEY), signer(OTHER))
    assert (found.standing, found.why, found.signer) == (Standing.VALID, "", signer(KEY))


@given(st.data())
def test_no_bit_of_payload_or_signature_changes_unnoticed(data):
    sealed = seal(statement(KEY), KEY)
    part = data.draw(st.sampled_from(["payload", "sig"]))
    raw = bytearray(sealed.payload if part == "payload" else sealed.signatures[0].sig)
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    changed = (
        sealed.model_copy(update={"payload": bytes(raw)})
        if part == "payload"
        else sealed.model_copy(update={"signatures": (Sealed(keyid=KEY.id, sig=bytes(raw)),)})
    )
    assert not signed_by(changed, KEY.public_key)
    assert judged(changed, signer(KEY)).standing in (Standing.NOT_SIGNED, Standing.NOT_READ, Standing.UNKNOWN_KEY)


def test_another_payload_type_is_not_what_was_signed():
    changed = seal(statement(KEY), KEY).model_copy(update={"payload_type": "text/plain"})
    assert not signed_by(changed, KEY.public_key)
    assert judged(changed, signer(KEY)).standing is Standing.NOT_READ


@pytest.mark.parametrize(
    ("change", "standing", "says"),
    [
        ({"role": "author"}, Standing.WRONG_ROLE, "it is signed as release manager; the role of the key is author"),
        ({"revoked": {"at": date(2027, 3, 1), "why": "laptop lost"}}, Standing.REVOKED, "2027-03-01: laptop lost"),
        (
            {"valid_from": date(2026, 11, 23)},
            Standing.OUTSIDE_VALIDITY,
            "signed 2026-11-22; the key is valid 2026-11-23",
        ),
        ({"valid_until": date(2026, 11, 21)}, Standing.OUTSIDE_VALIDITY, "to 2026-11-21"),
    ],
)
def test_a_signer_who_might_not_is_told_with_the_reason(change, standing, says):
    found = judged(seal(statement(KEY), KEY), signer(KEY, **change))
    assert found.standing is standing
    assert says in found.why


def test_validity_counts_in_days_of_utc_both_ends_among_them():
    envelope = seal(statement(KEY, at="2026-11-23T00:30:00+01:00"), KEY)  # 22 November in UTC
    day = date(2026, 11, 22)
    assert judged(envelope, signer(KEY, valid_from=day, valid_until=day)).standing is Standing.VALID


def test_an_unknown_key_another_digest_and_an_unwanted_role_are_told_apart():
    envelope = seal(statement(KEY), KEY)
    assert judged(envelope, signer(OTHER)).standing is Standing.UNKNOWN_KEY
    assert judged(envelope, signer(KEY), roles=["author", "safety officer"]).standing is Standing.WRONG_ROLE
    found = judged(envelope, signer(KEY), about={"text_digest": LOGIC})
    assert (found.standing, found.why) == (Standing.DIGEST_DIFFERS, f"text digest: signed {TEXT}, found {LOGIC}")


def test_nobody_speaks_for_another():
    with pytest.raises(SignatureError, match="the statement is"):
        seal(statement(OTHER), KEY)
    forged = seal(statement(KEY), KEY)
    renamed = Envelope(
        payload=forged.payload.replace(KEY.id.encode(), OTHER.id.encode()),
        payload_type=PAYLOAD_TYPE,
        signatures=(Sealed(keyid=OTHER.id, sig=forged.signatures[0].sig),),
    )
    assert judged(renamed, signer(KEY), signer(OTHER)).standing is Standing.NOT_SIGNED


# ---------------------------------------------------------------- what cannot be read


@pytest.mark.parametrize(
    ("file", "passphrase", "says"),
    [
        (b"", None, "the key cannot be read; expected a PEM file"),
        (pem(private=generate_private_key(SECP256R1())), None, "the key is not an Ed25519 key"),
        (pem(b"open"), None, "the key is under a passphrase, and none was given"),
        (pem(b"open"), b"shut", "the passphrase is wrong"),
        (pem(), b"open", "the key has no passphrase, and one was given"),
    ],
)
def test_a_file_that_is_no_key_is_refused_with_what_was_expected(file, passphrase, says):
    with pytest.raises(SignatureError, match=says):
        read_key(file, passphrase)
    assert read_key(pem(b"open"), b"open").public_key


def test_a_key_does_not_print_what_is_secret():
    key = new_key()
    assert repr(key) == f"<SigningKey {key.id}>"


@pytest.mark.parametrize("raw", [b"", b"[]", b"{}", b'{"payload": "!", "payloadType": "a", "signatures": []}'])
def test_what_is_no_envelope_is_refused(raw):
    with pytest.raises(SignatureError, match="x is not a signature"):
        read_envelope(raw, "x")


def test_without_the_package_the_error_names_the_extra():
    code = (
        "import sys; sys.modules['cryptography'] = None\n"
        "from fasciculation_rules.audit.dsse import read_key\n"
        "from fasciculation_rules.errors import SigningUnavailableError\n"
        "try:\n    read_key(b'')\n"
        "except SigningUnavailableError as error:\n    print(error.exit_code, error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("3 signatures need the package 'cryptography'")
    assert "pip install 'fasciculation-rules[sign]'" in done.stdout
