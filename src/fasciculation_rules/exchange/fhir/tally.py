"""What was met while reading: codes known and unknown, resources, and what was set aside and why."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from fasciculation_rules.model.imported import Counted, SetAside, UnitWritten

REASONS: dict[str, str] = {
    "ahead-of-time": "dated after the time of reading",
    "another-range": "more than one reference range, or none that can be read; the value counts without",
    "conflicting": "present and absent on one day; what is present counts",
    "deceased": "the person has died",
    "deleted": "deleted in the record",
    "denied-later": "present, and denied later; what is present counts until it is resolved in the record",
    "differs": "several values of one time; they count as a range, or not at all",
    "entered-in-error": "entered in error, as if not there",
    "focus": "about something other than the patient",
    "history": "resolved, inactive, ended or in remission: history, not presence",
    "icd-only": "known through an administrative code only; please confirm",
    "incomplete-page": "the bundle names a next page that is not here",
    "modified": "an extension changes its meaning, and is not understood",
    "narrower-denied": "what is denied is one kind of it only",
    "no-subject": "does not say whom it is about",
    "no-value": "has no value that says whether it is present",
    "not-done": "not done, or not to be given",
    "not-final": "planned, in progress, draft or cancelled",
    "not-first-degree": "a relative who is not a parent, sibling or child",
    "of-a-relative": "a disease of a relative that says nothing of the patient",
    "operation-outcome": "the server told of a problem; some data may be missing",
    "out-of-range": "outside the range that is accepted; usually a wrong unit",
    "patient-reported": "found by an examiner, but reported by the patient or a relative",
    "preliminary": "preliminary; it counts, and may change",
    "read-as-wider": "the code may mean something else too",
    "several-items": "several codes of different meaning; all count as present, none as absent or as a value",
    "sex-differs": "the sex recorded at birth differs from the administrative gender; the former counts",
    "status-unreadable": "its status is not one that is known",
    "suspicion": "provisional, differential or unconfirmed: a suspicion, not presence",
    "undated": "has no date, so it never becomes too old",
    "undated-not-taken": "has no date, or only that of an encounter that is not here; it is not taken",
    "unfinished-denial": "denied without a final status; it is not taken",
    "unit-disagrees": "unit and code disagree",
    "unit-unreadable": "the unit is lacking, or is not one that is read for it",
    "unreadable-date": "the date cannot be read",
    "value-lacking": "the record says that the value is not known",
    "value-unreadable": "the value is not one that is understood",
}
"""Every code of a notice, and its words: about no one in particular."""

ABOUT_RECORD = frozenset({"deceased", "incomplete-page", "operation-outcome"})

_SYSTEM = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,15}:[^\s@'\"<>]{1,200}")
_TYPE = re.compile(r"[A-Z][A-Za-z]{1,40}")
_UNIT = re.compile(r"[A-Za-z0-9%µμ°/*.^+(){}\[\]'\"_-]{1,32}")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+^-]{0,63}")
HIDDEN = "(not shown)"


@dataclass
class Tally:
    """Counters only; nothing of what a resource says is kept."""

    resources: Counter[str] = field(default_factory=Counter)
    known: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    unknown: Counter[tuple[str, str]] = field(default_factory=Counter)
    text_only: Counter[str] = field(default_factory=Counter)
    units: Counter[tuple[str, str]] = field(default_factory=Counter)
    aside: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    another_subject: int = 0

    def set_aside(self, reason: str, kind: str = "", item: str = "") -> None:
        """Counts one thing; `reason` is one of REASONS."""
        self.aside[reason, kind, item] += 1

    def read(self) -> dict[str, int]:
        """How many resources of each type, in order."""
        shown: Counter[str] = Counter()
        for kind, count in self.resources.items():
            shown[shown_as(kind, _TYPE)] += count
        return dict(sorted(shown.items()))

    def known_codes(self) -> tuple[Counted, ...]:
        """Codes that mean an item, in order."""
        return tuple(
            Counted(system=system, code=code, item=item, count=count)
            for (system, code, item), count in sorted(self.known.items())
        )

    def unknown_codes(self) -> tuple[Counted, ...]:
        """Codes that mean nothing here; what does not look like one may be said about a person and is not shown."""
        shown: Counter[tuple[str, str]] = Counter()
        for (system, code), count in self.unknown.items():
            shown[shown_as(system, _SYSTEM), shown_as(code, _CODE)] += count
        return tuple(Counted(system=system, code=code, count=count) for (system, code), count in sorted(shown.items()))

    def units_written(self) -> tuple[UnitWritten, ...]:
        """Units as they were written, by quantity, in order; what does not look like one is not shown."""
        shown: Counter[tuple[str, str]] = Counter()
        for (quantity, unit), count in self.units.items():
            shown[quantity, shown_as(unit, _UNIT)] += count
        return tuple(UnitWritten(quantity, unit, count) for (quantity, unit), count in sorted(shown.items()))

    def notices(self) -> tuple[SetAside, ...]:
        """What was set aside, in order."""
        return tuple(
            SetAside(
                code=reason, message=REASONS[reason], type=shown_as(kind, _TYPE) or None, item=item or None, count=count
            )
            for (reason, kind, item), count in sorted(self.aside.items())
        )


def shown_as(text: str, pattern: re.Pattern[str]) -> str:
    """The text if it looks as it should, else that it is not shown."""
    return text if not text or pattern.fullmatch(text) else HIDDEN


def shown_type(kind: str) -> str:
    """A type of resource as it may be printed."""
    return shown_as(kind, _TYPE)


def shown_code(code: str) -> str:
    """A code as it may be printed."""
    return shown_as(code, _CODE)


def shown_system(system: str) -> str:
    """The address of a code system as it may be printed."""
    return shown_as(system, _SYSTEM)
