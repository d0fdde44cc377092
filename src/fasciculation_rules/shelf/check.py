"""Checks the parts of a ruleset against each other: every name exists, every law that engines rely on holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from fasciculation_rules.errors import Problem, did_you_mean, problem
from fasciculation_rules.logic.order import topological
from fasciculation_rules.model.computed import COMPUTED
from fasciculation_rules.model.outcomes import FIRST_RED_FLAG, LADDER, Labelled, Outcomes, References
from fasciculation_rules.model.rule import Derivation, Differential, Escalation, Plan, Rule
from fasciculation_rules.model.vocabulary import Vocabulary
from fasciculation_rules.shelf.parts import Parts
from fasciculation_rules.shelf.resolve import Resolver


def check_vocabulary(parts: Parts, vocabulary: Vocabulary) -> None:
    """Names are unique, implications exist, do not turn in circles, and go to items as open or more open."""
    file = "vocabulary.yaml"
    blocks: list[tuple[str, Iterable[str]]] = [
        ("findings", vocabulary.findings),
        ("quantities", vocabulary.quantities),
        ("derived", vocabulary.derived),
    ]
    seen: dict[str, str] = {}
    for block, names in blocks:
        for name in names:
            if name in seen:
                parts.note(file, "duplicate-name", f"'{name}' stands in {seen[name]} too", at=f"{block}.{name}")
            seen[name] = block
    for name, finding in vocabulary.findings.items():
        at = f"findings.{name}"
        for key, others in (("implies", finding.implies), ("excludes", finding.excludes)):
            for index, other in enumerate(others):
                _check_link(parts, vocabulary, name, other, f"{at}.{key}[{index}]", key)
    _check_cycles(parts, vocabulary)
    for name, quantity in vocabulary.quantities.items():
        if quantity.computed and name not in COMPUTED:
            hint = f"computed here: {', '.join(COMPUTED)}"
            message = f"'{name}' is not one of the quantities that are worked out from others"
            parts.note(file, "not-computed", message, at=f"quantities.{name}.computed", hint=hint)
    for block, items in (("findings", vocabulary.findings), ("quantities", vocabulary.quantities)):
        for name, item in items.items():
            if item.codes and item.codes not in parts.codes:
                hint = did_you_mean(item.codes, parts.codes)
                parts.note(
                    file, "unknown-code", f"codes.csv has no row '{item.codes}'", at=f"{block}.{name}", hint=hint
                )
    _check_screen(parts, vocabulary)


def _check_link(parts: Parts, vocabulary: Vocabulary, name: str, other: str, at: str, key: str) -> None:
    file, findings = "vocabulary.yaml", vocabulary.findings
    if other in vocabulary.derived:
        parts.note(file, "derived-link", f"'{other}' is derived; it stands on neither side of '{key}'", at=at)
    elif other not in findings:
        parts.note(file, "unknown-finding", f"unknown finding '{other}'", at=at, hint=did_you_mean(other, findings))
    elif other == name:
        parts.note(file, "self-link", f"'{name}' {key} itself", at=at)
    elif findings[name].values or findings[other].values:
        parts.note(file, "listed-values", "a finding with listed values neither implies nor excludes", at=at)
    elif key == "implies" and findings[other].kind.openness < findings[name].kind.openness:
        message = f"'{name}' ({findings[name].kind}) may not imply the less open '{other}' ({findings[other].kind})"
        parts.note(file, "less-open", message, at=at, hint="learning history could raise at_most")


def _check_cycles(parts: Parts, vocabulary: Vocabulary) -> None:
    findings = vocabulary.findings
    edges = {
        name: [other for other in finding.implies if other in findings and other != name]
        for name, finding in findings.items()
    }
    try:
        topological(edges)
    except ValueError as error:
        first = str(error).split(" -> ")[0]
        message = f"implications turn in a circle: {error}"
        parts.note("vocabulary.yaml", "cyclic-implication", message, at=f"findings.{first}.implies")


def _check_screen(parts: Parts, vocabulary: Vocabulary) -> None:
    places = sorted(finding.screen for finding in vocabulary.findings.values() if finding.screen is not None)
    if places != list(range(1, len(places) + 1)):
        said = ", ".join(map(str, places))
        message = f"the screen is numbered {said}; expected 1 to {len(places)}, each once"
        parts.note("vocabulary.yaml", "bad-screen", message, at="findings")


def check_outcomes(parts: Parts, outcomes: Outcomes, references: References, vocabulary: Vocabulary) -> None:
    """The ladder is the library's, floors name rungs, citations exist, tests name findings."""
    file = "outcomes.yaml"
    for name, test in outcomes.tests.items():
        for finding in test.not_again_in:
            if finding not in vocabulary.findings:
                hint = did_you_mean(finding, vocabulary.findings)
                at = f"tests.{name}.not_again_in"
                parts.note(file, "unknown-finding", f"unknown finding '{finding}'", at=at, hint=hint)
    if outcomes.ladder != LADDER:
        message = f"the rungs are {', '.join(outcomes.ladder)}; expected {', '.join(LADDER)}"
        parts.note(file, "bad-ladder", message, at="urgencies")
    for name, floor in dict(outcomes.floors).items():
        _check_rung(parts, file, floor.rung, f"floors.{name}.rung")
        _check_destinations(parts, outcomes, floor.refer, f"floors.{name}.refer")
        _check_citation(parts, references, file, floor.cite, floor.row, f"floors.{name}")
    for index, urgency in enumerate(outcomes.urgencies):
        _check_citation(parts, references, file, urgency.cite, urgency.row, f"urgencies[{index}]")
        _check_destinations(parts, outcomes, urgency.refer, f"urgencies[{index}].refer")
    for name, destination in outcomes.destinations.items():
        if destination.first_up_to is not None:
            _check_rung(parts, file, destination.first_up_to, f"destinations.{name}.first_up_to")
    for name, net in outcomes.safety_net.items():
        for rung in net.said_at:
            _check_rung(parts, file, rung, f"safety_net.{name}.said_at")
        if net.cite is not None and net.row is not None:
            _check_citation(parts, references, file, net.cite, net.row, f"safety_net.{name}")
    _check_rung(parts, file, outcomes.reassure_up_to, "reassure_up_to")
    labelled: list[tuple[str, Mapping[str, Labelled]]] = [
        ("conditions", outcomes.conditions),
        ("tests", outcomes.tests),
        ("destinations", outcomes.destinations),
    ]
    for block, things in labelled:
        for name, thing in things.items():
            if thing.codes and thing.codes not in parts.codes:
                parts.note(file, "unknown-code", f"codes.csv has no row '{thing.codes}'", at=f"{block}.{name}")
    for name, row in references.rows.items():
        if row.cite not in references.sources:
            hint = did_you_mean(row.cite, references.sources)
            message = f"unknown source '{row.cite}'"
            parts.note("references.yaml", "unknown-source", message, at=f"rows.{name}.cite", hint=hint)


