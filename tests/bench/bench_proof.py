"""What comparing versions takes, and reasons and questions: `python tests/bench/bench_proof.py [VERSION ...]`.

Processor time, so that a busy machine matters little. The tables of a ruleset are made before. Nothing is asserted.
"""

from __future__ import annotations

import datetime
import gc
import statistics
import sys
import time
from collections.abc import Callable

from fasciculation_rules import Case, Ruleset, assess, open_ruleset
from fasciculation_rules.assessing.admit import admit
from fasciculation_rules.assessing.findings import close
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.proof.asking import asking
from fasciculation_rules.proof.compare.account import compare
from fasciculation_rules.proof.reasons import why
from fasciculation_rules.proof.reasons_in_words import why_text
from fasciculation_rules.report.text import explain

VERSIONS = ("0.1.0", "1.1.0")
ROUNDS = 5

People = dict[str, tuple[Case, datetime.date | None]]


def people(ruleset: Ruleset) -> People:
    """The kept cases of the ruleset, and one of which nothing is known."""
    kept = {stem: (Case(given=vignette.given), vignette.on) for stem, vignette in ruleset.cases.items()}
    return {"nothing known": (Case(), None), **kept}


def facts_of(case: Case, on: datetime.date | None, ruleset: Ruleset) -> Facts:
    """What follows from a case."""
    return close(admit(case, ruleset, on=on), case, ruleset, reconcile=False).facts


def timed(call: Callable[[], object]) -> float:
    """Milliseconds a call, the median of a few."""
    found = []
    for _ in range(ROUNDS):
        start = time.process_time()
        call()
        found.append((time.process_time() - start) * 1e3)
    return statistics.median(found)


def told(title: str, found: dict[str, float], target: str = "") -> None:
    """One line: the median, the worst and whose it is."""
    worst = max(found, key=found.__getitem__)
    median = statistics.median(found.values())
    print(f"  {median:6.2f} ms median, {found[worst]:6.2f} ms worst ({worst})   {title}{target}")


def of(ruleset: Ruleset) -> None:
    """The figures of one version."""
    every = people(ruleset)
    facts = {name: facts_of(case, on, ruleset) for name, (case, on) in every.items()}
    start = time.process_time()
    why(facts["nothing known"], ruleset), asking(facts["nothing known"], ruleset)
    made = (time.process_time() - start) * 1e3
    gc.collect()
    gc.freeze()  # else a collection of what the ruleset holds falls into somebody's round
    print(f"reasons and questions, ruleset {ruleset.version}, {len(every)} cases (tables made in {made:.0f} ms):")
    reasons = {name: timed(lambda known=known: why(known, ruleset)) for name, known in facts.items()}
    questions = {name: timed(lambda known=known: asking(known, ruleset)) for name, known in facts.items()}
    told("why", reasons)
    told("asking", questions)
    told("both", {name: reasons[name] + questions[name] for name in facts}, " (target: median below 20 ms)")

    def whole(case: Case, on: datetime.date | None) -> str:
        report = explain(assess(case, ruleset, on=on))
        return report + why_text(facts_of(case, on, ruleset), ruleset, width=96)

    told(
        "assess --why as a whole, as text",
        {name: timed(lambda each=each: whole(*each)) for name, each in every.items()},
    )


COMPARED = (("0.1.0", "1.0.0", "below 10 s"), ("1.0.0", "1.1.0", "below 2 s"))


def comparisons() -> None:
    """What it takes to compare the meaning of two versions."""
    for old, new, target in COMPARED:
        versions = open_ruleset(old), open_ruleset(new)
        start = time.process_time()
        found = compare(*versions)
        taken = time.process_time() - start
        print(f"compare {old} with {new}: {taken:.2f} s, {len(found.moves)} moves (target: {target})")


def main() -> None:
    """Prints every figure."""
    comparisons()
    for version in sys.argv[1:] or VERSIONS:
        of(open_ruleset(version))


if __name__ == "__main__":
    main()
