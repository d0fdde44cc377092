"""The command line as a whole: its verbs, and how an error becomes one clear message and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import typer

from fasciculation_rules import __version__
from fasciculation_rules.cli import (
    artefacts,
    assessing,
    auditing,
    authoring,
    comparing,
    covering,
    documenting,
    exchanging,
    impact,
    ledger,
    phenopackets,
    population,
    populations,
    proving,
    querying,
    releasing,
    replaying,
    reviewing,
    rulesets,
    serving,
    site,
    tracing,
    validating,
    verifying,
    watching,
    writing,
    writing_fhir,
)
from fasciculation_rules.cli.keyboard import STOPPED
from fasciculation_rules.errors import FasciculationRulesError

PROGRAM = "fasciculation-rules"
BAD_USE = 2

app = typer.Typer(
    name=PROGRAM,
    help=(
        "Explained, cited clinical rules for muscle twitching: how soon, to whom, what to test, "
        "what it may be, and why. For clinicians; makes no diagnosis. No clinician has reviewed its content yet."
    ),
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
assessing.register(app)
rulesets.register(app)
verifying.register(app)
releasing.register(app)
authoring.register(app)
exchanging.register(app)
proving.register(app)
comparing.register(app)
covering.register(app)
replaying.register(app)
ledger.register(app)
tracing.register(app)
reviewing.register(app)
validating.register(app)
documenting.register(app)
auditing.register(app)
writing.register(app)
writing_fhir.register(app)
artefacts.register(app)
phenopackets.register(app)
querying.register(app)
populations.register(app)
impact.register(app)
watching.register(app)
population.register(app)
serving.register(app)
site.register(app)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"{PROGRAM} {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    pass


def run(arguments: Sequence[str] | None = None) -> int:
    """The exit code of one command line; a bare one asks for help."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = int(app(args=given or ["--help"], prog_name=PROGRAM, standalone_mode=False) or 0)
        if sys.stdout:
            sys.stdout.flush()
    except typer.TyperException as error:
        typer.echo(f"error: {_told(error)}; see `{_help_of(given)}`", err=True)
        return BAD_USE
    except (typer.Abort, KeyboardInterrupt):
        return STOPPED
    except FasciculationRulesError as error:
        typer.echo(f"error: {error}", err=True)
        return error.exit_code
    except (SystemExit, BrokenPipeError) as error:
        if not any(isinstance(each, BrokenPipeError) for each in (error, error.__context__)):
            raise
        _drop_output()  # its reader has gone, which typer tells by ending the program; nothing is wrong with it
        return 0
    except OSError as error:
        _drop_output()
        reason = (error.strerror or str(error)).lower()
        typer.echo(f"error: {error.filename or 'the output'}: {reason}", err=True)
        return BAD_USE
    return code


def _told(error: typer.TyperException) -> str:
    """What typer says, in one form whether it found the fault or pydantic did."""
    return error.format_message().rstrip(".").replace("Value error, ", "")


def _help_of(given: Sequence[str]) -> str:
    """The command line that helps: of the verb that was meant, if there was one."""
    verbs: set[tuple[str | None, ...]] = {(command.name,) for command in app.registered_commands}
    for group in app.registered_groups:
        inside = group.typer_instance.registered_commands if group.typer_instance else ()
        verbs |= {(group.name,), *((group.name, command.name) for command in inside)}
    words = tuple(word for word in given if not word.startswith("-"))[:2]
    meant = next((words[:count] for count in (2, 1) if words[:count] in verbs), ())
    return " ".join((PROGRAM, *meant, "--help"))


def _drop_output() -> None:
    """Nothing more is written, not even what is waiting: it would fail again when the interpreter ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
