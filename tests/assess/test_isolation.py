"""No patient's data survives into the next assessment, in one thread or in eight, against fresh processes too."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest

from fasciculation_rules import Assessment, Case, Ruleset, assess

CALLS = pytest.mark.parametrize("calls", [2_000, pytest.param(10_000, marks=pytest.mark.nightly)])


def people(ruleset: Ruleset) -> list[tuple[Case, object]]:
    """The kept cases, each followed by nobody at all."""
    found: list[tuple[Case, object]] = []
    for vignette in ruleset.cases.values():
        found += [(Case(given=vignette.given), vignette.on), (Case(), None)]
    return found


def decided(assessment: Assessment) -> str:
    """Everything but who answered."""
    return json.dumps({**json.loads(assessment.to_json()), "engine": None})


def expected(ruleset: Ruleset) -> list[str]:
    return [decided(assess(case, ruleset, engine="compiled", on=on)) for case, on in people(ruleset)]  # type: ignore[arg-type]


@pytest.mark.slow
@CALLS
def test_thousands_of_alternating_cases_in_one_process(calls: int, ruleset: Ruleset) -> None:
    cases, wanted = people(ruleset), expected(ruleset)
    order = Random(1)
    for _ in range(calls):
        which = order.randrange(len(cases))
        case, on = cases[which]
        assert decided(assess(case, ruleset, on=on)) == wanted[which]  # type: ignore[arg-type]


@pytest.mark.slow
@CALLS
def test_thousands_of_cases_in_eight_threads(calls: int, ruleset: Ruleset) -> None:
    cases, wanted = people(ruleset), expected(ruleset)

    def work(seed: int) -> int:
        order, wrong = Random(seed), 0
        for _ in range(calls // 8):
            which = order.randrange(len(cases))
            case, on = cases[which]
            wrong += decided(assess(case, ruleset, on=on)) != wanted[which]  # type: ignore[arg-type]
        return wrong

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(work, range(8))) == 0


FRESH = """
import json, sys
from fasciculation_rules import Case, assess, open_ruleset
ruleset = open_ruleset("0.1.0")
vignette = ruleset.cases[sys.argv[1]]
print(assess(Case(given=vignette.given), ruleset, on=vignette.on).to_json())
"""


@pytest.mark.slow
@pytest.mark.parametrize("number", [20, pytest.param(100, marks=pytest.mark.nightly)])
def test_assessments_equal_those_of_fresh_processes(number: int, ruleset: Ruleset) -> None:
    stems = list(ruleset.cases)
    sample = [Random(index).choice(stems) for index in range(number)]

    def alone(stem: str) -> str:
        return subprocess.check_output([sys.executable, "-c", FRESH, stem], text=True).rstrip("\n")

    with ThreadPoolExecutor(2) as pool:
        fresh = list(pool.map(alone, sample))
    for stem, there in zip(sample, fresh, strict=True):
        vignette = ruleset.cases[stem]
        assert assess(Case(given=vignette.given), ruleset, on=vignette.on).to_json() == there


FLAT = """
import resource, sys
from fasciculation_rules import Case, assess, open_ruleset
ruleset = open_ruleset("0.1.0")
cases = [(Case(given=v.given), v.on) for v in ruleset.cases.values()]
def run(number):
    for index in range(number):
        case, on = cases[index % len(cases)]
        assess(case, ruleset, on=on)
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize() // 1024
first = run(2_000)
print(run(int(sys.argv[1])) - first)
"""


@pytest.mark.nightly
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_memory_is_flat_over_a_hundred_thousand_assessments() -> None:
    grown = int(subprocess.check_output([sys.executable, "-c", FLAT, "100000"], text=True))
    assert grown < 2048, f"{grown} KiB"
