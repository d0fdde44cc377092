"""`validate`: what a version decides for people whose rung a panel has set."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from fasciculation_rules.cli.assessing import EngineName
from fasciculation_rules.cli.days import read_day, today
from fasciculation_rules.shelf.opening import open_ruleset

DONE, NO = 0, 1


class Form(StrEnum):
    """How a validation is printed."""

    TEXT = "text"
    JSON = "json"


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("validate")(validate_command)


def validate_command(
    version: Annotated[str, typer.Argument(metavar="VERSION", help="A version, or the path of a folder.")],
    cases: Annotated[
        Path, typer.Argument(metavar="CASES", exists=True, dir_okay=False, help="The cases, with the panel's rungs.")
    ],
    protocol: Annotated[
        Path, typer.Option(metavar="FILE", exists=True, dir_okay=False, help="The protocol, written before.")
    ],
    on: Annotated[
        str | None, typer.Option(metavar="DATE", help="The day of the run, and of cases without one. Default: today.")
    ] = None,
    engine: Annotated[EngineName, typer.Option(help="What evaluates the rules.")] = EngineName.DURABLE,
    as_: Annotated[Form, typer.Option("--as", help="text for people, json for programs.")] = Form.TEXT,
) -> int:
    """Count, by a protocol, how a version does on cases that are independent of its authors.

    Exit code 0: it was a validation, and its limits are met. 1: they are not met, or it was none: without independent
    cases, a blinded panel and a final protocol it says that clinical validation was not done.
    """
    from fasciculation_rules.audit.validation.account import as_json, lines_of
    from fasciculation_rules.audit.validation.validating import validate
    from fasciculation_rules.shelf.validation import read_cases, read_protocol

    ruleset = open_ruleset(version)
    day = read_day(on) or today()
    found = validate(ruleset, read_cases(cases), read_protocol(protocol), on=day, engine=engine.value)
    if as_ is Form.JSON:
        typer.echo(json.dumps(as_json(found), ensure_ascii=False, indent=2))
    else:
        typer.echo("\n".join(lines_of(found)))
    return DONE if found.said.endswith("are met") else NO
