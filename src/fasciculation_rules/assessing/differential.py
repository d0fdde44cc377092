"""What it may be: for each candidate the evidence for, against, excluding and unknown, each traced to its rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from fasciculation_rules.assessing.firings import Fired
from fasciculation_rules.assessing.resting import rests_on
from fasciculation_rules.assessing.tables import Tables
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.model.assessment import Argument, Candidate
from fasciculation_rules.model.rule import Differential, Strength

_STRENGTHS: tuple[Strength, ...] = ("strong", "moderate", "weak")


@dataclass
class _Sides:
    """The arguments gathered for one condition."""

    for_: list[Argument] = field(default_factory=list)
    against: list[Argument] = field(default_factory=list)
    excluding: list[Argument] = field(default_factory=list)
    unknown: list[Argument] = field(default_factory=list)


def differential_of(fired: Fired, tables: Tables) -> tuple[Candidate, ...]:
    """Candidates with at least one argument for them, ranked; ties in declared order.

    A candidate that a rule excludes is left out, unless it must not be missed: then it stays, with that rule.
    """
    conditions = tables.ruleset.outcomes.conditions
    possible = fired.at_least(Firing.AWAITS_TEST)
    supports = (tables.ruleset.differentials[name] for name in tables.rules.of(fired.true & tables.supporting))
    found = []
    for name in dict.fromkeys(rule.then.condition for rule in supports):
        gathered = _Sides()
        for rule in tables.rules.of(possible & tables.about[name]):
            _add(gathered, tables.ruleset.differentials[rule], fired, tables)
        condition = conditions[name]
        standing = _standing(gathered)
        if standing != "excluded" or condition.must_not_miss:
            found.append(
                Candidate(
                    condition=name,
                    label=condition.label,
                    standing=standing,
                    must_not_miss=condition.must_not_miss,
                    for_=tuple(gathered.for_),
                    against=tuple(gathered.against),
                    excluding=tuple(gathered.excluding),
                    unknown=tuple(gathered.unknown),
                )
            )
    declared = list(conditions)
    found.sort(
        key=lambda c: (c.standing == "excluded", *(-n for n in _net(c.for_, c.against)), declared.index(c.condition))
    )
    return tuple(found)


def _add(sides: _Sides, rule: Differential, fired: Fired, tables: Tables) -> None:
    fires = bool(fired.true & tables.rules.bit[rule.rule])
    named, absent = rests_on(rule.rule, fired, tables)
    argument = Argument(
        rule=rule.rule, strength=rule.then.strength, findings=named, absent=absent, because=rule.then.because
    )
    if not fires:
        sides.unknown.append(argument)
        return
    match rule.then.side:
        case "for":
            sides.for_.append(argument)
        case "against":
            sides.against.append(argument)
        case "excluding":
            sides.excluding.append(argument)


def _net(for_: Sequence[Argument], against: Sequence[Argument]) -> tuple[int, ...]:
    """(strong, moderate, weak): how many for minus how many against."""
    pro, contra = Counter(a.strength for a in for_), Counter(a.strength for a in against)
    return tuple(pro[strength] - contra[strength] for strength in _STRENGTHS)


def _standing(sides: _Sides) -> Literal["supported", "possible", "opposed", "excluded"]:
    """Excluded by any excluding rule; opposed where the balance is against; possible on weak evidence only."""
    if sides.excluding:
        return "excluded"
    net = _net(sides.for_, sides.against)
    if net < (0, 0, 0):
        return "opposed"
    return "supported" if net >= (0, 1, 0) else "possible"
