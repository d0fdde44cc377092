"""`test` and `lint`: for people who write rules."""

from __future__ import annotations

import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from fasciculation_rules.assessing.firings import engine_of
from fasciculation_rules.authoring.examples import accept, run_examples
from fasciculation_rules.authoring.lint import lint
from fasciculation_rules.cli.days import read_day
from fasciculation_rules.cli.opening import opened
from fasciculation_rules.engines import ENGINES
from fasciculation_rules.errors import EngineUnavailableError, RulesetReleasedError
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.shelf.locate import shelf_root
from fasciculation_rules.shelf.opening import is_path

DONE, NO, NO_ENGINE = 0, 1, 3


class Engines(StrEnum):
    """One engine, or all of them."""

    ALL = "all"
    DURABLE = "durable"
    COMPILED = "compiled"
    REFERENCE = "reference"


def register(app: typer.Typer) -> None:
    """Adds the verbs."""
    app.command("test")(check_command)
    app.command("lint")(lint_command)


def check_command(
    version: Annotated[str, typer.Argument(metavar="VERSION", help="A version, or the path of a folder.")],
    engine: Annotated[Engines, typer.Option(help="What evaluates the rules.")] = Engines.COMPILED,
    accept_: Annotated[
        bool, typer.Option("--accept", help="Rewrite the `expect` of every case to what is decided now; read the diff.")
    ] = False,
) -> int:
    """Run the examples of every rule, and the cases, of a ruleset."""
    ruleset = opened(version)
    if accept_:
        return _accept(version, ruleset)
    wanted = list(ENGINES) if engine is Engines.ALL else [str(engine)]
    for name in wanted:
        try:
            engine_of(ruleset, name)
        except EngineUnavailableError as error:
            typer.echo(f"error: {error}", err=True)
            return NO_ENGINE
    run = failed = 0
    for outcome in run_examples(ruleset, wanted):
        run += 1
        if outcome.fault:
            failed += 1
            typer.echo(f"{outcome.subject}: {outcome.name} [{outcome.engine}]: {outcome.fault}")
    typer.echo(f"ruleset {ruleset.version}: {run - failed} of {run} examples and cases hold on {', '.join(wanted)}")
    return NO if failed else DONE


def _accept(version: str, ruleset: Ruleset) -> int:
    folder = Path(version) if is_path(version) else Path(str(shelf_root() / version))
    if ruleset.status != "unreleased":
        raise RulesetReleasedError(f"ruleset {version} was released; its cases are history and are not rewritten")
    rewritten: dict[Path, str] = {}
    for stem, vignette in ruleset.cases.items():
        file = folder / "cases" / f"{stem}.yaml"
        before = file.read_text(encoding="utf-8")
        after = accept(before, vignette, ruleset)
        if after != before:
            rewritten[file] = after
    for file, text in rewritten.items():  # only now, so that a case that cannot be assessed leaves all as they were
        file.write_text(text, encoding="utf-8", newline="\n")
    typer.echo(f"{len(rewritten)} of {len(ruleset.cases)} cases rewritten; read the diff before you keep it")
    return DONE


def lint_command(
    version: Annotated[str, typer.Argument(metavar="VERSION", help="A version, or the path of a folder.")],
    on: Annotated[str | None, typer.Option(metavar="DATE", help="Also report reviews overdue on this day.")] = None,
) -> int:
    """Check a ruleset's form, and what a reader would stumble over."""
    day: datetime.date | None = read_day(on)
    ruleset = opened(version)
    found = lint(ruleset, on=day)
    for subject, problem in found:
        typer.echo(f"{subject}: {problem}".replace(": : ", ": "))
    findings = "1 finding" if len(found) == 1 else f"{len(found)} findings"
    typer.echo(f"ruleset {ruleset.version}: {len(ruleset.rules)} rules read, {findings}")
    return NO if found else DONE
