"""One person as a form of input tells of her, and the row of the wide form that she becomes."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field

from fasciculation_rules.assessing.admit import admit
from fasciculation_rules.assessing.findings import close
from fasciculation_rules.logic.frozen import FrozenMapping
from fasciculation_rules.model.case import Case
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.population.intake.tally import Tally
from fasciculation_rules.population.rows import to_row

NOT_COUNTING: dict[str, str] = {
    "too-old": "what is known of an item is older than it counts on the index date, so the item is unknown",
    "undated": "an item that counts only with a date, and has none, so it is unknown",
}
"""Why an item of a record that was read counts as unknown, and its words; once for each person."""


@dataclass(frozen=True, slots=True)
class Person:
    """What was known of somebody on a day. `about` is what the table says beside the form, such as her site.

    `alive` is None where the record does not say; `observed_days` is how long before that day she had been observed.
    """

    id: str
    case: Case
    on: datetime.date
    alive: bool | None = None
    observed_days: int | None = None
    about: Mapping[str, str] = field(default_factory=FrozenMapping)


@dataclass(frozen=True, slots=True)
class Refused:
    """Somebody whose record cannot be read. The reason names no value."""

    id: str
    reason: str


def cells_of(person: Person, ruleset: Ruleset, tally: Tally) -> dict[str, int]:
    """Her row: records that are too old left out, what follows added, contradictions settled, as `assess` does it.

    What is too old, or lacks a date that it needs, is counted.

    Raises CaseError where the record is not one that can be assessed.
    """
    admitted = admit(person.case, ruleset, on=person.on, reconcile=True)
    cells = to_row(close(admitted, person.case, ruleset, reconcile=True).facts, ruleset)
    for notice in admitted.notices:
        if notice.code in NOT_COUNTING:
            tally.set_aside(notice.code)
    return cells
