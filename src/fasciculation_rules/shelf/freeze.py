"""Checks the parts of a ruleset and freezes them into the value that everything else reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from fasciculation_rules.errors import Problem, ProfileError, RulesetInvalidError, did_you_mean, problem
from fasciculation_rules.logic.closure import Closure
from fasciculation_rules.logic.condition import Condition
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.logic.program import Program
from fasciculation_rules.model.outcomes import Outcomes
from fasciculation_rules.model.profile import Profile
from fasciculation_rules.model.rule import Derivation, Rule
from fasciculation_rules.model.ruleset import ENTRY, SPARED_EXAMINATION, UNDER_16, About, Ruleset, Status, Withdrawal
from fasciculation_rules.model.vocabulary import Vocabulary
from fasciculation_rules.shelf import check, digest
from fasciculation_rules.shelf.check_examples import check_examples
from fasciculation_rules.shelf.check_meaning import check_meaning
from fasciculation_rules.shelf.parts import Parts
from fasciculation_rules.shelf.read import read_parts
from fasciculation_rules.shelf.resolve import Resolver

_KIND_ORDER = {"derivation": 0, "escalation": 1, "differential": 2, "plan": 3}


def freeze(
    files: Mapping[str, bytes], name: str, *, status: Status = "unreleased", withdrawal: Withdrawal | None = None
) -> Ruleset:
    """The ruleset that these files say.

    Raises RulesetInvalidError with every problem found, each at file, line and column.
    """
    parts = read_parts(dict(files))
    about, vocabulary, thresholds = parts.about, parts.vocabulary, parts.thresholds
    outcomes, references = parts.outcomes, parts.references
    if about is None or vocabulary is None or thresholds is None or outcomes is None or references is None:
        raise _invalid(name, parts)
    resolver = Resolver(vocabulary, thresholds)
    check.check_vocabulary(parts, vocabulary)
    check.check_outcomes(parts, outcomes, references, vocabulary)
    check.check_thresholds(parts, resolver, references)
    check.check_rules(parts, vocabulary, outcomes, references)
    check_examples(parts, vocabulary)
    if about.ruleset != name:
        parts.note(
            "ruleset.yaml", "wrong-version", f"it says '{about.ruleset}' but the folder is '{name}'", at="ruleset"
        )
    conditions = _resolve_all(parts, about, outcomes, resolver)
    if parts.problems:
        raise _invalid(name, parts)
    closure = _closure(vocabulary)
    check_meaning(parts, conditions, closure)
    if parts.problems:
        raise _invalid(name, parts)
    rules = dict(sorted(parts.rules.items(), key=lambda item: (_KIND_ORDER[item[1].kind], item[0])))
    logic = digest.logic_digest(about, vocabulary, thresholds, outcomes, rules)
    return Ruleset(
        about=about,
        vocabulary=vocabulary,
        thresholds=thresholds,
        outcomes=outcomes,
        references=references,
        rules=rules,
        cases=parts.cases,
        codes=parts.codes,
        program=_program(vocabulary, rules, conditions),
        closure=closure,
        text_digest=digest.text_digest(files),
        logic_digest=logic,
        effective_digest=digest.effective_digest(logic, None),
        status=status,
        withdrawal=withdrawal,
    )


def _invalid(name: str, parts: Parts) -> RulesetInvalidError:
    count = len(set(parts.problems))
    return RulesetInvalidError(f"ruleset {name} has {count} problem{'' if count == 1 else 's'}", parts.problems)


def _resolve_all(parts: Parts, about: About, outcomes: Outcomes, resolver: Resolver) -> dict[str, Condition]:
    conditions = {ENTRY: resolver.resolve(about.entry, "entry", lambda p: parts.add("ruleset.yaml", p))}
    for name, (at, condition) in _floor_conditions(outcomes).items():
        conditions[name] = resolver.resolve(condition, at, lambda p: parts.add("outcomes.yaml", p))
    for name, rule in parts.rules.items():
        key = "means" if isinstance(rule, Derivation) else "when"
        conditions[name] = resolver.resolve(rule.condition, key, partial(parts.add, parts.file_of[name]))
    return conditions


def _floor_conditions(outcomes: Outcomes) -> dict[str, tuple[str, Condition]]:
    floors = outcomes.floors
    found = {
        UNDER_16: ("floors.under_16.when", floors.under_16.when),
        SPARED_EXAMINATION: ("floors.not_examined.unless", floors.not_examined.unless),
    }
    return {name: (at, condition) for name, (at, condition) in found.items() if condition is not None}


def finding_names(vocabulary: Vocabulary) -> dict[str, str]:
    """Every finding as the rails see it, with its vocabulary name: a listed value is a finding of its own."""
    found = {}
    for name, finding in vocabulary.findings.items():
        for value in finding.values or ("",):
            found[f"{name}={value}" if value else name] = name
    return found


def _closure(vocabulary: Vocabulary) -> Closure:
    implies: dict[str, tuple[str, ...]] = {}
    pairs: list[tuple[str, str]] = []
    for name, finding in vocabulary.findings.items():
        values = [f"{name}={value}" for value in finding.values]
        implies.update(dict.fromkeys(values, ()))
        pairs.extend((one, other) for index, one in enumerate(values) for other in values[index + 1 :])
        if not values:
            implies[name] = finding.implies
            pairs.extend((name, other) for other in finding.excludes)
    return Closure.of(implies, pairs)


def _program(vocabulary: Vocabulary, rules: Mapping[str, Rule], conditions: Mapping[str, Condition]) -> Program:
    findings = finding_names(vocabulary)
    openness = {name: vocabulary.findings[base].kind.openness for name, base in findings.items()}
    for name, quantity in vocabulary.quantities.items():
        openness[name] = Firing.AWAITS_TEST if quantity.computed else quantity.kind.openness
    return Program(
        findings=tuple(findings),
        quantities=tuple(vocabulary.quantities),
        openness=openness,
        derivations={rule.finding: conditions[name] for name, rule in rules.items() if isinstance(rule, Derivation)},
        rules={
            name: conditions[name]
            for name in (ENTRY, UNDER_16, SPARED_EXAMINATION, *rules)
            if name in conditions and not isinstance(rules.get(name), Derivation)
        },
    )


def with_profile(ruleset: Ruleset, profile: Profile) -> Ruleset:
    """The same ruleset with a site's thresholds, within the bounds that it allows.

    Raises ProfileError with every override that is not allowed.
    """
    if ruleset.profile is not None:
        raise ProfileError("this ruleset already stands under a site profile; start from the ruleset itself")
    own = digest.profile_digest(profile)
    if own not in ruleset.memo:
        ruleset.memo[own] = _moved(ruleset, profile, own)
    moved: Ruleset = ruleset.memo[own]
    return moved


def _moved(ruleset: Ruleset, profile: Profile, own: str) -> Ruleset:
    problems: list[Problem] = []
    resolver = Resolver(ruleset.vocabulary, ruleset.thresholds)
    thresholds = dict(ruleset.thresholds)
    for name, text in profile.thresholds.items():
        at = f"thresholds.{name}"
        threshold = ruleset.thresholds.get(name)
        if threshold is None:
            hint = did_you_mean(name, ruleset.thresholds)
            problems.append(problem("unknown-threshold", f"unknown threshold '{name}'", at=at, hint=hint))
        elif not threshold.site_overridable:
            problems.append(problem("not-overridable", f"'{name}' may not be moved by a site", at=at))
        else:
            count = resolver.count(threshold.quantity, text, at, problems.append)
            ends = {
                end: resolver.count(threshold.quantity, t, at, problems.append)
                for end, t in threshold.site_overridable.items()
            }
            low, high = ends.get("from"), ends.get("to")
            if count is not None and ((low is not None and count < low) or (high is not None and count > high)):
                allowed = " to ".join(threshold.site_overridable.values())
                problems.append(problem("out-of-bounds", f"'{name}' may be moved within {allowed} only", at=at))
            thresholds[name] = threshold.model_copy(update={"value": text})
    if problems:
        raise ProfileError(f"profile '{profile.name}' does not fit ruleset {ruleset.version}", problems)
    moved = Resolver(ruleset.vocabulary, thresholds)
    conditions = {name: moved.resolve(rule.condition, "", problems.append) for name, rule in ruleset.rules.items()}
    conditions[ENTRY] = moved.resolve(ruleset.about.entry, "", problems.append)
    for name, (at, condition) in _floor_conditions(ruleset.outcomes).items():
        conditions[name] = moved.resolve(condition, at, problems.append)
    return replace(
        ruleset,
        thresholds=thresholds,
        program=_program(ruleset.vocabulary, ruleset.rules, conditions),
        profile=profile,
        profile_digest=own,
        effective_digest=digest.effective_digest(ruleset.logic_digest, own),
    )
