"""Holds a patient whom a solver found against the engines: what the gates say of her, the rules must say too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fasciculation_rules.assessing.compute import out_of_range
from fasciculation_rules.assessing.differential import differential_of
from fasciculation_rules.assessing.disposition import disposition_of, screen_of
from fasciculation_rules.assessing.findings import Findings
from fasciculation_rules.assessing.firings import Fired, fire
from fasciculation_rules.assessing.overtaken import BLOODS
from fasciculation_rules.assessing.plan import plan_of
from fasciculation_rules.assessing.tables import Tables
from fasciculation_rules.assessing.urgency import urgency_of
from fasciculation_rules.engines.reference import ReferenceEngine
from fasciculation_rules.errors import EngineDisagreementError
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.model.assessment import PlanOut
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.proof.circuit import Wire, holds
from fasciculation_rules.proof.patient import to_inputs
from fasciculation_rules.proof.reading import Reading

ENGINES = ("reference", "durable")


def replay(facts: Facts, reading: Reading, engines: tuple[str, ...] = ENGINES) -> None:
    """Raises EngineDisagreementError where the encoding and an engine, or two engines, say different things."""
    if not is_closed(facts, reading.ruleset):
        raise _disagreement("a patient was found who can be no closed case", reading.ruleset, {})
    values = reading_values(facts, reading)
    for engine in engines:
        said = decided(facts, reading, engine)
        differing = {name: (str(values[name]), str(said[name])) for name in said if values[name] != said[name]}
        if differing:
            told = f"the proof's encoding and the engine '{engine}' disagree on {len(differing)} values"
            raise _disagreement(told, reading.ruleset, differing)


def _disagreement(told: str, ruleset: Ruleset, differing: Mapping[str, object]) -> EngineDisagreementError:
    message = f"{told} of ruleset {ruleset.version}; nothing is proved"
    return EngineDisagreementError(message, differences=differing, case=None)


def is_closed(facts: Facts, ruleset: Ruleset) -> bool:
    """Whether the facts could be those of a case, authored or reconciled, with all that follows from it."""
    findings, vocabulary = facts.findings, ruleset.vocabulary
    if ruleset.closure.close(findings) != dict(findings):
        return False
    bounds = {name: vocabulary.quantities[name].bounds() for name in facts.quantities}
    return (
        all(bounds[name][0] <= low <= high <= bounds[name][1] for name, (low, high) in facts.quantities.items())
        and all(_one_of(each.values, name, findings) for name, each in vocabulary.findings.items() if each.values)
        and not any(_contradicted(name, facts, ruleset) for name in findings if vocabulary.is_summary(name))
    )


def _one_of(values: Sequence[str], name: str, findings: Mapping[str, bool]) -> bool:
    """Whether nothing is said of a finding with listed values, or one is present and the others are absent."""
    said = sorted(str(findings.get(f"{name}={value}")) for value in values)
    return len(set(said)) < 2 if "None" in said else said.count("True") == min(1, len(said))


def _contradicted(summary: str, facts: Facts, ruleset: Ruleset) -> bool:
    """Whether a summary says normal beside a sign or a result that is not."""
    if not facts.findings[summary]:
        return False
    signs = (name for name in ruleset.closure.excluded[summary] if not ruleset.vocabulary.is_summary(name))
    return any(facts.findings.get(name) for name in signs) or (
        summary == BLOODS and bool(out_of_range(facts.quantities, ruleset))
    )


# ------------------------------------------------------------ what the gates say


def reading_values(facts: Facts, reading: Reading) -> dict[str, object]:
    """What the gates say: each condition's value, the bounds of the range, the rung shown, candidates and advice."""
    ladder, outcomes = reading.ruleset.outcomes.ladder, reading.ruleset.outcomes
    conditions = {name: _levels(reading, name) for name in reading.ruleset.program.names}
    rungs = {bound: [reading.reaches(rung, level) for rung in ladder] for bound, level in _BOUNDS.items()}
    rungs["shown"] = [reading.shows(rung) for rung in ladder]
    told = {f"candidate {name}": reading.candidate(name) for name in outcomes.conditions}
    told |= {f"advice {name}": reading.advises(name) for name in outcomes.advice}
    told["referred"] = reading.referred
    wires = [wire for levels in (*conditions.values(), *rungs.values()) for wire in levels]
    values = reading.circuit.values(to_inputs(facts, reading.patient), [*wires, *told.values()])

    def each(wires: list[Wire]) -> list[bool]:
        return [holds(wire, values) for wire in wires]

    found: dict[str, object] = {name: _value(each(levels)) for name, levels in conditions.items()}
    found |= {name: ladder[sum(each(levels)) - 1] for name, levels in rungs.items()}
    return found | {name: holds(wire, values) for name, wire in told.items()}


_BOUNDS = {
    "at_least": Firing.TRUE,
    "at_most": Firing.OPEN,
    "after_examination": Firing.AWAITS_EXAMINATION,
    "after_tests": Firing.AWAITS_TEST,
}


def _levels(reading: Reading, name: str) -> list[Wire]:
    levels = (Firing.TRUE, Firing.OPEN, Firing.AWAITS_EXAMINATION)
    return [*(reading.rail(name, level) for level in levels), -reading.false(name)]


def _value(levels: list[bool]) -> Firing:
    values = (Firing.TRUE, Firing.OPEN, Firing.AWAITS_EXAMINATION, Firing.AWAITS_TEST)
    return next((value for value, there in zip(values, levels, strict=True) if there), Firing.FALSE)


# ------------------------------------------------------------ what the rules say


def decided(facts: Facts, reading: Reading, engine: str) -> Mapping[str, object]:
    """The same from an engine and the steps of an assessment."""
    ruleset = reading.ruleset
    tables, findings = Tables.of(ruleset), Findings(facts, ())
    fired = fire(facts, ruleset, engine=engine)
    urgency, screen = urgency_of(fired, tables), screen_of(findings, tables)
    disposition = disposition_of(urgency, screen, tables.known(facts), fired, tables)
    plan, _ = plan_of(disposition, urgency, screen, findings, fired, tables)
    named, advised = {each.condition for each in differential_of(fired, tables)}, _advised(plan, ruleset)
    found: dict[str, object] = dict(_firings(facts, fired, ruleset, engine))
    found |= {bound: getattr(urgency.range, bound) for bound in _BOUNDS}
    found |= {f"candidate {name}": name in named for name in ruleset.outcomes.conditions}
    found |= {f"advice {name}": name in advised for name in ruleset.outcomes.advice}
    return found | {"shown": disposition.rung, "referred": bool(disposition.refer)}


def _advised(plan: PlanOut, ruleset: Ruleset) -> set[str | None]:
    rules = [rule for item in (*plan.advice, *plan.afterwards) for rule in item.rules if rule in ruleset.plans]
    return {ruleset.plans[rule].then.advise for rule in rules}


def _firings(facts: Facts, fired: Fired, ruleset: Ruleset, engine: str) -> Mapping[str, Firing]:
    """All five values; other engines say three, and what they leave undecided was graded by generated code."""
    if engine == ReferenceEngine.name:
        return ReferenceEngine(ruleset.program).firings(facts)
    return {name: _graded(fired, bit) for name, bit in ruleset.program.bits.items()}


def _graded(fired: Fired, bit: int) -> Firing:
    masks = (
        (Firing.TRUE, fired.true),
        (Firing.OPEN, fired.open),
        (Firing.AWAITS_EXAMINATION, fired.awaits_examination),
        (Firing.AWAITS_TEST, fired.awaits_test),
    )
    return next((value for value, mask in masks if mask & bit), Firing.FALSE)
