"""What became of the records: which codes are known, in which units values came, and what was set aside, in counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any


@dataclass
class Tally:
    """Counts of records, never of anything that names a person.

    `read`: by type of record. `known`: by (system, code, item). `unknown`: by (system, code), of codes that no item
    has. `units`: by (quantity, unit as it was written). `aside`: by reason, records that were not taken.
    """

    read: Counter[str] = field(default_factory=Counter)
    known: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    unknown: Counter[tuple[str, str]] = field(default_factory=Counter)
    units: Counter[tuple[str, str]] = field(default_factory=Counter)
    aside: Counter[str] = field(default_factory=Counter)

    def set_aside(self, reason: str, count: int = 1) -> None:
        """Counts records that were not taken."""
        if count:
            self.aside[reason] += count

    def add(self, other: Tally) -> None:
        """Adds the counts of another part."""
        for each in fields(self):
            getattr(self, each.name).update(getattr(other, each.name))

    def as_json(self) -> dict[str, Any]:
        """Lists of names with their count, sorted."""
        return {
            each.name: [[*(key if isinstance(key, tuple) else (key,)), count] for key, count in sorted(counts.items())]
            for each in fields(self)
            if (counts := getattr(self, each.name)) is not None
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Tally:
        """The same again."""
        found = cls()
        for each in fields(cls):
            for *key, count in said[each.name]:
                getattr(found, each.name)[key[0] if len(key) == 1 else tuple(key)] = count
        return found
