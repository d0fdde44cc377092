"""The matrix: needs, requirements, rules, tests and hazards of one version, and what is missing or dangles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from fasciculation_rules.audit.safety.changed import faults_of_changes
from fasciculation_rules.audit.safety.fault import (
    DANGLING,
    NO_CARRIER,
    NO_HAZARD,
    NO_NEED,
    NO_TEST,
    NOT_PASSED,
    TOO_EARLY,
    TWICE,
    UNASKED,
    UNMET,
    UNTESTED,
    Fault,
)
from fasciculation_rules.audit.safety.selecting import Selecting
from fasciculation_rules.audit.safety.sources import NodeIds, has_unit
from fasciculation_rules.model.change import ChangeRecord, ProblemReport
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.model.safety import Control, Hazard, Need, Requirement, Selector
from fasciculation_rules.shelf.locate import by_number
from fasciculation_rules.shelf.safety import SafetyFile


@dataclass(frozen=True, slots=True)
class TracedRequirement:
    """A requirement with the rules that carry it and the hazards that call for it."""

    requirement: Requirement
    rules: tuple[str, ...]
    hazards: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TracedControl:
    """A control with the rules that it names."""

    control: Control
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TracedHazard:
    """A hazard with the rules whose failing it is."""

    hazard: Hazard
    rules: tuple[str, ...]
    controls: tuple[TracedControl, ...]


@dataclass(frozen=True, slots=True)
class TracedRule:
    """A rule with the requirements it carries, and the hazards that it is about or that it controls."""

    rule: str
    requirements: tuple[str, ...]
    hazards: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """Everything, and the faults in order. `passed` says of each test whether it did, where that is known.

    `changes` are those of this version; `reports` those that led to them, and those of what this version or the
    library does.
    """

    ruleset: Ruleset
    needs: tuple[Need, ...]
    requirements: tuple[TracedRequirement, ...]
    hazards: tuple[TracedHazard, ...]
    rules: tuple[TracedRule, ...]
    changes: tuple[ChangeRecord, ...]
    reports: tuple[ProblemReport, ...]
    passed: Mapping[str, bool] | None
    faults: tuple[Fault, ...] = ()

    @property
    def tests(self) -> tuple[str, ...]:
        """Every test that something names, once."""
        named = [test for each in self.requirements for test in each.requirement.tests]
        named += [test for each in self.hazards for one in each.controls for test in one.control.tests]
        return tuple(sorted(set(named)))


def trace(ruleset: Ruleset, file: SafetyFile, tests: NodeIds, passed: Mapping[str, bool] | None = None) -> Trace:
    """The matrix of a version. `passed` are results of a run, by node id; without it only whether there are tests."""
    selecting = ruleset.kept(Selecting)
    hazards = tuple(_hazard(each, selecting) for each in file.hazards.hazards)
    calls = [(requirement, hazard.id) for hazard in file.hazards.hazards for requirement in hazard.requirements]
    requirements = tuple(
        TracedRequirement(
            each, selecting.chosen(each.rules), tuple(hazard for wanted, hazard in calls if wanted == each.id)
        )
        for each in file.requirements.requirements
    )
    rules = tuple(_rule(name, requirements, hazards) for name in ruleset.rules)
    changes = tuple(change for change in file.changes if change.ruleset == ruleset.version)
    reports = tuple(_reports(ruleset, file, changes))
    found = Trace(ruleset, file.requirements.needs, requirements, hazards, rules, changes, reports, passed)
    faults = (
        *_ids(file),
        *_links(found, selecting),
        *_tests(found, tests),
        *faults_of_changes(file, ruleset),
        *_early(ruleset, file),
    )
    return replace(found, faults=tuple(sorted(set(faults))))


def _reports(ruleset: Ruleset, file: SafetyFile, changes: Iterable[ChangeRecord]) -> Iterator[ProblemReport]:
    led = {report for change in changes for report in change.reports}
    for report in file.reports:
        part, _, version = report.found_in.partition(" ")
        if report.report in led or part == "library" or version == ruleset.version:
            yield report


def _hazard(hazard: Hazard, selecting: Selecting) -> TracedHazard:
    controls = tuple(TracedControl(control, selecting.chosen(control.rules)) for control in hazard.controls)
    return TracedHazard(hazard, selecting.chosen(hazard.rules), controls)


def _rule(name: str, requirements: Iterable[TracedRequirement], hazards: Iterable[TracedHazard]) -> TracedRule:
    carried = tuple(each.requirement.id for each in requirements if name in each.rules)
    about = tuple(
        each.hazard.id for each in hazards if name in each.rules or any(name in one.rules for one in each.controls)
    )
    return TracedRule(name, carried, about)


def _early(ruleset: Ruleset, file: SafetyFile) -> Iterator[Fault]:
    begins = file.requirements.begins
    if by_number(ruleset.version) < by_number(begins):
        yield Fault(TOO_EARLY, ruleset.version, f"the safety file begins with {begins}")


def _ids(file: SafetyFile) -> Iterator[Fault]:
    """Ids given twice, and ids that nothing has."""
    needs = [each.id for each in file.requirements.needs]
    requirements = [each.id for each in file.requirements.requirements]
    every = [*needs, *requirements, *(hazard.id for hazard in file.hazards.hazards)]
    yield from (Fault(TWICE, each) for each, count in Counter(every).items() if count > 1)
    for each in file.requirements.requirements:
        yield from (Fault(DANGLING, each.id, need) for need in each.needs if need not in needs)
    for hazard in file.hazards.hazards:
        yield from (Fault(DANGLING, hazard.id, called) for called in hazard.requirements if called not in requirements)


def _links(found: Trace, selecting: Selecting) -> Iterator[Fault]:
    asked = {need for each in found.requirements for need in each.requirement.needs}
    yield from (Fault(UNMET, need.id) for need in found.needs if need.id not in asked)
    for each in found.requirements:
        if not each.requirement.needs and not each.hazards:
            yield Fault(NO_NEED, each.requirement.id, "neither a need nor a hazard calls for it")
        yield from _dangling(each.requirement.id, each.requirement.rules, selecting)
    for rule in found.rules:
        if not rule.requirements:
            yield Fault(UNASKED, rule.rule)
        if rule.rule in found.ruleset.escalations and not rule.hazards:
            yield Fault(NO_HAZARD, rule.rule)
    for hazard in found.hazards:
        yield from _dangling(hazard.hazard.id, hazard.hazard.rules, selecting)
        if not hazard.controls:
            yield Fault(NO_CARRIER, hazard.hazard.id, "it has no control")
        for number, one in enumerate(hazard.controls, start=1):
            yield from _control(f"{hazard.hazard.id}, control {number}", one, selecting)


def _control(about: str, one: TracedControl, selecting: Selecting) -> Iterator[Fault]:
    if not one.rules and not one.control.units:
        yield Fault(NO_CARRIER, about)
    yield from _dangling(about, one.control.rules, selecting)
    yield from (Fault(DANGLING, about, unit) for unit in one.control.units if not has_unit(unit))


def _dangling(about: str, selectors: Iterable[Selector], selecting: Selecting) -> Iterator[Fault]:
    for selector in selectors:
        yield from (Fault(DANGLING, about, f"no rule has {word}") for word in selecting.dangling(selector))


def _tests(found: Trace, tests: NodeIds) -> Iterator[Fault]:
    """Requirements and controls without a test, tests that there are not, and those that did not pass."""
    named = [(NO_TEST, each.requirement.id, each.requirement.tests) for each in found.requirements]
    for hazard in found.hazards:
        for number, one in enumerate(hazard.controls, start=1):
            named.append((UNTESTED, f"{hazard.hazard.id}, control {number}", one.control.tests))
    for kind, about, nodes in named:
        if not nodes:
            yield Fault(kind, about)
        for node in nodes:
            if not tests.has(node):
                yield Fault(DANGLING, about, node)
            elif found.passed is not None and not found.passed.get(node, False):
                yield Fault(NOT_PASSED, about, node)
