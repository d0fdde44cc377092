"""A question to a solver, and a theorem: a sentence that is true when every question has the answer it must have."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from fasciculation_rules.logic.condition import Condition
from fasciculation_rules.proof.circuit import Wire
from fasciculation_rules.proof.reading import Reading
from fasciculation_rules.proof.solver import Verdict
from fasciculation_rules.proof.subject import Subject


@dataclass(frozen=True, slots=True)
class Question:
    """Can all of `wires` hold at once, of these patients? `about` names what is asked about, for a reader.

    Most questions ask for a patient whom a rule would fail, so that the answer must be IMPOSSIBLE. Some ask whether
    a rule has any use, so that there must be a patient; such a failure has no patient to show.

    `supposed` are those of the wires that say of whom a claim speaks. Where they cannot hold, it speaks of nobody.
    """

    about: str
    wires: tuple[Wire, ...]
    patients: tuple[Reading, ...]
    must_be: Verdict = Verdict.IMPOSSIBLE
    supposed: tuple[Wire, ...] = ()


@dataclass(frozen=True, slots=True)
class Theorem:
    """What is claimed of all patients, and the questions that decide it. Without questions it says nothing here.

    `conditions` are those it names itself, as they are written; their cut points matter to cells.
    """

    id: str
    sentence: str
    questions: Callable[[Subject], Iterable[Question]]
    conditions: tuple[Condition, ...] = ()
