"""A trace in lines for people, as values for machines, and as a table of links."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from fasciculation_rules._version import __version__
from fasciculation_rules.audit.safety.tracing import Trace
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.model.safety import Judged
from fasciculation_rules.report.html import page


def heading(ruleset: Ruleset) -> str:
    """Which version this is about, and that nobody has reviewed it."""
    return f"Ruleset {ruleset.version} ({ruleset.status}, library {__version__}, {ruleset.about.review})"


def lines_of(found: Trace) -> Iterator[str]:
    """A line a requirement and a hazard, then what is missing, then the sums."""
    yield heading(found.ruleset)
    yield "Requirements"
    for each in found.requirements:
        asked = ", ".join((*each.requirement.needs, *each.hazards))
        yield f"  {each.requirement.id}  {each.requirement.says}"
        yield f"      for {asked or 'nothing'}; {_count(each.rules, 'rule')}; {_count(each.requirement.tests, 'test')}"
    yield "Hazards (risk from 1 to 5, before and after control)"
    for hazard in found.hazards:
        said = hazard.hazard
        yield f"  {said.id}  {said.before.risk} -> {said.after.risk}  {said.hazard}"
        yield (
            f"      {_count(hazard.rules, 'rule')} concerned; {_count(hazard.controls, 'control')}; "
            f"judged by: {said.judged_by}"
        )
    yield from _changes(found)
    if found.faults:
        yield "What is missing"
        yield from (f"  {fault}" for fault in found.faults)
    yield summary(found)


def _changes(found: Trace) -> Iterator[str]:
    if found.changes:
        yield "Changes"
    for change in found.changes:
        yield f"  {change.change}  {change.why}"
        yield f"      {_count(change.rules, 'rule')}; {_names(change.hazards)} looked at; from {_names(change.reports)}"
    if found.reports:
        yield "Reports of problems"
    for report in found.reports:
        yield f"  {report.report}  {report.what}"
        said = f"found in {report.found_in}, {report.severity}, judged by: {report.judged_by}"
        yield f"      {report.status}; {said}; {_names(report.hazards)}"


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(names) or "nothing"


def summary(found: Trace) -> str:
    """The sums, and whether results of tests were looked at."""
    results = "tests were found in their sources; results of a run were not looked at"
    if found.passed is not None:
        results = f"{sum(found.passed.get(test, False) for test in found.tests)} of these passed in the run given"
    return (
        f"{_count(found.needs, 'need')}, {_count(found.requirements, 'requirement')}, {_count(found.rules, 'rule')}, "
        f"{_count(found.hazards, 'hazard')}, {_count(found.tests, 'test')} named ({results}); "
        f"{_count(found.faults, 'fault')}"
    )


def _count(things: tuple[object, ...], one: str) -> str:
    return f"{len(things)} {one}" if len(things) == 1 else f"{len(things)} {one}s"


def as_json(found: Trace) -> dict[str, object]:
    """The same as plain values."""
    return {
        "format": 1,
        "ruleset": {
            "version": found.ruleset.version,
            "status": found.ruleset.status,
            "text_digest": found.ruleset.text_digest,
            "logic_digest": found.ruleset.logic_digest,
        },
        "needs": [{"id": need.id, "says": need.says, "source": need.source.where} for need in found.needs],
        "requirements": [
            {
                "id": each.requirement.id,
                "says": each.requirement.says,
                "source": {"kind": each.requirement.source.kind, "where": each.requirement.source.where},
                "needs": list(each.requirement.needs),
                "hazards": list(each.hazards),
                "rules": list(each.rules),
                "tests": list(each.requirement.tests),
            }
            for each in found.requirements
        ],
        "hazards": [
            {
                "id": each.hazard.id,
                "hazard": each.hazard.hazard,
                "cause": each.hazard.cause,
                "effect": each.hazard.effect,
                "requirements": list(each.hazard.requirements),
                "rules": list(each.rules),
                "before": _judged(each.hazard.before),
                "controls": [
                    {
                        "does": one.control.does,
                        "rules": list(one.rules),
                        "units": list(one.control.units),
                        "tests": list(one.control.tests),
                    }
                    for one in each.controls
                ],
                "after": _judged(each.hazard.after),
                "residual": each.hazard.residual,
                "judged_by": each.hazard.judged_by,
            }
            for each in found.hazards
        ],
        "rules": [
            {"rule": each.rule, "requirements": list(each.requirements), "hazards": list(each.hazards)}
            for each in found.rules
        ],
        "changes": [each.model_dump(mode="json") for each in found.changes],
        "reports": [each.model_dump(mode="json") for each in found.reports],
        "results": None if found.passed is None else {test: found.passed.get(test, False) for test in found.tests},
        "faults": [{"kind": fault.kind, "about": fault.about, "what": fault.what} for fault in found.faults],
    }


def _judged(judged: Judged) -> dict[str, object]:
    return {"severity": judged.severity, "likelihood": judged.likelihood, "risk": judged.risk}


def as_html(found: Trace) -> str:
    """The same as one page."""
    return page(
        "trace",
        **as_json(found),
        summary=summary(found),
        library=__version__,
        review=found.ruleset.about.review,
    )


def as_csv(found: Trace) -> str:
    """Every link as a line: from, what it is, to."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("from", "link", "to"))
    writer.writerows(_links(found))
    return out.getvalue()


def _links(found: Trace) -> Iterator[tuple[str, str, str]]:
    for each in found.requirements:
        name = each.requirement.id
        yield from ((name, "for need", need) for need in each.requirement.needs)
        yield from ((name, "against hazard", hazard) for hazard in each.hazards)
        yield from ((name, "carried by rule", rule) for rule in each.rules)
        yield from ((name, "shown by test", test) for test in each.requirement.tests)
    for hazard in found.hazards:
        name = hazard.hazard.id
        yield from ((name, "concerns rule", rule) for rule in hazard.rules)
        for number, one in enumerate(hazard.controls, start=1):
            control = f"{name}, control {number}"
            yield from ((control, "carried by rule", rule) for rule in one.rules)
            yield from ((control, "carried by code", unit) for unit in one.control.units)
            yield from ((control, "shown by test", test) for test in one.control.tests)
    for change in found.changes:
        yield from ((change.change, "changes rule", rule) for rule in change.rules)
        yield from ((change.change, "looked at hazard", hazard) for hazard in change.hazards)
        yield from ((change.change, "because of report", report) for report in change.reports)
    for report in found.reports:
        yield from ((report.report, "concerns rule", rule) for rule in report.rules)
        yield from ((report.report, "concerns hazard", hazard) for hazard in report.hazards)
        yield from ((report.report, "known as", anomaly) for anomaly in filter(None, (report.anomaly,)))
    yield from ((fault.about, f"fault: {fault.kind}", fault.what) for fault in found.faults)
