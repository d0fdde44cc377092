"""What was rewritten: names added, removed and changed, part by part, without asking what it means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fasciculation_rules.model.base import Value
from fasciculation_rules.model.ruleset import Ruleset

QUIET = ("examples", "review", "rationale", "evidence", "because", "title", "label", "ask", "codes", "text")
"""Keys whose change alone changes no decision."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a ruleset: its names that came, went and changed; a changed one with the keys that differ."""

    part: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: Mapping[str, tuple[str, ...]]

    @property
    def decides(self) -> Mapping[str, tuple[str, ...]]:
        """The changed names without those that differ in words only."""
        loud = {name: tuple(key for key in keys if key not in QUIET) for name, keys in self.changed.items()}
        return {name: keys for name, keys in loud.items() if keys}


def structure(old: Ruleset, new: Ruleset) -> Iterator[Part]:
    """The parts that differ."""
    for part, (before, after) in _parts(old, new).items():
        changed = {name: _keys(before[name], after[name]) for name in before if name in after}
        found = Part(
            part,
            added=tuple(name for name in after if name not in before),
            removed=tuple(name for name in before if name not in after),
            changed={name: keys for name, keys in changed.items() if keys},
        )
        if found.added or found.removed or found.changed:
            yield found


def _parts(old: Ruleset, new: Ruleset) -> dict[str, tuple[Mapping[str, Value], Mapping[str, Value]]]:
    one, other = old.outcomes, new.outcomes
    return {
        "rules": (old.rules, new.rules),
        "findings": (old.vocabulary.findings, new.vocabulary.findings),
        "quantities": (old.vocabulary.quantities, new.vocabulary.quantities),
        "derived findings": (old.vocabulary.derived, new.vocabulary.derived),
        "thresholds": (old.thresholds, new.thresholds),
        "rungs": ({rung.id: rung for rung in one.urgencies}, {rung.id: rung for rung in other.urgencies}),
        "floors": (dict(one.floors), dict(other.floors)),
        "conditions": (one.conditions, other.conditions),
        "destinations": (one.destinations, other.destinations),
        "tests": (one.tests, other.tests),
        "advice": (one.advice, other.advice),
        "safety nets": (one.safety_net, other.safety_net),
        "sources": (old.references.sources, new.references.sources),
        "evidence rows": (old.references.rows, new.references.rows),
        "cases": (old.cases, new.cases),
    }


def _keys(before: Value, after: Value) -> tuple[str, ...]:
    """The keys whose values differ; of a rule's consequence each key by itself."""
    one, other = _flat(before), _flat(after)
    return tuple(key for key in dict.fromkeys([*one, *other]) if one.get(key) != other.get(key))


def _flat(value: Value) -> dict[str, Any]:
    dumped = value.model_dump(mode="json", by_alias=True)
    then = dumped.pop("then", None)
    return dumped | (then if isinstance(then, dict) else {})
