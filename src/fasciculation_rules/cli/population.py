"""`population`: what belongs to cohorts beside screening them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fasciculation_rules.cli.opening import opened
from fasciculation_rules.cli.populations import EngineName
from fasciculation_rules.cli.preparing import prepare_command
from fasciculation_rules.cli.profiles import with_profile_of
from fasciculation_rules.cli.progress import progress
from fasciculation_rules.population.packages import need

DONE, DIFFERENT = 0, 1

group = typer.Typer(help="What belongs to cohorts beside screening them.")


def register(app: typer.Typer) -> None:
    """Adds the verbs."""
    group.command("prepare")(prepare_command)
    group.command("replay")(replay_command)
    app.add_typer(group, name="population")


def replay_command(
    manifest: Annotated[
        Path, typer.Argument(metavar="MANIFEST", help="The manifest.json of a result.", exists=True, dir_okay=False)
    ],
    table: Annotated[
        str | None, typer.Option("--input", metavar="INPUT", help="The table, where it is no longer where it was.")
    ] = None,
    ruleset: Annotated[str | None, typer.Option(help="Where that version is, if not among the releases.")] = None,
    profile: Annotated[Path | None, typer.Option(help="The site profile (YAML) that was used.")] = None,
    engine: Annotated[EngineName | None, typer.Option(help="Another engine than then.")] = None,
) -> int:
    """Screen the table of a result again, and see whether the same comes out.

    The ruleset is the version that the manifest names, unless another place of it is given.
    Exit code 0: the same. 1: not the same. 2: table or ruleset are not those of the manifest. 3: a package is missing.
    """
    need("polars")
    need("pyarrow")
    from fasciculation_rules.population.replaying import lines_of, read_manifest, replay

    said = read_manifest(manifest)
    if (engine.value if engine else said["run"]["engine"]) == EngineName.SQL:
        need("duckdb")
    chosen = opened(ruleset or said["run"]["ruleset"])
    if profile is not None:
        chosen = with_profile_of(profile, chosen)
    with progress("rows") as reached:
        found = replay(said, chosen, place=table, engine=engine.value if engine else None, done=reached)
    for line in lines_of(found, chosen):
        typer.echo(line)
    return DIFFERENT if found.differing else DONE
