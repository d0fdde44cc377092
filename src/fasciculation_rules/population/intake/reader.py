"""What a form of input has to offer: what it is, its records joined by person on the disk, and the people of a part."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from fasciculation_rules.population.intake.person import Person, Refused
from fasciculation_rules.population.intake.tally import Tally

Reached = Callable[[int, int], None]
"""Told how many of how many are done."""


class Reader(Protocol):
    """One input of one form, which was checked before the reader was made, and refused whole with PopulationError.

    `form` is its name. `as_of` is the one day for everybody (YYYY-MM-DD), or None where each person has her own.
    `about` are the columns of text that it says of a person beside the wide form, such as `site`.
    """

    @property
    def form(self) -> str: ...

    @property
    def as_of(self) -> str | None: ...

    @property
    def about(self) -> tuple[str, ...]: ...

    def identity(self) -> Mapping[str, Any]:
        """All that the people depend on beside the ruleset and the library: digests of inputs, mappings, the day."""

    def inputs(self) -> list[dict[str, Any]]:
        """Each file that was read: `file` (its name only), `sha256`, `bytes` or `rows`."""

    def incomplete(self) -> list[str]:
        """Why the people may not be all, or not whole; each a sentence. Nothing where there is no reason."""

    def spread(self, place: Path, tally: Tally, done: Reached) -> int:
        """Joins the records by person, on the disk below `place`, within a bound of memory; the number of parts.

        The same input is always spread in the same way. What belongs to no part is counted in `tally`.
        """

    def people(self, place: Path, part: int, tally: Tally) -> Iterator[Person | Refused]:
        """The people of one part, in the order of their ids."""
