"""What is worked out is known: a patient whose inputs are known is not one in whom the result is unknown.

Of its value nothing follows, for what a report says is used and not worked out again.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

from fasciculation_rules.model.computed import COMPUTED, LOWEST_ALBUMIN
from fasciculation_rules.proof.circuit import Wire
from fasciculation_rules.proof.subject import Subject


def worked_out(subject: Subject) -> Iterator[Wire]:
    """True of every closed case. Ratios to a report's own limits are left out: a case need not give the limits."""
    circuit, patient = subject.circuit, subject.now.patient
    for name in ("osmolality", "calcium_adjusted"):
        inputs, _ = COMPUTED[name]
        if all(each in patient.known for each in (name, *inputs)):
            known = [patient.known[each] for each in inputs]
            enough = _enough_albumin(subject) if "albumin" in inputs else ()
            if enough is not None:
                yield circuit.implies(circuit.every((*known, *enough)), patient.known[name])


def _enough_albumin(subject: Subject) -> tuple[Wire, ...] | None:
    """Whether there is enough of it to adjust for; None where no cut point tells."""
    cut = ceil(LOWEST_ALBUMIN / subject.ruleset.vocabulary.quantities["albumin"].resolution)
    start = subject.now.patient.start.get(("albumin", cut))
    return None if start is None else (start,)
