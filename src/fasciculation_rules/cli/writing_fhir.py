"""`to-fhir`: cases, and what is answered for them, as FHIR."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from fasciculation_rules.assessing.straight_line import assess
from fasciculation_rules.cli.assessing import EngineName, Tally
from fasciculation_rules.cli.days import read_day
from fasciculation_rules.cli.files import CaseFiles, Read, is_many, read_cases
from fasciculation_rules.cli.opening import ChosenRuleset, opened
from fasciculation_rules.cli.profiles import with_profile_of
from fasciculation_rules.cli.recording import read_time_option
from fasciculation_rules.errors import CaseError, EngineError, FasciculationRulesError
from fasciculation_rules.exchange.fhir.identity import identity
from fasciculation_rules.exchange.fhir.to_fhir import to_fhir
from fasciculation_rules.exchange.fhir.writing.case import case_to_fhir
from fasciculation_rules.model.ruleset import Ruleset


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("to-fhir")(to_fhir_command)


def to_fhir_command(
    cases: CaseFiles,
    ruleset: ChosenRuleset = None,
    subject: Annotated[
        str | None,
        typer.Option(metavar="REFERENCE", help="The patient, as Patient/123. Default: an id from the case alone."),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="The time of the answer, with its offset. Default: now, which is said."),
    ] = None,
    on: Annotated[
        str | None, typer.Option(metavar="DATE", help="The day of assessment, YYYY-MM-DD. Default: that of the time.")
    ] = None,
    profile: Annotated[Path | None, typer.Option(help="A site profile (YAML) that moves thresholds.")] = None,
    engine: Annotated[EngineName, typer.Option(help="What evaluates the rules.")] = EngineName.DURABLE,
    reconcile: Annotated[
        bool, typer.Option("--reconcile", help="Settle contradictions as records need, with a notice.")
    ] = False,
    case_only: Annotated[bool, typer.Option("--case-only", help="What the case says, without any answer.")] = False,
) -> int:
    """Write a FHIR R4 Bundle for each case: what it says, and what is answered. Of many cases each is one line.

    Exit code 0: done. 2: nothing could be written. 3: an engine is missing or two disagree. 4: some cases were refused.
    """
    chosen = opened(ruleset)
    if profile is not None:
        chosen = with_profile_of(profile, chosen)
    many = len(cases) > 1 or any(is_many(path) for path in cases)
    if many and subject is not None:
        raise typer.BadParameter("names one patient, and there may be several cases", param_hint="'--subject'")
    time = _time(at)
    day = read_day(on) or time.date()
    tally = Tally()
    for read in read_cases(cases):
        many = many or read.line > 0
        try:
            bundle = _bundle(read, chosen, subject, time, None if case_only else engine, day, reconcile)
        except FasciculationRulesError as error:
            tally.bad += 1
            tally.undecided += isinstance(error, EngineError)
            typer.echo(f"error: {read.name}: {error}" if many else f"error: {error}", err=True)
        else:
            tally.good += 1
            typer.echo(_text(bundle, many))
    return tally.code


def _time(at: str | None) -> datetime.datetime:
    if at is not None:
        return read_time_option(at, "--at")
    now = datetime.datetime.now().astimezone().replace(microsecond=0)
    typer.echo(f"written as of now, {now.isoformat()}; --at names another time", err=True)
    return now


def _bundle(
    read: Read,
    ruleset: Ruleset,
    subject: str | None,
    at: datetime.datetime,
    engine: EngineName | None,
    day: datetime.date,
    reconcile: bool,
) -> dict[str, Any]:
    if read.error is not None or read.case is None:
        raise read.error or AssertionError("a read case has a case or an error")
    of = subject or f"urn:uuid:{identity('subject', read.case.model_dump_json(exclude={'label'}))}"
    try:
        if engine is None:
            return case_to_fhir(read.case, ruleset, subject=of, at=at)
        assessment = assess(read.case, ruleset, engine=str(engine), on=day, reconcile=reconcile)
        return to_fhir(assessment, ruleset, subject=of, at=at, case=read.case)
    except CaseError as error:
        raise read.located(error) from None


def _text(bundle: dict[str, Any], many: bool) -> str:
    if many:
        return json.dumps(bundle, ensure_ascii=False, separators=(",", ":"))
    return json.dumps(bundle, ensure_ascii=False, indent=2)
