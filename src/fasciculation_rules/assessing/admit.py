"""Reads a case against a vocabulary: names known, values exact, records that are too old set aside as unknown."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from fractions import Fraction

from fasciculation_rules.errors import CaseError, Problem, did_you_mean, problem
from fasciculation_rules.model.assessment import Notice
from fasciculation_rules.model.case import Case, Given, Span
from fasciculation_rules.model.quantity import Amount, read_amount, to_count
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.model.units import UnitError, accepted_units, conversion
from fasciculation_rules.model.vocabulary import Finding, Quantity

_STATES = {"present": True, "absent": False}


@dataclass
class Admitted:
    """What a case says, in the vocabulary's terms. Whatever was unknown, or too old, is not here.

    `quantities` maps a name to (low, high) counts, `references` to the report's own limits in the canonical unit.
    """

    findings: dict[str, bool] = field(default_factory=dict)
    quantities: dict[str, tuple[int, int]] = field(default_factory=dict)
    references: dict[str, tuple[Fraction, Fraction]] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)


def admit(case: Case, ruleset: Ruleset, *, on: datetime.date | None = None) -> Admitted:
    """What the case says on a day.

    Raises CaseError with every problem at once; no value of the case is in its message.
    """
    admitted = Admitted()
    problems: list[Problem] = []
    items = ruleset.vocabulary.items
    for name, given in case.given.items():
        item = items.get(name)
        if item is None:
            problems.append(_unknown(name, ruleset))
        elif on is not None and given.at is not None and given.at > on:
            hint = "correct the date, or assess on a later day"
            problems.append(
                problem("future-date", "the record is dated after the day of assessment", at=name, hint=hint)
            )
        elif isinstance(item, Finding):
            _admit_finding(name, item, given, on, admitted, problems)
        else:
            _admit_quantity(name, item, given, on, admitted, problems)
    if problems:
        raise CaseError("the case cannot be assessed", problems, case=case)
    return admitted


def _unknown(name: str, ruleset: Ruleset) -> Problem:
    if name in ruleset.vocabulary.derived:
        hint = "give the findings it is derived from"
        return problem("derived-given", f"'{name}' is derived, never given", at=name, hint=hint)
    hint = did_you_mean(name, ruleset.vocabulary.items) or "see `fasciculation-rules show VERSION` for the vocabulary"
    return problem("unknown-finding", f"unknown finding '{name[:60]}'", at=name[:60], hint=hint)


def _outdated(name: str, label: str, days: int | None, given: Given, on: datetime.date | None) -> Notice | None:
    if on is None or given.at is None or days is None or (on - given.at).days <= days:
        return None
    return Notice(
        code="too-old", message=f"{label}: the record is older than {days} days and counts as unknown", items=(name,)
    )


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
        problems.append(problem("bad-finding-value", message, at=name))
        return
    if given.value == "unknown":
        return
    days = finding.horizon.absent if given.value == "absent" else finding.horizon.present
    notice = _undated(name, finding, given, on) or _outdated(name, finding.label, days, given, on)
    if notice:
        admitted.notices.append(notice)
    elif finding.values:
        admitted.findings.update({f"{name}={value}": value == given.value for value in finding.values})
    else:
        admitted.findings[name] = _STATES[given.value]


def _admit_quantity(
    name: str, quantity: Quantity, given: Given, on: datetime.date | None, admitted: Admitted, problems: list[Problem]
) -> None:
    if given.value == "unknown":
        return
    ends = _ends(name, quantity, given.value, problems)
    if given.reference is not None:
        low = _exact(name, quantity, given.reference.low, problems)
        high = _exact(name, quantity, given.reference.high, problems)
        if low is not None and high is not None:
            admitted.references[name] = (low[1], high[1])
            if low[1] >= high[1]:
                problems.append(
                    problem("bad-reference", "the reference interval does not go from low to high", at=name)
                )
    if ends is None:
        return
    notice = _undated(name, quantity, given, on) or _outdated(name, quantity.label, quantity.horizon.present, given, on)
    if notice:
        admitted.notices.append(notice)
        admitted.references.pop(name, None)
    else:
        admitted.quantities[name] = ends


def _ends(name: str, quantity: Quantity, value: str | Span, problems: list[Problem]) -> tuple[int, int] | None:
    bottom, top = quantity.bounds()
    if isinstance(value, Span):
        low, high = _exact(name, quantity, value.low, problems), _exact(name, quantity, value.high, problems)
        if low is None or high is None:
            return None
        ends = _count(name, quantity, low[1]), _count(name, quantity, high[1])
        if ends[0] > ends[1]:
            problems.append(problem("bad-span", f"the span of '{name}' does not go from low to high", at=name))
            return None
    else:
        read = _exact(name, quantity, value, problems, bounded=True)
        if read is None:
            return None
        count = _count(name, quantity, read[1])
        match read[0].comparator:
            case "":
                ends = count, count
            case "<":
                ends = bottom, count - 1
            case "<=":
                ends = bottom, count
            case ">":
                ends = count + 1, top
            case _:
                ends = count, top
    if ends[0] < bottom or ends[1] > top or ends[0] > ends[1]:
        low_text, high_text = (float(end) for end in quantity.range)
        message = f"the value of '{name}' lies outside the accepted range {low_text:g} to {high_text:g} {quantity.unit}"
        problems.append(problem("out-of-range", message, at=name, hint="check the value and its unit"))
        return None
    return ends


def _count(name: str, quantity: Quantity, value: Fraction) -> int:
    return to_count(value, quantity.resolution, floor=name == "age")


def _exact(
    name: str, quantity: Quantity, text: str, problems: list[Problem], *, bounded: bool = False
) -> tuple[Amount, Fraction] | None:
    """The amount as read and its value in the canonical unit, or None with the problem noted."""
    amount = read_amount(text)
    units = ", ".join(accepted_units(name, quantity.unit)) if amount is None or not amount.unit else ""
    if amount is None or (amount.comparator and not bounded):
        message = f"'{name}' is a quantity; its value is not a plain decimal number with a unit"
        problems.append(problem("bad-quantity", message, at=name, hint=f"units read here: {units}"))
        return None
    if not amount.unit and quantity.unit not in ("1", "{score}"):
        message = f"the value of '{name}' has no unit"
        problems.append(problem("missing-unit", message, at=name, hint=f"units read here: {units}"))
        return None
    try:
        factor, offset = conversion(name, amount.unit or quantity.unit, quantity.unit)
    except UnitError as error:
        accepted = accepted_units(name, quantity.unit)
        hint = did_you_mean(amount.unit, accepted) or f"units read here: {', '.join(accepted)}"
        problems.append(problem("unknown-unit", str(error), at=name, hint=hint))
        return None
    return amount, amount.number * factor + offset
