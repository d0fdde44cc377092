"""What became of the records of another form, for people: what is known, what is not, and what was set aside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from fasciculation_rules._version import __version__
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.population.intake.preparing import Prepared

MOST = 20
"""Codes and units that are listed; the manifest has all of them."""


def lines_of(found: Prepared, ruleset: Ruleset, *, form: str, day: str, least: int) -> Iterator[str]:
    """The report as text. No count from 1 to one less than `least` is shown."""
    yield f"Records of the form {form} as a table of the wide form; as of {day}"
    yield f"Ruleset {ruleset.version} ({ruleset.status}, library {__version__}), {ruleset.about.review}."
    yield "What is not recorded is unknown, never no."
    yield ""
    tally = found.tally
    yield _line("people", found.people, least)
    yield _line("people in quarantine", found.quarantined, least)
    yield from _counts("Records read", tally.read, least)
    yield _line("records with a code that is known", tally.known.total(), least)
    yield _line("records with one that is not", tally.unknown.total(), least)
    yield from _counts("Records set aside", tally.aside, least)
    yield from _counts("Codes that are not known, the most frequent ones", tally.unknown, least, MOST)
    yield from _counts("Units, as they were written", tally.units, least, MOST)
    yield ""
    for sentence in found.incomplete:
        yield f"The table is not whole: {sentence}"
    resumed = f", {found.resumed} of them from an earlier run" if found.resumed else ""
    yield f"{found.parts} parts{resumed}"


def _counts(title: str, counts: Counter[Any], least: int, most: int | None = None) -> Iterator[str]:
    if counts:
        yield ""
        yield title
        ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:most]
        for key, count in ordered:
            yield _line(f"  {' '.join(key) if isinstance(key, tuple) else key}", count, least)


def _line(name: str, count: int, least: int) -> str:
    shown = f"<{least}" if 0 < count < least else f"{count:,}"
    return f"{name:<56}{shown:>14}"
