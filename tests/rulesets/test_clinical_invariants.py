"""What a clinician may rely on, each a sentence that she can check, tried on sparse cases of the newest ruleset.

The names below are clinical choices, not read from the rules, so that a rule that goes missing is missed here.
A failing property prints the smallest patient that Hypothesis finds. Mend the rule, never the sentence.
"""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import assume, currently_in_test_context, given, note, settings
from hypothesis import strategies as st
from tests.strategies import RECENT, TODAY, Said, amount, said, said_with

from fasciculation_rules import Assessment, Case, Ruleset, assess, open_ruleset
from fasciculation_rules.assessing.admit import admit
from fasciculation_rules.assessing.findings import close
from fasciculation_rules.errors import RulesetError
from fasciculation_rules.logic.condition import Compare, Count, Threshold, leaves
from fasciculation_rules.logic.firing import Firing


def newest() -> Ruleset:
    """1.0.0 once it can be opened; before that, 0.1.0."""
    try:
        return open_ruleset("1.1.0")
    except RulesetError:
        return open_ruleset("0.1.0")


RULESET = newest()
VOCABULARY, RANK = RULESET.vocabulary, RULESET.rank
MANY = settings.default.max_examples if settings.default else 100
FEW, FEWER = settings(max_examples=MANY * 2 // 5), settings(max_examples=max(1, MANY // 16))


def there(*names: str) -> list[str]:
    """Those of the names that the ruleset has, with everything that implies one of them."""
    known = [name for name in names if name in VOCABULARY.findings]
    assert known, f"the ruleset has none of {names}"
    return sorted({*known, *(below for name in known for below in RULESET.closure.specifics[name])})


WEAKNESS = there("motor_function_loss", "weakness_on_examination", "weakness_sudden")
WASTING = there("muscle_wasting", "wasting_on_examination", "scapular_winging")
BULBAR = there(
    "dysarthria", "dysphagia", "choking", "chewing_difficulty", "drooling", "tongue_wasting", "fasciculation_tongue",
    "tongue_wasting_on_examination", "jaw_jerk_brisk",
)  # fmt: skip
BREATHING = there("breathing_problem", "paradoxical_breathing")
UPPER_MOTOR_NEURONE = there(
    "babinski", "hoffmann", "clonus", "spasticity", "jaw_jerk_brisk", "hyperreflexia_asymmetric"
)
GROUPS = {
    "weakness": WEAKNESS,
    "wasting": WASTING,
    "bulbar": BULBAR,
    "breathing": BREATHING,
    "upper motor neurone": UPPER_MOTOR_NEURONE,
}
WARNING = sorted({name for names in GROUPS.values() for name in names})
TWITCH = [
    name
    for name, finding in VOCABULARY.findings.items()
    if finding.family in ("twitch", "eyelid") and name != "fasciculation_tongue"
]
BENIGN_TWITCH = there(
    "fasciculation", "eyelid_twitch", "twitch_worsening", "twitch_not_settling", "twitch_disrupts_life"
)
MINOR = [
    *BENIGN_TWITCH,
    *there("muscle_cramp", "muscle_stiffness", "weakness_subjective", "fatigue", "anxiety", "stress", "poor_sleep"),
    *there("exercise_heavy", "caffeine_high", "screen_time_high", "family_history_als_ftd"),
    *(name for name in ("paraesthesia", "sensory_patchy_intermittent") if name in VOCABULARY.findings),
]
DURATIONS = [name for name, quantity in VOCABULARY.quantities.items() if quantity.unit in ("d", "a")]
WELL: Said = {
    "neuro_examination_normal": {"value": "present", "at": RECENT},
    "basic_bloods_normal": {"value": "present", "at": RECENT},
}


def of(given: Said) -> Assessment:
    """The assessment of a case; a failing property prints the case in short, and what was decided."""
    found = assess(Case.read({"given": given}), RULESET, engine="compiled", on=TODAY)
    if currently_in_test_context():
        told = {name: value for name, value in given.items() if value != "absent"}
        denied = len(given) - len(told)
        fired = [rule for rule in found.firings.fired if rule.startswith("escalate-")]
        note(f"{told} and {denied} denied: at least {found.urgency.at_least}, shown {found.disposition.rung}; {fired}")
    return found


def known(given: Said) -> dict[str, bool]:
    """The findings of a case, closed."""
    case = Case.read({"given": given})
    return dict(close(admit(case, RULESET, on=TODAY), case, RULESET, reconcile=False).facts.findings)


def height(rung: str) -> int:
    return RANK[rung]


def red_flags_of(assessment: Assessment) -> set[str]:
    return {rule for rule in assessment.firings.fired if rule.startswith("escalate-") and _is_red(rule)}


def _is_red(rule: str) -> bool:
    return rule in RULESET.escalations and RULESET.escalations[rule].class_ == "red_flag"


def present(name: str) -> Said:
    value: object = "present"
    return {name: {"value": value, "at": RECENT} if VOCABULARY.items[name].needs_date else value}


def one_of(names: Iterable[str]) -> st.SearchStrategy[Said]:
    """A case in which one of these is present."""
    return st.sampled_from(sorted(names)).flatmap(lambda name: said_with(RULESET, present(name)))


def only(names: Iterable[str], *, least: int = 0) -> st.SearchStrategy[Said]:
    """A case in which some of these are present, and nothing else is known."""
    chosen = st.lists(st.sampled_from(sorted(names)), min_size=least, max_size=8, unique=True)
    return chosen.map(lambda found: dict.fromkeys(found, "present")).filter(_possible)


def _possible(given: Said) -> bool:
    return not RULESET.closure.contradictions({name: value == "present" for name, value in given.items()})


@st.composite
def times(draw: st.DrawFn) -> Said:
    """An adult's age, and durations, without anything that lasted."""
    found: Said = {}
    for name in draw(st.lists(st.sampled_from(DURATIONS), min_size=1, unique=True)):
        low, high = VOCABULARY.quantities[name].bounds()
        found[name] = amount(RULESET, name, draw(st.integers(16 if name == "age" else low, high)))
    return found


@st.composite
def denied_but(draw: st.DrawFn, names: Iterable[str], *, fixed: Said | None = None, below: int = 5) -> Said:
    """A well person of whom everything was asked: all that can be asked or seen denied, but for some of these."""
    chosen = draw(st.lists(st.sampled_from(sorted(names)), max_size=below, unique=True))
    facts: dict[str, bool] = {name: _says(value) for name, value in (fixed or {}).items()}
    for name in chosen:
        if not RULESET.closure.contradictions({**facts, name: True}):
            facts[name] = True
    facts = RULESET.closure.close(facts)
    found: Said = {
        **(fixed or {}),
        **{name: "present" for name, there in facts.items() if there and name not in (fixed or {})},
    }
    for name, finding in VOCABULARY.findings.items():
        if name not in facts and finding.kind.openness is Firing.OPEN and not finding.values:
            found[name] = "absent"
    found["age"] = f"{draw(st.integers(16, 90))} years"
    found["sex"] = draw(st.sampled_from(VOCABULARY.findings["sex"].values))
    for name in ("twitch_duration", "eyelid_duration"):
        found[name] = f"{draw(st.integers(0, 7300))} days"
    return found


def _says(value: object) -> bool:
    return (value["value"] if isinstance(value, dict) else value) == "present"


# ---------------------------------------------------------------- dangerous findings are heard


@pytest.mark.parametrize("group", GROUPS)
@FEW
@given(data=st.data())
def test_a_dangerous_sign_never_ends_in_self_care_whatever_else_is_true(group: str, data: st.DataObject) -> None:
    found = of(data.draw(one_of(GROUPS[group])))
    assert height(found.urgency.at_least) > height("self_care")
    assert found.disposition.rung != "self_care"


@FEW
@given(one_of(there("weakness_progressive")))
def test_progressive_weakness_is_seen_within_two_weeks(given: Said) -> None:
    assert height(of(given).urgency.at_least) >= height("urgent_2w")


@FEW
@given(one_of(there("motor_function_loss")))
def test_something_the_person_can_no_longer_do_is_seen_within_two_weeks(given: Said) -> None:
    assert height(of(given).urgency.at_least) >= height("urgent_2w")


@FEW
@given(one_of(["dysarthria"]))
def test_slurred_speech_is_seen_within_two_weeks(given: Said) -> None:
    assert height(of(given).urgency.at_least) >= height("urgent_2w")


@FEW
@given(one_of(there("babinski", "spasticity", "hoffmann_unilateral", "clonus_spontaneous")))
def test_an_upper_motor_neurone_sign_is_seen_within_two_weeks(given: Said) -> None:
    assert height(of(given).urgency.at_least) >= height("urgent_2w")


@FEW
@given(one_of(there("fasciculation_tongue", "tongue_wasting_on_examination")))
def test_a_tongue_that_an_examiner_sees_twitch_or_waste_is_seen_within_two_weeks(given: Said) -> None:
    assert height(of(given).urgency.at_least) >= height("urgent_2w")


@FEW
@given(one_of(["dyspnoea_rest", "orthopnoea"]))
def test_breathlessness_at_rest_or_lying_flat_is_an_emergency(given: Said) -> None:
    assert of(given).urgency.at_least == "emergency"


@FEW
@given(one_of(["suicidal_thoughts"]))
def test_thoughts_of_ending_life_are_an_emergency(given: Said) -> None:
    assert of(given).urgency.at_least == "emergency"


@FEW
@given(one_of(["saddle_anaesthesia"]))
def test_numbness_between_the_legs_is_an_emergency(given: Said) -> None:
    assert of(given).urgency.at_least == "emergency"


@FEW
@given(one_of(["seizure_ongoing"]))
def test_a_fit_that_goes_on_is_an_emergency(given: Said) -> None:
    assert of(given).urgency.at_least == "emergency"


@FEW
@given(one_of(["weakness_sudden", "facial_droop_sudden", "speech_disturbance_sudden", "visual_loss_sudden"]))
def test_a_sudden_deficit_that_is_still_there_is_an_emergency(given: Said) -> None:
    assert of(given).urgency.at_least == "emergency"


@FEW
@given(one_of(VOCABULARY.red_flags))
def test_any_red_flag_is_at_least_for_a_general_practitioner_soon(given: Said) -> None:
    assert height(of(given).disposition.rung) >= height("soon_gp")


CRITICAL = [name for name, threshold in RULESET.thresholds.items() if threshold.critical]


@pytest.mark.parametrize("name", CRITICAL)
@FEWER
@given(data=st.data())
def test_a_critical_value_reaches_its_rung_whatever_is_unknown(name: str, data: st.DataObject) -> None:
    threshold = RULESET.thresholds[name]
    low, high = VOCABULARY.quantities[threshold.quantity].bounds()
    comparator, cut = _clause_of(name)
    ranges = {">=": (cut, high), ">": (cut + 1, high), "<=": (low, cut), "<": (low, cut - 1)}
    count = data.draw(st.integers(*ranges[comparator]))
    value = amount(RULESET, threshold.quantity, count)
    found = of(data.draw(said_with(RULESET, {threshold.quantity: value})))
    assert height(found.urgency.at_least) >= height(threshold.critical or "")


def _clause_of(name: str) -> tuple[str, int]:
    """How the escalation rules of its rung compare with a critical threshold, and its count."""
    for rule in RULESET.escalations.values():
        if rule.then.urgency != RULESET.thresholds[name].critical:
            continue
        for leaf, counted in zip(leaves(rule.when), leaves(RULESET.program.rules[rule.rule]), strict=True):
            match leaf, counted:
                case Compare(limit=Threshold(name=named)), Compare(comparator=comparator, limit=Count(value=cut)):
                    if named == name:
                        return comparator, cut
    raise AssertionError(f"no escalation rule of its rung names the critical threshold '{name}'")


# ---------------------------------------------------------------- the well are left in peace


@FEW
@given(only(MINOR, least=1), times())
def test_minor_flags_never_exceed_a_general_practitioner_soon(given: Said, time: Said) -> None:
    lasting = {name: value for name, value in time.items() if name in ("age", "twitch_duration", "eyelid_duration")}
    assert height(of({**given, **lasting}).urgency.at_least) <= height("soon_gp")


@FEW
@given(times(), st.sampled_from([None, *VOCABULARY.findings["sex"].values]))
def test_age_and_duration_alone_never_exceed_routine(given: Said, sex: str | None) -> None:
    found = of({**given, "sex": sex} if sex else given)
    assert height(found.urgency.at_least) <= height("routine")


@FEW
@given(denied_but(MINOR))
def test_a_person_without_a_red_flag_whom_nobody_examined_is_never_above_soon_gp(given: Said) -> None:
    assert height(of(given).disposition.rung) <= height("soon_gp")


BLOCKS_DISCHARGE = ("twitch_worsening", "fatigable_symptoms", "weakness_new_since_examination")
CALM = [name for name in MINOR if name not in BLOCKS_DISCHARGE]


@FEW
@given(denied_but(CALM, fixed=WELL))
def test_a_person_without_a_red_flag_examined_and_well_is_never_above_routine(given: Said) -> None:
    assert height(of(given).disposition.rung) <= height("routine")


@FEW
@given(denied_but(MINOR, fixed=WELL, below=8))
def test_discharge_never_goes_below_routine(given: Said) -> None:
    found = of(given)
    if found.firings.discharged:
        assert height(found.urgency.at_least) >= height("routine")
        assert height(found.disposition.rung) >= height("routine")


@FEW
@given(denied_but(MINOR, fixed=WELL, below=8), st.data())
def test_nobody_is_discharged_under_an_unknown_red_flag(given: Said, data: st.DataObject) -> None:
    asked = [name for name in VOCABULARY.red_flags if VOCABULARY.findings[name].kind.openness is Firing.OPEN]
    forgotten = data.draw(st.sampled_from(asked))
    closure = RULESET.closure
    above = {forgotten, *closure.generals[forgotten], *closure.specifics[forgotten]}
    less = {name: value for name, value in given.items() if name not in above}
    if forgotten not in known(less):
        assert of(less).firings.discharged == ()


@FEW
@given(said(RULESET), st.data())
def test_an_absent_answer_never_raises_urgency(given: Said, data: st.DataObject) -> None:
    facts = known(given)
    free = [name for name, f in VOCABULARY.findings.items() if name not in facts and not f.values and not f.needs_date]
    assume(free)
    name = data.draw(st.sampled_from(free))
    if not RULESET.closure.contradictions({**facts, name: False}):
        before, after = of(given), of({**given, name: "absent"})
        assert height(after.urgency.at_least) <= height(before.urgency.at_least)
        assert height(after.urgency.at_most) <= height(before.urgency.at_most)


# ---------------------------------------------------------------- nothing reassures falsely


def _never_lowers(given: Said, more: Said) -> None:
    before, after = of(given), of({**given, **more})
    assert height(after.urgency.at_least) >= height(before.urgency.at_least)
    assert red_flags_of(after) >= red_flags_of(before)


def _without(given: Said, *names: str) -> Said:
    return {name: value for name, value in given.items() if name not in names}


@FEW
@given(one_of(WARNING))
def test_a_normal_oxygen_saturation_never_lowers_anything(given: Said) -> None:
    _never_lowers(_without(given, "spo2"), {"spo2": "98 %"})


@FEW
@given(one_of(["nitrous_oxide_use"]))
def test_a_normal_b12_under_nitrous_oxide_never_lowers_anything(given: Said) -> None:
    _never_lowers(_without(given, "total_b12"), {"total_b12": "500 ng/L"})


@FEW
@given(one_of(["nitrous_oxide_use"]), st.sampled_from(["sensory_persistent", "gait_disturbance", "weakness"]))
def test_nitrous_oxide_with_a_nerve_symptom_is_seen_the_same_day(given: Said, symptom: str) -> None:
    if known(given).get(symptom) is not False:
        assert height(of({**given, symptom: "present"}).urgency.at_least) >= height("same_day")


REFLEXES = [name for name in there("hyperreflexia", "hyporeflexia") if VOCABULARY.findings[name].kind == "elicited"]


@FEW
@given(one_of(name for name in WARNING if name not in REFLEXES))
def test_normal_reflexes_never_lower_anything(given: Said) -> None:
    facts = known(given)
    normal = {name: "absent" for name in REFLEXES if name not in facts}
    if not RULESET.closure.contradictions({**facts, **dict.fromkeys(normal, False)}):
        _never_lowers(given, dict(normal))


@FEW
@given(one_of(WARNING))
def test_a_normal_examination_never_silences_a_red_flag(given: Said) -> None:
    facts = known(given)
    if facts.get("neuro_examination_normal") is None and not RULESET.closure.contradictions(
        {**facts, "neuro_examination_normal": True}
    ):
        after = of({**given, "neuro_examination_normal": WELL["neuro_examination_normal"]})
        assert red_flags_of(after) >= red_flags_of(of(given))


@FEW
@given(one_of(WARNING), st.sampled_from(there("anxiety", "stress", "poor_sleep", "caffeine_high", "exercise_heavy")))
def test_an_innocent_explanation_never_lowers_anything(given: Said, explanation: str) -> None:
    if known(given).get(explanation) is not False:
        _never_lowers(given, {explanation: "present"})


@FEW
@given(
    one_of(WARNING), st.sampled_from(there("known_mnd", "known_myasthenia", "known_multiple_sclerosis", "known_ckd"))
)
def test_a_known_diagnosis_never_lowers_anything(given: Said, diagnosis: str) -> None:
    facts = known(given)
    if facts.get(diagnosis) is None and not RULESET.closure.contradictions({**facts, diagnosis: True}):
        _never_lowers(given, {diagnosis: "present"})


@FEW
@given(one_of(WARNING), st.integers(16, 110))
def test_no_age_of_an_adult_lowers_anything(given: Said, age: int) -> None:
    _never_lowers(_without(given, "age"), {"age": f"{age} years"})


@FEW
@given(one_of(WARNING), st.integers(1, 3650))
def test_long_twitching_never_makes_recent_weakness_old(given: Said, days: int) -> None:
    without = _without(given, "twitch_duration", "eyelid_duration")
    assert red_flags_of(of({**without, "twitch_duration": f"{days} days"})) == red_flags_of(of(without))


@FEW
@given(one_of(WARNING))
def test_a_red_flag_fires_whether_or_not_fasciculation_is_recorded(given: Said) -> None:
    """Tongue fasciculation seen by an examiner excepted."""
    without = _without(given, *TWITCH, "twitch_duration", "eyelid_duration")
    closed = {
        name: "present" for name, there in known(given).items() if there and name not in TWITCH and "=" not in name
    }
    kept = {**{name: value for name, value in closed.items() if name not in without}, **without}
    dated: Said = {**kept, **{n: {"value": "present", "at": RECENT} for n in kept if n in VOCABULARY.items and
                              VOCABULARY.items[n].needs_date and kept[n] == "present"}}  # fmt: skip
    assert red_flags_of(of(dated)) == red_flags_of(of(given))


@FEW
@given(said(RULESET), st.integers(0, 15))
def test_nobody_under_sixteen_is_left_to_self_care(given: Said, age: int) -> None:
    found = of({**given, "age": f"{age} years"})
    assert height(found.disposition.rung) >= height("soon_gp")
    assert not [item.id for item in found.plan.advice if _is_self_care(item.rules)]


def _is_self_care(rules: tuple[str, ...]) -> bool:
    return any(RULESET.plans[rule].class_ == "self_care" for rule in rules)


@FEW
@given(said(RULESET))
def test_nobody_is_left_to_self_care_before_the_screen_is_finished(given: Said) -> None:
    found = of(given)
    if found.disposition.rung == "self_care" or any(_is_self_care(item.rules) for item in found.plan.advice):
        facts = known(given)
        assert [name for name in VOCABULARY.screen if name not in facts] == []


# ---------------------------------------------------------------- what it may be


LONE_HOFFMANN = "hoffmann"
"""On both sides and alone it is no upper motor neurone sign (REVIEW section 1), so benign twitching may stay listed."""


@st.composite
def well_but_for_one_sign(draw: st.DrawFn) -> Said:
    """The complaints of benign twitching, everything else denied, and one dangerous sign."""
    sign = draw(st.sampled_from([name for name in WARNING if name != LONE_HOFFMANN]))
    twitching = {**present("fasciculation"), **present(sign)}
    return draw(denied_but([*CALM, "fasciculation_multifocal"], fixed=twitching))


@FEW
@given(one_of(name for name in WARNING if name != LONE_HOFFMANN) | well_but_for_one_sign())
def test_benign_fasciculation_is_never_best_fitting_beside_a_dangerous_sign(given: Said) -> None:
    for candidate in of(given).differential:
        if candidate.condition in ("benign_fasciculation_syndrome", "cramp_fasciculation_syndrome"):
            assert candidate.standing == "excluded", candidate.condition


@FEW
@given(only([*TWITCH, *MINOR]), times())
def test_als_is_never_named_by_twitching_alone(given: Said, time: Said) -> None:
    twitching = {name: value for name, value in given.items() if name in (*TWITCH, *MINOR)}
    named = {candidate.condition for candidate in of({**twitching, **time}).differential}
    assert "amyotrophic_lateral_sclerosis" not in named


def test_nothing_is_named_for_a_person_of_whom_nothing_is_known() -> None:
    assert of({}).differential == ()


@FEW
@given(said(RULESET))
def test_every_candidate_shown_has_at_least_one_finding_for_it(given: Said) -> None:
    for candidate in of(given).differential:
        assert candidate.for_, candidate.condition
        assert all(argument.findings for argument in candidate.for_), candidate.condition


@FEW
@given(said(RULESET))
def test_no_candidate_carries_a_rule_of_another(given: Said) -> None:
    for candidate in of(given).differential:
        for argument in (*candidate.for_, *candidate.against, *candidate.excluding, *candidate.unknown):
            assert RULESET.differentials[argument.rule].then.condition == candidate.condition


# ---------------------------------------------------------------- what to do


@FEW
@given(said(RULESET))
def test_advice_never_appears_beside_its_contraindication(given: Said) -> None:
    facts = known(given)
    for item in of(given).plan.advice:
        against = [name for rule in item.rules for name in RULESET.plans[rule].then.unless_contraindicated]
        assert [name for name in against if facts.get(name)] == [], item.id


@FEW
@given(
    st.sampled_from(there("known_ckd", "potassium_raising_drug", "addison_disease", "digoxin_use")).flatmap(
        lambda danger: denied_but(
            ["fasciculation"], fixed={**WELL, "fasciculation": "present", danger: "present"}, below=1
        )
    )
)
def test_potassium_is_never_advised_to_a_person_whom_it_could_harm(given: Said) -> None:
    assert "potassium_rich_food" not in {item.id for item in of(given).plan.advice}


@FEW
@given(one_of(VOCABULARY.red_flags))
def test_nobody_who_must_be_seen_today_is_given_self_care_advice(given: Said) -> None:
    found = of(given)
    if height(found.disposition.rung) >= height("same_day"):
        assert not [item.id for item in found.plan.advice if _is_self_care(item.rules)]


@FEW
@given(said(RULESET))
def test_every_case_has_one_rung_with_a_reason_a_citation_and_a_delay(given: Said) -> None:
    found = of(given)
    assert found.disposition.rung in RANK
    reasons = [s for s in found.explanation if s.rule.startswith(("floor:", "escalate-"))]
    if found.disposition.rung != "self_care":
        assert found.disposition.maximum_delay
        assert reasons
    assert all(sentence.sentence and sentence.citations for sentence in found.explanation)


@FEW
@given(one_of(WARNING))
def test_whoever_must_be_seen_is_told_by_whom(given: Said) -> None:
    found = of(given)
    assert found.disposition.refer
    assert found.plan.referrals
