"""`population prepare`: other forms of records become a table of the wide form."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from fasciculation_rules.cli.days import read_day
from fasciculation_rules.cli.opening import ChosenRuleset, opened
from fasciculation_rules.cli.progress import progress
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.population.intake.reader import Reader
from fasciculation_rules.population.packages import need

DONE, PARTIAL = 0, 4


class FormName(StrEnum):
    """What the records are."""

    LONG = "long"


def prepare_command(
    input_: Annotated[
        str, typer.Argument(metavar="INPUT", help="The records: a file, a folder, or a pattern, as its form asks for.")
    ],
    from_: Annotated[FormName, typer.Option("--from", metavar="FORM", help="long.")],
    out: Annotated[Path, typer.Option(metavar="DIR", file_okay=False, help="The folder for the table.")],
    as_of: Annotated[
        str | None, typer.Option(metavar="DATE", help="The day for everybody, YYYY-MM-DD; nothing later is read.")
    ] = None,
    index_dates: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Each person's own day: Parquet or CSV with person_id and index_date."),
    ] = None,
    ruleset: ChosenRuleset = None,
    max_bad: Annotated[
        float, typer.Option(metavar="SHARE", min=0, max=1, help="Stop where more of the people cannot be read.")
    ] = 0.01,
    min_cell: Annotated[int, typer.Option(metavar="N", min=1, help="Smaller cells of the report are hidden.")] = 11,
) -> int:
    """Make a table of the wide form out of records of another form: of each person what is known on a day.

    A run that was stopped goes on where it was. Exit code 0: all. 2: the records or the folder are not as they have
    to be. 3: a package is missing. 4: done, but some people are in quarantine or the input is not whole; or stopped,
    because too many cannot be read.
    """
    need("polars")
    need("pyarrow")
    from fasciculation_rules.population.intake.preparing import prepare
    from fasciculation_rules.population.intake.report import lines_of

    chosen = opened(ruleset)
    reader = _reader(from_, input_, chosen, as_of, index_dates)
    with progress("parts") as reached:
        found = prepare(reader, out, chosen, max_bad=max_bad, done=reached)
    day = reader.as_of or "the index date of each person"
    for line in lines_of(found, chosen, form=reader.form, day=day, least=min_cell):
        typer.echo(line)
    return PARTIAL if found.quarantined or found.incomplete else DONE


def _reader(form: FormName, place: str, ruleset: Ruleset, as_of: str | None, index_dates: Path | None) -> Reader:
    """The input opened and looked at."""
    from fasciculation_rules.population.intake.dates import open_index_dates
    from fasciculation_rules.population.intake.long.reader import open_long

    day = read_day(as_of, "--as-of")
    dates = open_index_dates(str(index_dates)) if index_dates is not None else None
    match form:
        case FormName.LONG:
            return open_long(place, ruleset, day, dates)
