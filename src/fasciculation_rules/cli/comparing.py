"""`compare`: what another version says, of whom, and that nothing else changes."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

import typer

from fasciculation_rules.cli.days import read_day, today
from fasciculation_rules.cli.files import Read, read_cases
from fasciculation_rules.cli.opening import opened
from fasciculation_rules.cli.vignettes import is_vignette
from fasciculation_rules.errors import CaseError
from fasciculation_rules.model.case import Case

DONE, PARTIAL, UNDECIDED = 0, 4, 3


class Form(StrEnum):
    """How a comparison is printed."""

    TEXT = "text"
    JSON = "json"
    HTML = "html"


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("compare")(compare_command)


def compare_command(
    old: Annotated[str, typer.Argument(metavar="OLD", help="A version, or the path of a folder.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="Another one.")],
    cases: Annotated[
        list[str] | None,
        typer.Option(
            "--cases", metavar="CASE", help="Case files or folders whose rungs are compared; may be repeated."
        ),
    ] = None,
    on: Annotated[
        str | None, typer.Option(metavar="DATE", help="The day of assessment of the cases. Default: today.")
    ] = None,
    as_: Annotated[
        Form, typer.Option("--as", help="text for people, json for programs, html for a page with a picture.")
    ] = Form.TEXT,
) -> int:
    """Compare two versions: what was rewritten, on whom rules differ, who moves, and that nothing else changes.

    Exit code 0: done. 3: a solver could not decide in time, or disagrees with an engine. 4: some cases were refused.
    Needs the extra `prove`; a page needs the extra `audit` too.
    """
    from fasciculation_rules.audit.documents.hti1 import differing
    from fasciculation_rules.proof.compare.account import as_json, compare, lines_of
    from fasciculation_rules.proof.compare.page import as_html
    from fasciculation_rules.proof.compare.people import people

    one, other = opened(old), opened(new)
    day = read_day(on) or today()
    unread: list[str] = []
    names: list[str] = []
    moved = people(one, other, _cases(cases, day, names, unread)) if cases else None
    found = compare(one, other, people=moved)
    attributes = list(differing(one, other))
    match as_:
        case Form.JSON:
            named = [{"id": id_, "before": before, "after": after} for id_, before, after in attributes]
            typer.echo(json.dumps({**as_json(found), "source_attributes": named}, ensure_ascii=False, indent=2))
        case Form.HTML:
            typer.echo(as_html(found, on=str(day) if cases else None), nl=False)
        case Form.TEXT:
            typer.echo("\n".join([*lines_of(found), "", *_attributes(attributes)]))
    unread += [f"{names[place]}: {why}" for place, why in (moved.refusals if moved else ())]
    for line in unread:
        typer.echo(f"error: {line}", err=True)
    if not found.decided:
        return UNDECIDED
    return PARTIAL if unread else DONE


def _attributes(found: list[tuple[str, str, str]]) -> Iterator[str]:
    """The source attributes of HTI-1 that differ."""
    yield "Source attributes (HTI-1) that differ" if found else "No source attribute (HTI-1) differs."
    for id_, before, after in found:
        yield f"  {id_}"
        yield f"    before: {before}"
        yield f"    after: {after}"


def _cases(
    paths: list[str], day: datetime.date, names: list[str], unread: list[str]
) -> Iterator[tuple[Case, datetime.date | None]]:
    """The cases that can be read, those of a ruleset on their own day; and their names. The others are told of."""
    for read in read_cases(paths):
        try:
            found = _case(read, day)
        except (CaseError, typer.BadParameter) as error:
            unread.append(f"{read.name}: {error}")
        else:
            names.append(read.name)
            yield found


def _case(read: Read, day: datetime.date) -> tuple[Case, datetime.date | None]:
    """A case, and the day on which it is assessed.

    Raises CaseError or typer.BadParameter where it cannot be read.
    """
    if read.case is not None:
        return read.case, day
    if read.document is None or not is_vignette(read.document.data):
        raise read.error or AssertionError("a read case has a case or an error")
    vignette = read.document.data
    return Case.read({"given": vignette.get("given", {})}), read_day(vignette.get("on")) or day
