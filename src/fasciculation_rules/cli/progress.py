"""How far a long run is, on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Reached = Callable[[int, int], None]
"""Told how many of how many are done."""


@contextmanager
def progress(what: str) -> Iterator[Reached]:
    """How many of how many are done, on a terminal; nobody else is told."""
    if not sys.stderr.isatty():
        yield lambda _count, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (BarColumn(), TextColumn("{task.completed:,.0f} of {task.total:,.0f} " + what), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=1)
        yield lambda count, total: progress.update(task, completed=count, total=total)
