"""The laws that hold for every case under every ruleset, each as the sentence it is."""

from __future__ import annotations

import json
from collections.abc import Callable
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

VERSIONS = ("0.1.0", "1.1.0")

Check = Callable[..., None]
Drawn = st.SearchStrategy[Any] | Callable[[Ruleset], st.SearchStrategy[Any]]


def law(*drawn: Drawn, most: int | None = None) -> Callable[[Check], Check]:
    """A test of every ruleset, which comes first; what else is drawn may depend on it."""

    def declare(check: Check) -> Check:
        @pytest.mark.parametrize("version", VERSIONS)
        def test(version: str) -> None:
            ruleset = open_ruleset(version)

            def holds(found: tuple[Any, ...]) -> None:
                check(ruleset, *found)

            holds.__name__ = check.__name__ + version.replace(".", "_")
            every = st.tuples(*(each if isinstance(each, st.SearchStrategy) else each(ruleset) for each in drawn))
            settings(max_examples=most or settings().max_examples)(given(every)(holds))()

        test.__name__, test.__doc__ = check.__name__, check.__doc__
        return test

    return declare


def of(ruleset: Ruleset, given: Said, *, engine: str = "compiled") -> Assessment:
    return assess(Case.read({"given": given}), ruleset, engine=engine, on=TODAY)


def facts_of(ruleset: Ruleset, given: Said) -> Facts:
    case = Case.read({"given": given})
    return close(admit(case, ruleset, on=TODAY), case, ruleset, reconcile=False).facts


def plain(assessment: Assessment) -> dict[str, Any]:
    """Everything but who evaluated it."""
    data: dict[str, Any] = json.loads(assessment.to_json())
    del data["engine"]
    return data


@law(cases)
def test_every_engine_gives_the_same_assessment(ruleset: Ruleset, case: Case) -> None:
    found = [plain(assess(case, ruleset, engine=engine, on=TODAY)) for engine in ENGINES]
    assert found[0] == found[1] == found[2]


@law(said)
def test_reference_and_compiled_agree_on_all_five_values(ruleset: Ruleset, given: Said) -> None:
    facts = facts_of(ruleset, given)
    reference, compiled = (engine_of(ruleset, name).firings(facts) for name in ("reference", "compiled"))  # type: ignore[attr-defined]
    assert reference == compiled


@law(cases)
def test_the_bounds_are_in_order(ruleset: Ruleset, case: Case) -> None:
    urgency = assess(case, ruleset, engine="compiled", on=TODAY).urgency
    bounds = [urgency.at_least, urgency.at_most, urgency.after_examination, urgency.after_tests]
    assert bounds == sorted(bounds, key=ruleset.rank.__getitem__)


@law(lessons)
def test_learning_anything_never_lowers_at_least_save_by_discharge(
    ruleset: Ruleset, lesson: tuple[Said, str, Said]
) -> None:
    before, _, after = lesson
    old, new = of(ruleset, before), of(ruleset, after)
    if ruleset.rank[new.urgency.at_least] < ruleset.rank[old.urgency.at_least]:
        assert set(new.firings.discharged) > set(old.firings.discharged)
        assert ruleset.rank[new.urgency.at_least] >= ruleset.rank["routine"]
        assert ruleset.rank[old.urgency.at_least] <= ruleset.rank["soon_gp"]


@law(lessons)
def test_learning_anything_never_raises_after_tests(ruleset: Ruleset, lesson: tuple[Said, str, Said]) -> None:
    before, _, after = lesson
    assert ruleset.rank[of(ruleset, after).urgency.after_tests] <= ruleset.rank[of(ruleset, before).urgency.after_tests]


@law(lambda ruleset: lessons(ruleset, Firing.OPEN))
def test_learning_history_never_raises_at_most(ruleset: Ruleset, lesson: tuple[Said, str, Said]) -> None:
    before, _, after = lesson
    assert ruleset.rank[of(ruleset, after).urgency.at_most] <= ruleset.rank[of(ruleset, before).urgency.at_most]


