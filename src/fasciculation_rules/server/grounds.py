"""What of the record a sentence rests on: what follows from a record is traced back to what stands in it."""

from __future__ import annotations

from collections.abc import Iterator

from fasciculation_rules.logic.condition import leaves
from fasciculation_rules.model.case import Case, Span
from fasciculation_rules.model.rule import Derivation
from fasciculation_rules.model.ruleset import Ruleset

_KNOWN = "known_"
"""How the names of known diseases begin."""


def is_recorded(name: str, case: Case) -> bool:
    """Whether the record itself says so; what follows from it is not called recorded."""
    given = case.given.get(name)
    return given is not None and given.value != "absent"


def grounds(name: str, case: Case, ruleset: Ruleset) -> Iterator[str]:
    """What is recorded that makes this present: itself, what implies it, or what a derivation takes it from."""
    if is_recorded(name, case):
        yield name
        return
    yield from sorted(each for each in ruleset.closure.specifics.get(name, ()) if is_recorded(each, case))
    for rule in ruleset.rules.values():
        if isinstance(rule, Derivation) and rule.finding == name:
            for leaf in leaves(rule.condition):
                yield from grounds(leaf.name, case, ruleset)


def words_of(name: str, case: Case, ruleset: Ruleset) -> str:
    """A label, with the value of what was measured: `serum potassium 2.3 mmol/L`."""
    label, value = ruleset.vocabulary.label(name), case.given[name].value
    if name not in ruleset.vocabulary.quantities:
        return label
    return f"{label} {f'{value.low} to {value.high}' if isinstance(value, Span) else value}"


def is_known_disease(name: str) -> bool:
    """Whether this is a disease that is known already, which no summary names."""
    return name.startswith(_KNOWN)
