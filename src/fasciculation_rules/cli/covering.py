"""`coverage` and `mutate`: whether the patients that a ruleset keeps would find its mistakes."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Self

import typer

from fasciculation_rules._version import __version__
from fasciculation_rules.cli.opening import opened
from fasciculation_rules.errors import UnknownNameError, did_you_mean
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.shelf.kept import kept_folder, read_kept

if TYPE_CHECKING:
    from fasciculation_rules.model.kept import Kept
    from fasciculation_rules.proof.kept.account import Account
    from fasciculation_rules.proof.kept.goal import Decided
    from fasciculation_rules.proof.kept.survey import Survey

DONE, NO, UNDECIDED = 0, 1, 3


class Form(StrEnum):
    """How results are printed."""

    TEXT = "text"
    JSON = "json"


Version = Annotated[str, typer.Argument(metavar="VERSION", help="A version, or the path of a folder.")]
Rule = Annotated[
    list[str] | None, typer.Option("--rule", metavar="NAME", help="Only this rule; may be given again. Default: all.")
]
KeptIn = Annotated[
    Path | None,
    typer.Option(
        "--kept",
        metavar="DIR",
        exists=True,
        file_okay=False,
        help="The folder with the kept cases. Default: the one beside the rulesets.",
    ),
]
Write = Annotated[
    Path | None,
    typer.Option(
        "--write",
        metavar="DIR",
        file_okay=False,
        help="Make cases for what is missing, and add them to those kept in this folder.",
    ),
]
Patients = Annotated[
    int, typer.Option("--patients", metavar="N", min=0, help="Of what is missing, show the patient for so many.")
]
Second = Annotated[
    bool, typer.Option("--second-opinion", help="Ask z3 as well about everything that is held impossible.")
]
Shown = Annotated[Form, typer.Option("--as", help="Text, or one JSON object a rule and line.")]


def register(app: typer.Typer) -> None:
    """Adds the verbs."""
    app.command("coverage")(coverage_command)
    app.command("mutate")(mutate_command)


def coverage_command(
    version: Version,
    rule: Rule = None,
    kept: KeptIn = None,
    write: Write = None,
    patients: Patients = 25,
    second_opinion: Second = False,
    as_: Shown = Form.TEXT,
) -> int:
    """Show which clauses the examples, cases and kept cases of a ruleset show to matter.

    Exit code 0: every obligation that somebody can meet is met. 1: one is missing, and the smallest patient is printed;
    or a kept case no longer holds. 3: a solver could not decide in time. Needs the extra `prove`.
    """
    from fasciculation_rules.proof.coverage.account import ACCOUNT
    from fasciculation_rules.proof.coverage.survey import coverage_of

    ruleset = opened(version)
    names = _names(rule, ruleset)
    survey = coverage_of(ruleset, _kept(ruleset, kept, write), second_opinion=second_opinion)
    return _run(survey, ACCOUNT, names, patients=patients, write=write, as_=as_)


def mutate_command(
    version: Version,
    rule: Rule = None,
    kept: KeptIn = None,
    write: Write = None,
    patients: Patients = 25,
    second_opinion: Second = False,
    as_: Shown = Form.TEXT,
) -> int:
    """Show which slips in the rules of a ruleset its examples, cases and kept cases would find out.

    Exit code 0: every slip that makes a difference to somebody is found out. 1: one is not, and the smallest patient
    who would tell the difference is printed; or a kept case no longer holds. 3: a solver could not decide in time.
    Needs the extra `prove`.
    """
    from fasciculation_rules.proof.mutation.account import ACCOUNT
    from fasciculation_rules.proof.mutation.survey import mutation_of

    ruleset = opened(version)
    names = _names(rule, ruleset)
    survey = mutation_of(ruleset, _kept(ruleset, kept, write), names=names, second_opinion=second_opinion)
    return _run(survey, ACCOUNT, names, patients=patients, write=write, as_=as_)


def _names(rules: list[str] | None, ruleset: Ruleset) -> tuple[str, ...]:
    """The conditions of these rules by their names in the program; all of them unless some are named."""
    from fasciculation_rules.proof.kept.member import rule_names

    known = {shown: name for name, shown in rule_names(ruleset).items()}
    for shown in rules or ():
        if shown not in known:
            hint = did_you_mean(shown, known)
            raise UnknownNameError(f"ruleset {ruleset.version} has no rule '{shown}'" + (f"; {hint}" if hint else ""))
    return tuple(name for shown, name in known.items() if not rules or shown in rules)


def _kept(ruleset: Ruleset, kept: Path | None, write: Path | None) -> tuple[Kept, ...]:
    """The kept cases that count: those where new ones will be written, else those named, else the installation's."""
    found = read_kept(ruleset.version, write or kept or kept_folder())
    if any(each.logic != ruleset.logic_digest for each in found):
        typer.echo(
            f"notice: cases are kept for another logic of ruleset {ruleset.version} than it has now; "
            "--write DIR makes what they lack",
            err=True,
        )
    return found


