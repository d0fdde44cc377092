"""The mutants of a ruleset, and who tells them from their rules."""

from __future__ import annotations

from collections.abc import Sequence

from fasciculation_rules.model.kept import Kept
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.proof.kept.survey import Survey
from fasciculation_rules.proof.mutation.differences import goals_of
from fasciculation_rules.proof.mutation.effects import Effects
from fasciculation_rules.proof.mutation.mutant import mutants_of
from fasciculation_rules.proof.subject import Subject


def mutation_of(
    ruleset: Ruleset, kept: Sequence[Kept] = (), *, names: Sequence[str] | None = None, second_opinion: bool = False
) -> Survey:
    """A survey whose goals are the mutants of each of these conditions (all, unless they are named).

    Raises EngineUnavailableError, once it is asked to decide, without the extra `prove`.
    """
    wanted = ruleset.program.names if names is None else names
    # The limits that slips move are cut points as well: between them a mutant and its rule may differ.
    changed = (mutant.condition for name in wanted for mutant in mutants_of(name, ruleset))
    subject = Subject(ruleset, tuple(condition for condition in changed if condition is not None))
    effects = Effects(subject.now)
    return Survey(ruleset, subject, lambda name: goals_of(name, effects), kept, second_opinion)
