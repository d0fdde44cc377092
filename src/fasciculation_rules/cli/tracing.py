"""`trace`: needs, requirements, rules, tests and hazards of a version, and every link that is missing."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from fasciculation_rules.shelf.opening import open_ruleset

DONE, NO = 0, 1


class Form(StrEnum):
    """How a trace is printed."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    HTML = "html"


Safety = Annotated[
    Path | None,
    typer.Option("--safety", metavar="DIR", exists=True, file_okay=False, help="The folder of the safety file."),
]


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("trace")(trace_command)


def trace_command(
    version: Annotated[str, typer.Argument(metavar="VERSION", help="A version, or the path of a folder.")],
    as_: Annotated[
        Form, typer.Option("--as", help="text or html for people, json or csv (a link a line) for programs.")
    ] = Form.TEXT,
    safety: Safety = None,
    tests: Annotated[
        Path | None,
        typer.Option(metavar="DIR", exists=True, file_okay=False, help="The folder of the tests, named 'tests'."),
    ] = None,
    results: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="What `pytest --junit-xml` wrote: then each named test must have passed."),
    ] = None,
) -> int:
    """Trace requirements to rules, tests and hazards, and name every link that is missing.

    Exit code 0: none is. 1: a requirement without a test, a rule without a requirement, an escalation rule without a
    hazard, a control without a rule or code unit or without a test, a test that did not pass, or an id that dangles.
    """
    from fasciculation_rules.audit.safety.results import read_results
    from fasciculation_rules.audit.safety.sources import NodeIds, folder_of_tests
    from fasciculation_rules.audit.safety.traced import as_csv, as_html, as_json, lines_of
    from fasciculation_rules.audit.safety.tracing import trace
    from fasciculation_rules.shelf.safety import read_safety

    folder = tests.resolve() if tests is not None else folder_of_tests()
    passed = read_results(results) if results is not None else None
    found = trace(open_ruleset(version), read_safety(safety), NodeIds(folder), passed)
    match as_:
        case Form.TEXT:
            typer.echo("\n".join(lines_of(found)))
        case Form.JSON:
            typer.echo(json.dumps(as_json(found), ensure_ascii=False, indent=2))
        case Form.CSV:
            typer.echo(as_csv(found), nl=False)
        case Form.HTML:
            typer.echo(as_html(found), nl=False)
    return NO if found.faults else DONE
