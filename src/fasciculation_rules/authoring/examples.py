"""Runs the examples beside the rules and the cases of a ruleset, on as many engines as are wanted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fasciculation_rules.assessing.admit import admit
from fasciculation_rules.assessing.findings import close
from fasciculation_rules.assessing.firings import engine_of
from fasciculation_rules.assessing.straight_line import assess
from fasciculation_rules.assessing.tables import Tables
from fasciculation_rules.errors import CaseError
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.model.assessment import Assessment
from fasciculation_rules.model.case import Case
from fasciculation_rules.model.rule import Derivation, Example, Rule
from fasciculation_rules.model.ruleset import Expected, Ruleset, Vignette


@dataclass(frozen=True, slots=True)
class Outcome:
    """One example or case on one engine; `fault` is empty where it did what was expected."""

    subject: str
    name: str
    engine: str
    fault: str = ""


def run_examples(ruleset: Ruleset, engines: Sequence[str]) -> Iterator[Outcome]:
    """Every example of every rule, then every case."""
    for rule in ruleset.rules.values():
        for example in rule.examples:
            for engine in engines:
                yield Outcome(rule.rule, example.name, engine, _example_fault(rule, example, ruleset, engine))
    yield from run_cases(ruleset, engines)


def run_cases(ruleset: Ruleset, engines: Sequence[str]) -> Iterator[Outcome]:
    """Every case of a ruleset alone: whole patients, each with what was accepted for it."""
    for stem, vignette in ruleset.cases.items():
        for engine in engines:
            yield Outcome(f"cases/{stem}", vignette.case, engine, _case_fault(vignette, ruleset, engine))


def _example_fault(rule: Rule, example: Example, ruleset: Ruleset, engine: str) -> str:
    case = Case(given=example.given)
    try:
        facts = close(admit(case, ruleset, on=example.on), case, ruleset, reconcile=False).facts
    except CaseError as error:
        return "; ".join([error.summary, *(str(p) for p in error.problems)])
    name = rule.finding if isinstance(rule, Derivation) else rule.rule
    found = firing_of(name, facts, ruleset, engine)
    if found != example.expect and not (found == "undecided" and example.expect not in ("fires", "does not fire")):
        return f"expected '{example.expect}', found '{found}'"
    if example.asks is not None and not isinstance(rule, Derivation):
        tables = Tables.of(ruleset)
        _, items = tables.walks[rule.rule](ruleset.program.encode(facts))
        asks = {tables.base[item] for item in tables.items.of(items & tables.worth[Firing.OPEN])}
        if asks != set(example.asks):
            return f"expected to ask {sorted(example.asks)}, would ask {sorted(asks)}"
    return ""


def firing_of(name: str, facts: Facts, ruleset: Ruleset, engine: str) -> str:
    """The firing of one rule or derived finding; `durable` says `undecided` for what is not decided."""
    runner = engine_of(ruleset, engine)
    firings = getattr(runner, "firings", None)
    if firings is not None:
        return str(firings(facts)[name])
    answer = runner.answer(ruleset.program.encode(facts))
    bit = ruleset.program.bits[name]
    return "fires" if answer.true & bit else "does not fire" if answer.false & bit else "undecided"


def _case_fault(vignette: Vignette, ruleset: Ruleset, engine: str) -> str:
    try:
        assessment = assess(Case(given=vignette.given), ruleset, engine=engine, on=vignette.on)
    except CaseError as error:
        return "; ".join([error.summary, *(str(p) for p in error.problems)])
    found, expected = accepted(assessment, ruleset), vignette.expect
    faults = []
    for key in ("urgency", "rung", "fired", "differential", "plan"):
        wanted, got = getattr(expected, key), getattr(found, key)
        if wanted and key == "urgency":
            got = {end: got[end] for end in wanted}
        if wanted not in (None, {}) and wanted != got:
            faults.append(f"{key}: expected {_show(wanted)}, found {_show(got)}")
    return "; ".join(faults)


def _show(value: object) -> str:
    return f"[{', '.join(value)}]" if isinstance(value, tuple) else str(value)


def accepted(assessment: Assessment, ruleset: Ruleset) -> Expected:
    """The decision of an assessment in the form that a case accepts."""
    plan = assessment.plan
    shown = (*plan.tests, *plan.advice)
    return Expected(
        urgency={"at_least": assessment.urgency.at_least, "at_most": assessment.urgency.at_most},
        rung=assessment.disposition.rung,
        fired=tuple(rule for rule in assessment.firings.fired if rule in ruleset.escalations),
        differential=tuple(candidate.condition for candidate in assessment.differential),
        plan=tuple(item.id for item in shown),
    )


def accept(text: str, vignette: Vignette, ruleset: Ruleset) -> str:
    """The text of a case file with its `expect` block, which must be its last, replaced by what is decided now."""
    found = accepted(assess(Case(given=vignette.given), ruleset, engine="compiled", on=vignette.on), ruleset)
    head = text.partition("\nexpect:")[0]
    lines = [head.rstrip("\n"), "expect:"]
    lines.append(f"  urgency: {{at_least: {found.urgency['at_least']}, at_most: {found.urgency['at_most']}}}")
    lines.append(f"  rung: {found.rung}")
    for key in ("fired", "differential", "plan"):
        names = getattr(found, key)
        if names:
            lines.append(f"  {key}:")
            lines.extend(f"    - {name}" for name in names)
        else:
            lines.append(f"  {key}: []")
    return "\n".join(lines) + "\n"
