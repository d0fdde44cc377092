"""What people type: `fasciculation-rules`."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence

from fasciculation_rules.cli.keyboard import stopped_at_once


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs a command and exits with its code: 0 done, 1 the answer is no, 2 bad input, 3 no engine, 4 partial."""
    with stopped_at_once():
        from fasciculation_rules.cli.app import run
    _show_what_is_no_text()
    sys.exit(run(arguments))


def _show_what_is_no_text() -> None:
    """The name of a file may be any bytes, and a terminal may lack letters; neither keeps an answer from its reader."""
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="backslashreplace")
