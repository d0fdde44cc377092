"""How wide to print: as wide as the terminal; where there is none always alike, and so the same bytes."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence

from fasciculation_rules.report.text import WIDTH

NARROWEST = 60
"""Columns of a page, even where the terminal has fewer."""

NARROW = 40
"""Columns of a table, even where the terminal has fewer."""


def columns() -> int | None:
    """The columns of the terminal that standard output is shown on, or None where it goes elsewhere."""
    return shutil.get_terminal_size((WIDTH, 24)).columns if sys.stdout and sys.stdout.isatty() else None


def page_width() -> int:
    """The width of a page: that of the terminal, within what reads well."""
    return max(NARROWEST, min(columns() or WIDTH, WIDTH))


def in_columns(rows: Sequence[Sequence[str]], room: int | None) -> Iterator[str]:
    """The rows as a table; where it has not enough room, the last column goes below the others, whole."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    beside = room is None or sum(widths) + 2 * (len(widths) - 1) <= room
    for row in rows:
        *cells, last = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        if beside:
            yield "  ".join([*cells, last]).rstrip()
        else:
            yield "  ".join(cells).rstrip()
            yield from textwrap.wrap(last, max(room or 0, NARROW), initial_indent="  ", subsequent_indent="  ")
