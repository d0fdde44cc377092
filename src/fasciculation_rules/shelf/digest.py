"""The two digests of a ruleset: of its text, which coreutils can check, and of its logic, without the prose."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from fasciculation_rules.logic.condition import Compare, leaves
from fasciculation_rules.logic.condition import Threshold as NamedLimit
from fasciculation_rules.logic.grammar import print_condition, print_number
from fasciculation_rules.model.outcomes import Floor, NarrowedFloor, Outcomes, SparingFloor, Threshold
from fasciculation_rules.model.profile import Profile
from fasciculation_rules.model.rule import Derivation, Differential, Escalation, Plan, Rule
from fasciculation_rules.model.ruleset import About, Ruleset
from fasciculation_rules.model.vocabulary import Finding, Quantity, Vocabulary


def manifest(files: Mapping[str, bytes]) -> str:
    """A `sha256sum` manifest, sorted by the bytes of the path: `sha256sum -c` checks it in the folder."""
    lines = (f"{hashlib.sha256(files[path]).hexdigest()}  {path}\n" for path in sorted(files, key=str.encode))
    return "".join(lines)


def text_digest(files: Mapping[str, bytes]) -> str:
    """SHA-256 of the manifest."""
    return manifest_digest(manifest(files))


def manifest_digest(lines: str) -> str:
    """The text digest of the files that a manifest lists."""
    return "sha256:" + hashlib.sha256(lines.encode()).hexdigest()


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def canonical_json(data: Any) -> bytes:
    """RFC 8785 for what we hash: text, integers, booleans, null, lists, and objects with ASCII keys."""
    return _CANONICAL.encode(data).encode()


def digest_of(data: Any) -> str:
    """SHA-256 of canonical JSON."""
    return "sha256:" + hashlib.sha256(canonical_json(data)).hexdigest()


def logic_digest(
    about: About,
    vocabulary: Vocabulary,
    thresholds: Mapping[str, Threshold],
    outcomes: Outcomes,
    rules: Mapping[str, Rule],
) -> str:
    """Equal for two rulesets that decide alike by construction, whatever their prose."""
    return digest_of(logic_of(about, vocabulary, thresholds, outcomes, rules))


def logic_of(
    about: About,
    vocabulary: Vocabulary,
    thresholds: Mapping[str, Threshold],
    outcomes: Outcomes,
    rules: Mapping[str, Rule],
) -> dict[str, Any]:
    """What decides, as plain values: a ruleset without its prose."""
    return {
        "entry": print_condition(about.entry),
        "findings": {name: _finding(finding) for name, finding in vocabulary.findings.items()},
        "quantities": {name: _quantity(quantity) for name, quantity in vocabulary.quantities.items()},
        "thresholds": {name: _threshold(threshold) for name, threshold in thresholds.items()},
        "outcomes": _outcomes(outcomes),
        "rules": {name: _rule(rule) for name, rule in rules.items()},
    }


def rule_logic_digest(rule: Rule, rests_on: Iterable[str], ruleset: Ruleset) -> str:
    """Of what one rule decides: its own logic, and that of every item, threshold and derived finding it rests on."""
    names = sorted(set(rests_on))
    derivations = ruleset.kept(derivations_of)
    derived = {name: derivations[name] for name in names if name in derivations}
    conditions = [rule.condition, *(each.condition for each in derived.values())]
    compared = (leaf.limit for each in conditions for leaf in leaves(each) if isinstance(leaf, Compare))
    limits = {limit.name for limit in compared if isinstance(limit, NamedLimit)}
    items, specifics = ruleset.vocabulary, ruleset.closure.specifics
    return digest_of(
        {
            "rule": _rule(rule),
            "derived": {name: _rule(each) for name, each in derived.items()},
            "findings": {name: _finding(items.findings[name]) for name in names if name in items.findings},
            "told by": {name: sorted(specifics.get(name, ())) for name in names if name in items.findings},
            "quantities": {name: _quantity(items.quantities[name]) for name in names if name in items.quantities},
            "thresholds": {name: _threshold(ruleset.thresholds[name]) for name in sorted(limits)},
            "urgencies": _outcomes(ruleset.outcomes)["urgencies"],
        }
    )


def derivations_of(ruleset: Ruleset) -> dict[str, Derivation]:
    """The rule that defines each derived finding."""
    return {each.finding: each for each in ruleset.of_kind(Derivation)}


def profile_digest(profile: Profile) -> str:
    """SHA-256 of a profile's canonical JSON."""
    return digest_of(profile.model_dump(mode="json"))


