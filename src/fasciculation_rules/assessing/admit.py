"""Reads a case against a vocabulary: names known, values exact, records that are too old set aside as unknown."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from fractions import Fraction

from fasciculation_rules.assessing.measure import Measure
from fasciculation_rules.errors import CaseError, Problem, did_you_mean, is_plain_name, problem
from fasciculation_rules.model.assessment import Notice
from fasciculation_rules.model.case import Case, Given, place_of_item
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.model.vocabulary import Finding, Quantity

TOO_OLD = "too-old"
_STATES = {"present": True, "absent": False}


@dataclass
class Admitted:
    """What a case says, in the vocabulary's terms. Whatever was unknown is not here.

    `quantities` maps a name to (low, high) counts, `references` to the report's own limits in the canonical unit.
    What is too old to count stands apart: it may still overtake an older summary that says normal.
    """

    findings: dict[str, bool] = field(default_factory=dict)
    quantities: dict[str, tuple[int, int]] = field(default_factory=dict)
    references: dict[str, tuple[Fraction, Fraction]] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    old_findings: dict[str, bool] = field(default_factory=dict)
    old_quantities: dict[str, tuple[int, int]] = field(default_factory=dict)
    old_references: dict[str, tuple[Fraction, Fraction]] = field(default_factory=dict)


def admit(case: Case, ruleset: Ruleset, *, on: datetime.date | None = None, reconcile: bool = False) -> Admitted:
    """What the case says on a day. With `reconcile` contradictions are settled later and are no problem here.

    Raises CaseError with every problem at once; no value of the case is in its message.
    """
    on = on.date() if isinstance(on, datetime.datetime) else on
    admitted = Admitted()
    problems: list[Problem] = []
    items = ruleset.vocabulary.items
    for name, given in case.given.items():
        item = items.get(name)
        if item is None:
            problems.append(_unknown(name, place_of_item(name, case.given), ruleset))
        elif on is not None and given.at is not None and given.at > on:
            hint = "correct the date, or assess on a later day"
            message = f"the record of '{name}' is dated after the day of assessment"
            problems.append(problem("future-date", message, at=f"given.{name}", hint=hint))
        elif isinstance(item, Finding):
            _admit_finding(name, item, given, on, admitted, problems)
        else:
            _admit_quantity(name, item, given, on, admitted, problems)
    if problems:
        pairs = () if reconcile else ruleset.closure.contradictions(admitted.findings)
        problems += [contradiction(*pair) for pair in pairs]
        raise CaseError("the case cannot be assessed", problems, case=case)
    return admitted


def contradiction(one: str, other: str) -> Problem:
    """Two statements that cannot both hold."""
    message = f"'{one}' and '{other}' cannot both be as given"
    hint = "correct one of them; until then treat as present"
    return problem("contradiction", message, at=f"given.{one}", hint=hint)


def _unknown(name: str, at: str, ruleset: Ruleset) -> Problem:
    if name in ruleset.vocabulary.derived:
        hint = "give the findings it is derived from"
        return problem("derived-given", f"'{name}' is derived, never given", at=at, hint=hint)
    hint = did_you_mean(name, ruleset.vocabulary.items) or "see `fasciculation-rules show VERSION` for the vocabulary"
    message = f"unknown finding '{name}'" if is_plain_name(name) else "a name that is not one of the vocabulary"
    return problem("unknown-finding", message, at=at, hint=hint)


def _outdated(name: str, label: str, days: int | None, given: Given, on: datetime.date | None) -> Notice | None:
    if on is None or given.at is None or days is None or (on - given.at).days <= days:
        return None
    message = f"{label}: the record is older than {days} days and counts as unknown"
    return Notice(code=TOO_OLD, message=message, items=(name,))


def _undated(name: str, item: Finding | Quantity, given: Given, on: datetime.date | None) -> Notice | None:
    if not item.needs_date or (given.at is not None and on is not None):
        return None
    lacks = "a date" if given.at is None else "a day of assessment"
    return Notice(code="undated", message=f"{item.label}: counts only with {lacks}, so it is unknown", items=(name,))


def _admit_finding(
    name: str, finding: Finding, given: Given, on: datetime.date | None, admitted: Admitted, problems: list[Problem]
) -> None:
    values = finding.values or tuple(_STATES)
    if not isinstance(given.value, str) or given.value not in (*values, "unknown"):
        message = f"'{name}' is a finding; its value is none of {', '.join(values)}, unknown"
        problems.append(problem("bad-finding-value", message, at=f"given.{name}"))
        return
    if given.reference is not None:
        message = f"'{name}' is a finding; only a quantity has a reference interval"
        problems.append(problem("bad-reference", message, at=f"given.{name}", hint="leave it out"))
    if given.value == "unknown":
        return
    days = finding.horizon.absent if given.value == "absent" else finding.horizon.present
    notice = _undated(name, finding, given, on) or _outdated(name, finding.label, days, given, on)
    if notice:
        admitted.notices.append(notice)
        if notice.code == TOO_OLD and not finding.values:
            admitted.old_findings[name] = _STATES[given.value]
    elif finding.values:
        admitted.findings.update({f"{name}={value}": value == given.value for value in finding.values})
    else:
        admitted.findings[name] = _STATES[given.value]


def _admit_quantity(
    name: str, quantity: Quantity, given: Given, on: datetime.date | None, admitted: Admitted, problems: list[Problem]
) -> None:
    if given.value == "unknown":
        return
    measure = Measure(name, quantity, f"given.{name}", problems)
    ends = measure.ends(given.value)
    reference = measure.reference(given.reference) if given.reference is not None else None
    if ends is None:
        return
    notice = _undated(name, quantity, given, on) or _outdated(name, quantity.label, quantity.horizon.present, given, on)
    if notice:
        admitted.notices.append(notice)
        if notice.code == TOO_OLD:
            admitted.old_quantities[name] = ends
            if reference is not None:
                admitted.old_references[name] = reference
        return
    admitted.quantities[name] = ends
    if reference is not None:
        admitted.references[name] = reference
