"""Thresholds: in range, in order, and critical values that are never missed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from fasciculation_rules.logic.condition import Compare, Threshold, leaves
from fasciculation_rules.model.rule import Derivation, Escalation, Rule
from fasciculation_rules.proof.cells import cut_of, normal_limits
from fasciculation_rules.proof.laws import nothing_but, rungs_above
from fasciculation_rules.proof.question import Question
from fasciculation_rules.proof.reading import Reading
from fasciculation_rules.proof.solver import Verdict
from fasciculation_rules.proof.subject import Subject


def uses(subject: Subject, *, critical: bool = False) -> dict[str, tuple[Compare, ...]]:
    """For each named threshold the comparisons with it, resolved, each once.

    `critical` leaves out what compares with it on its harmless side: as the ruleset says, and the bands of lower rungs
    that end at it.
    """
    found: dict[str, dict[Compare, None]] = {}
    program, rank = subject.ruleset.program, subject.ruleset.rank
    for name, rule in subject.ruleset.rules.items():
        resolved = program.derivations[rule.finding] if isinstance(rule, Derivation) else program.rules[name]
        for written, leaf in zip(leaves(rule.condition), leaves(resolved), strict=True):
            if isinstance(written, Compare) and isinstance(written.limit, Threshold) and isinstance(leaf, Compare):
                limit, side = (
                    subject.ruleset.thresholds[written.limit.name].critical,
                    subject.ruleset.critical_side(written.limit.name),
                )
                if not critical or (_reaches(rule, limit, rank) and side in (None, _side(leaf))):
                    found.setdefault(written.limit.name, {})[leaf] = None
    return {name: tuple(compared) for name, compared in found.items()}


def _side(leaf: Compare) -> str:
    return "above" if leaf.comparator in (">=", ">") else "below"


def _reaches(rule: Rule, critical: str | None, rank: Mapping[str, int]) -> bool:
    """Whether it is an escalation rule of that rung or above."""
    return critical is not None and isinstance(rule, Escalation) and rank[rule.then.urgency] >= rank[critical]


def both_sides_exist(subject: Subject) -> Iterator[Question]:
    """Each comparison is true of some value in the range, and false of another."""
    now = subject.now
    for name, compared in uses(subject).items():
        for leaf in compared:
            for wire in (now.worth(leaf), now.fails(leaf)):
                yield Question(f"{name}, {leaf.name} {leaf.comparator}", (wire,), (now,), Verdict.POSSIBLE)


def critical_is_reached(subject: Subject) -> Iterator[Question]:
    """A value beyond a critical threshold reaches its rung, whatever else is known or unknown."""
    now = subject.now
    compared = uses(subject, critical=True)
    for name, threshold in subject.ruleset.thresholds.items():
        if threshold.critical is not None:
            for leaf in compared.get(name, ()):
                missed = (now.worth(leaf), -now.reaches(threshold.critical))
                yield Question(f"{name}: {threshold.critical}", missed, (now,))


def critical_is_used(subject: Subject) -> Iterator[Question]:
    """Each critical threshold has a rule that compares with it."""
    compared = uses(subject, critical=True)
    for name, threshold in subject.ruleset.thresholds.items():
        if threshold.critical is not None:
            wire = subject.circuit.some([subject.now.worth(leaf) for leaf in compared.get(name, ())])
            yield Question(name, (wire,), (subject.now,), Verdict.POSSIBLE)


def worse_is_no_less_urgent(subject: Subject) -> Iterator[Question]:
    """Of two critical thresholds on one side, what lies beyond the further reaches the rung of the nearer as well."""
    ruleset, compared = subject.ruleset, uses(subject, critical=True)
    sided: dict[tuple[str, bool], list[tuple[int, str]]] = {}
    for name, threshold in ruleset.thresholds.items():
        for leaf in compared.get(name, ()) if threshold.critical is not None else ():
            sided.setdefault((leaf.name, _side(leaf) == "above"), []).append((cut_of(leaf), name))
    for (quantity, above), found in sided.items():
        cuts = sorted(found, reverse=not above)
        for (_, nearer), (further_cut, further) in pairwise(cuts):
            rung = ruleset.thresholds[nearer].critical or ""
            beyond = _beyond(subject.now, quantity, further_cut, above=above)
            yield Question(f"{further} beyond {nearer}", (beyond, -subject.now.reaches(rung)), (subject.now,))


def normal_results_alone(subject: Subject) -> Iterator[Question]:
    """Nothing present, one quantity known, and it lies within its normal range."""
    now, ruleset = subject.now, subject.ruleset
    above = now.reaches(rungs_above(subject, "routine")[0])
    for name in ruleset.program.quantities:
        limits = normal_limits(ruleset, name)
        if limits:
            within = (now.patient.start[name, limits[0]], now.patient.end[name, limits[1]])
            yield Question(name, (nothing_but(subject, (), (name,)), *within, above), (now,))


def _beyond(reading: Reading, quantity: str, cut: int, *, above: bool) -> int:
    ends = reading.patient.start if above else reading.patient.end
    return ends[quantity, cut]
