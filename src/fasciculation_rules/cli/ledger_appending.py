"""`ledger append`: records, or what happened at a site."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

import typer

from fasciculation_rules.audit.ledger import file
from fasciculation_rules.audit.ledger.appending import append, append_event
from fasciculation_rules.audit.ledger.store import Ledger
from fasciculation_rules.audit.record import Record, read_record, ruleset_of_record
from fasciculation_rules.cli.opening import opened
from fasciculation_rules.cli.profiles import with_profile_of
from fasciculation_rules.cli.recording import read_time_option
from fasciculation_rules.cli.replaying import numbered_lines
from fasciculation_rules.errors import FasciculationRulesError
from fasciculation_rules.shelf.locate import unreadable

DONE, BAD_INPUT, PARTIAL = 0, 2, 4

Where = Annotated[Path, typer.Argument(metavar="LEDGER", help="The file of the ledger.")]
Tenant = Annotated[str, typer.Option(help="The site, where one ledger serves several.")]


class EventKind(StrEnum):
    """What may happen at a site."""

    DEPLOYED = "deployed"
    SILENCED = "silenced"
    RESUMED = "resumed"
    ROLLED_BACK = "rolled-back"


def register(ledger: typer.Typer) -> None:
    """Adds the verb to `ledger`."""
    ledger.command("append")(append_command)


def now() -> datetime.datetime:
    """The writer's clock."""
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
    if event is not None:
        if records:
            raise typer.BadParameter("an event is appended by itself; append the records before or after it")
        said = _event(event, ruleset, profile, since, tenant, by, why)
        with _opened(ledger, new=new) as opened:
            typer.echo(f"{append_event(opened, event.value, **said).sequence} {event}")
        return DONE
    _refuse({"ruleset": ruleset, "profile": profile, "since": since, "tenant": tenant, "by": by, "why": why})
    if not records and not new:
        raise typer.BadParameter("name files of records, or - for standard input", param_hint="'RECORD'")
    reading = Reading()
    found = reading.records(records or [])
    first = next(found, None)  # before a ledger is begun that nothing would be in
    if first is None and reading.bad:
        return BAD_INPUT
    with _opened(ledger, new=new) as opened:
        good = _append_records(opened, found if first is None else chain([first], found), batch)
    return DONE if not reading.bad else PARTIAL if good else BAD_INPUT


def _refuse(options: Mapping[str, object]) -> None:
    """Options that say something of an event, where there is none."""
    for name, given in options.items():
        if given:
            raise typer.BadParameter("belongs to --event", param_hint=f"'--{name}'")


def _opened(ledger: Path, *, new: bool) -> Ledger:
    """The ledger to write to; with `new` it is begun, which nobody has done before."""
    if new:
        typer.echo(f"a new ledger: {file.begin(ledger)}", err=True)
    return Ledger.open(ledger, clock=now)


@dataclass(slots=True)
class Reading:
    """Records that are read one by one, and how many could not be."""

    bad: int = 0

    def records(self, paths: list[str]) -> Iterator[Record]:
        """Every record of the files; of each that is none, and of each file that cannot be read, the reason is told."""
        for path in paths:
            try:
                for name, raw in numbered_lines(path):
                    try:
                        yield read_record(raw, name)
                    except FasciculationRulesError as error:
                        self._tell(f"{name}: {error}")
            except OSError as error:
                self._tell(str(unreadable(path, error)))

    def _tell(self, fault: str) -> None:
        typer.echo(f"error: {fault}", err=True)
        self.bad += 1


def _append_records(ledger: Ledger, records: Iterable[Record], batch: int) -> int:
    """How many are there now."""
    waiting: list[Record] = []
    good = 0
    for record in records:
        waiting.append(record)
        if len(waiting) == batch:
            good += _keep(ledger, waiting)
    return good + _keep(ledger, waiting)


def _keep(ledger: Ledger, waiting: list[Record]) -> int:
    """Appends what waits and acknowledges it; how many."""
    receipts = append(ledger, waiting) if waiting else []
    for receipt in receipts:
        typer.echo(f"{receipt.sequence} {receipt.id}{'' if receipt.new else ' (there already)'}")
    waiting.clear()
    return len(receipts)


def _event(
    kind: EventKind,
    ruleset: str | None,
    profile: Path | None,
    since: str | None,
    tenant: str,
    by: str | None,
    why: str | None,
) -> Any:
    """What is said of an event, once all of it can be."""
    puts_in_force = kind in (EventKind.DEPLOYED, EventKind.ROLLED_BACK)
    if by is None or why is None or not by.strip() or not why.strip():
        raise typer.BadParameter("an event needs --by and --why", param_hint="'--event'")
    if puts_in_force != (ruleset is not None):
        said = "needs --ruleset" if puts_in_force else "takes no --ruleset"
        raise typer.BadParameter(f"'{kind}' {said}", param_hint="'--event'")
    if profile is not None and ruleset is None:
        raise typer.BadParameter(f"'{kind}' takes no --profile", param_hint="'--event'")
    named = None if ruleset is None else opened(ruleset)
    if named is not None and profile is not None:
        named = with_profile_of(profile, named)
    return {
        "by": by,
        "why": why,
        "since": None if since is None else read_time_option(since, "--since"),
        "tenant": tenant,
        "ruleset": None if named is None else ruleset_of_record(named),
    }
