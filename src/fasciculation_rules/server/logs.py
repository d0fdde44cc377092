"""One line of JSON an event on standard error: when, what, how long; nothing of a patient."""

from __future__ import annotations

import datetime
import json
import sys
from typing import Any, TextIO


class Log:
    """Writes lines. What is written is chosen by the caller, and never comes from a request's body."""

    def __init__(self, into: TextIO | None = None) -> None:
        self._into = into

    def say(self, event: str, **said: Any) -> None:
        """One line; what is None or empty is left out."""
        time = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
        kept = {key: value for key, value in said.items() if value not in (None, "")}
        line = json.dumps({"time": time, "event": event, **kept})
        print(line, file=self._into or sys.stderr, flush=True)
