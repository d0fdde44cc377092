"""`watch`: whether a run of `screen` still looks like one of before."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from fasciculation_rules.population.packages import need

DONE, CHANGED = 0, 1


class Form(StrEnum):
    """How it is printed."""

    TEXT = "text"
    JSON = "json"


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("watch")(watch_command)


def watch_command(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a finished `screen`.", file_okay=False)],
    reference: Annotated[Path, typer.Option(metavar="RUN", help="That of an earlier one.", file_okay=False)],
    budget: Annotated[
        float,
        typer.Option(metavar="SHARE", min=0.000001, max=0.5, help="False alarms in a run, over all that is watched."),
    ] = 0.05,
    min_cell: Annotated[
        int, typer.Option(metavar="N", min=1, help="Smaller cells are hidden, and smaller strata not compared.")
    ] = 11,
    as_: Annotated[Form, typer.Option("--as", help="text for people, json for programs.")] = Form.TEXT,
) -> int:
    """Say which rules fire more seldom or more often than before, and which columns, codes and units changed.

    Exit code 0: nothing is found. 1: something changed. 2: the runs cannot be read or compared. 3: a package is
    missing.
    """
    need("polars")
    need("scipy")
    from fasciculation_rules.population.watch.account import as_json, lines_of
    from fasciculation_rules.population.watch.run import read_run
    from fasciculation_rules.population.watch.watching import watch

    found = watch(read_run(run), read_run(reference), budget, min_cell)
    match as_:
        case Form.JSON:
            typer.echo(json.dumps(as_json(found, min_cell), ensure_ascii=False, indent=2))
        case Form.TEXT:
            typer.echo("\n".join(lines_of(found, min_cell)))
    return CHANGED if found.changed else DONE
