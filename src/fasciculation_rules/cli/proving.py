"""`prove`: what holds for every patient there can be, and the smallest patient where something does not."""

from __future__ import annotations

import json
from collections import Counter
from enum import StrEnum
from typing import Annotated

import typer

from fasciculation_rules._version import __version__
from fasciculation_rules.errors import UnknownNameError, did_you_mean
from fasciculation_rules.shelf.opening import open_ruleset

DONE, NO, UNDECIDED = 0, 1, 3


class Form(StrEnum):
    """How results are printed."""

    TEXT = "text"
    JSON = "json"


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("prove")(prove_command)


def prove_command(
    version: Annotated[str, typer.Argument(metavar="VERSION", help="A version, or the path of a folder.")],
    theorem: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Only this theorem; may be given again. Default: all.")
    ] = None,
    second_opinion: Annotated[
        bool, typer.Option("--second-opinion", help="Ask z3 every question as well; takes several times as long.")
    ] = False,
    format_: Annotated[Form, typer.Option("--format", help="Text, or one JSON object a theorem and line.")] = Form.TEXT,
) -> int:
    """Prove a ruleset's theorems for every patient there can be.

    Exit code 0: all hold. 1: one fails, and the smallest patient is printed. 3: a solver could not decide in time,
    or two of them disagree. Needs the extra `prove`.
    """
    from fasciculation_rules.proof.account import as_json, lines_of, summary_of
    from fasciculation_rules.proof.proving import Outcome, prove
    from fasciculation_rules.proof.theorems import all_theorems

    ruleset = open_ruleset(version)
    known = {each.id: each for each in all_theorems()}
    for name in theorem or ():
        if name not in known:
            hint = did_you_mean(name, known) or f"the theorems: {', '.join(known)}"
            raise UnknownNameError(f"there is no theorem '{name}'; {hint}")
    wanted = [known[name] for name in theorem] if theorem else list(known.values())

    if format_ is Form.TEXT:
        typer.echo(
            f"Ruleset {ruleset.version} ({ruleset.status}, library {__version__}, {ruleset.about.review}), "
            f"logic {ruleset.logic_digest}\nTheorems over every patient there can be:"
        )
    seen: Counter[Outcome] = Counter()
    for proved in prove(ruleset, theorems=wanted, second_opinion=second_opinion):
        seen[proved.outcome] += 1
        if format_ is Form.JSON:
            typer.echo(json.dumps(as_json(proved, ruleset), ensure_ascii=False, separators=(",", ":")))
        else:
            typer.echo("\n".join(lines_of(proved, ruleset)))
    if format_ is Form.TEXT:
        typer.echo(summary_of(seen, second_opinion=second_opinion))
    return NO if seen[Outcome.FAILS] else UNDECIDED if seen[Outcome.UNDECIDED] else DONE
