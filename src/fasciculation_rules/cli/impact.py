"""`impact`: what another ruleset version would do to the people of a table."""

from __future__ import annotations

import json
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fasciculation_rules.cli.days import read_day
from fasciculation_rules.cli.opening import opened
from fasciculation_rules.cli.progress import progress
from fasciculation_rules.population.packages import need

if TYPE_CHECKING:
    from fasciculation_rules.population.impact.patients import Listing
    from fasciculation_rules.population.impact.table import Table

DONE, PARTIAL = 0, 4


class Form(StrEnum):
    """How an impact is printed."""

    TEXT = "text"
    JSON = "json"
    HTML = "html"


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("impact")(impact_command)


def impact_command(
    old: Annotated[str, typer.Argument(metavar="OLD", help="A version, or the path of a folder.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="Another one.")],
    table: Annotated[
        str, typer.Argument(metavar="INPUT", help="People in the wide form: a Parquet file, a folder, or a pattern.")
    ],
    as_of: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="The day of which the table speaks, YYYY-MM-DD, where it does not say so."),
    ] = None,
    by: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN", help="A column that tells people apart, such as site; may be repeated."),
    ] = None,
    everyone: Annotated[
        bool, typer.Option("--everyone", help="Count also those without an entry finding, under 16, or dead.")
    ] = False,
    max_bad: Annotated[
        float, typer.Option(metavar="SHARE", min=0, max=1, help="Stop where more of the rows cannot be.")
    ] = 0.01,
    min_cell: Annotated[int, typer.Option(metavar="N", min=1, help="Smaller cells are hidden.")] = 11,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", file_okay=False, help="A folder for tables (Parquet), pictures (SVG) and a page."),
    ] = None,
    list_patients: Annotated[
        Path | None,
        typer.Option(metavar="FILE", dir_okay=False, help="A new file (CSV) for the people who move, one by one."),
    ] = None,
    pseudonym_key: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", dir_okay=False, help="The key under which they are named; made where there is none."
        ),
    ] = None,
    real_ids: Annotated[bool, typer.Option("--real-ids", help="Name them as the table does, without a key.")] = False,
    as_: Annotated[
        Form, typer.Option("--as", help="text for people, json for programs, html for a page with pictures.")
    ] = Form.TEXT,
) -> int:
    """Say what another version would do to a cohort: who moves between rungs, in which groups, and by which rules.

    Exit code 0: done. 2: the table is not as it has to be. 3: a package is missing. 4: done, but some rows cannot be,
    or the table is not whole; or stopped, because too many rows cannot be.
    """
    need("polars")
    need("pyarrow")
    need("scipy")
    if out is not None or as_ is Form.HTML:
        need("jinja2", "audit")
    from fasciculation_rules.population.impact.account import as_json, lines_of
    from fasciculation_rules.population.impact.counting import count
    from fasciculation_rules.population.impact.files import refuse_other_results, write
    from fasciculation_rules.population.impact.page import pages_of
    from fasciculation_rules.population.impact.shown import shown_of
    from fasciculation_rules.population.impact.subgroups import compared
    from fasciculation_rules.population.impact.table import Asked, open_table

    _refuse_unclear_names(list_patients, pseudonym_key, real_ids=real_ids)
    if out is not None:
        refuse_other_results(out)
    asked = Asked(read_day(as_of, "--as-of"), everyone, tuple(by or ()), max_bad)
    found = open_table(table, opened(old), opened(new), asked)
    with ExitStack() as left:
        listing = None if list_patients is None else _listing(list_patients, pseudonym_key, found)
        if listing is not None:
            left.callback(listing.discard)
        with progress("rows") as reached:
            counted = count(found, done=reached, beside=listing.add if listing else lambda _: None)
        shown = shown_of(counted, min_cell)
        groups = compared(shown)
        pages = pages_of(shown, groups) if out is not None or as_ is Form.HTML else None
        if out is not None and pages is not None:
            write(shown, pages, out)
        if listing is not None:
            listing.finish()
    match as_:
        case Form.JSON:
            typer.echo(json.dumps(as_json(shown, groups), ensure_ascii=False, indent=2))
        case Form.HTML:
            typer.echo(pages.page if pages else "", nl=False)
        case Form.TEXT:
            typer.echo("\n".join(lines_of(shown, groups)))
    origin = found.source.origin
    whole = not (counted.attrition.quarantined or (origin and (origin.incomplete or origin.quarantined)))
    return DONE if whole else PARTIAL


def _refuse_unclear_names(file: Path | None, key: Path | None, *, real_ids: bool) -> None:
    """Either a key or real ids, and only with a file."""
    if file is None and (key is not None or real_ids):
        raise typer.BadParameter("belongs to --list-patients", param_hint="'--real-ids' or '--pseudonym-key'")
    if file is not None and (key is None) is not real_ids:
        raise typer.BadParameter(
            "people are named under a key, so give --pseudonym-key FILE; or as the table does, with --real-ids",
            param_hint="'--list-patients'",
        )


def _listing(file: Path, key: Path | None, table: Table) -> Listing:
    from fasciculation_rules.population.impact.patients import Listing, Pseudonyms, RealIds, read_or_make_key

    return Listing(file, table, RealIds() if key is None else Pseudonyms(read_or_make_key(key)))
