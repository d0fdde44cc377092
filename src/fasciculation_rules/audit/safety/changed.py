"""What records of changes and reports of problems name, and whether it is there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fasciculation_rules.audit.safety.fault import DANGLING, NOT_MENDED, Fault
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.shelf.safety import SafetyFile

MENDED = "mended"


def faults_of_changes(file: SafetyFile, ruleset: Ruleset) -> Iterator[Fault]:
    """Ids that nothing has, and reports that no change has mended although they say so.

    The rules of a change are looked at when it is released; those of a report, in the version it was found in.
    """
    hazards = {each.id for each in file.hazards.hazards}
    anomalies = {each.id for each in file.anomalies.ours}
    reports = {each.report for each in file.reports}
    led = {report for change in file.changes for report in change.reports}
    for change in file.changes:
        yield from _dangling(change.change, change.hazards, hazards)
        yield from _dangling(change.change, change.reports, reports)
    for report in file.reports:
        yield from _dangling(report.report, report.hazards, hazards)
        yield from _dangling(report.report, filter(None, (report.anomaly,)), anomalies)
        if report.found_in == f"ruleset {ruleset.version}":
            yield from _dangling(report.report, report.rules, ruleset.rules)
        if report.status == MENDED and report.report not in led:
            yield Fault(NOT_MENDED, report.report)


def _dangling(about: str, named: Iterable[str], known: Iterable[str]) -> Iterator[Fault]:
    there = set(known)
    yield from (Fault(DANGLING, about, name) for name in named if name not in there)
