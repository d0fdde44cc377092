"""`ledger`: export, erase, hold and in-force; beside it `ledger_appending` and `ledger_proofs`."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from fasciculation_rules.audit.ledger.erasing import erase, hold, lift
from fasciculation_rules.audit.ledger.exporting import export
from fasciculation_rules.audit.ledger.in_force import InForce, in_force
from fasciculation_rules.audit.ledger.store import Ledger
from fasciculation_rules.cli import ledger_appending, ledger_proofs
from fasciculation_rules.cli.assessing import Form
from fasciculation_rules.cli.days import read_day
from fasciculation_rules.cli.ledger_appending import Tenant, Where, now
from fasciculation_rules.cli.recording import read_time_option

DONE, NO = 0, 1

By = Annotated[str, typer.Option(help="Who says so: a role or an account, kept for ever.")]


def register(app: typer.Typer) -> None:
    """Adds the verbs."""
    ledger = typer.Typer(help="Keep records where tampering shows: append, verify, export, prove, erase.")
    ledger_appending.register(ledger)
    ledger_proofs.register(ledger)
    ledger.command("export")(export_command)
    ledger.command("erase")(erase_command)
    ledger.command("hold")(hold_command)
    ledger.command("in-force")(in_force_command)
    app.add_typer(ledger, name="ledger")


def export_command(
    ledger: Where,
    subject: Annotated[
        str | None, typer.Option(metavar="REF", help="Only the records made under this reference.")
    ] = None,
) -> int:
    """Write every entry with its body as a line of JSON: to keep elsewhere, or for whoever asks what is held."""
    found = False
    with Ledger.open_to_read(ledger) as opened:
        for line in export(opened, subject=subject):
            typer.echo(json.dumps(line, ensure_ascii=False, separators=(",", ":")))
            found = True
    if subject is not None and not found:
        typer.echo("no record is kept under this reference; one that was erased is under none", err=True)
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
    with Ledger.open(ledger, clock=now) as opened:
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
    with Ledger.open(ledger, clock=now) as opened:
        if lifted:
            entry = lift(opened, named, why=why, by=by)
        else:
            entry = hold(opened, named, why=why, by=by, until=read_day(until, "--until"))
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
