"""`ledger`: append, export, erase, hold and in-force; what proves something is in `ledger_proofs`."""

from __future__ import annotations

import datetime
import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from fasciculation_rules.audit.ledger import file
from fasciculation_rules.audit.ledger.appending import append, append_event
from fasciculation_rules.audit.ledger.erasing import erase, hold, lift
from fasciculation_rules.audit.ledger.exporting import export
from fasciculation_rules.audit.ledger.in_force import InForce, in_force
from fasciculation_rules.audit.ledger.store import Ledger
from fasciculation_rules.audit.record import Record, read_record, ruleset_of_record
from fasciculation_rules.cli import ledger_proofs
from fasciculation_rules.cli.assessing import Form
from fasciculation_rules.cli.days import read_day
from fasciculation_rules.cli.opening import opened
from fasciculation_rules.cli.profiles import with_profile_of
from fasciculation_rules.cli.recording import read_time_option
from fasciculation_rules.cli.replaying import numbered_lines
from fasciculation_rules.errors import FasciculationRulesError

DONE, NO, BAD_INPUT, PARTIAL = 0, 1, 2, 4

Where = Annotated[Path, typer.Argument(metavar="LEDGER", help="The file of the ledger.")]
By = Annotated[str, typer.Option(help="Who says so: a role or an account, kept for ever.")]
Tenant = Annotated[str, typer.Option(help="The site, where one ledger serves several.")]


class EventKind(StrEnum):
    """What may happen at a site."""

    DEPLOYED = "deployed"
    SILENCED = "silenced"
    RESUMED = "resumed"
    ROLLED_BACK = "rolled-back"


def register(app: typer.Typer) -> None:
    """Adds the verbs."""
    ledger = typer.Typer(help="Keep records where tampering shows: append, verify, export, prove, erase.")
    ledger.command("append")(append_command)
    ledger_proofs.register(ledger)
    ledger.command("export")(export_command)
    ledger.command("erase")(erase_command)
    ledger.command("hold")(hold_command)
    ledger.command("in-force")(in_force_command)
    app.add_typer(ledger, name="ledger")


def _now() -> datetime.datetime:
    return datetime.datetime.now(tz=datetime.UTC)


def append_command(
    ledger: Where,
    records: Annotated[
        list[str] | None,
        typer.Argument(metavar="RECORD", help="Files of records, one a line, or -."),
    ] = None,
    new: Annotated[bool, typer.Option("--new", help="Begin a ledger; there must be none.")] = False,
    batch: Annotated[int, typer.Option(min=1, help="How many records to keep, and acknowledge, at a time.")] = 100,
    event: Annotated[EventKind | None, typer.Option(help="Append what happened at a site, not records.")] = None,
    ruleset: Annotated[str | None, typer.Option(help="What is put in force: a version, or a folder.")] = None,
    profile: Annotated[Path | None, typer.Option(help="The site profile it is deployed under.")] = None,
    since: Annotated[str | None, typer.Option(metavar="TIME", help="When it happened. Default: now.")] = None,
    tenant: Tenant = "",
    by: Annotated[str | None, typer.Option(help="Who did it: a role or an account, kept for ever.")] = None,
    why: Annotated[str | None, typer.Option(help="Why it was done, kept for ever.")] = None,
) -> int:
    """Append records, or an event. What is printed is on the disk: a line a record, its number and its id.

    Exit code 0: all are there. 2: none is. 4: some were refused.
    """
    if new:
        typer.echo(f"a new ledger: {file.begin(ledger)}", err=True)
    with Ledger.open(ledger, clock=_now) as opened:
        if event is not None:
            return _append_event(opened, event, ruleset, profile, since, tenant, by, why)
        return _append_records(opened, records or [], batch)


def _append_records(ledger: Ledger, paths: list[str], batch: int) -> int:
    waiting: list[Record] = []
    good = bad = 0
    for path in paths:
        for name, raw in numbered_lines(path):
            try:
                waiting.append(read_record(raw, name))
            except FasciculationRulesError as error:
                typer.echo(f"error: {name}: {error}", err=True)
                bad += 1
            if len(waiting) == batch:
                good += _keep(ledger, waiting)
    good += _keep(ledger, waiting)
    return DONE if not bad else PARTIAL if good else BAD_INPUT


def _keep(ledger: Ledger, waiting: list[Record]) -> int:
    """Appends what waits and acknowledges it; how many."""
    receipts = append(ledger, waiting) if waiting else []
    for receipt in receipts:
        typer.echo(f"{receipt.sequence} {receipt.id}{'' if receipt.new else ' (there already)'}")
    waiting.clear()
    return len(receipts)


