"""`from-fhir`: the record of one person in, a case out, with a report of what was read and what was not."""

from __future__ import annotations

import sys
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from fasciculation_rules.cli.inputs import open_input
from fasciculation_rules.cli.mappings import mapping_of, read_zone
from fasciculation_rules.cli.opening import ChosenRuleset, opened
from fasciculation_rules.cli.recording import read_time_option
from fasciculation_rules.errors import FhirError
from fasciculation_rules.exchange.fhir.from_fhir import from_fhir
from fasciculation_rules.exchange.fhir.opening import MOST_BYTES, UNREAD
from fasciculation_rules.exchange.in_words import imported_text
from fasciculation_rules.shelf.locate import unreadable

STANDARD_INPUT = "standard input"
SHORTEST_KEY = 16


class Form(StrEnum):
    """How the case is printed."""

    TEXT = "text"
    JSON = "json"


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("from-fhir")(from_fhir_command)


def from_fhir_command(
    bundle: Annotated[
        str,
        typer.Argument(
            metavar="BUNDLE", help="FHIR JSON (a Bundle, a resource, a list) or NDJSON; - for standard input."
        ),
    ],
    as_of: Annotated[
        str, typer.Option(metavar="TIME", help="The time of reading, with an offset: what is later is set aside.")
    ],
    time_zone: Annotated[str, typer.Option(metavar="ZONE", help="Where days are counted, such as Europe/London.")],
    mapping: Annotated[Path | None, typer.Option(metavar="FILE", help="A site mapping (YAML) of local codes.")] = None,
    ruleset: ChosenRuleset = None,
    patient: Annotated[
        str | None, typer.Option(metavar="ID", help="Whose data to read, where there are several patients, or none.")
    ] = None,
    key_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A secret of at least 16 bytes: digests of resource ids cannot be guessed."),
    ] = None,
    as_: Annotated[
        Form,
        typer.Option("--as", help="text: the case as YAML, the report in comments; json: case, provenance, report."),
    ] = Form.TEXT,
) -> int:
    """Read the FHIR record of one person as a case that `assess` reads (with `--reconcile`).

    Exit code 0: done, even if nothing was found. 2: not FHIR data about one person.
    """
    time, zone = read_time_option(as_of, "--as-of"), read_zone(time_zone)
    chosen = opened(ruleset)
    key = b"" if key_file is None else _key(key_file)
    data = _read(bundle)
    try:
        with mapping_of(mapping) as site:
            found = from_fhir(data, as_of=time, time_zone=zone, mapping=site, ruleset=chosen, patient=patient, key=key)
    except FhirError as error:
        raise FhirError(error.summary, [replace(each, file=_named(bundle)) for each in error.problems]) from None
    typer.echo(found.to_json(indent=2) if as_ is Form.JSON else imported_text(found), nl=as_ is Form.JSON)
    return 0


def _named(bundle: str) -> str:
    return STANDARD_INPUT if bundle == "-" else bundle


def _read(bundle: str) -> bytes:
    """At most one byte more than is read, so that memory stays bounded.

    Raises FhirError where it cannot be read.
    """
    try:
        if bundle == "-":
            return sys.stdin.buffer.read(MOST_BYTES + 1) if sys.stdin else b""
        with open_input(bundle) as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise FhirError(UNREAD, [unreadable(_named(bundle), error)]) from None


def _key(path: Path) -> bytes:
    key = path.read_bytes().strip()
    if len(key) < SHORTEST_KEY:
        raise typer.BadParameter(f"a key has at least {SHORTEST_KEY} bytes", param_hint="'--key-file'")
    return key
