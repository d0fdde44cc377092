"""The logic of a ruleset as one CQL library: from what was said to the rules that fire, the urgency and the rung."""

from __future__ import annotations

from collections.abc import Iterator

from fasciculation_rules.exchange.cql.conditions import COUNTING, Conditions, is_name
from fasciculation_rules.exchange.cql.deciding import write_decision
from fasciculation_rules.exchange.cql.known import FACTS as CALLED
from fasciculation_rules.exchange.cql.known import write_known
from fasciculation_rules.exchange.cql.names import FACTS, LOGIC, about
from fasciculation_rules.exchange.cql.writing import Library, quoted, text
from fasciculation_rules.model.rule import Derivation, Rule
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.report.rule_page import consequence, english


def logic_library(ruleset: Ruleset) -> str:
    """The text of the library. The same ruleset gives the same text."""
    into = Library(LOGIC, ruleset.version)
    conditions = Conditions(ruleset, into)
    into.head(
        "using FHIR version '4.0.1'",
        f"include {FACTS} version {text(ruleset.version)} called {quoted(CALLED)}",
        about=about(ruleset, "What follows from what is known of one person: rules, urgency and the rung to show."),
    )
    write_known(ruleset, into)
    into.add(COUNTING, "At least n of the members hold; `spare` of them may fail.")
    program = ruleset.program
    by_finding = {rule.finding: rule for rule in ruleset.of_kind(Derivation)}
    into.section("Derived findings, each after those it rests on.")
    for name in program.derivation_order:
        into.define(is_name(name), conditions.said(program.rails[name].true), *_words(by_finding[name], ruleset))
    into.section(
        "Rules.",
        "Each is true (it fires), false (it does not), or null (something that could decide it is unknown).",
    )
    for name in program.rules:
        rule = ruleset.rules.get(name)
        words = _words(rule, ruleset) if rule else ()
        into.define(f"{name} fires", conditions.said(program.rails[name].true), *words)
    write_decision(ruleset, conditions, into)
    return str(into)


def _words(rule: Rule, ruleset: Ruleset) -> Iterator[str]:
    """What a rule says, what follows, and on what evidence."""
    yield f"{rule.rule}: {rule.title}"
    yield english(rule, ruleset)
    yield consequence(rule, ruleset)
    for evidence in rule.evidence:
        row = ruleset.references.rows[evidence.row]
        at = f", {evidence.at}" if evidence.at else ""
        mark = " (unverified)" if row.unverified else ""
        yield f"{evidence.row}{mark}: {ruleset.references.sources[evidence.cite].title}{at}: {evidence.supports}"
