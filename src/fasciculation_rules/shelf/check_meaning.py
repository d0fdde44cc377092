"""Checks what the resolved conditions of a ruleset mean together; by now every name in them exists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fasciculation_rules.errors import problem
from fasciculation_rules.logic.closure import Closure
from fasciculation_rules.logic.condition import Condition, names
from fasciculation_rules.logic.order import reachable, topological
from fasciculation_rules.logic.rails import positive
from fasciculation_rules.model.rule import Derivation, Escalation
from fasciculation_rules.model.ruleset import ENTRY
from fasciculation_rules.shelf.check_counting import Counting
from fasciculation_rules.shelf.parts import Parts


def check_meaning(parts: Parts, conditions: Mapping[str, Condition], closure: Closure) -> None:
    """Derivations do not turn in circles, escalation is positive, counted members do not imply one another."""
    _check_possible(parts, closure)
    means = {rule.finding: name for name, rule in parts.rules.items() if isinstance(rule, Derivation)}
    edges = {finding: [n for n in names(conditions[name]) if n in means] for finding, name in means.items()}
    try:
        topological(edges)
    except ValueError as error:
        found = problem("cyclic-derivation", f"derivations turn in a circle: {error}", at="means")
        parts.add(parts.file_of[means[str(error).split(" -> ")[0]]], found)
        return
    if not positive(conditions[ENTRY]):
        parts.note("ruleset.yaml", "not-positive", "the entry criterion rests on something absent", at="entry")
    quantities = parts.vocabulary.quantities if parts.vocabulary else ()
    counting = Counting.of(closure, quantities, {finding: conditions[name] for finding, name in means.items()})
    for name, rule in parts.rules.items():
        key = "means" if isinstance(rule, Derivation) else "when"
        for at, message in counting.twice(rule.condition, conditions[name], key):
            parts.note(parts.file_of[name], "counted-twice", message, at=at)
        if isinstance(rule, Escalation):
            derived = _reached(edges, (n for n in names(conditions[name]) if n in means))
            bad = [finding for finding in sorted(derived) if not positive(conditions[means[finding]])]
            if not positive(conditions[name]):
                message = "an escalation rule rests on nothing absent: no 'not', no 'is absent'"
                parts.note(parts.file_of[name], "not-positive", message, at="when")
            for finding in bad:
                message = f"it reaches the derived finding '{finding}', which rests on something absent"
                parts.note(parts.file_of[name], "not-positive", message, at="when")


def _check_possible(parts: Parts, closure: Closure) -> None:
    for name, excluded in closure.excluded.items():
        if name in excluded:
            message = f"'{name}' implies what it excludes, so it could never be present"
            parts.note("vocabulary.yaml", "impossible-finding", message, at=f"findings.{name}")


def _reached(edges: Mapping[str, Iterable[str]], names: Iterable[str]) -> frozenset[str]:
    """Names and all that they reach."""
    table = reachable(edges)
    start = frozenset(names)
    return start.union(*(table.get(name, frozenset()) for name in start))
