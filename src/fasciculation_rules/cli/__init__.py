"""What people type: `fasciculation-rules`."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs a command and exits with its code: 0 done, 1 the answer is no, 2 bad input, 3 no engine, 4 partial."""
    from fasciculation_rules.cli.app import run

    sys.exit(run(arguments))
