"""The words of mutation: the rule with its slip in English, and what the slip does to somebody."""

from __future__ import annotations

from fasciculation_rules.logic.evaluate import evaluate
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.model.rule import Differential, Escalation, Rule
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.proof.kept.account import Account
from fasciculation_rules.proof.kept.english import condition_in_english
from fasciculation_rules.proof.kept.goal import Fate, Goal
from fasciculation_rules.proof.kept.keeping import decision_of
from fasciculation_rules.proof.kept.survey import Survey
from fasciculation_rules.proof.mutation.mutant import DELETED, Mutant
from fasciculation_rules.report.rule_page import consequence


def with_the_slip(mutant: Mutant, ruleset: Ruleset) -> str:
    """What the rule would say."""
    if mutant.condition is not None:
        label = ruleset.vocabulary.label(mutant.rule)
        subject = f"'{label}' would mean" if mutant.rule in ruleset.program.derivations else "Would fire on"
        return f"{subject}: {condition_in_english(mutant.condition, ruleset)}."
    if mutant.kind == DELETED:
        return "The rule would be gone."
    return f"Would say: {consequence(_changed(ruleset.rules[mutant.rule], mutant.to), ruleset)}"


def _changed(rule: Rule, to: str) -> Rule:
    """The rule with another rung, or on the other side."""
    match rule:
        case Escalation():
            return rule.model_copy(update={"then": rule.then.model_copy(update={"urgency": to})})
        case Differential():
            condition = rule.then.condition
            sides = {"supports": condition if to == "for" else None, "opposes": condition if to == "against" else None}
            return rule.model_copy(update={"then": rule.then.model_copy(update=sides)})
        case _:
            raise TypeError(f"a rule of kind '{rule.kind}' has no rung and no side")


def _explained(goal: Goal, survey: Survey) -> str:
    return with_the_slip(_mutant(goal), survey.ruleset)


def _told(goal: Goal, facts: Facts, survey: Survey) -> str:
    """What the rule does with a patient, and what it would do with the slip; else what is decided as it is."""
    mutant, ruleset, program = _mutant(goal), survey.ruleset, survey.ruleset.program
    if mutant.condition is None:
        decision = decision_of(mutant.rule, facts, ruleset)
        if mutant.rule in ruleset.escalations:
            return f"as it is: {', '.join(f'{bound} {rung}' for bound, rung in decision.urgency.items())}"
        if mutant.rule in ruleset.differentials:
            return f"as it is: candidates {', '.join(decision.differential) or 'none'}"
        return f"as it is: {decision.expect}"
    condition = survey.subject.now.condition(mutant.rule)
    before, after = (evaluate(each, facts, program.meaning) for each in (condition, mutant.condition))
    return f"as it is: {before}; with the slip: {after}"


def _mutant(goal: Goal) -> Mutant:
    if not isinstance(goal.about, Mutant):
        raise TypeError("mutation is about mutants")
    return goal.about


ACCOUNT = Account(
    verb="mutate",
    goals="slip",
    feasible="slips that make a difference to somebody are",
    words={
        Fate.MET: "killed",
        Fate.IMPOSSIBLE: "equivalent",
        Fate.MISSING: "survived",
        Fate.UNDECIDED: "not decided",
    },
    explained=_explained,
    told=_told,
)
