"""Supports say what an assessment says: every way to a rung is among them, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.proof.people import facts_of, nearly_settled, opened, people
from tests.strategies import TODAY, cases

from fasciculation_rules import Case, Ruleset, assess
from fasciculation_rules.engines.durable.subset import Term
from fasciculation_rules.logic.evaluate import evaluate
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.proof.otherwise import at_least
from fasciculation_rules.proof.standing import Standing, State, state_of
from fasciculation_rules.proof.supports import Supports, opposite

VERSIONS = {"mini": 100, "0.1.0": 50, "1.1.0": 25}
"""With how many examples each is tried."""

DISCHARGED = {
    "neuro_examination_normal": {"value": "present", "at": "2026-10-20"},
    "basic_bloods_normal": {"value": "present", "at": "2026-10-20"},
}


def standing_of(facts: Facts, ruleset: Ruleset) -> Standing:
    return Standing(Supports.of(ruleset), ruleset.program.encode(facts))


@pytest.mark.parametrize("version", VERSIONS)
def test_the_height_is_the_rung_of_an_assessment(version: str) -> None:
    ruleset = opened(version)

    @settings(max_examples=VERSIONS[version] * settings().max_examples // 100)
    @given(cases(ruleset) | nearly_settled(ruleset))
    def check(case: Case) -> None:
        sure = assess(case, ruleset, on=TODAY, engine="compiled", reconcile=True).urgency.at_least
        assert ruleset.outcomes.ladder[standing_of(facts_of(case, ruleset), ruleset).height] == sure

    check()


@pytest.mark.parametrize("version", VERSIONS)
def test_a_discharged_rule_counts_as_routine(version: str) -> None:
    ruleset = opened(version)
    minor = next(
        support.terms[0]
        for support in Supports.of(ruleset).all
        if support.discharged_by and len(support.terms) == 1 and support.rank == ruleset.rank["soon_gp"]
    )
    symptom = Supports.of(ruleset).item(minor)
    denied = {name: "absent" for name, item in ruleset.vocabulary.findings.items() if not item.values}
    spared = {symptom, *DISCHARGED, *ruleset.closure.generals[symptom]}
    given_ = {name: value for name, value in denied.items() if name not in spared} | {symptom: "present"}

    ill = standing_of(facts_of(Case.read({"given": given_}), ruleset), ruleset)
    well = standing_of(facts_of(Case.read({"given": given_ | DISCHARGED}), ruleset), ruleset)
    assert (ill.discharged, ill.height) == (frozenset(), ruleset.rank["soon_gp"])
    assert (well.discharged, well.height) == ({"examined_and_well"}, ruleset.rank["routine"])


@pytest.mark.parametrize("version", VERSIONS)
def test_a_rule_fires_where_one_of_its_supports_holds(version: str) -> None:
    ruleset = opened(version)

    @settings(max_examples=VERSIONS[version] * settings().max_examples // 100)
    @given(people(ruleset))
    def check(facts: Facts) -> None:
        assert at_least(facts, ruleset) == standing_of(facts, ruleset).height
        assert standing_of(facts, ruleset).facts == facts
        fired = {support.rule for support in standing_of(facts, ruleset).firing}
        meaning = ruleset.program.meaning
        worth = {name: evaluate(ruleset.program.rules[name], facts, meaning) for name in ruleset.escalations}
        assert fired == {name for name, firing in worth.items() if firing is Firing.TRUE}
        waits = {support.rule for support, _ in standing_of(facts, ruleset).waiting}
        assert {name for name, firing in worth.items() if firing is Firing.OPEN} == waits - fired

    check()


def test_supports_are_worked_out_once(ruleset: Ruleset) -> None:
    assert Supports.of(ruleset) is Supports.of(ruleset)


def test_no_support_rests_on_anything_absent(ruleset: Ruleset) -> None:
    terms = {term for support in Supports.of(ruleset).all for term in support.terms}
    assert not [term for term in terms if term.operator == "==" and term.value != 1]


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_told_is_what_closure_adds(version: str) -> None:
    ruleset = opened(version)
    supports = Supports.of(ruleset)
    for name in ruleset.program.findings:
        for statement in supports.either(name):
            closed = ruleset.closure.close({name: statement.value == 1})
            assert supports.told(statement) == {supports.statement(n, 1 if there else 2) for n, there in closed.items()}
            assert all(statement in supports.makers(term) for term in supports.told(statement))


@given(value=st.integers(-5, 5), low=st.integers(-5, 5), high=st.integers(-5, 5))
def test_a_limit_and_its_denial_never_hold_together(value: int, low: int, high: int) -> None:
    vector = [min(low, high), max(low, high)]
    for term in (Term(0, ">=", value), Term(1, "<=", value)):
        states = {state_of(term, vector), state_of(opposite(term), vector)}
        assert states in ({State.HOLDS, State.FAILS}, {State.OPEN})
        assert opposite(opposite(term)) == term