def _append_event(
    ledger: Ledger,
    kind: EventKind,
    ruleset: str | None,
    profile: Path | None,
    since: str | None,
    tenant: str,
    by: str | None,
    why: str | None,
) -> int:
    puts_in_force = kind in (EventKind.DEPLOYED, EventKind.ROLLED_BACK)
    if by is None or why is None:
        raise typer.BadParameter("an event needs --by and --why", param_hint="'--event'")
    if puts_in_force != (ruleset is not None):
        said = "needs --ruleset" if puts_in_force else "takes no --ruleset"
        raise typer.BadParameter(f"'{kind}' {said}", param_hint="'--event'")
    named = None if ruleset is None else opened(ruleset)
    if named is not None and profile is not None:
        named = with_profile_of(profile, named)
    entry = append_event(
        ledger,
        kind.value,
        by=by,
        why=why,
        since=None if since is None else read_time_option(since, "--since"),
        tenant=tenant,
        ruleset=None if named is None else ruleset_of_record(named),
    )
    typer.echo(f"{entry.sequence} {kind}")
    return DONE


def export_command(
    ledger: Where,
    subject: Annotated[
        str | None, typer.Option(metavar="REF", help="Only the records made under this reference.")
    ] = None,
) -> int:
    """Write every entry with its body as a line of JSON: to keep elsewhere, or for whoever asks what is held."""
    with Ledger.open_to_read(ledger) as opened:
        for line in export(opened, subject=subject):
            typer.echo(json.dumps(line, ensure_ascii=False, separators=(",", ":")))
    return DONE


def erase_command(
    ledger: Where,
    ids: Annotated[list[str], typer.Argument(metavar="ID", help="The id of a record, or the number of its entry.")],
    basis: Annotated[str, typer.Option(help="On what basis, kept for ever: name no patient.")],
    by: By,
) -> int:
    """Erase what records say, for good; the entries, the chain and all proofs stay.

    Exit code 0: they are gone. 1: one is held, and it and those after it stay.
    """
    with Ledger.open(ledger, clock=_now) as opened:
        for named in ids:
            erased = erase(opened, named, basis=basis, by=by)
            typer.echo(f"entry {erased.sequence}: erased on {erased.at}; entry {erased.told_by} says so")
    typer.echo("exports and copies made earlier still have it; whoever holds them must erase it there", err=True)
    return DONE


def hold_command(
    ledger: Where,
    named: Annotated[str, typer.Argument(metavar="ID", help="The id of a record, or the number of its entry.")],
    why: Annotated[str, typer.Option(help="Why, kept for ever: name no patient.")],
    by: By,
    until: Annotated[str | None, typer.Option(metavar="DATE", help="The last day of it.")] = None,
    lifted: Annotated[bool, typer.Option("--lift", help="End the holds on it.")] = False,
) -> int:
    """Hold a record against erasure, as the law or a period of retention may ask."""
    if lifted and until is not None:
        raise typer.BadParameter("a hold that is lifted ends now", param_hint="'--until'")
    with Ledger.open(ledger, clock=_now) as opened:
        if lifted:
            entry = lift(opened, named, why=why, by=by)
        else:
            entry = hold(opened, named, why=why, by=by, until=read_day(until))
    typer.echo(f"entry {entry.target}: {entry.kind}; entry {entry.sequence} says so")
    return DONE


def in_force_command(
    ledger: Where,
    at: Annotated[str, typer.Option(metavar="TIME", help="When, with an offset, as 2026-11-22T17:40:00Z.")],
    tenant: Tenant = "",
    as_: Annotated[Form, typer.Option("--as", help="text for people, json for programs.")] = Form.TEXT,
) -> int:
    """Say which version and profile were in force at a time, as the ledger tells it now.

    Exit code 0: something was. 1: nothing was deployed by then.
    """
    with Ledger.open_to_read(ledger) as opened:
        found = in_force(opened, read_time_option(at, "--at"), tenant=tenant)
    if as_ is Form.JSON:
        typer.echo(json.dumps(_as_values(found), ensure_ascii=False, separators=(",", ":")))
    else:
        typer.echo("nothing was deployed by then" if found is None else _in_words(found))
    return NO if found is None else DONE


def _in_words(found: InForce) -> str:
    event = found.deployed
    ruleset = event.ruleset or {}
    profile = ruleset.get("profile")
    under = f" under profile '{profile['name']}' ({profile['digest']})" if profile else ""
    lines = [
        f"ruleset {ruleset['version']}{under}",
        f"text {ruleset['text_digest']}; effective {ruleset['effective_digest']}",
        f"{event.kind} at {event.since} by {event.by}: {event.why} (entry {event.entry.sequence}, {event.entry.time})",
    ]
    if found.silenced is not None:
        event = found.silenced
        lines.append(f"silenced at {event.since} by {event.by}: {event.why} (entry {event.entry.sequence})")
    return "\n".join(lines)


def _as_values(found: InForce | None) -> dict[str, object]:
    if found is None:
        return {"format": 1, "ruleset": None}
    event = found.deployed
    return {
        "format": 1,
        "ruleset": event.ruleset,
        "since": event.since,
        "by": event.by,
        "why": event.why,
        "entry": event.entry.sequence,
        "told_at": event.entry.time,
        "silenced": None if found.silenced is None else found.silenced.since,
    }
