"""Ratios and times of the whole library, measured in one run: `python tests/bench/bench_assess.py [VERSION ...]`.

Ratios alternate their peers in rounds of one process, so a busy machine moves both sides alike. Nothing is asserted.
"""

from __future__ import annotations

import datetime
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

from fasciculation_rules import Case, Ruleset, assess, open_ruleset
from fasciculation_rules.assessing import straight_line
from fasciculation_rules.assessing.admit import admit
from fasciculation_rules.assessing.findings import close
from fasciculation_rules.assessing.firings import engine_of
from fasciculation_rules.logic.facts import Facts

VERSIONS = ("0.1.0", "1.1.0")
ROUNDS, CALLS = 25, 20
STEPS = (
    "admit",
    "close",
    "fire",
    "urgency_of",
    "disposition_of",
    "plan_of",
    "differential_of",
    "reach_of",
    "questions_of",
    "explanation_of",
    "checks_of",
    "scope_of",
    "_labels",
)
"""The steps of the straight line, by their names in its module."""


def timed(call: Callable[[], object]) -> float:
    """Seconds a call, the mean of a few calls."""
    start = time.perf_counter()
    for _ in range(CALLS):
        call()
    return (time.perf_counter() - start) / CALLS


def ratio(one: Callable[[], object], other: Callable[[], object]) -> tuple[float, float, float]:
    """Median of the ratios of alternating rounds, and the two medians in seconds."""
    for call in (one, other):
        call()
    pairs = [(timed(one), timed(other)) for _ in range(ROUNDS)]
    ones, others = zip(*pairs, strict=True)
    return statistics.median(a / b for a, b in pairs), statistics.median(ones), statistics.median(others)


def representative(ruleset: Ruleset) -> dict[str, Case]:
    """The kept cases of the ruleset, and an empty one."""
    kept = {stem: Case(given=vignette.given) for stem, vignette in ruleset.cases.items()}
    return {"empty": Case(), **kept}


def whole_against_durable(ruleset: Ruleset) -> None:
    """A whole `assess()` with its check, against the durable engine's own evaluation of the same facts."""
    engine = engine_of(ruleset, "durable")
    ratios = []
    print(f"assess() against its durable part, ruleset {ruleset.version}, {len(ruleset.rules)} rules:")
    for name, case in representative(ruleset).items():
        on = next((v.on for s, v in ruleset.cases.items() if s == name), None)
        facts = close(admit(case, ruleset, on=on), case, ruleset, reconcile=False).facts

        def whole(case: Case = case, on: datetime.date | None = on) -> object:
            return assess(case, ruleset, on=on)

        def durable(facts: Facts = facts) -> object:
            return engine.answer(ruleset.program.encode(facts))

        found, one, other = ratio(whole, durable)
        ratios.append((found, name, one, other))
    median, worst = statistics.median(sorted(ratio for ratio, *_ in ratios)), max(ratios)
    print(f"  median {median:.2f}x, worst {worst[0]:.2f}x, of {worst[1]} (target below 1.5x)")
    wholes, parts = (statistics.median(each[which] for each in ratios) for which in (2, 3))
    print(f"  median of a whole assess() {wholes * 1e3:.3f} ms, of its durable part {parts * 1e3:.3f} ms")


def profile(ruleset: Ruleset) -> None:
    """Where the time of a whole assessment goes, step by step, over every kept case."""
    spent = dict.fromkeys(STEPS, 0.0)

    def watched(name: str, step: Callable[..., object]) -> Callable[..., object]:
        def call(*given: object, **named: object) -> object:
            start = time.perf_counter()
            try:
                return step(*given, **named)
            finally:
                spent[name] += time.perf_counter() - start

        return call

    steps = {name: getattr(straight_line, name) for name in STEPS}
    kept = [
        (case, ruleset.cases[stem].on if stem in ruleset.cases else None)
        for stem, case in representative(ruleset).items()
    ]
    try:
        for name, step in steps.items():
            setattr(straight_line, name, watched(name, step))
        start = time.perf_counter()
        for case, on in kept * 3:
            straight_line.assess(case, ruleset, on=on)
        whole = time.perf_counter() - start
    finally:
        for name, step in steps.items():
            setattr(straight_line, name, step)
    print("  where it goes (fire: both engines, their comparison and the grading):")
    for name, seconds in sorted({**spent, "the rest": whole - sum(spent.values())}.items(), key=lambda pair: -pair[1]):
        print(f"    {seconds / whole:5.1%}   {seconds / len(kept) / 3 * 1e6:7.1f} us   {name}")


def cold(title: str, code: str, target: str) -> None:
    """The median over fresh processes of what the code prints, in milliseconds; with bytecode, as once installed."""
    with tempfile.TemporaryDirectory() as kept:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment["PYTHONPYCACHEPREFIX"] = kept

        def once() -> float:
            return float(subprocess.check_output([sys.executable, "-c", code], env=environment)) * 1e3

        once()
        times = [once() for _ in range(11)]
    print(f"{title}: {statistics.median(times):.1f} ms (target below {target})")


def of(version: str, start: str, end: str) -> None:
    """The figures of one version."""
    print(f"ruleset {version}")
    first = f"from fasciculation_rules import Case, assess, open_ruleset\nassess(Case(), open_ruleset({version!r}))"
    cold("first assessment ready, cold", f"{start}{first}{end}", "500 ms")
    opening = f"from fasciculation_rules import open_ruleset\n{start}open_ruleset({version!r}){end}"
    cold("opening a ruleset, cold, library imported", opening, "400 ms")
    ruleset = open_ruleset(version)
    warm = statistics.median(timed(lambda: open_ruleset(version)) for _ in range(ROUNDS))
    print(f"opening a ruleset, warm: {warm * 1e3:.3f} ms (target below 1 ms)")
    whole_against_durable(ruleset)
    profile(ruleset)


def main() -> None:
    """Prints every figure."""
    start = "import time; t = time.perf_counter()\n"
    end = "\nprint(time.perf_counter() - t)"
    cold("bare import", f"{start}import fasciculation_rules{end}", "60 ms")
    for version in sys.argv[1:] or VERSIONS:
        of(version, start, end)


if __name__ == "__main__":
    main()
