"""`prove`: what holds for every patient there can be, and the smallest patient where something does not."""

from __future__ import annotations

import json
from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fasciculation_rules._version import __version__
from fasciculation_rules.cli.opening import opened
from fasciculation_rules.errors import UnknownNameError, did_you_mean
from fasciculation_rules.model.ruleset import Ruleset

if TYPE_CHECKING:
    from fasciculation_rules.proof.question import Theorem

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
        bool, typer.Option("--second-opinion", help="Ask z3 as well; takes two to three times as long.")
    ] = False,
    as_: Annotated[Form, typer.Option("--as", help="Text, or one JSON object a theorem and line.")] = Form.TEXT,
    proofs: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Also write and check a proof of each impossibility.")
    ] = None,
    check: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Prove nothing; check the proofs that were written there.")
    ] = None,
) -> int:
    """Prove a ruleset's theorems for every patient there can be.

    Exit code 0: all hold. 1: one fails, and the smallest patient is printed. 3: a solver could not decide in time,
    two of them disagree, or a proof does not check. Needs the extra `prove`, except for --check.
    """
    if check is not None and (theorem or second_opinion or proofs or as_ is Form.JSON):
        raise typer.BadParameter("--check stands alone: files are checked as they are", param_hint="--check")
    ruleset = opened(version)
    if check is not None:
        return _check(check, ruleset)
    wanted = _wanted(theorem or [])
    if as_ is Form.TEXT:
        typer.echo(f"{_named(ruleset)}\nTheorems over every patient there can be:")
    return _proved(ruleset, wanted, second_opinion=second_opinion, proofs=proofs, form=as_)


def _named(ruleset: Ruleset) -> str:
    return (
        f"Ruleset {ruleset.version} ({ruleset.status}, library {__version__}, {ruleset.about.review}), "
        f"logic {ruleset.logic_digest}"
    )


def _wanted(names: list[str]) -> list[Theorem]:
    """The theorems of these names, or all; raises UnknownNameError for a name that none has."""
    from fasciculation_rules.proof.theorems import all_theorems

    known = {each.id: each for each in all_theorems()}
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known) or f"without --theorem, all {len(known)} are named"
            raise UnknownNameError(f"there is no theorem '{name}'; {hint}")
    return [known[name] for name in dict.fromkeys(names)] or list(known.values())


def _proved(ruleset: Ruleset, wanted: list[Theorem], *, second_opinion: bool, proofs: Path | None, form: Form) -> int:
    from fasciculation_rules.proof.account import as_json, lines_of, summary_of
    from fasciculation_rules.proof.proving import Outcome, prove

    seen: Counter[Outcome] = Counter()
    written = 0
    for proved in prove(ruleset, theorems=wanted, second_opinion=second_opinion, proofs=proofs):
        seen[proved.outcome] += 1
        written += proved.proofs
        if form is Form.JSON:
            typer.echo(json.dumps(as_json(proved, ruleset), ensure_ascii=False, separators=(",", ":")))
        else:
            typer.echo("\n".join(lines_of(proved, ruleset)))
    if form is Form.TEXT:
        typer.echo(summary_of(seen, second_opinion=second_opinion))
        if proofs is not None:
            typer.echo(f"{written} proofs written to {proofs}; each was checked.")
    return NO if seen[Outcome.FAILS] else UNDECIDED if seen[Outcome.UNDECIDED] else DONE


def _check(folder: Path, ruleset: Ruleset) -> int:
    """Checks the proofs of a folder, without any solver."""
    from fasciculation_rules.proof.account import lines_of_check
    from fasciculation_rules.proof.proofs import check_folder
    from fasciculation_rules.proof.proving import subject_of
    from fasciculation_rules.proof.theorems import all_theorems

    if not folder.is_dir():
        raise typer.BadParameter(f"there is no folder '{folder}'", param_hint="--check")
    typer.echo(f"{_named(ruleset)}\nProofs in {folder}:")
    good = faults = shown = 0
    for checked in check_folder(folder, subject_of(ruleset)):
        good, faults, shown = good + checked.good, faults + len(checked.faults), shown + bool(checked.good)
        typer.echo("\n".join(lines_of_check(checked)))
    wrong = f", faults: {faults}" if faults else ""
    typer.echo(f"{good} proofs check, of {shown} of {len(all_theorems())} theorems{wrong}; no solver was asked.")
    return DONE if good and not faults else UNDECIDED
