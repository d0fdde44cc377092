"""What a screening came to, for people: everybody accounted for first, and no small cell that could name somebody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fasciculation_rules._version import __version__
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.population.screening import Options, Screened
from fasciculation_rules.population.shielding import SMALL, shown

LISTED = 8
"""So many names of columns stand in the report."""


def lines_of(found: Screened, ruleset: Ruleset, options: Options, *, least: int = SMALL) -> Iterator[str]:
    """The report as text."""
    attrition = found.attrition
    who = (
        "everybody, whether in scope or not" if options.everyone else "people with an entry finding, 16 or older, alive"
    )
    if options.observed is not None:
        who += f", observed for {options.observed} days"
    yield f"Screening of a cohort: {who}; as of {found.day}"
    if found.synthetic:
        yield "Synthetic: these people do not exist, and nothing may be concluded from them."
    yield f"Ruleset {ruleset.version} ({ruleset.status}, library {__version__}), {ruleset.about.review}."
    if ruleset.profile is not None:
        yield f"Site profile: {ruleset.profile.name}."
    yield "It advises clinicians and makes no diagnosis. What is not recorded is unknown, never no."
    yield ""
    steps = {
        "rows that repeat another": attrition.collapsed,
        "in quarantine (cannot be)": attrition.quarantined,
        "without an entry finding": attrition.without_entry,
        "not known to be 16 or older": attrition.not_adult,
        "dead by then": attrition.not_alive,
        "not known to be observed so long": attrition.not_observed,
    }
    asked = {*tuple(steps)[:2], *(() if options.everyone else tuple(steps)[2:5])}
    if options.observed is not None:
        asked.add(tuple(steps)[5])
    steps = {name: count for name, count in steps.items() if name in asked}
    fates = {**steps, "counted": attrition.counted}
    rungs = {("rung", rung): count for rung, count in found.rungs.items()}
    texts = shown(
        {**{(name,): count for name, count in fates.items()}, ("rows",): attrition.rows, **rungs},
        [(("rows",), tuple((name,) for name in fates)), (("counted",), tuple(rungs))],
        least,
    )
    yield f"{'rows of the table':<32}{texts['rows',]:>14}"
    for name in fates:
        yield f"{name:<32}{texts[name,]:>14}"
    yield ""
    yield "Of those counted, by the rung that is shown"
    for rung in found.rungs:
        yield f"  {ruleset.urgency[rung].label:<44}{texts['rung', rung]:>14}"
    yield ""
    for sentence in found.origin.incomplete if found.origin else ():
        yield f"The table is not whole: {sentence}"
    if found.missing:
        yield f"Columns that the table does not have, unknown for everybody: {_listed(found.missing)}"
    if found.ignored:
        yield f"Columns that are not of the wide form, and were not read: {_listed(found.ignored)}"
    resumed = f", {found.resumed} of them from an earlier run" if found.resumed else ""
    yield f"{found.parts} parts{resumed}; logical digest {found.digest}"


def _listed(names: Sequence[str]) -> str:
    """How many, and the first of them; all of them are in the manifest."""
    first = ", ".join(names[:LISTED])
    return f"{len(names)} ({first})" if len(names) <= LISTED else f"{len(names)} ({first}, ...; see the manifest)"
