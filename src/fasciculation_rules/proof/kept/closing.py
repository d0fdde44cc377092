"""Closes a gap: makes patients for goals that nobody kept meets, and keeps as few of them as will do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from fasciculation_rules.errors import CaseError
from fasciculation_rules.model.kept import Kept, KeptCase
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.proof.kept.choosing import cover
from fasciculation_rules.proof.kept.gathering import Gathering
from fasciculation_rules.proof.kept.goal import Decided, Goal, Way, met_by
from fasciculation_rules.proof.kept.keeping import Holding, decision_of, said_in
from fasciculation_rules.proof.kept.making import Made, Maker
from fasciculation_rules.proof.kept.member import Member, Said, facts_of, rule_names
from fasciculation_rules.proof.kept.writing import ON, to_given
from fasciculation_rules.proof.subject import Subject

MOST_SHOWN = 2
"""Of what a kept case shows, as many are written down."""


@dataclass(frozen=True, slots=True)
class Closed:
    """The new cases, and the goals for which none could be made."""

    holding: tuple[Holding, ...]
    left: tuple[Goal, ...]


def close_gap(missing: Sequence[Decided], subject: Subject, done: Callable[[int], None]) -> Closed:
    """Cases that meet what is missing; `done` is told how many goals have been looked at."""
    drafts = tuple(_drafts(missing, subject, done))
    everybody = Gathering([draft.member for draft in drafts], subject)
    meets = {index: met_by(decided.open, everybody) for index, decided in enumerate(missing)}
    chosen = cover(meets, [len(draft.case.given) for draft in drafts])
    holding = tuple(
        _kept(drafts[index], [missing[each] for each in sorted(goals)], everybody, 1 << index, subject.ruleset)
        for index, goals in sorted(chosen.items())
    )
    return Closed(holding, tuple(missing[index].goal for index, bits in meets.items() if not bits))


# ------------------------------------------------------------ making


def _drafts(missing: Sequence[Decided], subject: Subject, done: Callable[[int], None]) -> Iterator[Holding]:
    """Patients, rule by rule, until every goal is met by one of its rule, as far as one can be made."""
    maker, looked_at = Maker(subject), 0
    for _, group in groupby(missing, key=lambda decided: decided.goal.about.rule):
        made: list[Gathering] = []
        for decided in group:
            looked_at += 1
            if not any(met_by(decided.open, each) for each in made):
                for draft in _tried(decided, maker, subject):
                    made.append(Gathering([draft.member], subject))
                    yield draft
            done(looked_at)


def _tried(decided: Decided, maker: Maker, subject: Subject) -> Iterator[Holding]:
    """A patient who meets the goal in the first way in which one can be made."""
    for way in decided.open:
        made = maker.make(way)
        if made is not None:
            draft = _draft(_rule_of(way, decided.goal), made, subject.ruleset)
            if draft is not None and met_by([way], Gathering([draft.member], subject)):
                yield draft
                return


def _rule_of(way: Way, goal: Goal) -> str:
    """Of which rule the case has to say something."""
    return way.said.of if way.said is not None and way.said.of else goal.about.rule


def _draft(rule: str, made: Made, ruleset: Ruleset) -> Holding | None:
    """The patient as a case; None where a case cannot say so."""
    given = to_given(made.facts, ruleset)
    dated = any(ruleset.vocabulary.items[name].needs_date for name in given)
    case = KeptCase.model_validate(
        {
            "shows": [],
            "given": given,
            "on": ON if dated else None,
            "reconcile": made.reconcile,
            "expect": decision_of(rule, made.facts, ruleset).expect,
        }
    )
    try:
        facts = facts_of(case, ruleset, reconcile=made.reconcile)
    except CaseError:
        return None
    may_say = frozenset({*said_in(rule, case), Said("range"), Said("candidates")})
    return Holding(rule, case, Member(rule, facts, may_say))


# ------------------------------------------------------------ writing down


def _kept(draft: Holding, goals: Sequence[Decided], all_: Gathering, bit: int, ruleset: Ruleset) -> Holding:
    """The draft with what it shows, and with as much written down of what is decided as that takes."""
    needed = {what for decided in goals for what in _needed(decided.open, all_, bit)}
    decision = decision_of(draft.rule, draft.member.facts, ruleset)
    case = draft.case.model_copy(
        update={
            "shows": _shown([_label(decided.goal, draft.rule, ruleset) for decided in goals]),
            "expect": decision.expect,
            "urgency": dict(decision.urgency) if "range" in needed else None,
            "differential": decision.differential if "candidates" in needed else None,
        }
    )
    said = frozenset(said_in(draft.rule, case))
    return Holding(draft.rule, case, Member(draft.member.name, draft.member.facts, said))


def _needed(ways: Sequence[Way], all_: Gathering, bit: int) -> Iterator[str]:
    """What has to be written down of a patient for her to meet one of the ways: of several, the least."""
    found = [way.said.what if way.said else "" for way in ways if met_by([way], all_) & bit]
    yield min(found, key=["", "value", "outside", "range", "candidates"].index)


def _shown(labels: Sequence[str]) -> tuple[str, ...]:
    """Enough of them to see what the case is for."""
    more = len(labels) - MOST_SHOWN
    return (*labels[:MOST_SHOWN], *([f"and {more} more"] if more > 0 else []))


def _label(goal: Goal, rule: str, ruleset: Ruleset) -> str:
    """What is shown, with the rule where it is another than the case's own."""
    other = "" if goal.about.rule == rule else f" of {rule_names(ruleset)[goal.about.rule]}"
    return f"{goal.about.label}{other}"


def together(holding: Sequence[Holding], ruleset: Ruleset) -> Mapping[str, Kept]:
    """The cases as files: one for each kind of rule, with the rules in the order of the program."""
    files: dict[str, dict[str, tuple[KeptCase, ...]]] = {}
    for name, shown in rule_names(ruleset).items():
        cases = tuple(each.case for each in holding if each.rule == name)
        if cases:
            files.setdefault(_file_of(shown, ruleset), {})[shown] = cases
    return {
        file: Kept(format=1, ruleset=ruleset.version, logic=ruleset.logic_digest, cases=cases)
        for file, cases in files.items()
    }


def _file_of(shown: str, ruleset: Ruleset) -> str:
    """The entry and the floors, which no rule file has, stand together."""
    return f"{ruleset.rules[shown].kind}.yaml" if shown in ruleset.rules else "entry-and-floors.yaml"
