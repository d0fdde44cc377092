"""The words of coverage."""

from __future__ import annotations

from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.proof.coverage.obligations import Obligation
from fasciculation_rules.proof.kept.account import Account
from fasciculation_rules.proof.kept.english import condition_in_english
from fasciculation_rules.proof.kept.goal import Fate, Goal
from fasciculation_rules.proof.kept.keeping import decision_of
from fasciculation_rules.proof.kept.survey import Survey


def _explained(goal: Goal, survey: Survey) -> str:
    """The clause in words, and what is to be shown of it."""
    about = goal.about
    if not isinstance(about, Obligation):
        raise TypeError("coverage is about obligations")
    clause = condition_in_english(about.leaf, survey.ruleset)
    value, _, other = about.kind.partition("/")
    if not other:
        value, other = (about.kind, "false") if about.kind.startswith("true") else (about.kind, "true")
    return f"the clause '{clause}' is {value}, and were it {other}, something else would follow"


def _told(goal: Goal, facts: Facts, survey: Survey) -> str:
    return f"as it is: {decision_of(goal.about.rule, facts, survey.ruleset).expect}"


ACCOUNT = Account(
    verb="coverage",
    goals="obligation",
    feasible="obligations that somebody can meet are",
    words={
        Fate.MET: "met",
        Fate.IMPOSSIBLE: "infeasible",
        Fate.MISSING: "missing",
        Fate.UNDECIDED: "not decided",
    },
    explained=_explained,
    told=_told,
)