@law(lambda ruleset: lessons(ruleset, Firing.AWAITS_EXAMINATION))
def test_an_examination_never_raises_at_most_beyond_after_examination(
    ruleset: Ruleset, lesson: tuple[Said, str, Said]
) -> None:
    before, _, after = lesson
    assert (
        ruleset.rank[of(ruleset, after).urgency.at_most] <= ruleset.rank[of(ruleset, before).urgency.after_examination]
    )


@law(lambda ruleset: lessons(ruleset, Firing.AWAITS_TEST))
def test_a_test_never_raises_at_most_beyond_after_tests(ruleset: Ruleset, lesson: tuple[Said, str, Said]) -> None:
    before, _, after = lesson
    assert ruleset.rank[of(ruleset, after).urgency.at_most] <= ruleset.rank[of(ruleset, before).urgency.after_tests]


@law(cases)
def test_an_unfinished_screen_never_shows_self_care(ruleset: Ruleset, case: Case) -> None:
    assessment = assess(case, ruleset, engine="compiled", on=TODAY)
    facts = facts_of(
        ruleset, {name: given.model_dump(by_alias=True, mode="json") for name, given in case.given.items()}
    )
    if any(item not in facts.findings for item in ruleset.vocabulary.screen):
        assert assessment.disposition.rung != "self_care"


@law(cases)
def test_a_red_flag_that_is_present_never_ends_in_self_care(ruleset: Ruleset, case: Case) -> None:
    assessment = assess(case, ruleset, engine="compiled", on=TODAY)
    facts = facts_of(
        ruleset, {name: given.model_dump(by_alias=True, mode="json") for name, given in case.given.items()}
    )
    if any(facts.findings.get(name) for name in ruleset.vocabulary.red_flags):
        assert assessment.disposition.rung != "self_care"


@st.composite
def clear_screens(draw: st.DrawFn, ruleset: Ruleset) -> Said:
    """The whole screen denied, age, sex and every duration known, and more history that does not contradict it."""
    vocabulary = ruleset.vocabulary
    found: Said = dict.fromkeys(vocabulary.screen, "absent")
    for name, quantity in vocabulary.quantities.items():
        if quantity.kind.openness is Firing.OPEN and quantity.unit in ("d", "a"):
            low, high = quantity.bounds()
            found[name] = amount(ruleset, name, draw(st.integers(16 if name == "age" else low, high)))
    for name, finding in vocabulary.findings.items():
        if finding.values:
            found[name] = draw(st.sampled_from(finding.values))
    facts = facts_of(ruleset, found)
    history = [
        name
        for name, finding in vocabulary.findings.items()
        if name not in facts.findings and finding.kind.openness is Firing.OPEN and not finding.values
    ]
    for name in draw(st.lists(st.sampled_from(history), max_size=8, unique=True)):
        trial = {**found, name: draw(st.sampled_from(["present", "absent"]))}
        known = {**facts.findings, **{n: v == "present" for n, v in trial.items() if v in ("present", "absent")}}
        if not ruleset.closure.contradictions(known):
            found = trial
    return found


@law(clear_screens)
def test_a_clear_screen_settles_at_routine_or_below(ruleset: Ruleset, given: Said) -> None:
    urgency = of(ruleset, given).urgency
    assert urgency.at_most == urgency.at_least
    assert ruleset.rank[urgency.at_most] <= ruleset.rank["routine"]


@law(said, st.data())
def test_adding_a_present_finding_never_lowers_at_least_discharge_excepted(
    ruleset: Ruleset, given: Said, data: st.DataObject
) -> None:
    facts = facts_of(ruleset, given)
    free = [n for n, f in ruleset.vocabulary.findings.items() if n not in facts.findings and not f.values]
    assume(free)
    name = data.draw(st.sampled_from(free))
    more = {**given, name: {"value": "present", "at": "2026-10-20"}}
    assume(consistent(ruleset, more))
    old, new = of(ruleset, given), of(ruleset, more)
    if set(new.firings.discharged) <= set(old.firings.discharged):
        assert ruleset.rank[new.urgency.at_least] >= ruleset.rank[old.urgency.at_least]


@law(said)
def test_advice_needs_every_contraindication_known_absent(ruleset: Ruleset, given: Said) -> None:
    facts = facts_of(ruleset, given)
    for item in of(ruleset, given).plan.advice:
        for rule in item.rules:
            for against in ruleset.plans[rule].then.unless_contraindicated:
                assert facts.findings.get(against) is False


