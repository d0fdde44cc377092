"""From what was said to all that follows: contradictions met, closure, computed quantities."""

from __future__ import annotations

from dataclasses import dataclass

from fasciculation_rules.assessing.admit import Admitted, contradiction
from fasciculation_rules.assessing.compute import compute, differing, idle, out_of_range
from fasciculation_rules.assessing.overtaken import BLOODS, overtaken
from fasciculation_rules.errors import CaseError
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.model.assessment import Notice
from fasciculation_rules.model.case import Case
from fasciculation_rules.model.ruleset import Ruleset


@dataclass(frozen=True)
class Findings:
    """All that is known, closed and computed, with what the reader should know about how."""

    facts: Facts
    notices: tuple[Notice, ...]


def close(admitted: Admitted, case: Case, ruleset: Ruleset, *, reconcile: bool) -> Findings:
    """The closed and computed facts.

    Where two statements contradict each other: CaseError naming both, or with `reconcile` the specific
    presence wins over a general denial, a sign wins over a summary that says normal, else both stay; with a notice.
    """
    findings = dict(admitted.findings)
    quantities = compute(admitted.quantities, admitted.references, ruleset)
    notices = [
        *admitted.notices,
        *overtaken(admitted, findings, quantities, case, ruleset),
        *differing(admitted, ruleset),
        *idle(admitted, quantities, ruleset),
    ]
    contradictions = [*ruleset.closure.contradictions(findings), *_abnormal(findings, quantities, ruleset)]
    if contradictions and not reconcile:
        raise CaseError("the case contradicts itself", [contradiction(*pair) for pair in contradictions], case=case)
    for one, other in contradictions:
        notices.append(_reconcile(one, other, admitted.findings, findings, ruleset))
    return Findings(Facts(ruleset.closure.close(findings), quantities), tuple(notices))


def _reconcile(one: str, other: str, said: dict[str, bool], findings: dict[str, bool], ruleset: Ruleset) -> Notice:
    """The notice of one contradiction in what was said; takes out of `findings` what does not count."""
    vocabulary = ruleset.vocabulary
    label = vocabulary.label
    summaries = [name for name in (one, other) if vocabulary.is_summary(name)]
    if said.get(other) is False:
        findings.pop(other, None)
        message = f"'{label(one)}' was recorded although '{label(other)}' was denied; the finding counts as present"
    elif len(summaries) == 1:
        findings.pop(summaries[0], None)
        sign = other if summaries[0] == one else one
        message = f"'{label(sign)}' contradicts '{label(summaries[0])}'; the finding counts, the summary does not"
    else:
        message = f"'{label(one)}' and '{label(other)}' exclude each other; both are kept as present"
    return Notice(code="contradiction", message=message, items=(one, other))


def _abnormal(
    findings: dict[str, bool], quantities: dict[str, tuple[int, int]], ruleset: Ruleset
) -> list[tuple[str, str]]:
    """Results out of their normal range beside a statement that the basic bloods were normal."""
    return [(name, BLOODS) for name in out_of_range(quantities, ruleset)] if findings.get(BLOODS) else []