def effective_digest(logic: str, profile: str | None) -> str:
    """The logic digest, or the two together where a profile moved something."""
    return logic if profile is None else digest_of({"logic": logic, "profile": profile})


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "kind": finding.kind.value,
        "needs_date": finding.needs_date,
        "values": list(finding.values),
        "implies": sorted(finding.implies),
        "excludes": sorted(finding.excludes),
        "red_flag": finding.red_flag,
        "screen": finding.screen,
        "horizon": [finding.horizon.present, finding.horizon.absent],
    }


def _quantity(quantity: Quantity) -> dict[str, Any]:
    return {
        "kind": quantity.kind.value,
        "needs_date": quantity.needs_date,
        "unit": quantity.unit,
        "resolution": print_number(quantity.resolution),
        "range": [print_number(end) for end in quantity.range],
        "normal": None if quantity.normal is None else [print_number(end) for end in quantity.normal],
        "computed": quantity.computed,
        "horizon": [quantity.horizon.present, quantity.horizon.absent],
    }


def _threshold(threshold: Threshold) -> dict[str, Any]:
    return {
        "quantity": threshold.quantity,
        "value": threshold.value,
        "critical": threshold.critical,
        "site_overridable": dict(threshold.site_overridable) if threshold.site_overridable else None,
    }


def _outcomes(outcomes: Outcomes) -> dict[str, Any]:
    urgencies = [
        [rung.id, rung.delay, rung.first_action_within, rung.time_critical, rung.audience, *rung.refer]
        for rung in outcomes.urgencies
    ]
    destinations = outcomes.destinations.items()
    first = {name: one.first_up_to for name, one in destinations if one.first_up_to is not None}
    said = {name: list(net.said_at) for name, net in outcomes.safety_net.items() if net.said_at}
    again = {name: list(test.not_again_in) for name, test in outcomes.tests.items() if test.not_again_in}
    return {
        "urgencies": urgencies,
        "floors": {name: _floor(floor) for name, floor in outcomes.floors},
        "reassure_up_to": outcomes.reassure_up_to,
        "conditions": [[name, condition.must_not_miss] for name, condition in outcomes.conditions.items()],
        "destinations": sorted(outcomes.destinations),
        "tests": sorted(outcomes.tests),
        "advice": sorted(outcomes.advice),
        "safety_net": sorted(outcomes.safety_net),
        **_given(first_up_to=first, said_at=said, not_again_in=again),
    }


def _floor(floor: Floor) -> dict[str, Any]:
    when = floor.when if isinstance(floor, NarrowedFloor) else None
    unless = floor.unless if isinstance(floor, SparingFloor) else None
    return {
        "rung": floor.rung,
        "when": None if when is None else print_condition(when),
        "unless": None if unless is None else print_condition(unless),
        **_given(refer=floor.refer),
    }


def _given(**values: Any) -> dict[str, Any]:
    """What a ruleset says, without what it leaves out: so that an older one keeps the digest that was pinned."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items() if value}


def _rule(rule: Rule) -> dict[str, Any]:
    condition = print_condition(rule.condition)
    match rule:
        case Derivation(finding=finding):
            return {"kind": rule.kind, "finding": finding, "means": condition}
        case Escalation() | Plan():
            then = rule.then.model_dump(mode="json", exclude={"because"})
            return {"kind": rule.kind, "class": rule.class_, "when": condition, "then": then}
        case Differential():
            then = rule.then.model_dump(mode="json", exclude={"because"})
            return {"kind": rule.kind, "when": condition, "then": then}
