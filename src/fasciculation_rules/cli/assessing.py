"""`assess`: cases in, explained assessments out."""

from __future__ import annotations

import datetime
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from fasciculation_rules.assessing.admit import admit
from fasciculation_rules.assessing.findings import close
from fasciculation_rules.assessing.straight_line import assess
from fasciculation_rules.cli.days import read_day, today
from fasciculation_rules.cli.files import CaseFiles, Read, error_line, is_many, read_cases
from fasciculation_rules.cli.opening import ChosenRuleset, opened
from fasciculation_rules.cli.profiles import with_profile_of
from fasciculation_rules.cli.recording import begin_recording
from fasciculation_rules.cli.terminal import page_width
from fasciculation_rules.errors import CaseError, EngineError, FasciculationRulesError
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.model.assessment import Assessment
from fasciculation_rules.model.case import Case
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.report.text import explain

DONE, BAD_INPUT, NO_ENGINE, PARTIAL = 0, 2, 3, 4


class Form(StrEnum):
    """How an assessment is printed."""

    TEXT = "text"
    JSON = "json"


class EngineName(StrEnum):
    """The engines of the library."""

    DURABLE = "durable"
    COMPILED = "compiled"
    REFERENCE = "reference"


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("assess")(assess_command)


@dataclass(slots=True)
class Tally:
    """How many cases were answered and refused, and how many of these an engine left undecided."""

    good: int = 0
    bad: int = 0
    undecided: int = 0

    @property
    def code(self) -> int:
        """The exit code for all of them."""
        if self.undecided:
            return NO_ENGINE
        return DONE if not self.bad else PARTIAL if self.good else BAD_INPUT


def assess_command(
    cases: CaseFiles,
    ruleset: ChosenRuleset = None,
    as_of: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="The ruleset that was in force on that day: released, not withdrawn."),
    ] = None,
    known_at: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="With --as-of: by what had been recorded on that day. Default: by all."),
    ] = None,
    engine: Annotated[EngineName, typer.Option(help="What evaluates the rules.")] = EngineName.DURABLE,
    on: Annotated[
        str | None, typer.Option(metavar="DATE", help="The day of assessment, YYYY-MM-DD. Default: today.")
    ] = None,
    as_: Annotated[
        Form, typer.Option("--as", help="text for people, json for programs; of many cases each is one line.")
    ] = Form.TEXT,
    profile: Annotated[Path | None, typer.Option(help="A site profile (YAML) that moves thresholds.")] = None,
    reconcile: Annotated[
        bool, typer.Option("--reconcile", help="Settle contradictions as records need, with a notice.")
    ] = False,
    why: Annotated[
        bool,
        typer.Option(
            "--why", help="Add the least that suffices for the urgency, what would change it, and what would settle it."
        ),
    ] = False,
    record: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Append a record of each decision to a file."),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="The time of the record; its day is that of assessment. Default: now."),
    ] = None,
    reference: Annotated[
        str | None,
        typer.Option(metavar="R", help="Your own opaque word for the record: no name, no number."),
    ] = None,
    reference_ok: Annotated[
        bool,
        typer.Option("--reference-ok", help="Vouch that reference and sources name no patient."),
    ] = False,
) -> int:
    """Assess one case or many: how soon, to whom, what to test, what to ask next, what it may be, and why.

    Exit code 0: done (an emergency is 0). 2: nothing could be assessed. 3: an engine is missing or two disagree.
    4: some cases were refused.
    """
    chosen = opened(ruleset, as_of=as_of, known_at=known_at)
    if profile is not None:
        chosen = with_profile_of(profile, chosen)
    recording = begin_recording(record, at, reference, reference_ok=reference_ok)
    day = read_day(on) or (today() if recording is None else recording.day)
    many = len(cases) > 1 or any(is_many(path) for path in cases)
    tally = Tally()
    for read in _with_progress(read_cases(cases), many or "-" in cases):
        many = many or read.line > 0
        try:
            assessment = _assess(read, chosen, engine, day, reconcile)
            if recording is not None:
                number = tally.good + tally.bad + 1 if many else None
                recording.add(read, chosen, assessment, day, reconcile=reconcile, number=number)
        except FasciculationRulesError as error:
            tally.bad += 1
            tally.undecided += isinstance(error, EngineError)
            _refused(read, error, as_, many)
        else:
            tally.good += 1
            _print(assessment, read, as_, many, _facts(read, chosen, day, reconcile) if why else None, chosen)
    if recording is not None:
        recording.close()
    if tally.bad and many:
        typer.echo(f"{tally.bad} of {tally.good + tally.bad} cases were refused", err=True)
    return tally.code


def _assess(read: Read, ruleset: Ruleset, engine: str, day: datetime.date, reconcile: bool) -> Assessment:
    if read.error is not None or read.case is None:
        raise read.error or AssertionError("a read case has a case or an error")
    try:
        return assess(read.case, ruleset, engine=str(engine), on=day, reconcile=reconcile)
    except CaseError as error:
        raise read.located(error) from None


def _facts(read: Read, ruleset: Ruleset, day: datetime.date, reconcile: bool) -> Facts:
    """What a case that was assessed says, closed."""
    case = read.case or Case()
    return close(admit(case, ruleset, on=day, reconcile=reconcile), case, ruleset, reconcile=reconcile).facts


def _print(assessment: Assessment, read: Read, form: Form, many: bool, facts: Facts | None, ruleset: Ruleset) -> None:
    """The assessment; with facts, also why."""
    if form is Form.JSON:
        typer.echo(_json(assessment, facts, ruleset, indent=None if many else 2))
        return
    if many:
        typer.echo(f"{read.name}: {assessment}")
    else:
        typer.echo(explain(assessment, width=page_width()), nl=False)
    if facts is not None:
        from fasciculation_rules.proof.reasons_in_words import why_text

        typer.echo(why_text(facts, ruleset, width=page_width(), brief=many), nl=False)


def _json(assessment: Assessment, facts: Facts | None, ruleset: Ruleset, *, indent: int | None) -> str:
    if facts is None:
        return assessment.to_json(indent=indent)
    from fasciculation_rules.proof.reasons_in_words import why_values

    values = {**assessment.model_dump(mode="json", by_alias=True), "why": why_values(facts, ruleset)}
    separators = (",", ":") if indent is None else None
    return json.dumps(values, ensure_ascii=False, indent=indent, separators=separators)


def _refused(read: Read, error: FasciculationRulesError, form: Form, many: bool) -> None:
    if form is Form.JSON and many:
        typer.echo(error_line(read, error))
    typer.echo(f"error: {read.name}: {error}" if many else f"error: {error}", err=True)


def _with_progress(reads: Iterator[Read], many: bool) -> Iterator[Read]:
    """The same cases, with a count on a terminal that has nothing else to show."""
    if not many or not sys.stderr.isatty() or sys.stdout.isatty():
        yield from reads
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.completed:,.0f} cases"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("cases", total=None)
        for read in reads:
            yield read
            progress.advance(task)
