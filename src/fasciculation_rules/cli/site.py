"""`site`: silence and resume what a running service shows, see what is silenced, and export or erase feedback."""

from __future__ import annotations

import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from fasciculation_rules.audit.ledger.appending import append_event
from fasciculation_rules.audit.ledger.store import Ledger
from fasciculation_rules.errors import SiteError
from fasciculation_rules.model.site import Site
from fasciculation_rules.server.feedback import as_csv, as_ndjson, erase_comments
from fasciculation_rules.server.files import read_site
from fasciculation_rules.server.silencing import What, check_name, check_silenced, resume, silence, silences
from fasciculation_rules.server.state import State

DONE, NO = 0, 1

SiteFile = Annotated[Path, typer.Argument(metavar="SITE", help="The file of the site.", exists=True, dir_okay=False)]
Kind = Annotated[What, typer.Argument(help="What is meant: the whole site, a hook, a topic, or the cards of a rule.")]
Name = Annotated[str, typer.Argument(help="Its name, such as patient-view or urgent-referral; of the site its own.")]
By = Annotated[str, typer.Option(help="Who says so: a role or an account, kept for ever.")]
Why = Annotated[str, typer.Option(help="Why, kept for ever: name no patient.")]


class Form(StrEnum):
    """How feedback is exported."""

    CSV = "csv"
    NDJSON = "ndjson"


def register(app: typer.Typer) -> None:
    """Adds the verbs."""
    group = typer.Typer(help="Steer a service while it runs: silence, resume, and what users said of its cards.")
    group.command("silence")(silence_command)
    group.command("resume")(resume_command)
    group.command("silences")(silences_command)
    group.command("feedback")(feedback_command)
    group.command("erase-comments")(erase_command)
    app.add_typer(group, name="site")


def silence_command(site: SiteFile, what: Kind, name: Name, by: By, why: Why) -> int:
    """Show no such card from now on. A running service heeds it at its next call; the ledger keeps who and why."""
    said, state = _opened(site)
    check_name(what, name, said)
    now = _now()
    _tell(said, site, "silenced", by=by, why=why, part=_part(what, name), at=now)
    silence(state, what, name, by=by, why=why, at=now)
    typer.echo(f"silenced: {what} {name}")
    return DONE


def resume_command(site: SiteFile, what: Kind, name: Name, by: By, why: Why) -> int:
    """Show such cards again. Exit code 2: no such thing is silenced."""
    said, state = _opened(site)
    now = _now()
    check_silenced(state, what, name)
    _tell(said, site, "resumed", by=by, why=why, part=_part(what, name), at=now)
    resume(state, what, name, at=now)
    typer.echo(f"resumed: {what} {name}")
    return DONE


def silences_command(site: SiteFile) -> int:
    """List what is silenced now. Exit code 1: nothing is."""
    found = silences(_opened(site)[1])
    for each in found:
        typer.echo(f"{each.what} {each.name}, since {each.since} by {each.by}: {each.why}")
    if not found:
        typer.echo("nothing is silenced", err=True)
    return DONE if found else NO


def feedback_command(
    site: SiteFile,
    as_: Annotated[Form, typer.Option("--as", help="csv for spreadsheets, ndjson for programs.")] = Form.CSV,
) -> int:
    """Export what users said of cards: intervention, action taken, user feedback, user, date and location (HTI-1)."""
    state = _opened(site)[1]
    typer.echo(as_csv(state) if as_ is Form.CSV else as_ndjson(state), nl=False)
    return DONE


def erase_command(
    site: SiteFile, card: Annotated[str, typer.Argument(metavar="CARD", help="The uuid of a card.")]
) -> int:
    """Erase what users wrote of a card in words of their own. Exit code 1: there was nothing."""
    count = erase_comments(_opened(site)[1], card)
    typer.echo(f"{count} comment{'s' * (count != 1)} erased")
    return DONE if count else NO


def _part(what: What, name: str) -> str:
    return "" if what is What.SITE else f"{what} {name}"


def _opened(path: Path) -> tuple[Site, State]:
    """The site, and the state that it shares with the running service."""
    site = read_site(path)
    if site.state is None:
        raise SiteError("the site has no `state`, so that nothing it is told here would reach a running service")
    return site, State(path.parent / site.state)


def _tell(site: Site, path: Path, kind: str, *, by: str, why: str, part: str, at: datetime.datetime) -> None:
    """The same as an event of the ledger, where the site keeps one."""
    if site.ledger is not None:
        with Ledger.open(path.parent / site.ledger, clock=_now) as ledger:
            append_event(ledger, kind, by=by, why=why, since=at, tenant=site.site, part=part)


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
