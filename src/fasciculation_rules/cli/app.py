"""The command line as a whole: its verbs, and how an error becomes one clear message and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import typer

from fasciculation_rules import __version__
from fasciculation_rules.cli import assessing, authoring, rulesets, writing
from fasciculation_rules.errors import FasciculationRulesError

BAD_USE, STOPPED = 2, 130

app = typer.Typer(
    name="fasciculation-rules",
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
authoring.register(app)
writing.register(app)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"fasciculation-rules {__version__}")
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
        code = int(app(args=given or ["--help"], standalone_mode=False) or 0)
        if sys.stdout:
            sys.stdout.flush()
    except typer.TyperException as error:
        typer.echo(f"error: {error.format_message().rstrip('.')}; see `fasciculation-rules --help`", err=True)
        return BAD_USE
    except typer.Abort:
        typer.echo("stopped", err=True)
        return STOPPED
    except FasciculationRulesError as error:
        typer.echo(f"error: {error}", err=True)
        return error.exit_code
    except (SystemExit, BrokenPipeError):  # the reader of our output has gone; nothing is wrong with it
        _drop_output()
        return 0
    except OSError as error:
        _drop_output()
        reason = (error.strerror or str(error)).lower()
        typer.echo(f"error: {error.filename or 'the output'}: {reason}", err=True)
        return BAD_USE
    return code


def _drop_output() -> None:
    """Nothing more is written, not even what is waiting: it would fail again when the interpreter ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
