"""The quick walk means what the reference evaluation means, and names just the items that matter."""

from __future__ import annotations

from hypothesis import given
from tests.strategies import TODAY, Said, said

from fasciculation_rules import Case, open_ruleset
from fasciculation_rules.assessing.admit import admit
from fasciculation_rules.assessing.findings import close
from fasciculation_rules.assessing.tables import Tables
from fasciculation_rules.assessing.walk import FALSE, OPEN, TRUE
from fasciculation_rules.logic.evaluate import evaluate
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.logic.firing import Firing

RULESET = open_ruleset("0.1.0")
PROGRAM = RULESET.program
TABLES = Tables.of(RULESET)
STATES = {Firing.TRUE: TRUE, Firing.FALSE: FALSE}


@given(said(RULESET))
def test_a_walk_agrees_with_the_reference(given: Said) -> None:
    case = Case.read({"given": given})
    facts = close(admit(case, RULESET, on=TODAY), case, RULESET, reconcile=False).facts
    vector = PROGRAM.encode(facts)
    for name, condition in PROGRAM.rules.items():
        state, items = TABLES.walks[name](vector)
        assert state == STATES.get(evaluate(condition, facts, PROGRAM.meaning), OPEN)
        assert (items == 0) == (state == FALSE)


@given(said(RULESET))
def test_what_a_firing_rule_rests_on_suffices_to_fire_it(given: Said) -> None:
    case = Case.read({"given": given})
    facts = close(admit(case, RULESET, on=TODAY), case, RULESET, reconcile=False).facts
    vector = PROGRAM.encode(facts)
    for name, condition in PROGRAM.rules.items():
        state, items = TABLES.walks[name](vector)
        if state == TRUE:
            names = TABLES.items.of(items)
            alone = Facts(
                {item: facts.findings[item] for item in names if item in facts.findings},
                {item: facts.quantities[item] for item in names if item in facts.quantities},
            )
            assert evaluate(condition, alone, PROGRAM.meaning) is Firing.TRUE


@given(said(RULESET))
def test_what_could_decide_an_open_rule_is_unknown(given: Said) -> None:
    case = Case.read({"given": given})
    facts = close(admit(case, RULESET, on=TODAY), case, RULESET, reconcile=False).facts
    known = TABLES.known(facts)
    vector = PROGRAM.encode(facts)
    for name in PROGRAM.rules:
        state, items = TABLES.walks[name](vector)
        if state == OPEN:
            findings = items & known.items & TABLES.items.mask(PROGRAM.findings)
            assert findings == 0
