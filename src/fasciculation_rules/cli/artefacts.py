"""`artefacts`, `questionnaire` and `cql`: a ruleset as knowledge artefacts."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from fasciculation_rules.exchange.cql.libraries import cql_libraries
from fasciculation_rules.exchange.fhir.artefacts.making import artefacts
from fasciculation_rules.exchange.fhir.questionnaire import questionnaire
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.shelf.opening import known_releases, open_ruleset

DONE = 0

Version = Annotated[str, typer.Argument(metavar="VERSION", help="A version, or the path of a folder.")]


def register(app: typer.Typer) -> None:
    """Adds the verbs."""
    app.command("artefacts")(artefacts_command)
    app.command("questionnaire")(questionnaire_command)
    app.command("cql")(cql_command)


def artefacts_command(
    version: Version,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder to write to; made if it is not there.")],
) -> int:
    """Write a version as FHIR R4 artefacts: plan, logic, activities, terminology, questionnaires."""
    ruleset = open_ruleset(version)
    made = artefacts(ruleset, released=_released(ruleset))
    out.mkdir(parents=True, exist_ok=True)
    for name, resource in made.items():
        (out / name).write_text(f"{_text(resource)}\n", encoding="utf-8", newline="\n")
    typer.echo(f"{len(made)} artefacts written to {out}")
    return DONE


def questionnaire_command(
    version: Version,
    full: Annotated[bool, typer.Option("--full", help="Every question, not only the screen.")] = False,
) -> int:
    """Print the screening questions of a version as a FHIR R4 Questionnaire."""
    ruleset = open_ruleset(version)
    typer.echo(_text(questionnaire(ruleset, full=full, released=_released(ruleset))))
    return DONE


def cql_command(
    version: Version,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder to write to; made if it is not there.")],
) -> int:
    """Write a version as CQL on FHIR R4: a library of what a record says, and one of what follows from it."""
    made = cql_libraries(open_ruleset(version))
    out.mkdir(parents=True, exist_ok=True)
    for name, text in made.items():
        (out / f"{name}.cql").write_text(text, encoding="utf-8", newline="\n")
    typer.echo(f"{len(made)} libraries written to {out}")
    return DONE


def _released(ruleset: Ruleset) -> datetime.date | None:
    """The day of the release event."""
    release = known_releases().get(ruleset.version) if ruleset.status != "unreleased" else None
    return release.date if release else None


def _text(resource: dict[str, Any]) -> str:
    return json.dumps(resource, ensure_ascii=False, indent=2)
