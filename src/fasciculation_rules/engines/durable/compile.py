"""A program as native rulesets: which conjuncts share a handle, and the text that defines it.

One durable rule a conjunct, named by an integer of ours; one conjunct for all the rails that share it.
    {"00":{"all":[{"m":{"$and":[{"f3":1},{"$gte":{"l0":50}}]}}]}, ..., "62":{"all":[{"m":{"z":1}}],"pri":1}}
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from operator import itemgetter

from fasciculation_rules.engines.durable.message import SENTINEL
from fasciculation_rules.engines.durable.subset import Conjunct, Disjuncts, Term, to_disjuncts
from fasciculation_rules.engines.slots import slot_names
from fasciculation_rules.errors import UnsupportedConditionError
from fasciculation_rules.logic.facts import UNKNOWN_HIGH
from fasciculation_rules.logic.program import Program

CONJUNCTS = 62
"""To a handle. With the sentinel 63: the extension's stack holds 64, and past it leaves half-made firings behind."""

PROPERTIES = 250
"""To a message, with `id`, `sid` and the sentinel's; the extension's own limit is 254."""

LARGEST = 2**31 - 1 if sys.platform == "win32" else UNKNOWN_HIGH - 1
"""The largest limit: a rule's numbers are a C `long` (32 bits on Windows), and an unknown end must lie beyond all."""

RESERVED = ("id", "sid", "$s", "$m", "$forward", "$i", SENTINEL)
"""Names that the extension or the adapter uses in every message."""

_OPERATORS = {">=": "$gte", "<=": "$lte"}


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one handle runs.

    `pick` takes the fragments of its message from those of a vector.
    `masks` is what each rule says: bits of names that are TRUE and, shifted left by their number, FALSE.
    `sentinel` is the rule that fires last, whatever the message.
    """

    definition: str
    pick: Callable[[list[str]], tuple[str, ...]]
    masks: Mapping[str, int]
    sentinel: str


@dataclass(frozen=True, slots=True)
class Stage:
    """Handles that run side by side, and the derived findings (bit, slot) that are known once they have run."""

    sheets: tuple[Sheet, ...]
    derived: tuple[tuple[int, int], ...]


def to_durable(program: Program) -> tuple[Stage, ...]:
    """The stages of a program: derivations layer by layer, then the rules. Deterministic to the byte.

    Raises UnsupportedConditionError for what lies outside the subset.
    """
    disjuncts = to_disjuncts(program)
    names = slot_names(program)
    refuse_collisions([*RESERVED, *names])
    stages = []
    for layer in (*program.stages, tuple(program.rules)):
        said = _said(layer, disjuncts, program)
        sheets = tuple(_sheet(group, said, names) for group in share_out(said))
        derived = ((program.bits[name], program.slots[name]) for name in layer if name in program.derivations)
        stages.append(Stage(sheets, tuple(derived)))
    return tuple(stages)


def _said(layer: Iterable[str], disjuncts: Mapping[str, Disjuncts], program: Program) -> dict[Conjunct, int]:
    """Each conjunct of a layer once, with all that follows from it."""
    width = len(program.names)
    said: dict[Conjunct, int] = {}
    for name in layer:
        rails = disjuncts[name]
        if any(abs(term.value) > LARGEST for conjunct in rails.true + rails.false for term in conjunct):
            raise UnsupportedConditionError(f"'{name}' has a limit beyond {LARGEST}, the durable engine's largest")
        bit = program.bits[name]
        for mask, conjuncts in ((bit, rails.true), (bit << width, rails.false)):
            for conjunct in conjuncts:
                said[conjunct] = said.get(conjunct, 0) | mask
    return said


def share_out(conjuncts: Iterable[Conjunct]) -> Iterator[list[Conjunct]]:
    """Groups of at most `CONJUNCTS`, the slots that most conjuncts name first.

    Neighbours then share their first comparisons, which the Rete network makes once, and most of their slots, which
    keeps messages short. Measured against six other orders and a greedy cover by slots: as fast as the best of them.
    """
    conjuncts = list(conjuncts)
    uses = Counter(term.slot for conjunct in conjuncts for term in conjunct)
    rank = {slot: (-count, slot) for slot, count in uses.items()}

    def order(conjunct: Conjunct) -> list[tuple[tuple[int, int], Term]]:
        return sorted((rank[term.slot], term) for term in conjunct)

    group: list[Conjunct] = []
    slots: set[int] = set()
    for conjunct in sorted(conjuncts, key=order):
        wanted = slots.union(term.slot for term in conjunct)
        if len(group) == CONJUNCTS or len(wanted) + 3 > PROPERTIES:
            yield group
            group, wanted = [], {term.slot for term in conjunct}
        group.append(conjunct)
        slots = wanted
    if group:
        yield group


def _sheet(group: list[Conjunct], said: Mapping[Conjunct, int], names: tuple[str, ...]) -> Sheet:
    uses = Counter(term.slot for conjunct in group for term in conjunct)
    rules: dict[str, object] = {}
    for index, conjunct in enumerate(group):
        terms = [_comparison(term, names) for term in sorted(conjunct, key=lambda term: (-uses[term.slot], term))]
        rules[_rule(index)] = {"all": [{"m": terms[0] if len(terms) == 1 else {"$and": terms}}]}
    sentinel = _rule(len(group))
    rules[sentinel] = {"all": [{"m": {SENTINEL: 1}}], "pri": 1}
    head, tail = len(names), len(names) + 1
    return Sheet(
        definition=json.dumps(rules, separators=(",", ":")),
        pick=itemgetter(head, *sorted(uses), tail),
        masks={_rule(index): said[conjunct] for index, conjunct in enumerate(group)},
        sentinel=sentinel,
    )


def _rule(index: int) -> str:
    """Two digits always, so that it can be read from an answer without a search."""
    return f"{index:02d}"


def _comparison(term: Term, names: tuple[str, ...]) -> dict[str, object]:
    equal: dict[str, object] = {names[term.slot]: term.value}
    return {_OPERATORS[term.operator]: equal} if term.operator in _OPERATORS else equal


def fnv1a(name: str) -> int:
    """The 32 bits by which the extension knows a name; it never compares the text."""
    found = 0x811C9DC5
    for byte in name.encode():
        found = (found ^ byte) * 16777619 % 2**32
    return found


def refuse_collisions(names: Iterable[str]) -> None:
    """Raises UnsupportedConditionError if the extension would take two names for one."""
    seen: dict[int, str] = {}
    for name in names:
        other = seen.setdefault(fnv1a(name), name)
        if other != name:
            raise UnsupportedConditionError(f"the durable engine cannot tell '{name}' from '{other}'")
