"""The obligations of a ruleset, and who meets them."""

from __future__ import annotations

from collections.abc import Sequence

from fasciculation_rules.model.kept import Kept
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.proof.coverage.obligations import obligations
from fasciculation_rules.proof.kept.survey import Survey
from fasciculation_rules.proof.subject import Subject


def coverage_of(ruleset: Ruleset, kept: Sequence[Kept] = (), *, second_opinion: bool = False) -> Survey:
    """A survey whose goals are the obligations of each condition.

    Raises EngineUnavailableError, once it is asked to decide, without the extra `prove`.
    """
    subject = Subject(ruleset)
    return Survey(ruleset, subject, lambda name: obligations(name, subject), kept, second_opinion)
