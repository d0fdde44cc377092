"""Computed quantities over counts: worked out exactly, rounded once, and compared with what a report says."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from fasciculation_rules.assessing.admit import Admitted
from fasciculation_rules.model.assessment import Notice
from fasciculation_rules.model.computed import COMPUTED
from fasciculation_rules.model.quantity import to_count
from fasciculation_rules.model.ruleset import Ruleset

Counts = dict[str, tuple[int, int]]
References = Mapping[str, tuple[Fraction, Fraction]]


def compute(quantities: Mapping[str, tuple[int, int]], references: References, ruleset: Ruleset) -> Counts:
    """The quantities and all that can be worked out from them; a reported value is never worked out again."""
    known = dict(quantities)
    for name in COMPUTED if known else ():
        if name not in known:
            ends = worked_out(name, known, references, ruleset)
            if ends is not None:
                known[name] = ends
    return known


def worked_out(name: str, known: Counts, references: References, ruleset: Ruleset) -> tuple[int, int] | None:
    """One computed quantity as counts, kept within its range; None where an input is unknown."""
    inputs, work_out = COMPUTED[name]
    table = ruleset.vocabulary.quantities
    if name not in table or any(needed not in known for needed in inputs):
        return None
    exact = {
        needed: (known[needed][0] * table[needed].resolution, known[needed][1] * table[needed].resolution)
        for needed in inputs
    }
    ends = work_out(exact, references)
    if ends is None:
        return None
    resolution, (bottom, top) = table[name].resolution, table[name].bounds()
    low, high = (min(max(to_count(end, resolution), bottom), top) for end in ends)
    return low, high


def differing(admitted: Admitted, ruleset: Ruleset) -> list[Notice]:
    """A notice for each value that a report gives and that its own inputs do not; the report's is used (E-ELEC-15)."""
    notices = []
    for name in COMPUTED:
        if name in admitted.quantities:
            low, high = admitted.quantities[name]
            ends = worked_out(name, admitted.quantities, admitted.references, ruleset)
            if ends is not None and (ends[1] < low or ends[0] > high):
                inputs = " and ".join(ruleset.vocabulary.label(needed) for needed in COMPUTED[name][0])
                label = ruleset.vocabulary.label(name)
                message = f"{label}: what was reported differs from what {inputs} give; the reported value was used"
                notices.append(Notice(code="computed-differs", message=message, items=(name, *COMPUTED[name][0])))
    return notices


def idle(admitted: Admitted, known: Mapping[str, tuple[int, int]], ruleset: Ruleset) -> list[Notice]:
    """A notice for each value that no rule can use as it stands, because it counts only beside what is missing."""
    vocabulary, compared = ruleset.vocabulary, ruleset.program.compared
    notices = []
    for name in admitted.quantities:
        makes = [computed for computed, (inputs, _) in COMPUTED.items() if name in inputs and computed in compared]
        if name in compared or not makes or any(computed in known for computed in makes):
            continue
        lacking = {other for computed in makes for other in COMPUTED[computed][0] if other not in known}
        needs = ", ".join(map(vocabulary.label, sorted(lacking))) or "the reference interval of the report"
        message = f"{vocabulary.label(name)}: the value counts only together with {needs}, so no rule could use it"
        notices.append(Notice(code="counts-for-nothing", message=message, items=(name, *sorted(lacking))))
    return notices


def out_of_range(quantities: Mapping[str, tuple[int, int]], ruleset: Ruleset) -> list[str]:
    """The quantities that are known to lie outside their normal range."""
    found = []
    for name, (low, high) in quantities.items():
        quantity = ruleset.vocabulary.quantities[name]
        if quantity.normal is not None:
            bottom, top = (end / quantity.resolution for end in quantity.normal)
            if high < bottom or low >= top:
                found.append(name)
    return found
