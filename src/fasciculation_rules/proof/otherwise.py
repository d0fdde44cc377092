"""A patient as she would be if something were otherwise, and what an assessment would then decide."""

from __future__ import annotations

from collections.abc import Iterable

from fasciculation_rules.assessing.compute import out_of_range
from fasciculation_rules.assessing.disposition import disposition_of, screen_of
from fasciculation_rules.assessing.findings import Findings
from fasciculation_rules.assessing.firings import fire
from fasciculation_rules.assessing.overtaken import BLOODS
from fasciculation_rules.assessing.tables import Tables
from fasciculation_rules.assessing.urgency import Urgency, urgency_of
from fasciculation_rules.engines.durable.subset import Term
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.logic.program import ABSENT, PRESENT, UNKNOWN
from fasciculation_rules.model.assessment import Disposition
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.proof.supports import Supports


def decided(facts: Facts, ruleset: Ruleset) -> tuple[Urgency, Disposition]:
    """The urgency and the disposition of closed facts, by the steps of an assessment."""
    tables = Tables.of(ruleset)
    fired = fire(facts, ruleset, engine="compiled")
    urgency, screen = urgency_of(fired, tables), screen_of(Findings(facts, ()), tables)
    return urgency, disposition_of(urgency, screen, tables.known(facts), fired, tables)


def at_least(facts: Facts, ruleset: Ruleset) -> int:
    """The height of the rung that is sure."""
    return ruleset.rank[urgency_of(fire(facts, ruleset, engine="compiled"), Tables.of(ruleset)).range.at_least]


def answered(facts: Facts, answers: Iterable[Term], supports: Supports) -> Facts:
    """The facts and these answers, which contradict neither them nor each other, closed."""
    findings, quantities = dict(facts.findings), dict(facts.quantities)
    for term in answers:
        if supports.is_quantity(term):
            _limit(quantities, term, supports)
        else:
            findings[supports.item(term)] = term.value == PRESENT
    return Facts(supports.ruleset.closure.close(findings), quantities)


def otherwise(facts: Facts, statements: Iterable[Term], supports: Supports) -> Facts:
    """The facts with these statements in place of whatever contradicts them, closed.

    What is said of a quantity replaces all that was known of it; that it is UNKNOWN leaves nothing.
    """
    said = tuple(statements)
    findings = {name: there for name, there in facts.findings.items() if not _gainsaid(name, there, said, supports)}
    about = {supports.item(term) for term in said if supports.is_quantity(term)}
    quantities = {name: ends for name, ends in facts.quantities.items() if name not in about}
    kept = [term for term in said if term.operator != "==" or term.value != UNKNOWN]
    changed = answered(Facts(findings, quantities), kept, supports)
    return _with_or_without_bloods(changed, {supports.item(term) for term in said}, supports.ruleset)


def unknown(name: str, supports: Supports) -> Term:
    """The statement that nothing is known of a quantity."""
    return supports.statement(name, UNKNOWN)


def _gainsaid(name: str, there: bool, said: Iterable[Term], supports: Supports) -> bool:
    denial = supports.statement(name, ABSENT if there else PRESENT)
    return any(denial in supports.told(term) for term in said)


def _limit(quantities: dict[str, tuple[int, int]], term: Term, supports: Supports) -> None:
    """One more limit of a quantity."""
    name = supports.item(term)
    low, high = quantities.get(name) or supports.ruleset.vocabulary.quantities[name].bounds()
    quantities[name] = (max(low, term.value), high) if term.operator == ">=" else (low, min(high, term.value))


def _with_or_without_bloods(facts: Facts, said: set[str], ruleset: Ruleset) -> Facts:
    """Bloods that are normal and a result that is not: the one of which nothing is said gives way."""
    outside = out_of_range(facts.quantities, ruleset) if facts.findings.get(BLOODS) else []
    if not outside:
        return facts
    if BLOODS in said:
        return Facts(facts.findings, {name: ends for name, ends in facts.quantities.items() if name not in outside})
    return Facts({name: there for name, there in facts.findings.items() if name != BLOODS}, facts.quantities)
