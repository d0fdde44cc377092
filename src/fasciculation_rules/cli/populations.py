"""`generate` and `screen`: whole cohorts, from Parquet to Parquet."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from fasciculation_rules.cli.days import read_day, read_days
from fasciculation_rules.cli.opening import ChosenRuleset, opened
from fasciculation_rules.cli.profiles import with_profile_of
from fasciculation_rules.cli.progress import progress
from fasciculation_rules.population.packages import need

DONE, PARTIAL = 0, 4


class EngineName(StrEnum):
    """What works out the columns."""

    COLUMNS = "columns"
    SQL = "sql"


def register(app: typer.Typer) -> None:
    """Adds the verbs."""
    app.command("generate")(generate_command)
    app.command("screen")(screen_command)


def generate_command(
    patients: Annotated[int, typer.Option(metavar="N", min=1, max=10**9, help="How many people.")],
    seed: Annotated[int, typer.Option(metavar="S", min=0, help="The same seed gives the same people.")],
    out: Annotated[Path, typer.Option(metavar="DIR", file_okay=False, help="The folder for the files.")],
    ruleset: ChosenRuleset = None,
) -> int:
    """Make synthetic people in the wide form: they do not exist, and the files say so.

    For benches, demonstrations and tests. Nothing may be concluded from them about real people.
    """
    need("polars")
    from fasciculation_rules.population.generating import generate

    if out.is_dir() and any(out.glob("*.parquet")):
        raise typer.BadParameter(f"'{out}' has Parquet files already", param_hint="'--out'")
    with progress("people") as reached:
        paths = generate(opened(ruleset), patients, seed, out, done=lambda count: reached(count, patients))
    typer.echo(f"{out}: {patients:,} synthetic people in {len(paths)} files; they do not exist")
    return DONE


def screen_command(
    table: Annotated[
        str, typer.Argument(metavar="INPUT", help="People in the wide form: a Parquet file, a folder, or a pattern.")
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", file_okay=False, help="The folder for the answers.")],
    as_of: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="The day of which the table speaks, YYYY-MM-DD, where it does not say so."),
    ] = None,
    ruleset: ChosenRuleset = None,
    profile: Annotated[Path | None, typer.Option(help="A site profile (YAML) that moves thresholds.")] = None,
    engine: Annotated[EngineName, typer.Option(help="What works out the columns.")] = EngineName.COLUMNS,
    everyone: Annotated[
        bool, typer.Option("--everyone", help="Count also those without an entry finding, under 16, or dead.")
    ] = False,
    require_observation: Annotated[
        int | None,
        typer.Option(
            metavar="DAYS", parser=read_days, help="Count only who had been observed for so many days before, 365d."
        ),
    ] = None,
    by: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN",
            help="A column that tells people apart, such as site: it stands beside each answer, and watch counts by "
            "it; may be repeated.",
        ),
    ] = None,
    extend: Annotated[
        bool, typer.Option("--extend", help="The folder may hold the result of some of the files; add the others.")
    ] = False,
    max_bad: Annotated[
        float, typer.Option(metavar="SHARE", min=0, max=1, help="Stop where more of the rows cannot be.")
    ] = 0.01,
    min_cell: Annotated[int, typer.Option(metavar="N", min=1, help="Smaller cells of the report are hidden.")] = 11,
    rows: Annotated[int, typer.Option(metavar="N", min=1, help="Rows of one part of the answer.")] = 1_000_000,
) -> int:
    """Assess a whole cohort: how many, how soon, and for each person which rules fire and what it may be.

    A run that was stopped goes on where it was. Exit code 0: all. 2: the table or the folder is not as it has to be.
    3: a package is missing. 4: done, but some rows are in quarantine; or stopped, because too many are.
    """
    need("polars")
    need("pyarrow")
    need("scipy")
    if engine is EngineName.SQL:
        need("duckdb")
    from fasciculation_rules.population.report import lines_of
    from fasciculation_rules.population.screening import Options, screen

    chosen = opened(ruleset)
    if profile is not None:
        chosen = with_profile_of(profile, chosen)
    options = Options(
        as_of=read_day(as_of, "--as-of"),
        engine=engine.value,
        everyone=everyone,
        observed=require_observation,
        by=tuple(by or ()),
        max_bad=max_bad,
        rows=rows,
        extend=extend,
    )
    with progress("rows") as reached:
        found = screen(table, out, chosen, options, done=reached)
    for line in lines_of(found, chosen, options, least=min_cell):
        typer.echo(line)
    whole = not (
        found.attrition.quarantined or (found.origin and (found.origin.incomplete or found.origin.quarantined))
    )
    return DONE if whole else PARTIAL
