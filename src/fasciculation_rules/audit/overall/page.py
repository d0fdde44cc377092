"""The audit report as a page of HTML: readable in ten minutes, and on paper."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from fasciculation_rules._version import __version__
from fasciculation_rules.audit.overall.gathering import Gathered
from fasciculation_rules.audit.safety.anomalies import anomalies_of
from fasciculation_rules.logic.english import in_english
from fasciculation_rules.model.rule import KINDS
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.model.safety import Hazard
from fasciculation_rules.proof.compare.account import as_json as comparison_as_json
from fasciculation_rules.proof.compare.account import lines_of as lines_of_comparison
from fasciculation_rules.proof.proving import Outcome
from fasciculation_rules.proof.witness import as_given
from fasciculation_rules.report.grades import grades
from fasciculation_rules.report.html import page
from fasciculation_rules.report.rule_page import say_leaf
from fasciculation_rules.report.text import in_words

NOW, AT_ONCE = "PT0S", "at once"
NOT_VALIDATED = "clinical validation: not done"


def audit_page(found: Gathered) -> str:
    """The whole report."""
    ruleset = found.ruleset
    return page(
        "audit",
        library=__version__,
        review=ruleset.about.review,
        validation=NOT_VALIDATED,
        found=found,
        ruleset=ruleset,
        rungs=_rungs(ruleset),
        kinds=[(kind, len(ruleset.of_kind(model))) for kind, model in KINDS.items()],
        entry=in_english(ruleset.about.entry, lambda leaf: say_leaf(leaf, ruleset)),
        floors=[(name.replace("_", " "), floor.rung, floor.because) for name, floor in ruleset.outcomes.floors],
        grades=grades(ruleset),
        overdue=overdue(found),
        due=sorted(Counter(rule.review.next for rule in ruleset.rules.values()).items()),
        failures=list(_failures(found)),
        outcomes=_outcomes(found),
        changes=list(_changes(found)),
        compared=_compared(found),
        hazards=_hazards(found),
        open_anomalies=anomalies_of(ruleset.version, found.anomalies.ours) if found.anomalies else (),
        affecting=_affecting(found),
    )


def _rungs(ruleset: Ruleset) -> list[tuple[str, str, str, int]]:
    """From the top: id, label, delay, and how many rules reach it."""
    counts = Counter(rule.then.urgency for rule in ruleset.escalations.values())
    delays = {rung.id: AT_ONCE if rung.delay == NOW else in_words(rung.delay) if rung.delay else "no appointment"
              for rung in ruleset.outcomes.urgencies}  # fmt: skip
    return [
        (rung.id.replace("_", " "), rung.label, delays[rung.id], counts[rung.id])
        for rung in reversed(ruleset.outcomes.urgencies)
    ]


def overdue(found: Gathered) -> list[str]:
    """Rules whose review was due before the day of the report."""
    return [name for name, rule in found.ruleset.rules.items() if rule.review.next < found.on]


def _failures(found: Gathered) -> Iterator[dict[str, object]]:
    for proved in found.solved.proved if found.solved else ():
        for failure in proved.failures[:1]:
            patients = [as_given(facts, found.ruleset) for facts in failure.patients]
            yield {"theorem": proved.theorem, "about": failure.about, "patients": patients}


def _outcomes(found: Gathered) -> Mapping[str, int]:
    if found.solved is None:
        return {}
    return {outcome.value: found.solved.outcomes.get(outcome, 0) for outcome in Outcome}


def _compared(found: Gathered) -> dict[str, object] | None:
    """The comparison with the version before in short: parts, how many rules fire on other people, who moves."""
    comparison = found.solved.comparison if found.solved else None
    if comparison is None:
        return None
    return {**comparison_as_json(comparison), "parts": comparison.structure, "old": comparison.pair.old}


def _changes(found: Gathered) -> Iterator[tuple[int, str]]:
    """The comparison, a line each with its depth; of long parts the beginning."""
    comparison = found.solved.comparison if found.solved else None
    for line in lines_of_comparison(comparison) if comparison else ():
        text = line.strip()
        yield (len(line) - len(line.lstrip())) // 2, text if len(text) <= LONGEST else f"{text[:LONGEST]} ..."


LONGEST = 400


def _hazards(found: Gathered) -> list[Hazard]:
    """The worst after control first."""
    if found.trace is None:
        return []
    return sorted((each.hazard for each in found.trace.hazards), key=lambda each: (-each.after.risk, -each.before.risk))


def _affecting(found: Gathered) -> list[tuple[str, str, str]]:
    if found.anomalies is None:
        return []
    of_soup = ((each.name, one) for each in found.anomalies.soup for one in each.anomalies)
    return [(name, one.what, one.why) for name, one in of_soup if one.judgement == "affects"]