def _run(
    survey: Survey, account: Account, names: Sequence[str], *, patients: int, write: Path | None, as_: Form
) -> int:
    """Every condition in turn, then what is written, then the figures."""
    from fasciculation_rules.proof.kept.goal import Fate

    text = as_ is Form.TEXT
    if text:
        typer.echo(_heading(survey.ruleset))
    found: list[Decided] = []
    missing: list[Decided] = []
    with _Progress(f"{account.verb}, of {len(names)} conditions:") as progress:
        for number, (name, decided) in enumerate(survey.decided(names), start=1):
            progress.at(number)
            room = 0 if write is not None else max(0, patients - len(missing))
            if text and write is None:
                for line in account.lines(name, decided, survey, patients=room):
                    progress.say(line)
            elif not text:
                values = account.as_json(name, decided, survey, patients=room)
                progress.say(json.dumps(values, ensure_ascii=False, separators=(",", ":")))
            found += decided
            missing += [each for each in decided if each.fate is Fate.MISSING]
    if text:
        for line in account.summary(found, survey):
            typer.echo(line)
    if write is not None:
        failed = not _write(survey, missing, write, text=text)
    else:
        for fault in survey.faults:
            typer.echo(f"kept case does not hold: {fault.name}: {fault.why}", err=not text)
        failed = bool(missing or survey.faults)
    if failed:
        return NO
    return UNDECIDED if any(decided.fate is Fate.UNDECIDED for decided in found) else DONE


def _heading(ruleset: Ruleset) -> str:
    return (
        f"Ruleset {ruleset.version} ({ruleset.status}, library {__version__}, {ruleset.about.review}), "
        f"logic {ruleset.logic_digest}"
    )


def _write(survey: Survey, missing: Sequence[Decided], folder: Path, *, text: bool) -> bool:
    """The kept cases that hold and those for what is missing, as files; whether all could be made."""
    from fasciculation_rules.proof.kept.closing import together
    from fasciculation_rules.proof.kept.writing import text_of

    with _Progress(f"making cases, of {len(missing)} goals:") as progress:
        closed = survey.close(missing, progress.at)
    place = folder / survey.ruleset.version
    place.mkdir(parents=True, exist_ok=True)
    files = together((*survey.holding, *closed.holding), survey.ruleset)
    for old in sorted(place.glob("*.yaml")):
        if old.name not in files:
            old.unlink()
    for name, kept in files.items():
        (place / name).write_text(text_of(kept), encoding="utf-8", newline="\n")
    gone = f", {len(survey.faults)} that no longer hold left out" if survey.faults else ""
    held = len(survey.holding) + len(closed.holding)
    typer.echo(f"{place}: {len(closed.holding)} cases made{gone}, {held} kept in all", err=not text)
    for goal in closed.left:
        typer.echo(f"no case can say it: {goal.about.rule}, {goal.about.label}", err=not text)
    return not closed.left


class _Progress:
    """Tells a terminal how far it has come, and nobody else."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._there = sys.stderr is not None and sys.stderr.isatty()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._tell(_ERASE)

    def at(self, number: int) -> None:
        """So many are done."""
        self._tell(f"{_ERASE}{self._what} {number}")

    def say(self, line: str) -> None:
        """A line of the result, in place of the progress where both go to one terminal."""
        self._tell(_ERASE)
        typer.echo(line)

    def _tell(self, text: str) -> None:
        if self._there:
            sys.stderr.write(text)
            sys.stderr.flush()


_ERASE = "\r\x1b[2K"
