"""The laws that hold for every case under the shipped ruleset, each as the sentence it is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.strategies import TODAY, Said, amount, as_fraction, cases, consistent, cut_points, lessons, said

from fasciculation_rules import Assessment, Case, Ruleset, assess, open_ruleset
from fasciculation_rules.assessing.admit import admit
from fasciculation_rules.assessing.findings import close
from fasciculation_rules.assessing.firings import engine_of
from fasciculation_rules.engines import ENGINES
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.logic.grammar import print_condition, read_condition
from fasciculation_rules.model.units import accepted_units, conversion

RULESET = open_ruleset("0.1.0")
RANK = RULESET.rank


def of(given: Said, *, engine: str = "compiled", ruleset: Ruleset = RULESET) -> Assessment:
    return assess(Case.read({"given": given}), ruleset, engine=engine, on=TODAY)


def facts_of(given: Said) -> Facts:
    case = Case.read({"given": given})
    return close(admit(case, RULESET, on=TODAY), case, RULESET, reconcile=False).facts


def plain(assessment: Assessment) -> dict[str, Any]:
    """Everything but who evaluated it."""
    data: dict[str, Any] = json.loads(assessment.to_json())
    del data["engine"]
    return data


@given(cases(RULESET))
def test_every_engine_gives_the_same_assessment(case: Case) -> None:
    found = [plain(assess(case, RULESET, engine=engine, on=TODAY)) for engine in ENGINES]
    assert found[0] == found[1] == found[2]


@given(said(RULESET))
def test_reference_and_compiled_agree_on_all_five_values(given: Said) -> None:
    facts = facts_of(given)
    reference, compiled = (engine_of(RULESET, name).firings(facts) for name in ("reference", "compiled"))  # type: ignore[attr-defined]
    assert reference == compiled


@given(cases(RULESET))
def test_the_bounds_are_in_order(case: Case) -> None:
    urgency = assess(case, RULESET, engine="compiled", on=TODAY).urgency
    bounds = [urgency.at_least, urgency.at_most, urgency.after_examination, urgency.after_tests]
    assert bounds == sorted(bounds, key=RANK.__getitem__)


@given(lessons(RULESET))
def test_learning_anything_never_lowers_at_least_save_by_discharge(lesson: tuple[Said, str, Said]) -> None:
    before, _, after = lesson
    old, new = of(before), of(after)
    if RANK[new.urgency.at_least] < RANK[old.urgency.at_least]:
        assert set(new.firings.discharged) > set(old.firings.discharged)
        assert RANK[new.urgency.at_least] >= RANK["routine"]
        assert RANK[old.urgency.at_least] <= RANK["soon_gp"]


@given(lessons(RULESET))
def test_learning_anything_never_raises_after_tests(lesson: tuple[Said, str, Said]) -> None:
    before, _, after = lesson
    assert RANK[of(after).urgency.after_tests] <= RANK[of(before).urgency.after_tests]


@given(lessons(RULESET, Firing.OPEN))
def test_learning_history_never_raises_at_most(lesson: tuple[Said, str, Said]) -> None:
    before, _, after = lesson
    assert RANK[of(after).urgency.at_most] <= RANK[of(before).urgency.at_most]


@given(lessons(RULESET, Firing.AWAITS_EXAMINATION))
def test_an_examination_never_raises_at_most_beyond_after_examination(lesson: tuple[Said, str, Said]) -> None:
    before, _, after = lesson
    assert RANK[of(after).urgency.at_most] <= RANK[of(before).urgency.after_examination]


@given(lessons(RULESET, Firing.AWAITS_TEST))
def test_a_test_never_raises_at_most_beyond_after_tests(lesson: tuple[Said, str, Said]) -> None:
    before, _, after = lesson
    assert RANK[of(after).urgency.at_most] <= RANK[of(before).urgency.after_tests]


@given(cases(RULESET))
def test_an_unfinished_screen_never_shows_self_care(case: Case) -> None:
    assessment = assess(case, RULESET, engine="compiled", on=TODAY)
    facts = facts_of({name: given.model_dump(by_alias=True, mode="json") for name, given in case.given.items()})
    if any(item not in facts.findings for item in RULESET.vocabulary.screen):
        assert assessment.disposition.rung != "self_care"


@given(cases(RULESET))
def test_a_red_flag_that_is_present_never_ends_in_self_care(case: Case) -> None:
    assessment = assess(case, RULESET, engine="compiled", on=TODAY)
    facts = facts_of({name: given.model_dump(by_alias=True, mode="json") for name, given in case.given.items()})
    if any(facts.findings.get(name) for name in RULESET.vocabulary.red_flags):
        assert assessment.disposition.rung != "self_care"


@st.composite
def clear_screens(draw: st.DrawFn) -> Said:
    """The whole screen denied, age, sex and every duration known, and more history that does not contradict it."""
    vocabulary = RULESET.vocabulary
    found: Said = dict.fromkeys(vocabulary.screen, "absent")
    for name, quantity in vocabulary.quantities.items():
        if quantity.kind.openness is Firing.OPEN and quantity.unit in ("d", "a"):
            low, high = quantity.bounds()
            found[name] = amount(RULESET, name, draw(st.integers(16 if name == "age" else low, high)))
    for name, finding in vocabulary.findings.items():
        if finding.values:
            found[name] = draw(st.sampled_from(finding.values))
    facts = facts_of(found)
    history = [
        name
        for name, finding in vocabulary.findings.items()
        if name not in facts.findings and finding.kind.openness is Firing.OPEN and not finding.values
    ]
    for name in draw(st.lists(st.sampled_from(history), max_size=8, unique=True)):
        trial = {**found, name: draw(st.sampled_from(["present", "absent"]))}
        known = {**facts.findings, **{n: v == "present" for n, v in trial.items() if v in ("present", "absent")}}
        if not RULESET.closure.contradictions(known):
            found = trial
    return found


@given(clear_screens())
def test_a_clear_screen_settles_at_routine_or_below(given: Said) -> None:
    urgency = of(given).urgency
    assert urgency.at_most == urgency.at_least
    assert RANK[urgency.at_most] <= RANK["routine"]


@given(said(RULESET), st.data())
def test_adding_a_present_finding_never_lowers_at_least_discharge_excepted(given: Said, data: st.DataObject) -> None:
    facts = facts_of(given)
    free = [n for n, f in RULESET.vocabulary.findings.items() if n not in facts.findings and not f.values]
    assume(free)
    name = data.draw(st.sampled_from(free))
    more = {**given, name: {"value": "present", "at": "2026-10-20"}}
    assume(consistent(RULESET, more))
    old, new = of(given), of(more)
    if set(new.firings.discharged) <= set(old.firings.discharged):
        assert RANK[new.urgency.at_least] >= RANK[old.urgency.at_least]


@given(said(RULESET))
def test_advice_needs_every_contraindication_known_absent(given: Said) -> None:
    facts = facts_of(given)
    for item in of(given).plan.advice:
        for rule in item.rules:
            for against in RULESET.plans[rule].then.unless_contraindicated:
                assert facts.findings.get(against) is False


@given(said(RULESET), st.randoms())
def test_the_order_of_findings_is_irrelevant(given: Said, random: Any) -> None:
    shuffled = list(given.items())
    random.shuffle(shuffled)
    assert of(dict(shuffled)).to_json() == of(given).to_json()


@given(cases(RULESET))
def test_the_same_case_gives_the_same_bytes(case: Case) -> None:
    one, two = (assess(case, RULESET, on=TODAY).to_json() for _ in range(2))
    assert one == two


@given(said(RULESET))
def test_a_closed_case_equals_its_closure(given: Said) -> None:
    closed: Said = dict(given)
    for name, present in facts_of(given).findings.items():
        if "=" not in name and name not in closed:
            closed[name] = {"value": "present" if present else "absent", "at": "2026-10-20"}
    assert plain(of(closed)) == plain(of(given))


@given(said(RULESET), st.data())
def test_an_exactly_convertible_unit_gives_the_same_answer(given: Said, data: st.DataObject) -> None:
    points = [name for name, value in given.items() if name in RULESET.vocabulary.quantities and isinstance(value, str)]
    points = [name for name in points if given[name][0] not in "<>"]  # type: ignore[index]
    assume(points)
    other = dict(given)
    for name in points:
        quantity = RULESET.vocabulary.quantities[name]
        unit = data.draw(st.sampled_from(accepted_units(name, quantity.unit)))
        factor, offset = conversion(name, unit, quantity.unit)
        number = (as_fraction(str(given[name])) - offset) / factor
        if number.denominator == 1 or all(number.denominator % prime for prime in (3, 7, 11)):
            text = exact_decimal(number)
            if text is not None:
                other[name] = f"{text} {unit}"
    assert plain(of(other)) == plain(of(given))


def exact_decimal(number: Any) -> str | None:
    """The number as a finite decimal of at most fifteen places, or None."""
    for places in range(16):
        if (number * 10**places).denominator == 1:
            digits = int(number * 10**places)
            return f"{digits // 10**places}.{digits % 10**places:0{places}d}" if places else str(digits)
    return None


QUANTITIES = [(name, cut) for name, cuts in cut_points(RULESET).items() for cut in cuts]


@pytest.mark.parametrize(("name", "cut"), QUANTITIES, ids=[f"{name}-{cut}" for name, cut in QUANTITIES])
def test_at_every_threshold_one_count_below_and_above_all_engines_agree(name: str, cut: int) -> None:
    low, high = RULESET.vocabulary.quantities[name].bounds()
    everything = dict.fromkeys(RULESET.program.findings, True)
    for others in ({}, everything, dict.fromkeys(everything, False)):
        for count in (cut - 1, cut, cut + 1):
            if low <= count <= high:
                facts = Facts(others, {name: (count, count)})
                answers = [engine_of(RULESET, engine).answer(RULESET.program.encode(facts)) for engine in ENGINES]
                assert answers[0] == answers[1] == answers[2]


@pytest.mark.parametrize("name", list(RULESET.rules))
def test_reading_what_was_printed_gives_the_same_condition(name: str) -> None:
    condition = RULESET.rules[name].condition
    assert read_condition(print_condition(condition)) == condition


@settings(max_examples=20)
@given(st.randoms())
def test_the_order_of_rule_files_is_irrelevant(random: Any) -> None:
    from fasciculation_rules.shelf.freeze import freeze
    from fasciculation_rules.shelf.locate import shelf_root
    from fasciculation_rules.shelf.read import read_files

    files = list(read_files(shelf_root() / "0.1.0").items())
    random.shuffle(files)
    again = freeze(dict(files), "0.1.0")
    assert again.logic_digest == RULESET.logic_digest
    assert again.text_digest == RULESET.text_digest
    assert again.program.names == RULESET.program.names
