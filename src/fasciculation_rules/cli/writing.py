"""`new`, `schema` and `pages`: files for people who write rules and for those who sign them."""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from fasciculation_rules.authoring.pages import pages_of
from fasciculation_rules.authoring.scaffold import rule_text
from fasciculation_rules.authoring.schema import schemas_of
from fasciculation_rules.cli.days import read_day
from fasciculation_rules.errors import RulesetError, RulesetNotFoundError, RulesetReleasedError
from fasciculation_rules.model.rule import KINDS
from fasciculation_rules.shelf.locate import shelf_root
from fasciculation_rules.shelf.opening import known_releases, open_ruleset

DONE = 0

Version = Annotated[str, typer.Argument(metavar="VERSION", help="A version, or the path of a folder.")]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder to write to; made if it is not there.")]


class What(StrEnum):
    """What can be begun."""

    RULE = "rule"


_TEXTS = {What.RULE: rule_text}


def register(app: typer.Typer) -> None:
    """Adds the verbs."""
    app.command("new")(new_command)
    app.command("schema")(schema_command)
    app.command("pages")(pages_command)


def new_command(
    what: Annotated[What, typer.Argument(metavar="WHAT", help="What to begin: a rule.")],
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="An unreleased version, or the path of a folder.")],
    kind: Annotated[str, typer.Argument(metavar="KIND", help=f"One of {', '.join(KINDS)}.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="The rule's name, such as escalate-slurred-speech.")],
    on: Annotated[str | None, typer.Option(metavar="DATE", help="The day of writing. Default: today.")] = None,
) -> int:
    """Write a new file with everything it needs, each place marked until somebody fills it in."""
    place = _unreleased(folder)
    day = read_day(on) or datetime.datetime.now(tz=datetime.UTC).date()
    text = _TEXTS[what](kind, name, on=day)
    there = sorted(place.glob(f"rules/*/{name}.yaml"))
    if there:
        raise RulesetError(f"{there[0]} is there already; nothing was written")
    file = place / "rules" / kind / f"{name}.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("x", encoding="utf-8", newline="\n") as opened:
        opened.write(text)
    program = "fasciculation-rules"
    typer.echo(f"{file}: fill in what is marked, then run `{program} lint {folder}` and `{program} test {folder}`")
    return DONE


def _unreleased(folder: str) -> Path:
    """The folder of a ruleset that may still be written to.

    Raises RulesetNotFoundError where there is none, RulesetReleasedError where it was released.
    """
    shelf = Path(str(shelf_root()))
    place = Path(folder) if os.sep in folder else shelf / folder
    if not (place / "ruleset.yaml").is_file():
        raise RulesetNotFoundError(f"'{place}' is not a ruleset folder: it has no ruleset.yaml")
    for version in known_releases():
        if place.resolve() == (shelf / version).resolve():
            raise RulesetReleasedError(
                f"ruleset {version} was released and is history; copy the folder to a new version"
            )
    return place


def schema_command(version: Version, out: Out) -> int:
    """Write JSON Schemas of a ruleset's files, for editors."""
    schemas = schemas_of(open_ruleset(version))
    _write(out, {name: json.dumps(schema, indent=1, ensure_ascii=False) + "\n" for name, schema in schemas.items()})
    typer.echo(f"{len(schemas)} schemas written to {out}")
    return DONE


def pages_command(version: Version, out: Out) -> int:
    """Write a page for every rule and condition of a ruleset, and one of the whole, to read and sign."""
    pages = pages_of(open_ruleset(version))
    _write(out, pages)
    typer.echo(f"{len(pages)} pages written to {out}; begin with {out / 'index.md'}")
    return DONE


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
