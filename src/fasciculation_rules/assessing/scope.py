"""Whether the case is one the ruleset is about, and what should be said if not. Never suppresses a rule."""

from __future__ import annotations

from fasciculation_rules.assessing.firings import Fired
from fasciculation_rules.assessing.tables import Tables
from fasciculation_rules.model.assessment import Notice, Scope
from fasciculation_rules.model.ruleset import ENTRY, UNDER_16, Ruleset

ENDED = {
    "retired": Notice(code="ruleset-retired", message="this ruleset was retired; use a newer one"),
    "withdrawn": Notice(code="ruleset-withdrawn", message="this ruleset was withdrawn; use a newer one"),
}
"""What is said of a ruleset that is still run although it should no longer be."""


def scope_of(fired: Fired, tables: Tables) -> Scope:
    """Entry as true, false or unknown, with notices about age."""
    bits = tables.rules.bit
    entry = True if fired.true & bits[ENTRY] else False if fired.false & bits[ENTRY] else None
    notices = []
    if tables.ruleset.status in ENDED:
        notices.append(_ended(tables.ruleset))
    if fired.true & bits.get(UNDER_16, 0):
        message = "under 16 years: outside the scope of this ruleset; every rule was still applied"
        notices.append(Notice(code="outside-scope", message=message, items=("age",)))
    elif not fired.false & bits.get(UNDER_16, 0):
        message = "it is not known that the person is 16 or older, so no self-care advice is given"
        notices.append(Notice(code="age-unknown", message=message, items=("age",)))
    return Scope(entry=entry, notices=tuple(notices))


def _ended(ruleset: Ruleset) -> Notice:
    notice, withdrawal = ENDED[ruleset.status], ruleset.withdrawal
    return notice if withdrawal is None else Notice(code=notice.code, message=f"this ruleset was {withdrawal}")
