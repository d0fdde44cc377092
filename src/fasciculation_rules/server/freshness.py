"""Which of what is known was recorded lately: the loudest card rests on that alone."""

from __future__ import annotations

import datetime
from collections.abc import Collection

from fasciculation_rules.logic.condition import Is, leaves
from fasciculation_rules.model.case import Case
from fasciculation_rules.model.imported import Imported, Origin
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.model.site import Windows
from fasciculation_rules.model.vocabulary import Kind

_MEASURED = (Kind.MEASUREMENT, Kind.TEST)


def entry_findings(ruleset: Ruleset) -> frozenset[str]:
    """The findings that bring a person in."""
    return frozenset(leaf.name for leaf in leaves(ruleset.about.entry) if isinstance(leaf, Is))


def fresh_part(
    imported: Imported, ruleset: Ruleset, today: datetime.date, windows: Windows, here: Collection[str]
) -> Case:
    """The case without what was recorded as present, or measured, longer ago than its window.

    What never ages (age, known diseases, family history) stays, as do entry findings and denials that still count.
    `here` are the digests of the resources of this encounter, which are fresh whatever their date.
    """
    standing = entry_findings(ruleset)
    origins = {origin.item: origin for origin in imported.provenance}
    kept = {
        name: given
        for name, given in imported.case.given.items()
        if name in standing
        or given.value == "absent"
        or _is_fresh(name, origins.get(name), ruleset, today, windows, here)
    }
    return Case(given=kept)


def _is_fresh(
    name: str, origin: Origin | None, ruleset: Ruleset, today: datetime.date, windows: Windows, here: Collection[str]
) -> bool:
    item = ruleset.vocabulary.items[name]
    if item.horizon.present is None and item.kind not in _MEASURED:
        return True
    if origin is None or origin.date is None:
        return False
    days = windows.fresh_measurement_days if item.kind in _MEASURED else windows.fresh_days
    return origin.resource in here or (today - origin.date).days <= days


def entered_days(imported: Imported, ruleset: Ruleset, today: datetime.date) -> int | None:
    """How many days ago the newest entry finding was recorded as present; None where none has a date."""
    found = _days(imported, entry_findings(ruleset), today)
    return min(found, default=None)


def screened_since_entry(imported: Imported, ruleset: Ruleset, today: datetime.date) -> bool:
    """Whether a question of the screen was answered in a form on or after the day the twitch was recorded."""
    entered = entered_days(imported, ruleset, today)
    screen = frozenset(ruleset.vocabulary.screen)
    answers = [
        (today - origin.date).days
        for origin in imported.provenance
        if origin.type == "QuestionnaireResponse" and origin.item in screen and origin.date is not None
    ]
    return entered is not None and any(days <= entered for days in answers)


def _days(imported: Imported, names: Collection[str], today: datetime.date) -> list[int]:
    given = imported.case.given
    return [
        (today - origin.date).days
        for origin in imported.provenance
        if origin.item in names and origin.date is not None and given[origin.item].value == "present"
    ]
