"""Opens what a command line names, and says on standard error what has become of it."""

from __future__ import annotations

from typing import Annotated

import typer

from fasciculation_rules.cli.days import read_day
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.shelf.opening import open_ruleset

ChosenRuleset = Annotated[
    str | None,
    typer.Option(help="A version, or the path of a folder. Default: the newest active release, else the newest draft."),
]
"""The option `--ruleset` of every verb that decides."""


def opened(version: str | None, *, as_of: str | None = None, known_at: str | None = None) -> Ruleset:
    """The ruleset of a version or a folder, or the one that was in force on a day.

    Raises what `open_ruleset` raises.
    """
    for given, option in ((as_of, "--as-of"), (known_at, "--known-at")):
        if given is not None and version is not None:
            raise typer.BadParameter("names a day where a version is named already", param_hint=f"'{option}'")
    if known_at is not None and as_of is None:
        raise typer.BadParameter("belongs to --as-of", param_hint="'--known-at'")
    if as_of is None:
        ruleset = open_ruleset(version)
    else:
        ruleset = open_ruleset(as_of=read_day(as_of, "--as-of"), known_at=read_day(known_at, "--known-at"))
    if ruleset.withdrawal is not None:
        typer.echo(f"warning: ruleset {ruleset.version} was {ruleset.withdrawal}", err=True)
    return ruleset
