"""Why this urgency and why not another: each reason suffices, each change does what it says, and nothing less would."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations

import pytest
from hypothesis import given, settings
from tests.proof.people import facts_of, opened, people
from tests.proof.test_supports import DISCHARGED, standing_of

from fasciculation_rules import Case, Ruleset
from fasciculation_rules.assessing.compute import out_of_range
from fasciculation_rules.assessing.firings import fire
from fasciculation_rules.assessing.overtaken import BLOODS
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.logic.program import PRESENT
from fasciculation_rules.proof.otherwise import at_least, decided
from fasciculation_rules.proof.reasons import Change, Reason, Why, why
from fasciculation_rules.proof.statements_in_words import written
from fasciculation_rules.proof.supports import Supports

EXAMPLES = {"mini": 60, "0.1.0": 50, "1.1.0": 25}

every_version = pytest.mark.parametrize("version", EXAMPLES)


def on_people(version: str, *checks: Callable[[Facts, Ruleset], None]) -> None:
    """Runs checks on all kinds of people."""
    ruleset = opened(version)

    @settings(max_examples=EXAMPLES[version] * settings().max_examples // 100)
    @given(people(ruleset))
    def run(facts: Facts) -> None:
        for check in checks:
            check(facts, ruleset)

    run()


# ---------------------------------------------------------------- the oracle: what would be known instead


@dataclass(frozen=True)
class Instead:
    """What is said instead of what is known."""

    findings: Mapping[str, bool] = field(default_factory=dict)
    amounts: Mapping[str, tuple[int, int] | None] = field(default_factory=dict)

    def __or__(self, other: Instead) -> Instead:
        return Instead({**self.findings, **other.findings}, {**self.amounts, **other.amounts})


def with_that(facts: Facts, said: Instead, ruleset: Ruleset) -> Facts:
    """The facts with what is said in place of what contradicts it."""
    closure, findings = ruleset.closure, dict(facts.findings)
    for name, there in said.findings.items():
        gone = [name, *(closure.generals if there else closure.specifics)[name]]
        for other in gone:
            if findings.get(other) is (not there):
                del findings[other]
        for other in closure.excluded[name] if there else ():
            if findings.get(other):
                del findings[other]
    quantities = {name: ends for name, ends in facts.quantities.items() if name not in said.amounts}
    quantities |= {name: ends for name, ends in said.amounts.items() if ends is not None}
    findings = closure.close({**findings, **said.findings})
    outside = out_of_range(quantities, ruleset) if findings.get(BLOODS) else []
    if outside and BLOODS in said.findings:
        quantities = {name: ends for name, ends in quantities.items() if name not in outside}
    elif outside:
        del findings[BLOODS]
    return Facts(findings, quantities)


def rung_with(facts: Facts, said: Instead, ruleset: Ruleset) -> int:
    return at_least(with_that(facts, said, ruleset), ruleset)


def said_in(change: Change, ruleset: Ruleset) -> list[Instead]:
    """What a change says, item by item."""
    supports, ends = Supports.of(ruleset), dict[str, tuple[int, int] | None]()
    found = []
    for term in change.statements:
        name = supports.item(term)
        if not supports.is_quantity(term):
            found.append(Instead(findings={name: term.value == PRESENT}))
        elif term.operator == "==":
            ends[name] = None
        else:
            low, high = ends.get(name) or ruleset.vocabulary.quantities[name].bounds()
            ends[name] = (max(low, term.value), high) if term.operator == ">=" else (low, min(high, term.value))
    return [*found, *(Instead(amounts={name: each}) for name, each in ends.items())]


def together(said: list[Instead]) -> Instead:
    found = Instead()
    for each in said:
        found |= each
    return found


def raises(facts: Facts, ruleset: Ruleset) -> Iterator[Instead]:
    """Everything that could be said of one item, known or not, but another sex."""
    for name in ruleset.program.findings:
        if "=" not in name or name not in facts.findings:
            yield Instead(findings={name: True})
            yield Instead(findings={name: False})
    for name, cells in Supports.of(ruleset).cells.items():
        yield from (Instead(amounts={name: cell}) for cell in cells)


def lowers(facts: Facts, ruleset: Ruleset) -> Iterator[Instead]:
    """Everything that could be denied, everything measured that could be unknown, and that all was normal."""
    yield from (Instead(findings={name: False}) for name in ruleset.program.findings if "=" not in name)
    yield from (Instead(amounts={name: None}) for name in facts.quantities)
    yield from (
        Instead(findings={name: True}) for name in filter(ruleset.vocabulary.is_summary, ruleset.program.findings)
    )


# ---------------------------------------------------------------- the reason


def counted(facts: Facts, ruleset: Ruleset, spared: frozenset[str]) -> int:
    """The highest rung of a rule that fires, those of a discharge counted as routine."""
    fired = fire(facts, ruleset, engine="compiled")
    names = ruleset.program.decode(fired.true)
    ranks = [
        min(ruleset.rank[rule.then.urgency], 1)
        if rule.then.discharged_by in spared
        else ruleset.rank[rule.then.urgency]
        for name, rule in ruleset.escalations.items()
        if name in names
    ]
    return max(ranks, default=0)


def items_of(reason: Reason, ruleset: Ruleset) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(Supports.of(ruleset).item, reason.statements)))


def only(items: tuple[str, ...], facts: Facts, ruleset: Ruleset) -> Facts:
    """Nothing but these items, closed."""
    findings = {name: facts.findings[name] for name in items if name in facts.findings}
    return Facts(ruleset.closure.close(findings), {n: facts.quantities[n] for n in items if n in facts.quantities})


@every_version
def test_the_reason_alone_suffices_and_nothing_less_does(version: str) -> None:
    on_people(version, suffices_and_each_part_is_needed, nothing_smaller_suffices, the_rule_fires_on_it)


def suffices_and_each_part_is_needed(facts: Facts, ruleset: Ruleset) -> None:
    found = why(facts, ruleset)
    height, items = ruleset.rank[found.at_least], items_of(found.reason, ruleset)
    assert height == at_least(facts, ruleset)
    assert (found.reason.rule is None) == (height == 0) == (not items)
    spared = standing_of(facts, ruleset).discharged
    assert counted(only(items, facts, ruleset), ruleset, spared) >= height
    for item in items:
        rest = tuple(other for other in items if other != item)
        assert counted(only(rest, facts, ruleset), ruleset, spared) < height


def nothing_smaller_suffices(facts: Facts, ruleset: Ruleset) -> None:
    found = why(facts, ruleset)
    height, spared = ruleset.rank[found.at_least], standing_of(facts, ruleset).discharged
    known = [*(name for name, there in facts.findings.items() if there), *facts.quantities]
    for size in range(1, min(len(items_of(found.reason, ruleset)), 3)):
        for items in combinations(known, size):
            assert counted(only(items, facts, ruleset), ruleset, spared) < height


def the_rule_fires_on_it(facts: Facts, ruleset: Ruleset) -> None:
    reason = why(facts, ruleset).reason
    if reason.rule is not None:
        fired = fire(only(items_of(reason, ruleset), facts, ruleset), ruleset, engine="compiled")
        assert reason.rule in ruleset.program.decode(fired.true)
        then = ruleset.escalations[reason.rule].then
        lowered = then.discharged_by in standing_of(facts, ruleset).discharged and ruleset.rank[then.urgency] > 1
        assert reason.discharged_by == (then.discharged_by if lowered else None)


# ---------------------------------------------------------------- the changes


@every_version
def test_a_change_gives_the_rung_it_says_and_each_part_is_needed(version: str) -> None:
    on_people(version, changes_do_what_they_say)


def changes_do_what_they_say(facts: Facts, ruleset: Ruleset) -> None:
    found = why(facts, ruleset)
    height = ruleset.rank[found.at_least]
    for change, above in ((found.raised, True), (found.lowered, False)):
        if change is not None:
            said = said_in(change, ruleset)
            changed = with_that(facts, together(said), ruleset)
            reached = at_least(changed, ruleset)
            assert ruleset.outcomes.ladder[reached] == change.rung
            assert decided(changed, ruleset)[1].rung == change.shown
            assert reached > height if above else reached < height
            assert change.size == len(said)
            for part in said:
                left = rung_with(facts, together([each for each in said if each is not part]), ruleset)
                assert left <= height if above else left >= height


@every_version
def test_nothing_smaller_raises_or_lowers_it(version: str) -> None:
    """One statement fewer, up to two; and where there is no change, no one statement and no two."""
    on_people(version, nothing_smaller_raises, nothing_smaller_lowers)


def nothing_smaller_raises(facts: Facts, ruleset: Ruleset) -> None:
    found = why(facts, ruleset)
    height, top = ruleset.rank[found.at_least], len(ruleset.outcomes.ladder) - 1
    for said in smaller(found.raised, raises(facts, ruleset), ruleset) if height < top else ():
        assert rung_with(facts, said, ruleset) <= height


def nothing_smaller_lowers(facts: Facts, ruleset: Ruleset) -> None:
    found = why(facts, ruleset)
    height = ruleset.rank[found.at_least]
    for said in smaller(found.lowered, lowers(facts, ruleset), ruleset) if height else ():
        assert rung_with(facts, said, ruleset) >= height


def smaller(change: Change | None, moves: Iterator[Instead], ruleset: Ruleset) -> Iterator[Instead]:
    """Everything smaller that could be said, one item at a time, and two where there are few."""
    most = 2 if len(ruleset.program.findings) < 50 else 1
    size = most + 1 if change is None else change.size
    every = list(moves) if size > 1 else []
    for fewer in range(1, min(size, most + 1)):
        yield from (together(list(chosen)) for chosen in combinations(every, fewer))


# ---------------------------------------------------------------- people one can picture


def changed(change: Change | None, ruleset: Ruleset) -> tuple[str, ...]:
    assert change is not None
    return (change.rung, *(written(term, ruleset) for term in change.statements))


def of(given: dict[str, object], ruleset: Ruleset) -> Why:
    return why(facts_of(Case.read({"given": given}), ruleset), ruleset)


def test_nothing_known_has_no_reason_and_nothing_below() -> None:
    found = of({}, opened("mini"))
    assert (found.at_least, found.reason, found.lowered) == ("self_care", Reason((), None), None)
    assert changed(found.raised, opened("mini")) == ("routine", "twitch_duration >= 84 d")


def test_two_symptoms_suffice_together_and_either_taken_away_lowers_it() -> None:
    mini = opened("mini")
    found = of({"dysphagia": "present", "weakness": "present"}, mini)
    assert [written(term, mini) for term in found.reason.statements] == ["dysphagia is present", "weakness is present"]
    assert changed(found.lowered, mini) == ("soon_gp", "dysphagia is absent")
    assert changed(found.raised, mini) == ("emergency", "calcium_adjusted < 1.9 mmol/L")


def test_one_finding_that_implies_two_is_the_whole_reason() -> None:
    """Weakness that gets worse is weakness too."""
    ruleset = opened("0.1.0")
    found = of({"weakness_progressive": "present"}, ruleset)
    assert [written(term, ruleset) for term in found.reason.statements] == ["weakness_progressive is present"]


def test_a_general_that_is_denied_takes_what_implies_it_along() -> None:
    mini = opened("mini")
    found = of({"dysarthria": "present", "dysphagia": "present", "weakness": "present"}, mini)
    assert found.lowered is not None
    assert changed(found.lowered, mini)[1:] == ("bulbar_symptoms is absent",)


def test_an_examination_that_is_normal_denies_every_sign() -> None:
    mini = opened("mini")
    found = of({"babinski": "present", "hyperreflexia": "present"}, mini)
    assert changed(found.lowered, mini) == ("self_care", "neuro_examination_normal is present")


WELL = {
    "bulbar_symptoms": "absent",
    "weakness": "absent",
    "cramps": "present",
    **DISCHARGED,
}


def test_a_discharged_rule_says_so_and_whatever_ends_the_discharge_raises_it() -> None:
    mini = opened("mini")
    found = of(WELL, mini)
    assert found.at_least == "routine"
    assert (found.reason.rule, found.reason.discharged_by) == ("escalate-cramps", "examined_and_well")
    assert found.raised is not None
    assert (found.raised.rung, found.raised.size) == ("soon_gp", 1)


def test_what_completes_a_discharge_lowers_it() -> None:
    """Three minor things, of which any two count: an examination that is normal does for all of them."""
    ruleset = opened("0.1.0")
    minor = ("sensory_symptoms", "muscle_cramp", "family_history_nm")
    there = {*minor, *(general for name in minor for general in ruleset.closure.generals[name])}
    plain = [name for name, finding in ruleset.vocabulary.findings.items() if not finding.values]
    given = {name: "present" if name in there else "absent" for name in plain if name not in DISCHARGED}
    given |= {"basic_bloods_normal": DISCHARGED["basic_bloods_normal"]}
    found = of(given, ruleset)
    assert found.at_least == "soon_gp"
    assert changed(found.lowered, ruleset) == ("routine", "neuro_examination_normal is present")


def test_a_value_that_is_taken_away_is_unknown() -> None:
    mini = opened("mini")
    found = of({"potassium": "2.2 mmol/L"}, mini)
    assert [written(term, mini) for term in found.reason.statements] == ["potassium < 2.5 mmol/L"]
    assert changed(found.lowered, mini) == ("self_care", "potassium is unknown")
    assert found.raised is None


def test_nobody_is_taken_to_be_of_another_sex() -> None:
    ruleset = opened("0.1.0")

    def check(facts: Facts, ruleset: Ruleset) -> None:
        found = why(facts, ruleset)
        for change in (found.raised, found.lowered):
            for term in change.statements if change else ():
                name, _, value = Supports.of(ruleset).item(term).partition("=")
                assert not value or f"{name}={value}" not in facts.findings

    on_people("0.1.0", check)
    assert ruleset.vocabulary.findings["sex"].values == ("male", "female")
