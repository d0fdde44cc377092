"""The engines agree: on every name, on all five values, at every limit."""

from __future__ import annotations

from random import Random

import pytest
from engine_programs import random_facts, random_program
from engine_strategies import facts, programs
from engine_support import AVAILABLE, is_, needs_durable, small
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fasciculation_rules.engines import open_engine
from fasciculation_rules.engines.codegen import answer_source, grade_source
from fasciculation_rules.engines.compiled import CompiledEngine
from fasciculation_rules.engines.durable.engine import DurableEngine
from fasciculation_rules.engines.reference import ReferenceEngine
from fasciculation_rules.engines.slots import decode
from fasciculation_rules.errors import UnknownEngineError, UnsupportedConditionError
from fasciculation_rules.logic.condition import All, Any, AtLeast, Comparator, Compare, Condition, Count, Is, Not
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.logic.program import Program

slowly = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
COMPARATORS: tuple[Comparator, ...] = (">=", "<=", ">", "<")


@slowly
@given(programs(), st.lists(facts(), min_size=1, max_size=5))
def test_compiled_gives_the_five_values_of_the_reference(program: Program, people: list[Facts]) -> None:
    reference, compiled = ReferenceEngine(program), CompiledEngine(program)
    for person in people:
        assert compiled.firings(person) == reference.firings(person)
        vector, other = program.encode(person), program.encode(person)
        assert compiled.answer(vector) == reference.answer(other)
        assert vector == other, "both fill the derived slots alike"


@needs_durable
@slowly
@given(programs(), st.lists(facts(), min_size=1, max_size=5))
def test_durable_decides_as_the_reference_does(program: Program, people: list[Facts]) -> None:
    try:
        durable = DurableEngine(program)
    except UnsupportedConditionError:
        return  # declined, never approximated
    reference = ReferenceEngine(program)
    for person in people:
        vector, other = program.encode(person), program.encode(person)
        assert durable.answer(vector) == reference.answer(other)
        assert vector == other, "both fill the derived slots alike"


@slowly
@given(programs(), facts())
def test_a_vector_holds_the_facts_it_was_made_of(program: Program, person: Facts) -> None:
    assert decode(program, program.encode(person)) == person


@pytest.mark.parametrize("comparator", COMPARATORS)
@pytest.mark.parametrize("limit", [-1000, -1, 0, 1, 84, 2**31 - 1])
def test_every_limit_agrees_one_count_below_at_and_above(comparator: Comparator, limit: int) -> None:
    leaf = Compare("q", comparator, Count(limit))
    program = small({"plain": leaf, "negated": Not(leaf)})
    engines = [open_engine(name, program) for name in AVAILABLE]
    for low in (limit - 1, limit, limit + 1):
        for high in (low, low + 1, low + 2):
            person = Facts({}, {"q": (low, high)})
            answers = {engine.answer(program.encode(person)) for engine in engines}
            assert len(answers) == 1
            assert CompiledEngine(program).firings(person) == ReferenceEngine(program).firings(person)


@pytest.mark.parametrize("name", AVAILABLE)
def test_an_empty_case_decides_nothing(name: str) -> None:
    program = random_program(Random(3), rules=40)
    answer = open_engine(name, program).answer(program.encode(Facts()))
    assert (answer.true, answer.false) == (0, 0)


@pytest.mark.parametrize("name", AVAILABLE)
def test_a_program_without_rules_answers_nothing(name: str) -> None:
    program = Program((), (), {}, {}, {})
    engine = open_engine(name, program)
    assert engine.answer(program.encode(Facts())).true == 0
    engine.close()
    engine.close()


@needs_durable
def test_the_engines_agree_on_a_program_of_real_size() -> None:
    random = Random(20)
    program = random_program(random)
    reference, compiled, durable = ReferenceEngine(program), CompiledEngine(program), DurableEngine(program)
    for _ in range(300):
        person = random_facts(random, program)
        answer = durable.answer(program.encode(person))
        assert answer == compiled.answer(program.encode(person)) == reference.answer(program.encode(person))
        assert compiled.firings(person) == reference.firings(person)


def test_a_stale_derived_slot_does_not_matter() -> None:
    program = small({"rule": is_("d")}, {"d": is_("a")})
    for name in AVAILABLE:
        vector = program.encode(Facts({"a": False}))
        vector[-1] = 1
        answer = open_engine(name, program).answer(vector)
        assert program.decode(answer.false) == ("d", "rule"), name
        assert vector[-1] == 2, name


def test_present_and_absent_of_a_derived_finding_are_graded_apart() -> None:
    # `means` is AWAITS_TEST, its negation OPEN: a minimum of one is not the maximum of the other.
    program = small({"yes": is_("d"), "no": Is("d", "absent")}, {"d": All((is_("a"), is_("c")))})
    firings = CompiledEngine(program).firings(Facts())
    assert firings == ReferenceEngine(program).firings(Facts())
    assert firings == {"d": Firing.AWAITS_TEST, "yes": Firing.AWAITS_TEST, "no": Firing.OPEN}


def test_a_condition_a_hundred_deep_is_still_python() -> None:
    condition: Condition = is_("a")
    for depth in range(100):
        condition = All((Any((condition, is_("b"))), is_("a"))) if depth % 2 else AtLeast(1, (condition, is_("a")))
    program = small({"deep": condition, "not-deep": Not(condition)})
    reference, compiled = ReferenceEngine(program), CompiledEngine(program)
    for person in (Facts(), Facts({"a": True}), Facts({"a": False}), Facts({"a": True, "b": False})):
        assert compiled.firings(person) == reference.firings(person)


def test_generated_source_is_the_same_text_every_time_and_quotes_no_ruleset() -> None:
    hostile = 'x\n    import os"""'
    program = Program((hostile,), (), {hostile: Firing.OPEN}, {}, {hostile: is_(hostile), "good-rule": is_(hostile)})
    again = Program((hostile,), (), {hostile: Firing.OPEN}, {}, dict(program.rules))
    text = answer_source(program) + grade_source(program)
    assert text == answer_source(again) + grade_source(again)
    assert "import os" not in text
    assert "# good-rule" in text
    assert CompiledEngine(program).firings(Facts({hostile: True}))[hostile] is Firing.TRUE


def test_an_unknown_engine_is_refused_by_name() -> None:
    with pytest.raises(UnknownEngineError) as raised:
        open_engine("durabel", small({"rule": is_("a")}))
    assert str(raised.value) == ("no engine 'durabel'; there are reference, compiled, durable; did you mean 'durable'?")
    assert raised.value.exit_code == 2


@needs_durable
@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(500))
def test_the_engines_agree_on_five_hundred_programs(seed: int) -> None:
    random = Random(seed)
    program = random_program(random, findings=40, quantities=8, derivations=8, rules=40)
    reference, compiled, durable = ReferenceEngine(program), CompiledEngine(program), DurableEngine(program)
    for _ in range(25):
        person = random_facts(random, program)
        firings = reference.firings(person)
        assert compiled.firings(person) == firings
        assert durable.answer(program.encode(person)) == compiled.answer(program.encode(person))
    durable.close()
