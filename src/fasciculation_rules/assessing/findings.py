"""From what was said to all that follows: contradictions met, closure, computed quantities."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from fasciculation_rules.assessing.admit import Admitted
from fasciculation_rules.errors import CaseError, Problem, problem
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.model.assessment import Notice
from fasciculation_rules.model.case import Case
from fasciculation_rules.model.computed import COMPUTED
from fasciculation_rules.model.quantity import to_count
from fasciculation_rules.model.ruleset import Ruleset

BLOODS = "basic_bloods_normal"


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
    notices = [*admitted.notices, *_overtaken(admitted, findings, case, ruleset)]
    quantities = _compute(admitted, ruleset)
    contradictions = [*ruleset.closure.contradictions(findings), *_abnormal(findings, quantities, ruleset)]
    if contradictions and not reconcile:
        raise CaseError("the case contradicts itself", [_contradiction(*pair) for pair in contradictions], case=case)
    for one, other in contradictions:
        notices.append(_reconcile(one, other, admitted.findings, findings, ruleset))
    return Findings(Facts(ruleset.closure.close(findings), quantities), tuple(notices))


def _overtaken(admitted: Admitted, findings: dict[str, bool], case: Case, ruleset: Ruleset) -> list[Notice]:
    """Takes out of `findings` a summary that says normal if something abnormal was recorded since, however old.

    Else a potassium that was low three weeks ago, too old to count, would leave bloods that were normal in spring.
    """
    vocabulary, notices = ruleset.vocabulary, []
    for summary in [name for name, there in findings.items() if there and vocabulary.is_summary(name)]:
        excluded = ruleset.closure.excluded[summary]
        old = [name for name, there in admitted.old_findings.items() if there and name in excluded]
        if summary == BLOODS:
            old += [name for name, _ in _abnormal(findings, admitted.old_quantities, ruleset)]
        since = case.given[summary].at
        later = [name for name in old if since is None or (at := case.given[name].at) is None or at >= since]
        if later:
            del findings[summary]
            named = ", ".join(vocabulary.label(name) for name in later)
            message = f"{vocabulary.label(summary)}: does not count, because of a later record: {named}"
            notices.append(Notice(code="overtaken", message=message, items=(summary, *later)))
    return notices


def _contradiction(one: str, other: str) -> Problem:
    message = f"'{one}' and '{other}' cannot both be as given"
    hint = "correct one of them; until then treat as present"
    return problem("contradiction", message, at=f"given.{one}", hint=hint)


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
    if not findings.get(BLOODS):
        return []
    found = []
    for name, (low, high) in quantities.items():
        quantity = ruleset.vocabulary.quantities[name]
        if quantity.normal is not None:
            bottom, top = (end / quantity.resolution for end in quantity.normal)
            if high < bottom or low >= top:
                found.append((name, BLOODS))
    return found


def _compute(admitted: Admitted, ruleset: Ruleset) -> dict[str, tuple[int, int]]:
    known = dict(admitted.quantities)
    if not known:
        return known
    table = ruleset.vocabulary.quantities
    for name, (inputs, work_out) in COMPUTED.items():
        if name in known or name not in table or any(needed not in known for needed in inputs):
            continue
        exact: dict[str, tuple[Fraction, Fraction]] = {
            needed: (known[needed][0] * table[needed].resolution, known[needed][1] * table[needed].resolution)
            for needed in inputs
        }
        ends = work_out(exact, admitted.references)
        if ends is not None:
            resolution, (bottom, top) = table[name].resolution, table[name].bounds()
            low, high = (min(max(to_count(end, resolution), bottom), top) for end in ends)
            known[name] = (low, high)
    return known
