"""What to ask: the fewest answers that could change what is shown, and all that must be asked until it is settled."""

from __future__ import annotations

from dataclasses import dataclass

from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.proof.changing import could_change
from fasciculation_rules.proof.otherwise import decided
from fasciculation_rules.proof.settling import must_be_asked
from fasciculation_rules.proof.standing import Standing
from fasciculation_rules.proof.supports import Supports

AT_MOST = 20
"""Questions after which it is said that there are more, and not which."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Items by their names in the vocabulary.

    `change`: the fewest questions of which some answers would change the rung shown; empty where none can.
    `to`: that rung. `settle`: all that must be asked until the urgency is settled whatever the answers; None where
    more than `AT_MOST` are needed, and `needed` says how many.
    """

    change: tuple[str, ...]
    to: str | None
    settle: tuple[str, ...] | None
    needed: int


def asking(facts: Facts, ruleset: Ruleset, *, at_most: int = AT_MOST) -> Asking:
    """What to ask of a person of whom these (closed) facts are known."""
    standing = Standing(Supports.of(ruleset), ruleset.program.encode(facts))
    _, shown = decided(facts, ruleset)
    needed = () if shown.settled else must_be_asked(standing)
    change, to = could_change(standing, shown)
    return Asking(change, to, needed if len(needed) <= at_most else None, len(needed))
