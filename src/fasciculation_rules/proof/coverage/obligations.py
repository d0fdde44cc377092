"""What has to be shown of every clause: that it matters, from each of its values to each other, and where it turns.

The criterion is modified condition/decision coverage (Chilenski and Miller, Software Engineering Journal 9(5), 1994,
193-200) in its masking form (Chilenski, DOT/FAA/AR-01/18, 2001), carried over to the five values. Masking asks that
the others let a clause through, not that a second patient differs in nothing else: in a vocabulary where a present
specific makes its general present, and where an item may stand in one condition twice, there often is no such patient.

So an obligation is for one patient. With (v, other) one of the six ordered pairs of true, false and open, it reads:

    the clause has the value v, the condition is worth w, and were this one clause `other`, all else as it is, then
    the condition would be worth something other than w.

Open is the value that the clause has when nothing is known: open, awaiting examination or awaiting a test, by its
kind. A clause on a derived finding is open whenever it is undecided. The two sides of a pair, such as (true, false)
and (false, true), together are the two tests of masking MC/DC.

A comparison has two more obligations, where an off-by-one would be: (true, false) in a patient whose value is exactly
the nearest count for which it is true, and (false, true) in one at the nearest count for which it is false.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fasciculation_rules.logic.condition import Compare, Leaf
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.proof.cells import cut_of
from fasciculation_rules.proof.circuit import Wire
from fasciculation_rules.proof.coverage.sensitivity import LEVELS, Clause, clauses_of
from fasciculation_rules.proof.kept.goal import Goal, Way
from fasciculation_rules.proof.subject import Subject

KINDS = (
    "true/false",
    "false/true",
    "true/open",
    "open/true",
    "false/open",
    "open/false",
    "true at the cut",
    "false at the cut",
)


@dataclass(frozen=True, slots=True)
class Obligation:
    """One thing to be shown of one clause of the condition that the program calls `rule`."""

    rule: str
    place: str
    leaf: Leaf
    kind: str

    @property
    def label(self) -> str:
        """The same in few words."""
        return f"clause {self.place} {self.kind}" if self.place else f"the clause {self.kind}"


def obligations(name: str, subject: Subject) -> Iterator[Goal]:
    """The obligations of one condition, clause by clause."""
    for clause in clauses_of(subject.now.condition(name), subject.now):
        for kind, way in _ways(clause, subject):
            yield Goal(Obligation(name, clause.place, clause.leaf, kind), (way,))


def _ways(clause: Clause, subject: Subject) -> Iterator[tuple[str, Way]]:
    """The kinds of obligation of one clause, each with the patients who meet it."""
    circuit = subject.circuit
    true = clause.worth[Firing.TRUE]
    false = -clause.worth[Firing.AWAITS_TEST]
    open_ = circuit.every((-true, -false))
    raised = circuit.some([circuit.every((clause.matters[level], -clause.worth[level])) for level in LEVELS])
    lowered = circuit.some([circuit.every((clause.matters[level], clause.worth[level])) for level in LEVELS])
    to_open_from_true = circuit.some([clause.matters[level] for level in LEVELS if level > clause.unknown])
    to_open_from_false = circuit.some([clause.matters[level] for level in LEVELS if level <= clause.unknown])
    yield "true/false", Way(circuit.every((true, lowered)))
    yield "false/true", Way(circuit.every((false, raised)))
    yield "true/open", Way(circuit.every((true, to_open_from_true)))
    yield "open/true", Way(circuit.every((open_, raised)))
    yield "false/open", Way(circuit.every((false, to_open_from_false)))
    yield "open/false", Way(circuit.every((open_, lowered)))
    if isinstance(clause.leaf, Compare):
        yield from _at_the_cut(clause.leaf, circuit.every((true, lowered)), circuit.every((false, raised)))


def _at_the_cut(leaf: Compare, true: Wire, false: Wire) -> Iterator[tuple[str, Way]]:
    """The two counts between which it turns."""
    cut = cut_of(leaf)
    true_at, false_at = (cut, cut - 1) if leaf.comparator in (">=", ">") else (cut - 1, cut)
    yield "true at the cut", Way(true, point=(leaf.name, true_at))
    yield "false at the cut", Way(false, point=(leaf.name, false_at))
