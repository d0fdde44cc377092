"""One line of JSON an event on standard error: when, what, how long; nothing of a patient."""

from __future__ import annotations

import datetime
import json
import logging
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


class Others(logging.Handler):
    """What libraries log, as lines of ours: without the traceback, whose texts may hold what a body said."""

    def __init__(self, log: Log) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """One line; of an exception nothing but its kind."""
        kind = record.exc_info[0] if record.exc_info else None
        what = "an exception" if kind else record.getMessage()
        self._log.say("library", name=record.name, what=what, why=kind.__name__ if kind else "")
