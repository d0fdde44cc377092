"""`to-phenopacket` and `from-phenopacket`: cases as GA4GH Phenopackets, and back."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Annotated

import typer

from fasciculation_rules.cli.files import read_cases
from fasciculation_rules.cli.opening import ChosenRuleset, opened
from fasciculation_rules.cli.recording import read_time_option
from fasciculation_rules.errors import CaseError
from fasciculation_rules.exchange.phenopackets.from_phenopacket import from_phenopacket
from fasciculation_rules.exchange.phenopackets.to_phenopacket import to_phenopacket
from fasciculation_rules.shelf.strict_yaml import MAX_BYTES

DONE = 0


def register(app: typer.Typer) -> None:
    """Adds the verbs."""
    app.command("to-phenopacket")(to_phenopacket_command)
    app.command("from-phenopacket")(from_phenopacket_command)


def to_phenopacket_command(
    case: Annotated[str, typer.Argument(metavar="CASE", help="One case file (YAML or JSON), or -.")],
    subject: Annotated[str, typer.Option(metavar="ID", help="Your own opaque id of the person.")],
    ruleset: ChosenRuleset = None,
    at: Annotated[
        str | None, typer.Option(metavar="TIME", help="When it is written, with an offset. Default: now.")
    ] = None,
) -> int:
    """Write a case as a phenopacket, version 2. What it cannot carry is named on standard error."""
    chosen = opened(ruleset)
    time = read_time_option(at, "--at") if at else datetime.datetime.now().astimezone().replace(microsecond=0)
    (read, *more) = read_cases([case])
    if more:
        raise typer.BadParameter("holds several cases; give one", param_hint="'CASE'")
    if read.error is not None or read.case is None:
        raise read.error or AssertionError("a read case has a case or an error")
    try:
        written = to_phenopacket(read.case, chosen, subject=subject, at=time)
    except CaseError as error:
        raise read.located(error) from None
    typer.echo(json.dumps(written.packet, ensure_ascii=False, indent=2))
    if written.left_out:
        typer.echo(f"left out, because no verified code says it: {', '.join(written.left_out)}", err=True)
    return DONE


def from_phenopacket_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A phenopacket (JSON, version 2), or a Family.")],
    ruleset: ChosenRuleset = None,
) -> int:
    """Print the case that a phenopacket tells, which terms are not known, and what was set aside."""
    chosen = opened(ruleset)
    with file.open("rb") as opened_file:
        packet = from_phenopacket(opened_file.read(MAX_BYTES + 1), chosen, file=str(file))
    case = packet.case.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    said = {"format": 1, "case": case, "unknown": dict(packet.unknown), "set_aside": dict(packet.set_aside)}
    typer.echo(json.dumps(said, ensure_ascii=False, indent=2))
    return DONE
