"""People for the tests of reasons and questions: sparse, nearly settled, and such as contradict themselves."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from hypothesis import assume
from hypothesis import strategies as st
from tests.strategies import TODAY, Said, cases, dated, quantities

from fasciculation_rules import Case, Ruleset, open_ruleset
from fasciculation_rules.assessing.admit import admit
from fasciculation_rules.assessing.findings import close
from fasciculation_rules.assessing.overtaken import BLOODS
from fasciculation_rules.logic.facts import Facts

MINI = Path(__file__).resolve().parents[1] / "rulesets" / "mini"


@cache
def opened(version: str) -> Ruleset:
    """A ruleset by its version, or the small one of the tests."""
    return open_ruleset(str(MINI) if version == "mini" else version)


def facts_of(case: Case, ruleset: Ruleset) -> Facts:
    """What follows from a case, contradictions met as in records."""
    return close(admit(case, ruleset, on=TODAY, reconcile=True), case, ruleset, reconcile=True).facts


@st.composite
def nearly_settled(draw: st.DrawFn, ruleset: Ruleset) -> Case:
    """Somebody who denied nearly everything, often examined and well, with a few things present and a few not asked."""
    plain = [name for name, finding in ruleset.vocabulary.findings.items() if not finding.values]
    summaries = [name for name in plain if ruleset.vocabulary.is_summary(name)]
    minor = [name for name in plain if _is_minor(name, ruleset)]
    some = st.sampled_from(plain) | st.sampled_from(minor or plain)
    present = draw(st.lists(some, max_size=3, unique=True))
    present += draw(st.sampled_from([summaries, summaries, summaries, summaries[:1], []]))
    closure = ruleset.closure
    assume(not closure.contradictions(dict.fromkeys(present, True)))
    asked_not = set(draw(st.lists(some, max_size=6, unique=True)))
    asked_not |= {general for name in asked_not for general in closure.generals[name]}
    follows = closure.close(dict.fromkeys(present, True))
    denied = [name for name in plain if not follows.get(name) and name not in asked_not and name not in summaries]
    known = dict.fromkeys(present, True) | dict.fromkeys(denied, False)
    given: Said = {n: dated(ruleset, n, "present" if there else "absent") for n, there in known.items()}
    measured = [n for n, q in ruleset.vocabulary.quantities.items() if not q.computed and q.kind.openness == 3]
    for name in draw(st.sampled_from([measured, draw(st.lists(st.sampled_from(measured), max_size=4, unique=True))])):
        given[name] = draw(quantities(ruleset, name))
    for name, finding in ruleset.vocabulary.findings.items():
        if finding.values and draw(st.booleans()):
            given[name] = draw(st.sampled_from(finding.values))
    return Case.read({"given": given})


def _is_minor(name: str, ruleset: Ruleset) -> bool:
    rules = [rule for rule in ruleset.escalations.values() if rule.then.discharged_by]
    return name != BLOODS and any(name in str(rule.condition) for rule in rules)


@st.composite
def contradictory(draw: st.DrawFn, ruleset: Ruleset) -> Case:
    """Somebody of whom two things are recorded that exclude each other."""
    closure = ruleset.closure
    pairs = sorted((one, other) for one in closure.excluded for other in closure.excluded[one] if "=" not in one)
    one, other = draw(st.sampled_from(pairs))
    given = dict(draw(cases(ruleset)).given)
    for name in (one, other):
        given[name] = Case.read({"given": {name: dated(ruleset, name, "present")}}).given[name]
    return Case(given=given)


def people(ruleset: Ruleset) -> st.SearchStrategy[Facts]:
    """What is known of all kinds of people."""
    kinds = cases(ruleset) | nearly_settled(ruleset) | nearly_settled(ruleset) | contradictory(ruleset)
    return kinds.map(lambda case: facts_of(case, ruleset))
