"""`population prepare`: other forms of records become a table of the wide form."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, assert_never

import typer

from fasciculation_rules.cli.days import read_day
from fasciculation_rules.cli.mappings import mapping_of, read_zone
from fasciculation_rules.cli.opening import ChosenRuleset, opened
from fasciculation_rules.cli.progress import progress
from fasciculation_rules.cli.recording import read_time_option
from fasciculation_rules.population.intake.reader import Reader
from fasciculation_rules.population.packages import need

DONE, PARTIAL = 0, 4


class FormName(StrEnum):
    """What the records are."""

    LONG = "long"
    FHIR = "fhir"
    OMOP = "omop"


def prepare_command(
    records: Annotated[
        str, typer.Argument(metavar="INPUT", help="The records: a file, a folder, or a pattern, as its form asks for.")
    ],
    from_: Annotated[FormName, typer.Option("--from", metavar="FORM", help="long, fhir or omop.")],
    out: Annotated[Path, typer.Option(metavar="DIR", file_okay=False, help="The folder for the table.")],
    as_of: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            help="The day for everybody, YYYY-MM-DD (fhir: or a time with an offset); nothing later is read.",
        ),
    ] = None,
    index_dates: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Each person's own day: Parquet or CSV with person_id and index_date."),
    ] = None,
    time_zone: Annotated[
        str | None, typer.Option(metavar="ZONE", help="fhir: where days are counted, such as Europe/London.")
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(metavar="FILE", help="fhir: a site mapping (YAML) of local codes.")
    ] = None,
    ruleset: ChosenRuleset = None,
    concept_sets: Annotated[
        Path | None,
        typer.Option(metavar="DIR", file_okay=False, exists=True, help="omop: your concept sets, beside the verified."),
    ] = None,
    site: Annotated[
        Path | None, typer.Option(metavar="FILE", help="omop: how the records are written at your site (YAML).")
    ] = None,
    notes: Annotated[bool, typer.Option("--notes", help="omop: read the terms of notes (note_nlp) too.")] = False,
    absent_within_observation: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FINDING",
            help="omop: a drug or procedure that is absent where nothing was recorded of it; may be repeated.",
        ),
    ] = None,
    max_bad: Annotated[
        float, typer.Option(metavar="SHARE", min=0, max=1, help="Stop where more of the people cannot be read.")
    ] = 0.01,
    processes: Annotated[
        int, typer.Option(metavar="N", min=1, max=256, help="So many processes make parts of the table at a time.")
    ] = 1,
    min_cell: Annotated[int, typer.Option(metavar="N", min=1, help="Smaller cells of the report are hidden.")] = 11,
) -> int:
    """Make a table of the wide form out of records of another form: of each person what is known on a day.

    A run that was stopped goes on where it was. Exit code 0: all. 2: the records or the folder are not as they have
    to be. 3: a package is missing. 4: done, but some people are in quarantine or the input is not whole; or stopped,
    because too many cannot be read.
    """
    need("polars")
    need("pyarrow")
    from fasciculation_rules.population.intake.bulk.reader import open_bulk
    from fasciculation_rules.population.intake.dates import open_index_dates
    from fasciculation_rules.population.intake.long.reader import open_long
    from fasciculation_rules.population.intake.omop.reader import open_omop
    from fasciculation_rules.population.intake.preparing import prepare
    from fasciculation_rules.population.intake.report import lines_of

    _check_form(
        from_,
        {
            "--time-zone": (time_zone is not None, FormName.FHIR),
            "--mapping": (mapping is not None, FormName.FHIR),
            "--concept-sets": (concept_sets is not None, FormName.OMOP),
            "--site": (site is not None, FormName.OMOP),
            "--notes": (notes, FormName.OMOP),
            "--absent-within-observation": (bool(absent_within_observation), FormName.OMOP),
        },
    )
    chosen = opened(ruleset)
    dates = open_index_dates(str(index_dates)) if index_dates is not None else None
    reader: Reader
    match from_:
        case FormName.LONG:
            reader = open_long(records, chosen, read_day(as_of, "--as-of"), dates)
        case FormName.FHIR:
            if time_zone is None:
                raise typer.BadParameter("--from fhir needs it: where days are counted", param_hint="'--time-zone'")
            zone, time = read_zone(time_zone), _time(as_of)
            with mapping_of(mapping) as codes:
                reader = open_bulk(Path(records), chosen, time_zone=zone, as_of=time, dates=dates, mapping=codes)
        case FormName.OMOP:
            absent, day = tuple(absent_within_observation or ()), read_day(as_of, "--as-of")
            reader = open_omop(
                records, chosen, day, dates, concept_sets=concept_sets, site=site, notes=notes, absent=absent
            )
        case _:
            assert_never(from_)
    with progress("parts") as reached:
        found = prepare(reader, out, chosen, max_bad=max_bad, processes=processes, done=reached)
    told = reader.as_of or "the index date of each person"
    for line in lines_of(found, chosen, form=reader.form, day=told, least=min_cell):
        typer.echo(line)
    if not found.people:
        typer.echo("Nobody is in these records; is this the file that was meant?")
    return PARTIAL if found.quarantined or found.incomplete or not found.people else DONE


def _check_form(form: FormName, given: Mapping[str, tuple[bool, FormName]]) -> None:
    """Refuses options that another form has."""
    for option, (said, owner) in given.items():
        if said and owner is not form:
            raise typer.BadParameter(f"is for --from {owner.value} only; leave it away", param_hint=f"'{option}'")


def _time(text: str | None) -> datetime.date | datetime.datetime | None:
    """A day, or a time with its offset."""
    return read_time_option(text, "--as-of") if text and "T" in text else read_day(text, "--as-of")