def _check_rung(parts: Parts, file: str, rung: str, at: str) -> None:
    if rung not in LADDER:
        parts.note(file, "unknown-urgency", f"unknown urgency '{rung}'", at=at, hint=did_you_mean(rung, LADDER))


def _check_destinations(parts: Parts, outcomes: Outcomes, refer: Iterable[str], at: str) -> None:
    for name in refer:
        if name not in outcomes.destinations:
            hint = did_you_mean(name, outcomes.destinations)
            parts.note("outcomes.yaml", "unknown-destination", f"unknown destination '{name}'", at=at, hint=hint)


def _check_citation(parts: Parts, references: References, file: str, cite: str, row: str, at: str) -> None:
    if cite not in references.sources:
        hint = did_you_mean(cite, references.sources)
        parts.note(file, "unknown-source", f"unknown source '{cite}'", at=f"{at}.cite", hint=hint)
    if row not in references.rows:
        hint = did_you_mean(row, references.rows)
        parts.note(file, "unknown-row", f"unknown evidence row '{row}'", at=f"{at}.row", hint=hint)
    elif references.rows[row].cite != cite and {references.rows[row].cite, cite} <= references.sources.keys():
        message = f"row '{row}' belongs to '{references.rows[row].cite}', not to '{cite}'"
        parts.note(file, "wrong-source", message, at=f"{at}.cite")


def check_thresholds(parts: Parts, resolver: Resolver, references: References) -> None:
    """Every threshold is an amount of a known quantity, on its grid, cited."""
    file = "thresholds.yaml"
    for name, threshold in resolver.thresholds.items():
        if threshold.quantity not in resolver.vocabulary.quantities:
            hint = did_you_mean(threshold.quantity, resolver.vocabulary.quantities)
            message = f"unknown quantity '{threshold.quantity}'"
            parts.note(file, "unknown-quantity", message, at=f"{name}.quantity", hint=hint)
            continue
        resolver.count(threshold.quantity, threshold.value, f"{name}.value", lambda p: parts.add(file, p))
        if threshold.site_overridable is not None:
            _check_bounds(parts, name, threshold.site_overridable, resolver)
        if threshold.critical:
            _check_rung(parts, file, threshold.critical, f"{name}.critical")
        _check_citation(parts, references, file, threshold.cite, threshold.row, name)


