"""What became of the records of another form, for people: what is known, what is not, and what was set aside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from fasciculation_rules._version import __version__
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.population.intake.preparing import Prepared
from fasciculation_rules.population.shielding import is_small, shown

MOST = 20
"""Codes and units that are listed; the manifest has all of them."""


def lines_of(found: Prepared, ruleset: Ruleset, *, form: str, day: str, least: int) -> Iterator[str]:
    """The report as text. No count from 1 to one less than `least` is shown, nor can one be had from a total."""
    yield f"Records of the form {form} as a table of the wide form; as of {day}"
    yield f"Ruleset {ruleset.version} ({ruleset.status}, library {__version__}), {ruleset.about.review}."
    yield "What is not recorded is unknown, never no."
    yield ""
    tally = found.tally
    yield _line("people", found.people, least)
    yield _line("people in quarantine", found.quarantined, least)
    yield from _counts("Records read", tally.read, least)
    yield _line("statements with a code that is known", tally.known.total(), least)
    listed: dict[Any, int] = dict(_ordered(tally.unknown)[:MOST])
    # The rest of them counts as one more; the total is theirs all together.
    cells = {**listed, "rest": tally.unknown.total() - sum(listed.values()), "all": tally.unknown.total()}
    texts = shown(cells, [("all", (*listed, "rest"))], least)
    yield _told("records with a code that is not", texts["all"])
    yield from _counts("Records set aside", tally.aside, least)
    if listed:
        yield ""
        yield "Codes that are not known, the most frequent ones"
        for code in listed:
            yield _told(f"  {' '.join(code)}", texts[code])
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
        for key, count in _ordered(counts)[:most]:
            yield _line(f"  {' '.join(key) if isinstance(key, tuple) else key}", count, least)


def _ordered(counts: Counter[Any]) -> list[tuple[Any, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def _line(name: str, count: int, least: int) -> str:
    return _told(name, f"<{least}" if is_small(count, least) else f"{count:,}")


def _told(name: str, text: str) -> str:
    return f"{name:<56}{text:>14}"
