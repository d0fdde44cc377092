"""Signatures of releases and of their history: where they lie, how one is made, and which there are."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from importlib.resources.abc import Traversable
from pathlib import Path

from fasciculation_rules.audit.dsse import SigningKey, seal
from fasciculation_rules.errors import ArgumentError, RulesetReleasedError, SignatureError, must_say
from fasciculation_rules.model.signing import Envelope, HistoryStatement, ReleaseStatement, Role, Statement
from fasciculation_rules.release.cutting import writable_shelf
from fasciculation_rules.shelf.altered import altered
from fasciculation_rules.shelf.digest import text_digest
from fasciculation_rules.shelf.envelopes import read_envelope
from fasciculation_rules.shelf.history import write_whole
from fasciculation_rules.shelf.locate import read_bytes
from fasciculation_rules.shelf.manifests import read_manifest
from fasciculation_rules.shelf.opening import known_releases, open_ruleset
from fasciculation_rules.shelf.read import read_files
from fasciculation_rules.shelf.releases import digest_of_events, read_events
from fasciculation_rules.shelf.strict_yaml import MAX_BYTES

FOLDER, SUFFIX = "signatures", ".dsse.json"
HISTORY = "history"
"""Where signatures of the history lie, beside those of versions."""


def sign(version: str, *, key: SigningKey, role: Role, meaning: str, at: datetime.datetime) -> Path:
    """Signs a release, and keeps the signature beside the history, outside the folder that is frozen.

    `meaning` says what the signer vouches for; `at` is the time that the signer claims, with its offset.
    Raises RulesetAlteredError where the release is not what was released, RulesetReleasedError where it was not;
    SignatureError where this key signed it before.
    """
    _check(meaning, at)
    shelf = writable_shelf()
    ruleset = open_ruleset(version)
    if ruleset.status == "unreleased":
        raise RulesetReleasedError(f"ruleset {version} is unreleased; what is signed is a release")
    files = read_files(shelf / version)
    if text_digest(files) != ruleset.text_digest:  # since it was opened, which is once for each process
        listed = read_manifest(shelf, version, ruleset.text_digest)
        raise altered(known_releases()[version], files, listed)
    statement = ReleaseStatement(
        signer=key.id,
        role=role,
        meaning=meaning,
        at=at.isoformat(),
        version=version,
        text_digest=ruleset.text_digest,
        logic_digest=ruleset.logic_digest,
    )
    return _kept(shelf / FOLDER / version / f"{_signer(key, role)}{SUFFIX}", statement, key, version)


def sign_history(*, key: SigningKey, role: Role, meaning: str, at: datetime.datetime) -> Path:
    """Signs the history as far as it goes, so that an event that is taken out later, such as a withdrawal, is missed.

    Raises RulesetReleasedError where there is no event; SignatureError where this key signed as many before.
    """
    _check(meaning, at)
    shelf = writable_shelf()
    events = read_events(shelf)
    if not events:
        raise RulesetReleasedError("nothing was released, so there is no history to sign")
    statement = HistoryStatement(
        signer=key.id,
        role=role,
        meaning=meaning,
        at=at.isoformat(),
        events=len(events),
        digest=digest_of_events(events),
    )
    file = shelf / FOLDER / HISTORY / f"{len(events)}-{_signer(key, role)}{SUFFIX}"
    return _kept(file, statement, key, f"{len(events)} events")


def _check(meaning: str, at: datetime.datetime) -> None:
    must_say("a signature needs a meaning: a sentence on what the signer vouches for", meaning)
    if at.tzinfo is None:
        raise ArgumentError("the time of a signature has an offset, such as datetime.UTC")


def _signer(key: SigningKey, role: Role) -> str:
    return f"{role.replace(' ', '-')}-{key.id.removeprefix('sha256:')[:16]}"


def _kept(file: Path, statement: Statement, key: SigningKey, about: str) -> Path:
    """Writes a signature, and never over another.

    Raises SignatureError where there is one.
    """
    try:
        write_whole(file, f"{seal(statement, key).to_json()}\n".encode())
    except FileExistsError:
        raise SignatureError(f"this key has signed {about} before as {statement.role}: {file.name}") from None
    return file


def signatures(root: Traversable, about: str) -> Iterator[tuple[str, Envelope | SignatureError]]:
    """Each signature of a version, or of the history, by the name of its file, or why it cannot be read."""
    folder = root / FOLDER / about
    if not folder.is_dir():
        return
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        try:
            yield file.name, read_envelope(read_bytes(file, MAX_BYTES), file.name)
        except SignatureError as error:
            yield file.name, error
        except OSError as error:
            yield (
                file.name,
                SignatureError(f"{file.name} cannot be read: {(error.strerror or 'no reason known').lower()}"),
            )