def _check_bounds(parts: Parts, name: str, bounds: Mapping[Literal["from", "to"], str], resolver: Resolver) -> None:
    """A site may move a threshold around its value, and past no other threshold of its quantity."""
    threshold, at, file = resolver.thresholds[name], f"{name}.site_overridable", "thresholds.yaml"
    ends = {
        end: resolver.count(threshold.quantity, text, f"{at}.{end}", lambda p: parts.add(file, p))
        for end, text in bounds.items()
    }
    value = resolver.count(threshold.quantity, threshold.value, at, lambda _: None)
    low, high = ends.get("from"), ends.get("to")
    if None in ends.values() or value is None:
        return
    if low is None or high is None or not low <= value <= high:
        parts.note(file, "bad-bounds", "bounds go from below the value to above it", at=at, hint="give from and to")
        return
    for other, another in resolver.thresholds.items():
        if other != name and another.quantity == threshold.quantity:
            count = resolver.count(another.quantity, another.value, at, lambda _: None)
            if count is not None and count != value and low <= count <= high:
                message = f"within these bounds '{name}' would meet or pass '{other}'"
                parts.note(file, "bad-bounds", message, at=at, hint="narrow the bounds")


def check_rules(parts: Parts, vocabulary: Vocabulary, outcomes: Outcomes, references: References) -> None:
    """Consequences and citations name things that exist; every derived finding has one definition."""
    for name, rule in parts.rules.items():
        file = parts.file_of[name]
        for index, evidence in enumerate(rule.evidence):
            _check_citation(parts, references, file, evidence.cite, evidence.row, f"evidence[{index}]")
        for found in consequence_problems(rule, vocabulary, outcomes):
            parts.add(file, found)
    _check_derivations(parts, vocabulary)


def consequence_problems(rule: Rule, vocabulary: Vocabulary, outcomes: Outcomes) -> list[Problem]:
    """What is wrong with the `then` of one rule."""
    found: list[Problem] = []

    def known(kind: str, name: str | None, names: Mapping[str, object] | tuple[str, ...], at: str) -> None:
        if name is not None and name not in names:
            code, message = f"unknown-{kind.replace(' ', '-')}", f"unknown {kind} '{name}'"
            found.append(problem(code, message, at=at, hint=did_you_mean(name, names)))

    match rule:
        case Derivation(finding=finding):
            known("derived finding", finding, vocabulary.derived, "finding")
        case Escalation(then=then):
            known("urgency", then.urgency, LADDER, "then.urgency")
            for destination in then.refer:
                known("destination", destination, outcomes.destinations, "then.refer")
            known("derived finding", then.discharged_by, vocabulary.derived, "then.discharged_by")
            found += _class_problems(rule)
        case Differential(then=then):
            side = "supports" if then.supports else "opposes" if then.opposes else "excludes"
            known("condition", then.condition, outcomes.conditions, f"then.{side}")
        case Plan(then=then):
            for test in then.order:
                known("test", test, outcomes.tests, "then.order")
            known("advice", then.advise, outcomes.advice, "then.advise")
            known("safety net", then.safety_net, outcomes.safety_net, "then.safety_net")
            for name in then.unless_contraindicated:
                known("finding", name, vocabulary.findings, "then.unless_contraindicated")
    return found


def _class_problems(rule: Escalation) -> list[Problem]:
    if rule.then.urgency not in LADDER:
        return []
    high = LADDER.index(rule.then.urgency) >= LADDER.index(FIRST_RED_FLAG)
    found = []
    if high != (rule.class_ == "red_flag"):
        message = f"a rule of rung {rule.then.urgency} is {'red_flag' if high else 'minor'}, not {rule.class_}"
        found.append(problem("wrong-class", message, at="class"))
    if high and rule.then.discharged_by:
        found.append(problem("red-flag-discharged", "a red-flag rule is never lowered", at="then.discharged_by"))
    return found


def _check_derivations(parts: Parts, vocabulary: Vocabulary) -> None:
    defined: dict[str, str] = {}
    for name, rule in parts.rules.items():
        if isinstance(rule, Derivation):
            if rule.finding in defined:
                message = f"'{rule.finding}' is defined by '{defined[rule.finding]}' too"
                parts.note(parts.file_of[name], "defined-twice", message, at="finding")
            defined[rule.finding] = name
    if any(path.startswith("rules/derivation/") for path in parts.unread):
        return  # the definition may be in the file that cannot be read
    for name in vocabulary.derived:
        if name not in defined:
            hint = "write rules/derivation/derive-....yaml"
            parts.note("vocabulary.yaml", "not-defined", f"no rule defines '{name}'", at=f"derived.{name}", hint=hint)