@law(said, st.randoms())
def test_the_order_of_findings_is_irrelevant(ruleset: Ruleset, given: Said, random: Any) -> None:
    shuffled = list(given.items())
    random.shuffle(shuffled)
    assert of(ruleset, dict(shuffled)).to_json() == of(ruleset, given).to_json()


@law(cases)
def test_the_same_case_gives_the_same_bytes(ruleset: Ruleset, case: Case) -> None:
    one, two = (assess(case, ruleset, on=TODAY).to_json() for _ in range(2))
    assert one == two


@law(said)
def test_a_closed_case_equals_its_closure(ruleset: Ruleset, given: Said) -> None:
    closed: Said = dict(given)
    for name, present in facts_of(ruleset, given).findings.items():
        if "=" not in name and name not in closed:
            closed[name] = {"value": "present" if present else "absent", "at": "2026-10-20"}
    assert plain(of(ruleset, closed)) == plain(of(ruleset, given))


@law(said, st.data())
def test_an_exactly_convertible_unit_gives_the_same_answer(ruleset: Ruleset, given: Said, data: st.DataObject) -> None:
    points = [name for name, value in given.items() if name in ruleset.vocabulary.quantities and isinstance(value, str)]
    points = [name for name in points if given[name][0] not in "<>"]  # type: ignore[index]
    assume(points)
    other = dict(given)
    for name in points:
        quantity = ruleset.vocabulary.quantities[name]
        unit = data.draw(st.sampled_from(accepted_units(name, quantity.unit)))
        factor, offset = conversion(name, unit, quantity.unit)
        number = (as_fraction(str(given[name])) - offset) / factor
        if number.denominator == 1 or all(number.denominator % prime for prime in (3, 7, 11)):
            text = exact_decimal(number)
            if text is not None:
                other[name] = f"{text} {unit}"
    assert plain(of(ruleset, other)) == plain(of(ruleset, given))


def exact_decimal(number: Any) -> str | None:
    """The number as a finite decimal of at most fifteen places, or None."""
    for places in range(16):
        if (number * 10**places).denominator == 1:
            digits = int(number * 10**places)
            return f"{digits // 10**places}.{digits % 10**places:0{places}d}" if places else str(digits)
    return None


QUANTITIES = [
    (version, name, cut)
    for version in VERSIONS
    for name, cuts in cut_points(open_ruleset(version)).items()
    for cut in cuts
]


@pytest.mark.parametrize(("version", "name", "cut"), QUANTITIES)
def test_at_every_threshold_one_count_below_and_above_all_engines_agree(version: str, name: str, cut: int) -> None:
    ruleset = open_ruleset(version)
    low, high = ruleset.vocabulary.quantities[name].bounds()
    everything = dict.fromkeys(ruleset.program.findings, True)
    for others in ({}, everything, dict.fromkeys(everything, False)):
        for count in (cut - 1, cut, cut + 1):
            if low <= count <= high:
                facts = Facts(others, {name: (count, count)})
                answers = [engine_of(ruleset, engine).answer(ruleset.program.encode(facts)) for engine in ENGINES]
                assert answers[0] == answers[1] == answers[2]


@pytest.mark.parametrize(("version", "name"), [(v, name) for v in VERSIONS for name in open_ruleset(v).rules])
def test_reading_what_was_printed_gives_the_same_condition(version: str, name: str) -> None:
    condition = open_ruleset(version).rules[name].condition
    assert read_condition(print_condition(condition)) == condition


@law(st.randoms(), most=6)
def test_the_order_of_rule_files_is_irrelevant(ruleset: Ruleset, random: Any) -> None:
    from fasciculation_rules.shelf.freeze import freeze
    from fasciculation_rules.shelf.locate import shelf_root
    from fasciculation_rules.shelf.read import read_files

    files = list(read_files(shelf_root() / ruleset.version).items())
    random.shuffle(files)
    again = freeze(dict(files), ruleset.version)
    assert again.logic_digest == ruleset.logic_digest
    assert again.text_digest == ruleset.text_digest
    assert again.program.names == ruleset.program.names
