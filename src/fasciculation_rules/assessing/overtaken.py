"""A summary that says normal does not count once something abnormal was recorded after it, however old that is."""

from __future__ import annotations

import datetime

from fasciculation_rules.assessing.admit import Admitted
from fasciculation_rules.assessing.compute import Counts, compute, out_of_range
from fasciculation_rules.model.assessment import Notice
from fasciculation_rules.model.case import Case
from fasciculation_rules.model.computed import COMPUTED
from fasciculation_rules.model.ruleset import Ruleset

BLOODS = "basic_bloods_normal"


def overtaken(
    admitted: Admitted, findings: dict[str, bool], quantities: Counts, case: Case, ruleset: Ruleset
) -> list[Notice]:
    """Takes such summaries out of `findings`, with a notice for each.

    Else a potassium that was low three weeks ago, too old to count, would leave bloods that were normal in spring;
    and one that is low today would be refused as their contradiction. What is recorded on the same day, or without
    a date, and still counts, is a contradiction and not dealt with here.
    """
    vocabulary, notices = ruleset.vocabulary, []
    for summary in [name for name, there in findings.items() if there and vocabulary.is_summary(name)]:
        since, excluded = case.given[summary].at, ruleset.closure.excluded[summary]
        old = [name for name, there in admitted.old_findings.items() if there and name in excluded]
        fresh = [name for name, there in findings.items() if there and name in excluded]
        if summary == BLOODS:
            old += _old_results(admitted, ruleset)
            fresh += out_of_range(quantities, ruleset)
        later = [name for name in old if not _before(name, since, case)]
        later += [name for name in fresh if name not in later and _after(name, since, case)]
        if later:
            del findings[summary]
            named = ", ".join(vocabulary.label(name) for name in later)
            message = f"{vocabulary.label(summary)}: does not count, because of a later record: {named}"
            notices.append(Notice(code="overtaken", message=message, items=(summary, *later)))
    return notices


def _old_results(admitted: Admitted, ruleset: Ruleset) -> list[str]:
    """Abnormal results, reported or worked out, in which something has a part that is too old to count."""
    every = {**admitted.quantities, **admitted.old_quantities}
    results = compute(every, {**admitted.references, **admitted.old_references}, ruleset)
    old = admitted.old_quantities
    return [name for name in out_of_range(results, ruleset) if name in old or not old.keys().isdisjoint(_inputs(name))]


def _inputs(name: str) -> tuple[str, ...]:
    return COMPUTED[name][0] if name in COMPUTED else ()


def _recorded(name: str, case: Case) -> datetime.date | None:
    """The day of a record; of a computed quantity that of its newest input; None where one has no date."""
    dates = [case.given[part].at for part in ((name,) if name in case.given else _inputs(name))]
    known = [date for date in dates if date is not None]
    return max(known) if known and len(known) == len(dates) else None


def _before(name: str, since: datetime.date | None, case: Case) -> bool:
    recorded = _recorded(name, case)
    return since is not None and recorded is not None and recorded < since


def _after(name: str, since: datetime.date | None, case: Case) -> bool:
    recorded = _recorded(name, case)
    return since is not None and recorded is not None and recorded > since
