"""Reads exports of FHIR Bulk Data as people."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fasciculation_rules.errors import PopulationError
from fasciculation_rules.exchange.fhir.from_fhir import Words, words_of
from fasciculation_rules.exchange.fhir.moments import Clock
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.model.site_mapping import SiteMapping
from fasciculation_rules.population.intake.bulk.export import Export, doubts_of, exports_of
from fasciculation_rules.population.intake.bulk.people import SITE, Part
from fasciculation_rules.population.intake.bulk.spill import BUFFERED
from fasciculation_rules.population.intake.bulk.spreading import Spreading
from fasciculation_rules.population.intake.bulk.when import When, end_of
from fasciculation_rules.population.intake.dates import IndexDates
from fasciculation_rules.population.intake.person import Person, Refused
from fasciculation_rules.population.intake.reader import Reached
from fasciculation_rules.population.intake.tally import Tally

PART_BYTES = 48 * 1024 * 1024
"""What a part holds of the input, about."""


@dataclass
class BulkReader:
    """Exports that were checked, as a `Reader`."""

    exports: tuple[Export, ...]
    words: Words
    when: When
    dates: IndexDates | None = None
    part_bytes: int = PART_BYTES
    buffered: int = BUFFERED
    doubts: list[str] = field(default_factory=list)
    server: str = ""

    form = "fhir"
    about = (SITE,)

    @property
    def as_of(self) -> str | None:
        """The one day, where there is one."""
        return self.when.day

    def identity(self) -> Mapping[str, Any]:
        """All that the people depend on."""
        mapping = self.words.mapping
        return {
            "time": self.when.time.isoformat() if self.when.time else None,
            "time_zone": str(self.when.zone),
            "mapping": mapping.digest if mapping else None,
            **(self.dates.identity() if self.dates else {}),
            "exports": [sorted(f"{file.role.value} {file.sha256}" for file in each.files) for each in self.exports],
            "part_bytes": self.part_bytes,
        }

    def inputs(self) -> list[dict[str, Any]]:
        """Each file of each export."""
        several = len(self.exports) > 1
        files = [
            {
                "file": f"{export.place.name}/{file.path.name}" if several else file.path.name,
                "sha256": file.sha256,
                "bytes": file.bytes,
                "lines": file.lines,
            }
            for export in self.exports
            for file in export.files
        ]
        return [*files, *(self.dates.table.inputs if self.dates else ())]

    def incomplete(self) -> list[str]:
        """What the manifests say that is not here, and what was met in the files."""
        return [*doubts_of(self.exports), *self.doubts]

    def spread(self, place: Path, tally: Tally, done: Reached) -> int:
        """The resources by person, in parts of about one size."""
        total = sum(file.size for export in self.exports for file in export.files)
        parts = max(1, -(-total // self.part_bytes))
        clock = Clock.at(datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC), self.when.zone)
        spreading = Spreading(self.exports, place, parts, tally, clock, self.buffered)
        self.server = spreading.run(self._days(), done)
        self.doubts = spreading.doubts
        return parts

    def people(self, place: Path, part: int, tally: Tally) -> Iterator[Person | Refused]:
        """Those of one part."""
        dated = self.dates is not None
        return Part(place, part, self.words, self.when, self.server, dated, tally).people()

    def _days(self) -> Iterable[tuple[str, datetime.date]]:
        """The index date of each person."""
        return self.dates.frame().collect(engine="streaming").iter_rows() if self.dates else ()


def open_bulk(
    place: Path,
    ruleset: Ruleset,
    *,
    time_zone: ZoneInfo,
    as_of: datetime.date | datetime.datetime | None = None,
    dates: IndexDates | None = None,
    mapping: object = None,
    part_bytes: int = PART_BYTES,
) -> BulkReader:
    """The reader of the export, or the exports, in a folder.

    A day as `as_of` means its end. Without `as_of` and `dates` people are looked at when the last export was made.
    Raises PopulationError with every problem of every file, and MappingError.
    """
    if as_of is not None and dates is not None:
        raise PopulationError("which day it is is said by --as-of and by --index-dates; leave one of them away")
    words = words_of(ruleset, None if mapping is None else SiteMapping.read(mapping))
    exports = exports_of(place)
    time = None if dates is not None else _time(as_of, exports, time_zone)
    return BulkReader(exports, words, When(time_zone, time), dates, part_bytes)


def _time(
    as_of: datetime.date | datetime.datetime | None, exports: tuple[Export, ...], zone: ZoneInfo
) -> datetime.datetime:
    match as_of:
        case datetime.datetime():
            return as_of
        case datetime.date():
            return end_of(as_of, zone)
        case None:
            manifest = exports[-1].manifest
            if manifest is None:
                raise PopulationError(
                    "nobody says of which time the export speaks: give --as-of or --index-dates, or put the manifest "
                    "of the server, whose transactionTime it is, beside the files as manifest.json"
                )
            return manifest.time
