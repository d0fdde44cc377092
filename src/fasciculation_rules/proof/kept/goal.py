"""A goal is something that a kept patient shall show; each is met, missing, or proved to be beyond everybody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from fasciculation_rules.errors import EngineDisagreementError
from fasciculation_rules.proof.circuit import Wire
from fasciculation_rules.proof.kept.gathering import Gathering
from fasciculation_rules.proof.kept.member import Said
from fasciculation_rules.proof.solver import Solver, Verdict
from fasciculation_rules.proof.subject import Subject


class Fate(Enum):
    """What became of a goal."""

    MET = auto()
    IMPOSSIBLE = auto()
    MISSING = auto()
    UNDECIDED = auto()


class About(Protocol):
    """What a goal is about, in the words of a reader: the condition by its name in the program, a kind, a label."""

    @property
    def rule(self) -> str: ...

    @property
    def kind(self) -> str: ...

    @property
    def label(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Way:
    """One way to meet a goal: the wire is true of a patient, of whom this is written down if it has to be.

    With `point` a quantity of hers is known to be exactly this count, which the wire, over cells, cannot say.
    """

    wire: Wire
    said: Said | None = None
    point: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Goal:
    """One of `ways` has to be met. Where nobody can meet any of them, one of `otherwise`, if there are any."""

    about: About
    ways: tuple[Way, ...]
    otherwise: tuple[Way, ...] = ()


@dataclass(frozen=True, slots=True)
class Decided:
    """A goal, what became of it, and while it is missing the ways in which somebody could meet it."""

    goal: Goal
    fate: Fate
    open: tuple[Way, ...] = ()


def decide(goals: Iterable[Goal], kept: Gathering, subject: Subject, solvers: Sequence[Solver]) -> Iterator[Decided]:
    """Each goal in order. The solvers are asked only where no kept patient meets it."""
    for goal in goals:
        if met_by(goal.ways, kept):
            yield Decided(goal, Fate.MET)
            continue
        verdict = _possible(goal.ways, subject, solvers)
        open_ = goal.ways
        if verdict is Verdict.IMPOSSIBLE and goal.otherwise:
            if met_by(goal.otherwise, kept):
                yield Decided(goal, Fate.MET)
                continue
            verdict = _possible(goal.otherwise, subject, solvers)
            open_ = goal.otherwise
        yield Decided(goal, _FATES[verdict], open_ if verdict is Verdict.POSSIBLE else ())


_FATES = {
    Verdict.POSSIBLE: Fate.MISSING,
    Verdict.IMPOSSIBLE: Fate.IMPOSSIBLE,
    Verdict.UNDECIDED: Fate.UNDECIDED,
}


def met_by(ways: Iterable[Way], kept: Gathering) -> int:
    """Those who meet one of the ways."""
    found = 0
    for way in ways:
        bits = kept.everybody if way.said is None else kept.of_said(way.said)
        if bits and way.point is not None:
            bits &= kept.at(way.point)
        found |= bits & kept.bits(way.wire) if bits else 0
    return found


def asked(way: Way, subject: Subject) -> Wire:
    """The way as a wire: an exact count stands for its cell, in which all counts are alike."""
    if way.point is None:
        return way.wire
    patient, (name, count) = subject.now.patient, way.point
    cuts = subject.cells[name].cuts
    below = [patient.start[name, cut] for cut in cuts if cut <= count][-1:]
    above = [patient.end[name, cut] for cut in cuts if cut > count][:1]
    return subject.circuit.every((way.wire, patient.known[name], *below, *above))


def _possible(ways: Iterable[Way], subject: Subject, solvers: Sequence[Solver]) -> Verdict:
    """Whether somebody could. What the first solver holds impossible every other one has to as well."""
    wire = subject.circuit.some([asked(way, subject) for way in ways])
    first, *others = solvers
    verdict = first.ask([wire])
    for other in others if verdict is Verdict.IMPOSSIBLE else ():
        second = other.ask([wire])
        if second is Verdict.POSSIBLE:
            raise EngineDisagreementError(
                f"the solvers '{first.name}' and '{other.name}' disagree; nothing is proved", differences={}, case=None
            )
        if second is Verdict.UNDECIDED:
            return Verdict.UNDECIDED
    return verdict
