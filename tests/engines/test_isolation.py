"""No patient's data survives into the next answer, in one thread, in eight, over a hundred thousand."""

from __future__ import annotations

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest
from engine_programs import random_facts, random_program
from engine_support import needs_durable, said

from fasciculation_rules.engines.compiled import CompiledEngine
from fasciculation_rules.engines.durable.engine import DurableEngine
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.logic.program import Answer, Program

pytestmark = needs_durable


def people(seed: int, program: Program, number: int) -> list[Facts]:
    """Every second person is the opposite of the one before: what one leaves behind, the next contradicts."""
    random = Random(seed)
    found: list[Facts] = []
    while len(found) < number:
        facts = random_facts(random, program)
        opposite = Facts({name: not present for name, present in facts.findings.items()}, {})
        found += [facts, opposite]
    return found[:number]


def test_twelve_thousand_alternating_cases_in_one_thread() -> None:
    program = random_program(Random(30), rules=60)
    durable, compiled = DurableEngine(program), CompiledEngine(program)
    cases = people(31, program, 500)
    expected = [compiled.answer(program.encode(facts)) for facts in cases]
    vectors = [program.encode(facts) for facts in cases]
    order = Random(32)
    for _ in range(4_000):
        pair = 2 * order.randrange(250)
        for which in (pair, pair + 1):
            assert durable.answer(vectors[which]) == expected[which]
        # Nobody at all: whatever was left over would be heard here.
        assert durable.answer(program.encode(Facts())) == Answer(0, 0)


def test_ten_thousand_cases_in_eight_threads() -> None:
    program = random_program(Random(33), rules=40)
    durable, compiled = DurableEngine(program), CompiledEngine(program)
    cases = people(34, program, 200)
    expected = [compiled.answer(program.encode(facts)) for facts in cases]
    barrier = threading.Barrier(8)

    def work(seed: int) -> int:
        order = Random(seed)
        barrier.wait()
        picked = (order.randrange(200) for _ in range(1250))
        return sum(durable.answer(program.encode(cases[which])) != expected[which] for which in picked)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(work, range(8))) == 0
    finally:
        sys.setswitchinterval(interval)


FRESH = """
import sys
from random import Random
from engine_programs import random_program
from fasciculation_rules.engines.durable.engine import DurableEngine
from test_isolation import people
program = random_program(Random(30), rules=30)
facts = people(35, program, 100)[int(sys.argv[1])]
answer = DurableEngine(program).answer(program.encode(facts))
print(answer.true, answer.false)
"""


@pytest.mark.slow
@pytest.mark.parametrize("number", [20, pytest.param(100, marks=pytest.mark.nightly)])
def test_cases_answer_as_they_do_in_a_fresh_process(number: int) -> None:
    program = random_program(Random(30), rules=30)
    durable = DurableEngine(program)
    answers = [durable.answer(program.encode(facts)) for facts in people(35, program, number)]
    with ThreadPoolExecutor(2) as pool:
        alone = list(pool.map(lambda index: said(FRESH, str(index)), range(number)))
    assert alone == [f"{answer.true} {answer.false}" for answer in answers]


FLAT = """
import resource, sys
from random import Random
from engine_programs import random_facts, random_program
from fasciculation_rules.engines.compiled import CompiledEngine
from fasciculation_rules.engines.durable.engine import DurableEngine
random = Random(36)
program = random_program(random, findings=20, quantities=4, derivations=2, rules=10)
durable, compiled = DurableEngine(program), CompiledEngine(program)
cases = [random_facts(random, program) for _ in range(100)]
expected = [compiled.answer(program.encode(facts)) for facts in cases]
def run(number):
    for index in range(number):
        which = index % 100
        assert durable.answer(program.encode(cases[which])) == expected[which]
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize() // 1024
first = run(2_000)
print(run(int(sys.argv[1])) - first)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
@pytest.mark.parametrize("number", [20_000, pytest.param(100_000, marks=pytest.mark.nightly)])
def test_memory_is_flat(number: int) -> None:
    assert int(said(FLAT, str(number), timeout=1200)) < 512, "KiB"
