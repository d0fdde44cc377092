"""The straight line from a case to an assessment: each step is one call, and every value between them is frozen."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from fasciculation_rules._version import __version__
from fasciculation_rules.assessing.admit import admit
from fasciculation_rules.assessing.differential import differential_of
from fasciculation_rules.assessing.disposition import disposition_of, screen_of
from fasciculation_rules.assessing.explanation import explanation_of
from fasciculation_rules.assessing.findings import close
from fasciculation_rules.assessing.firings import fire
from fasciculation_rules.assessing.phrases import Phrases
from fasciculation_rules.assessing.plan import plan_of
from fasciculation_rules.assessing.questions import checks_of, questions_of, reach_of
from fasciculation_rules.assessing.scope import scope_of
from fasciculation_rules.assessing.tables import Tables
from fasciculation_rules.assessing.urgency import urgency_of
from fasciculation_rules.errors import wrong_argument
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.model.assessment import Assessment, Candidate, Firings, Sentence
from fasciculation_rules.model.case import Case
from fasciculation_rules.model.profile import Profile
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.shelf.freeze import with_profile
from fasciculation_rules.shelf.opening import open_ruleset


def assess(
    case: Case | Mapping[str, Any],
    ruleset: Ruleset | str | None = None,
    *,
    engine: str = "durable",
    on: datetime.date | None = None,
    profile: Profile | Mapping[str, Any] | None = None,
    reconcile: bool = False,
) -> Assessment:
    """How soon, to whom, what to test, what to ask next, what it may be, and why.

    `ruleset` is a ruleset or a version; without one the newest active (else the newest draft) is used and named.
    `on` is the day of assessment: dated records older than their horizon count as unknown. Without it nothing ages.
    `reconcile` settles contradictions as records need (the specific presence wins) instead of refusing them.

    Raises CaseError, RulesetError or ProfileError for bad input, ArgumentError for an argument of the wrong kind,
    and EngineDisagreementError where two engines differ: then there is no guidance.
    """
    if on is not None and not isinstance(on, datetime.date):
        raise wrong_argument("`on` is a datetime.date, such as datetime.date(2026, 11, 22)", on)
    if not isinstance(engine, str):
        raise wrong_argument("an engine is named by text, such as 'durable'", engine)
    case = Case.read(case)
    profile = profile if profile is None else Profile.read(profile)
    ruleset = ruleset if isinstance(ruleset, Ruleset) else open_ruleset(ruleset)
    ruleset = ruleset if profile is None else with_profile(ruleset, profile)
    tables = Tables.of(ruleset)

    admitted = admit(case, ruleset, on=on, reconcile=reconcile)
    findings = close(admitted, case, ruleset, reconcile=reconcile)
    fired = fire(findings.facts, ruleset, engine=engine, case=case)
    known = tables.known(findings.facts)
    urgency = urgency_of(fired, tables)
    screen = screen_of(findings, tables)
    disposition = disposition_of(urgency, screen, known, fired, tables)
    plan, withheld = plan_of(disposition, urgency, screen, findings, fired, tables)
    differential = differential_of(fired, tables)
    reach = reach_of(urgency, screen, known, fired, tables)
    questions = questions_of(reach[Firing.OPEN], screen, urgency.range.at_least, known, fired, tables)
    explanation = explanation_of(disposition, urgency, plan, differential, fired, tables)

    return Assessment(
        ruleset=Phrases.of(ruleset).identity,
        library=__version__,
        engine=fired.engine,
        scope=scope_of(fired, tables),
        urgency=urgency.range,
        disposition=disposition,
        plan=plan,
        differential=differential,
        questions=questions,
        examinations=checks_of(reach[Firing.AWAITS_EXAMINATION], tables),
        tests=checks_of(reach[Firing.AWAITS_TEST], tables),
        firings=Firings(
            fired=tuple(tables.rules.of(fired.true & tables.signed)),
            discharged=tuple(tables.rules.of(urgency.discharged)),
            open=tuple(tables.rules.of(fired.open & tables.signed)),
            awaits_examination=tuple(tables.rules.of(fired.awaits_examination & tables.signed)),
            awaits_test=tuple(tables.rules.of(fired.awaits_test & tables.signed)),
        ),
        explanation=explanation,
        notices=tuple(sorted((*findings.notices, *fired.notices, *withheld), key=lambda n: (n.code, n.items))),
        limits=ruleset.outcomes.limits,
        labels=_labels(explanation, differential, tables),
    )


def _labels(explanation: tuple[Sentence, ...], differential: tuple[Candidate, ...], tables: Tables) -> dict[str, str]:
    """The words for every finding that the assessment names, so that a reader needs no vocabulary."""
    named = [name for sentence in explanation for name in sentence.findings]
    for candidate in differential:
        for argument in (*candidate.for_, *candidate.against, *candidate.excluding, *candidate.unknown):
            named += argument.findings
    return {name: tables.ruleset.vocabulary.label(name) for name in sorted(set(named))}
