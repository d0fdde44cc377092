"""Statements of the long form, and what counts of them, said once more and plainly."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from fasciculation_rules import Case, Ruleset
from fasciculation_rules.model.vocabulary import Finding
from fasciculation_rules.population.intake.person import Person, cells_of
from fasciculation_rules.population.intake.tally import Tally


@dataclass(frozen=True)
class Statement:
    """A row of the long form as its words."""

    person_id: str
    item: str
    value: str
    unit: str = ""
    date: str = ""
    reference_low: str = ""
    reference_high: str = ""
    source: str = ""


def expected(said: Iterable[Statement], ruleset: Ruleset, on: datetime.date) -> dict[str, Any]:
    """What `assess` knows of a case with what counts of some statements, of which none has a rival of its time."""
    given: dict[str, Any] = {}
    for name, item in ruleset.vocabulary.items.items():
        mine = [one for one in said if one.item == name and (not one.date or day_of(one) <= on)]
        dated = sorted((one for one in mine if one.date), key=lambda one: one.date)
        undated = [one for one in mine if not one.date]
        if not isinstance(item, Finding) or item.values:
            chosen = (dated or undated or [None])[-1]
        else:
            order = [*undated, *dated] if item.needs_date else [*dated, *undated]
            counting = [one for one in order if one.value == "present" and fresh(one, item, on)]
            chosen = (counting or order or [None])[-1]
        if chosen is not None:
            given[name] = {
                "value": f"{chosen.value} {chosen.unit}".strip(),
                **({"at": chosen.date} if chosen.date else {}),
            }
    return dict(cells_of(Person("x", Case.read({"given": given}), on), ruleset, Tally()))


def day_of(one: Statement) -> datetime.date:
    return datetime.date.fromisoformat(one.date[:10])


def fresh(one: Statement, item: Finding, on: datetime.date) -> bool:
    if not one.date:
        return not item.needs_date
    return item.horizon.present is None or (on - day_of(one)).days <= item.horizon.present
