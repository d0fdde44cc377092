"""The rails of a program as truths over columns: whether a name is worth at least TRUE, OPEN and so on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import assert_never

from fasciculation_rules.engines.columns.formula import Closed, No, Test, Truth, Worth, enough, every, some
from fasciculation_rules.engines.slots import count_of
from fasciculation_rules.logic.condition import All, Any, AtLeast, Comparator, Compare, Condition, Is, Not
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.logic.program import Program

LEVELS = (Firing.TRUE, Firing.OPEN, Firing.AWAITS_EXAMINATION, Firing.AWAITS_TEST)
"""What a name may at least be worth; FALSE is the rest."""

LOW, HIGH = "_low", "_high"
"""The two columns of a quantity end so."""

_OPPOSITE: dict[Comparator, Comparator] = {">=": "<", "<": ">=", "<=": ">", ">": "<="}


def worth_of(name: str, value: str, least: Firing, program: Program) -> Truth:
    """Whether a name of the program is worth at least this much; derived findings in it stay names."""
    rails = program.rails[name]
    return _truth(rails.true if value == "present" else rails.false, least, program)


def _truth(condition: Condition, least: Firing, program: Program) -> Truth:
    match condition:
        case Is(name=name, value="present" | "absent" as value) if name in program.derivations:
            return Worth(name, least, value)
        case Is(name=name, value="present"):
            return No(Closed(name, "absent")) if _counts(name, least, program) else Closed(name, "present")
        case Is(name=name):
            return No(Closed(name, "present")) if _counts(name, least, program) else Closed(name, "absent")
        case Compare(name=name, comparator=comparator):
            limit = count_of(condition)
            worse, better = (LOW, HIGH) if comparator in (">=", ">") else (HIGH, LOW)
            if _counts(name, least, program):
                # Possible unless even the better end fails; an empty cell fails nothing.
                return No(Test(name + better, _OPPOSITE[comparator], limit))
            return Test(name + worse, comparator, limit)
        case All(of=members):
            return every(every(_truth(each, least, program) for each in alike) for alike in _alike(members, program))
        case Any(of=members):
            return some(some(_truth(each, least, program) for each in alike) for alike in _alike(members, program))
        case AtLeast(n=n, of=members):
            return enough(n, (_truth(member, least, program) for member in members))
        case Not():
            raise AssertionError("a rail has no `not`")
        case _:
            assert_never(condition)


def _alike(members: Sequence[Condition], program: Program) -> Iterable[list[Condition]]:
    """Items of one kind together: they change from level to level together, so the levels share them."""
    groups: dict[Firing | None, list[Condition]] = {}
    for member in members:
        kind = program.openness.get(member.name) if isinstance(member, Is | Compare) else None
        groups.setdefault(kind, []).append(member)
    return groups.values()


def _counts(name: str, least: Firing, program: Program) -> bool:
    """Whether the item, unknown, is worth at least this much."""
    return least is not Firing.TRUE and program.openness[name] >= least
