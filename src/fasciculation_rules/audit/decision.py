"""What a replay must give again: the input as given and as closed, and everything that could be acted on, by id."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from fasciculation_rules.assessing.admit import admit
from fasciculation_rules.assessing.findings import close
from fasciculation_rules.assessing.firings import Fired, fire
from fasciculation_rules.assessing.tables import Tables
from fasciculation_rules.audit.signs import Signs
from fasciculation_rules.errors import ArgumentError
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.model.assessment import Assessment, Disposition, PlanItem, PlanOut
from fasciculation_rules.model.case import Case, Given, Span
from fasciculation_rules.model.ruleset import Ruleset

Plain = dict[str, Any]


def decision_of(
    case: Case, ruleset: Ruleset, assessment: Assessment, *, on: datetime.date | None, reconcile: bool
) -> Plain:
    """The decision as plain data, without a number that is not whole.

    Raises ArgumentError where the assessment is not that of this case, under this ruleset, on this day.
    """
    if assessment.ruleset.effective_digest != ruleset.effective_digest:
        raise ArgumentError(
            "the assessment is of another ruleset, or of this one under another profile; "
            "pass the ruleset that was asked, under its profile (`with_profile`)"
        )
    on = on.date() if isinstance(on, datetime.datetime) else on
    facts = close(admit(case, ruleset, on=on, reconcile=reconcile), case, ruleset, reconcile=reconcile).facts
    fired = fire(facts, ruleset, engine="compiled")
    if not _follows(assessment, fired, Tables.of(ruleset)):
        raise ArgumentError("the assessment is not of this case; pass the case, the day and `reconcile` that were used")
    signs = Signs.of(ruleset)
    return {
        "input": {
            "given": {name: _given(given) for name, given in case.given.items()},
            "on": None if on is None else on.isoformat(),
            "reconcile": reconcile,
            "closed": _closed(facts, signs),
        },
        "entry": assessment.scope.entry,
        "firings": signs.say_firings(fired),
        "escalations": [name for name in assessment.firings.fired if name in ruleset.escalations],
        "discharged": list(assessment.firings.discharged),
        "urgency": {
            "at_least": assessment.urgency.at_least,
            "at_most": assessment.urgency.at_most,
            "after_examination": assessment.urgency.after_examination,
            "after_tests": assessment.urgency.after_tests,
        },
        "disposition": _disposition(assessment.disposition),
        "plan": _plan(assessment.plan),
        "differential": [[candidate.condition, candidate.standing] for candidate in assessment.differential],
    }


def _follows(assessment: Assessment, fired: Fired, tables: Tables) -> bool:
    """Whether the rules that are said to have fired, and to be open, are those that do so for this input."""
    said = assessment.firings
    return said.fired == tuple(tables.rules.of(fired.true & tables.signed)) and said.open == tuple(
        tables.rules.of(fired.open & tables.signed)
    )


def _given(given: Given) -> str | Plain:
    """A statement in its short form where it has nothing but a value, else in its long one."""
    value = given.value if isinstance(given.value, str) else _span(given.value)
    beside: Mapping[str, Any] = {
        "at": None if given.at is None else given.at.isoformat(),
        "source": given.source,
        "reference": None if given.reference is None else _span(given.reference),
    }
    said = {key: what for key, what in beside.items() if what is not None}
    return {"value": value, **said} if said else value


def _span(span: Span) -> Plain:
    return {"from": span.low, "to": span.high}


def _closed(facts: Facts, signs: Signs) -> Plain:
    return {
        "findings": signs.say_findings(facts.findings),
        "quantities": {name: list(ends) for name, ends in facts.quantities.items()},
    }


def _disposition(disposition: Disposition) -> Plain:
    return {
        "rung": disposition.rung,
        "settled": disposition.settled,
        "maximum_delay": disposition.maximum_delay,
        "first_action_within": disposition.first_action_within,
        "refer": list(disposition.refer),
        "floors": [floor.floor for floor in disposition.floors],
    }


def _plan(plan: PlanOut) -> Plain:
    return {
        "referrals": _ids(plan.referrals),
        "tests": _ids(plan.tests),
        "advice": _ids(plan.advice),
        "safety_net": _ids(plan.safety_net),
        "afterwards": _ids(plan.afterwards),
    }


def _ids(items: Sequence[PlanItem]) -> list[str]:
    return [item.id for item in items]
