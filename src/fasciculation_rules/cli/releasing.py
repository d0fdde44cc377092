"""`release`, `withdraw` and `sign`: a version becomes history, should not be used any more, is vouched for."""

from __future__ import annotations

import datetime
import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fasciculation_rules.cli.days import read_day, today
from fasciculation_rules.cli.keys import read_key_file
from fasciculation_rules.cli.recording import read_time_option
from fasciculation_rules.cli.verifying import Form

if TYPE_CHECKING:
    from fasciculation_rules.release.cutting import Cut

DONE = 0

Day = Annotated[
    str | None, typer.Option("--date", metavar="DATE", help="The day from which it counts. Default: today.")
]
Recorded = Annotated[
    str | None,
    typer.Option("--recorded", metavar="DATE", help="The day on which it is written down. Default: today."),
]
Safety = Annotated[
    Path | None, typer.Option(metavar="DIR", help="The safety files. Default: docs/safety of the checkout.")
]
As = Annotated[Form, typer.Option("--as", help="text for people, json for programs.")]


class LevelName(StrEnum):
    """How much a release may change."""

    MAJOR = "major"
    MINOR = "minor"
    PATCH = "patch"


class StatusName(StrEnum):
    """What a release may be used for."""

    DRAFT = "draft"
    ACTIVE = "active"


class RoleName(StrEnum):
    """In which role somebody signs."""

    AUTHOR = "author"
    CLINICAL_REVIEWER = "clinical reviewer"
    SAFETY_OFFICER = "safety officer"
    RELEASE_MANAGER = "release manager"


def register(app: typer.Typer) -> None:
    """Adds the verbs."""
    app.command("release")(release_command)
    app.command("withdraw")(withdraw_command)
    app.command("sign")(sign_command)


def release_command(
    version: Annotated[str, typer.Argument(metavar="VERSION", help="An unreleased version of this checkout.")],
    level: Annotated[LevelName, typer.Option(help="How much it changes against the release before it.")],
    notes: Annotated[str, typer.Option(help="What it is and what is new in it, kept for ever.")],
    status: Annotated[StatusName, typer.Option(help="active needs sign-offs of clinicians.")] = StatusName.DRAFT,
    date: Day = None,
    recorded: Recorded = None,
    safety: Safety = None,
    sign_offs: Annotated[
        Path | None, typer.Option("--sign-offs", metavar="DIR", help="Sign-offs, which active needs.")
    ] = None,
    trust: Annotated[
        Path | None, typer.Option(metavar="KEYS", help="The signers whose sign-offs you trust: a list you hold.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Say what would be released, and write nothing.")] = False,
    as_: As = Form.TEXT,
) -> int:
    """Release a version: lint, test on all engines, prove, check the level, and pin its digests.

    Exit code 0: released. 1: refused, for every reason that is named; nothing was written. Needs the extra `prove`.
    """
    from fasciculation_rules.release.cutting import release
    from fasciculation_rules.shelf.signers import read_signers

    day, written = _days(date, recorded)
    cut = release(
        version,
        level=level.value,
        notes=notes,
        date=day,
        status=status.value,
        recorded=written,
        safety=safety,
        sign_offs=sign_offs,
        trust=None if trust is None else read_signers(trust),
        check=check,
    )
    if as_ is Form.JSON:
        typer.echo(json.dumps(cut.as_json(), ensure_ascii=False, indent=2))
    else:
        _say(cut)
    return DONE


def _say(cut: Cut) -> None:
    event = cut.event
    for gate, told in cut.told.items():
        typer.echo(f"{gate}: {told}")
    said = "released" if cut.written else "would be released"
    typer.echo(f"{event.version} {said} on {event.date} as {event.status}, {event.level}")
    typer.echo(f"text {event.text_digest}; logic {event.logic_digest}")
    if cut.needed is not None and event.level != cut.needed.level:
        typer.echo(f"{event.level} is more than is needed: {cut.needed.level} would be true too", err=True)


def withdraw_command(
    version: Annotated[str, typer.Argument(metavar="VERSION", help="A released version.")],
    reason: Annotated[str, typer.Option(help="Why it should not be used any more, kept for ever.")],
    hazard: Annotated[str, typer.Option(help="The hazard it is about, by its id.")],
    replaced_by: Annotated[str | None, typer.Option(metavar="VERSION", help="What to use instead.")] = None,
    date: Day = None,
    recorded: Recorded = None,
    safety: Safety = None,
    as_: As = Form.TEXT,
) -> int:
    """Withdraw a release: it is not chosen any more, and whoever names it is told why."""
    from fasciculation_rules.release.cutting import withdraw

    day, written = _days(date, recorded)
    event = withdraw(
        version, reason=reason, hazard=hazard, replaced_by=replaced_by, date=day, recorded=written, safety=safety
    )
    if as_ is Form.JSON:
        typer.echo(json.dumps({"format": 1, "event": event.model_dump(mode="json", exclude_none=True)}, indent=2))
    else:
        instead = f"; use {event.replaced_by}" if event.replaced_by else ""
        typer.echo(f"{event.version} withdrawn on {event.date}: {event.reason} (hazard {event.hazard}){instead}")
        typer.echo("installed copies do not know of it until they are updated", err=True)
    return DONE


def sign_command(
    version: Annotated[
        str | None, typer.Argument(metavar="VERSION", help="A released version; none with --history.")
    ] = None,
    *,
    key: Annotated[Path, typer.Option(metavar="FILE", help="Your private Ed25519 key, a PEM file.")],
    role: Annotated[RoleName, typer.Option(help="In which role you sign.")],
    meaning: Annotated[str, typer.Option(metavar="TEXT", help="What you vouch for, kept for ever.")],
    at: Annotated[str | None, typer.Option(metavar="TIME", help="When, with an offset. Default: now.")] = None,
    history: Annotated[bool, typer.Option("--history", help="Sign the history of releases as far as it goes.")] = False,
    as_: As = Form.TEXT,
) -> int:
    """Sign a release, or the history, with your own key: an Ed25519 signature over digests, in a DSSE envelope.

    Needs the extra `sign`. A key under a passphrase is asked for it.
    """
    from fasciculation_rules.release.signing import sign, sign_history

    if (version is None) != history:
        raise typer.BadParameter("name a version, or the history with --history", param_hint="'VERSION'")
    time = datetime.datetime.now().astimezone().replace(microsecond=0) if at is None else read_time_option(at, "--at")
    opened = read_key_file(key)
    if version is None:
        file = sign_history(key=opened, role=role.value, meaning=meaning, at=time)
    else:
        file = sign(version, key=opened, role=role.value, meaning=meaning, at=time)
    if as_ is Form.JSON:
        typer.echo(json.dumps({"format": 1, "version": version, "key": opened.id, "file": str(file)}, indent=2))
    else:
        typer.echo(f"{version or 'the history'} signed as {role} by {opened.id}")
        typer.echo(f"the signature: {file.parent.parent.name}/{file.parent.name}/{file.name}")
    return DONE


def _days(date: str | None, recorded: str | None) -> tuple[datetime.date, datetime.date]:
    """The day from which something counts, and the day on which it is written down."""
    now = today()
    return read_day(date, "--date") or now, read_day(recorded, "--recorded") or now
