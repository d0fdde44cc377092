"""`verify`: whether rulesets are as they were released, and who vouches for that."""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from fasciculation_rules.audit.signatures import Judged, Said, Standing
from fasciculation_rules.release.history import VerifiedHistory, verify_history
from fasciculation_rules.release.verifying import Integrity, Verified, verify
from fasciculation_rules.shelf.signers import read_signers

DONE, NO = 0, 1
UNRELEASED = "unreleased, so there is nothing to check it against"
TAKEN_OUT = "it cannot be excluded that one, such as a withdrawal, was taken out"
NO_HISTORY = "there is no history of releases (releases.yaml), so nothing here can be checked"


class Form(StrEnum):
    """How the answer is printed."""

    TEXT = "text"
    JSON = "json"


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("verify")(verify_command)


def verify_command(
    version: Annotated[
        str | None,
        typer.Argument(
            metavar="VERSION", help="A version, or the path of a folder to compare. Default: every release."
        ),
    ] = None,
    trust: Annotated[
        Path | None,
        typer.Option(metavar="KEYS", help="Check signatures too, by a list of signers that you hold yourself."),
    ] = None,
    as_: Annotated[Form, typer.Option("--as", help="text for people, json for programs.")] = Form.TEXT,
) -> int:
    """Check that released rulesets still have the digests they were released with, and who vouches for them.

    Exit code 0: nothing is wrong. 1: something is, and is named. Needs the extra `sign` for --trust.
    """
    signers = None if trust is None else read_signers(trust)
    found, told = verify(version, trust=signers), verify_history(trust=signers)
    history = told.events > 0
    if as_ is Form.JSON:
        typer.echo(json.dumps(_as_values(found, told), ensure_ascii=False, indent=2))
    else:
        if not history:
            typer.echo(NO_HISTORY)
        for each in found:
            _say(each)
        if history:
            typer.echo(f"history: {_history(told)}")
        for judged in told.signatures or ():
            typer.echo(f"  signature {judged}{_who(judged)}")
        typer.echo(f"integrity: {_integrity(found, history)}; authenticity: {_authenticity(found, told)}")
    return DONE if history and told.good and all(each.good for each in found) else NO


def _history(told: VerifiedHistory) -> str:
    """How far the history is vouched for, and what cannot be excluded of the rest."""
    events = f"{told.events} event{'' if told.events == 1 else 's'}"
    if told.signed == 0:
        return f"{events}, not signed: {TAKEN_OUT}"
    if told.signatures is None:
        return f"{events}, signatures not checked: {TAKEN_OUT}"
    if not told.good or told.vouched == 0:
        return f"{events}, NOT vouched for: {TAKEN_OUT}"
    if told.vouched < told.events:
        return f"{events}, vouched for up to event {told.vouched}; after that {TAKEN_OUT}"
    return f"{events}, vouched for"


def _say(found: Verified) -> None:
    release = found.release
    match found.integrity:
        case Integrity.UNRELEASED:
            more = f"; text {found.text_digest}" if "/" in found.name else ""
            typer.echo(f"{found.name}: {UNRELEASED}{more}")
        case Integrity.MISSING:
            typer.echo(f"{found.name}: MISSING: it was released, but its folder is not here")
        case Integrity.ALTERED:
            typer.echo(f"{found.name}: ALTERED")
            typer.echo(f"error: {found.error}", err=True)
        case Integrity.MATCHES if release is not None and release.version != found.name:
            same = f"the same as {release.version}, released on {release.date} ({release.status})"
            typer.echo(f"{found.name}: {same}; text {found.text_digest}")
        case Integrity.MATCHES if release is not None:
            digests = f"text {found.text_digest}; logic {found.logic_digest}"
            typer.echo(f"{found.name}: as released on {release.date} ({release.status}); {digests}")
    for judged in found.signatures or ():
        typer.echo(f"  signature {judged}{_who(judged)}")
    if found.signatures is not None and found.release is not None and not found.vouched:
        typer.echo("  not vouched for: expected valid signatures of a release manager and of one more, and no others")


def _who(judged: Judged[Said]) -> str:
    """Who signed, of a signature that is worth something."""
    signer, statement = judged.signer, judged.statement
    if judged.standing is not Standing.VALID or signer is None or statement is None:
        return ""
    return f": {signer.name}, {signer.organisation}, {signer.role}, at {statement.at}: {statement.meaning}"


def _integrity(found: Sequence[Verified], history: bool) -> str:
    if not history:
        return "not checked"
    wrong = any(each.integrity in (Integrity.ALTERED, Integrity.MISSING) for each in found)
    return f"{'does NOT match' if wrong else 'matches'} the list shipped beside it"


def _authenticity(found: Sequence[Verified], told: VerifiedHistory) -> str:
    released = [each for each in found if each.release is not None]
    if told.signatures is None or not released:
        return "not checked"
    return "shown" if told.good and all(each.good for each in released) else "NOT shown"


def _as_values(found: Sequence[Verified], told: VerifiedHistory) -> dict[str, object]:
    return {
        "format": 1,
        "rulesets": [_values(each) for each in found],
        "history": {
            "events": told.events,
            "vouched": told.vouched,
            "signatures": _signatures(told.signatures),
        },
        "integrity": _integrity(found, told.events > 0),
        "authenticity": _authenticity(found, told),
    }


def _values(found: Verified) -> dict[str, object]:
    release = found.release
    problems = found.error.problems if found.error else ()
    return {
        "name": found.name,
        "integrity": str(found.integrity),
        "release": None
        if release is None
        else {"version": release.version, "date": str(release.date), "status": release.status},
        "text_digest": {"expected": release.text_digest if release else None, "found": found.text_digest or None},
        "logic_digest": {"expected": release.logic_digest if release else None, "found": found.logic_digest or None},
        "problems": [
            {"file": each.file, "code": each.code, "message": each.message, "hint": each.hint} for each in problems
        ],
        "signatures": _signatures(found.signatures),
    }


def _signatures(found: Sequence[Judged[Said]] | None) -> list[dict[str, object]] | None:
    """What each signature is worth; None where nobody was trusted."""
    if found is None:
        return None
    return [
        {
            "file": each.name,
            "standing": str(each.standing),
            "why": each.why,
            "signer": each.signer.model_dump(mode="json") if each.signer else None,
            "statement": each.statement.model_dump(mode="json") if each.statement else None,
        }
        for each in found
    ]
