"""The cases that everybody looks for first, under the shipped ruleset."""

from __future__ import annotations

import datetime

import pytest

from fasciculation_rules import Assessment, Case, CaseError, Ruleset, assess, explain
from fasciculation_rules.engines import ENGINES

ON = datetime.date(2026, 11, 1)

ARTICLE = {
    "age": "42 years",
    "sex": "male",
    "fasciculation": "present",
    "fasciculation_multifocal": "present",
    "weakness": "present",
    "weakness_progressive": "present",
    "weakness_duration": "6 weeks",
    "twitch_duration": "3 months",
}


def well(ruleset: Ruleset, **more: str) -> Case:
    """An eyelid that twitches for four days, the whole screen denied, age, durations and family history recorded."""
    given = dict.fromkeys(ruleset.vocabulary.screen, "absent")
    person = {"age": "30 years", "sex": "female", "eyelid_twitch": "present"}
    durations = {"eyelid_duration": "4 days", "twitch_duration": "4 days"}
    return Case.of(**{**given, **person, **durations, **more})


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def article(ruleset: Ruleset, engine: str) -> Assessment:
    return assess(Case.of(**ARTICLE), ruleset, engine=engine, on=ON)


def test_the_articles_case_is_urgent_at_least(article: Assessment, ruleset: Ruleset) -> None:
    assert ruleset.rank[article.urgency.at_least] >= ruleset.rank["urgent_2w"]
    assert ruleset.rank[article.disposition.rung] >= ruleset.rank["urgent_2w"]


def test_the_articles_case_must_not_miss_motor_neuropathy_and_als(article: Assessment) -> None:
    must_not_miss = {candidate.condition for candidate in article.differential if candidate.must_not_miss}
    assert {"multifocal_motor_neuropathy", "amyotrophic_lateral_sclerosis"} <= must_not_miss


def test_the_articles_case_has_nerve_conduction_and_emg_in_its_plan(article: Assessment) -> None:
    assert {"nerve_conduction_study", "emg"} <= {item.id for item in article.plan.tests}


def test_the_articles_case_says_what_to_ask_next(article: Assessment) -> None:
    assert article.questions


def test_every_sentence_of_the_articles_case_is_cited(article: Assessment) -> None:
    assert article.explanation
    assert all(sentence.citations for sentence in article.explanation)
    said = {sentence.rule for sentence in article.explanation}
    plan = article.plan
    for item in (*plan.referrals, *plan.tests, *plan.advice, *plan.safety_net, *plan.afterwards):
        assert set(item.rules) <= said
    for candidate in article.differential:
        assert {a.rule for a in (*candidate.for_, *candidate.against, *candidate.excluding)} <= said


def test_the_report_says_that_no_clinician_has_reviewed_it(article: Assessment) -> None:
    text = explain(article)
    assert "not reviewed by a clinician" in text
    assert "ruleset 0.1.0" in text.lower()


def test_an_upper_bound_is_never_printed_as_a_fear(ruleset: Ruleset) -> None:
    text = explain(assess(Case.of(), ruleset))
    assert "emergency" not in text.split("Ask next")[0].lower()
    assert "questions would settle most" in text


def test_an_empty_case_is_unsettled_and_shows_a_general_practitioner(ruleset: Ruleset, engine: str) -> None:
    assessment = assess(Case.of(), ruleset, engine=engine)
    assert assessment.urgency.at_least == "self_care"
    assert assessment.urgency.at_most == "emergency"
    assert not assessment.disposition.settled
    assert assessment.disposition.rung == "soon_gp"
    assert "screen_unfinished" in {floor.floor for floor in assessment.disposition.floors}
    assert all(floor.because for floor in assessment.disposition.floors)
    assert assessment.differential == ()
    assert assessment.scope.entry is None


def test_an_empty_case_asks_general_questions_only(ruleset: Ruleset, engine: str) -> None:
    assessment = assess(Case.of(), ruleset, engine=engine)
    asked = {question.item for question in assessment.questions}
    assert set(ruleset.vocabulary.screen) <= asked
    above_the_screen = set().union(*(ruleset.closure.generals[item] for item in ruleset.vocabulary.screen))
    assert asked <= {*ruleset.vocabulary.screen, *above_the_screen, "age"}


def test_a_well_person_is_settled_at_self_care_with_advice(ruleset: Ruleset, engine: str) -> None:
    assessment = assess(well(ruleset, ace_inhibitor_use="absent"), ruleset, engine=engine)
    assert assessment.disposition.settled
    assert assessment.disposition.rung == "self_care"
    assert assessment.disposition.maximum_delay is None
    assert assessment.plan.advice


def test_with_ace_inhibitor_use_unknown_potassium_advice_is_withheld_and_sleep_and_caffeine_stay(
    ruleset: Ruleset,
) -> None:
    gates = next(
        r.then.unless_contraindicated for r in ruleset.plans.values() if r.then.advise == "potassium_rich_food"
    )
    known = {name: "absent" for name in gates if name in ruleset.vocabulary.findings}
    with_all = assess(well(ruleset, **known), ruleset)
    unsaid = {"ace_inhibitor_use", *ruleset.closure.generals["ace_inhibitor_use"]}
    without = assess(well(ruleset, **{n: v for n, v in known.items() if n not in unsaid}), ruleset)
    assert "potassium_rich_food" in {item.id for item in with_all.plan.advice}
    advised = {item.id for item in without.plan.advice}
    assert "potassium_rich_food" not in advised
    assert any("sleep" in item for item in advised)
    assert any("caffeine" in item for item in advised)
    withheld = [notice for notice in without.notices if "potassium_rich_food" in notice.items]
    assert withheld
    assert "ace_inhibitor_use" in withheld[0].items


def test_advice_is_never_given_beside_its_contraindication(ruleset: Ruleset) -> None:
    for name, rule in ruleset.plans.items():
        for against in rule.then.unless_contraindicated:
            case = well(ruleset, **{against: "present"})
            assessment = assess(case, ruleset, engine="compiled", reconcile=True)
            assert name not in {rule for item in assessment.plan.advice for rule in item.rules}, against


def test_a_child_is_never_given_self_care(ruleset: Ruleset, engine: str) -> None:
    assessment = assess(well(ruleset, age="9 years"), ruleset, engine=engine)
    assert assessment.disposition.rung == "soon_gp"
    advised = [rule for item in assessment.plan.advice for rule in item.rules]
    assert not [rule for rule in advised if ruleset.plans[rule].class_ == "self_care"]
    assert "outside-scope" in {notice.code for notice in assessment.scope.notices}


def test_an_unknown_age_gives_no_self_care_advice_and_is_asked(ruleset: Ruleset) -> None:
    assessment = assess(well(ruleset, age="unknown"), ruleset)
    assert [item for item in assessment.plan.advice if ruleset.plans[item.rules[0]].class_ == "self_care"] == []
    assert "age" in {question.item for question in assessment.questions}


@pytest.mark.parametrize("days", [0, 1, 7, 8])
def test_a_laboratory_value_older_than_a_week_counts_as_unknown_never_as_absent(ruleset: Ruleset, days: int) -> None:
    at = (ON - datetime.timedelta(days=days)).isoformat()
    case = Case.of(potassium={"value": "2.2 mmol/L", "at": at})
    assessment = assess(case, ruleset, on=ON)
    assert (assessment.urgency.at_least == "emergency") == (days <= 7)
    assert ("too-old" in {notice.code for notice in assessment.notices}) == (days > 7)
    assert assessment.urgency.after_tests == "emergency"


def examined_and_well(ruleset: Ruleset, **more: object) -> Case:
    """Tingling and cramps, examined and normal in June, and nothing else."""
    given: dict[str, object] = dict.fromkeys(ruleset.vocabulary.screen, "absent")
    given |= {"age": "34 years", "weakness_new_since_examination": "absent", "fasciculation": "present"}
    given |= {"muscle_cramp": "present", "pain_cramp_or_stiffness": "present", "fasciculation_multifocal": "present"}
    below = ruleset.closure.specifics["pain_cramp_or_stiffness"]
    given |= {flag: "absent" for flag in ruleset.vocabulary.red_flags if flag in below}
    normal = {"value": "present", "at": "2026-06-14"}
    given |= {"neuro_examination_normal": normal, "basic_bloods_normal": normal}
    return Case.of(**{**given, **more})


def test_the_examined_and_well_are_not_sent_to_a_doctor_for_ever(ruleset: Ruleset) -> None:
    assessment = assess(examined_and_well(ruleset), ruleset, on=ON)
    assert assessment.firings.discharged
    assert assessment.disposition.rung == "routine"


def test_a_low_potassium_since_overtakes_bloods_that_were_normal_before_it(ruleset: Ruleset) -> None:
    since = assess(examined_and_well(ruleset, potassium={"value": "2.4 mmol/L", "at": "2026-10-12"}), ruleset, on=ON)
    assert since.firings.discharged == ()
    assert "overtaken" in {notice.code for notice in since.notices}
    before = assess(examined_and_well(ruleset, potassium={"value": "2.4 mmol/L", "at": "2026-06-01"}), ruleset, on=ON)
    assert before.firings.discharged


def test_one_denied_sign_is_no_examination(ruleset: Ruleset) -> None:
    given = dict.fromkeys(ruleset.vocabulary.screen, "absent")
    person = {"age": "40 years", "fasciculation": "present", "twitch_duration": "11 months", "chvostek": "absent"}
    assessment = assess(Case.of(**{**given, **person}), ruleset, on=ON)
    assert assessment.disposition.rung == "routine"
    assert "not_examined" in {floor.floor for floor in assessment.disposition.floors}


def test_a_low_potassium_today_overtakes_bloods_that_were_normal_in_june(ruleset: Ruleset) -> None:
    case = examined_and_well(ruleset, potassium={"value": "2.2 mmol/L", "at": "2026-10-31"})
    assessment = assess(case, ruleset, on=ON)
    assert assessment.disposition.rung == "emergency"
    assert "overtaken" in {notice.code for notice in assessment.notices}


def test_a_sign_found_today_overtakes_an_examination_that_was_normal_in_june(ruleset: Ruleset) -> None:
    case = examined_and_well(ruleset, babinski={"value": "present", "at": "2026-10-31"})
    assessment = assess(case, ruleset, on=ON)
    assert ruleset.rank[assessment.disposition.rung] >= ruleset.rank["urgent_2w"]


@pytest.mark.parametrize(
    "results",
    [
        {"ck": {"value": "4900 U/L", "at": "2026-10-20", "reference": {"from": "30 U/L", "to": "200 U/L"}}},
        {
            "calcium_total": {"value": "1.7 mmol/L", "at": "2026-10-20"},
            "albumin": {"value": "40 g/L", "at": "2026-10-20"},
        },
        {"calcium_ionised": {"value": "0.85 mmol/L", "at": "2026-10-20"}},
    ],
    ids=["creatine kinase", "calcium worked out from albumin", "ionised calcium"],
)
def test_an_old_abnormal_result_takes_the_discharge_away(ruleset: Ruleset, results: dict[str, object]) -> None:
    assessment = assess(examined_and_well(ruleset, **results), ruleset, on=ON)
    assert assessment.firings.discharged == ()
    assert "overtaken" in {notice.code for notice in assessment.notices}


def test_a_reported_calcium_that_its_inputs_do_not_give_is_noticed(ruleset: Ruleset) -> None:
    case = Case.of(calcium_total="3.6 mmol/L", albumin="40 g/L", calcium_adjusted="2.4 mmol/L")
    assert "computed-differs" in {notice.code for notice in assess(case, ruleset).notices}


def test_one_digit_beyond_the_reports_limit_is_beyond_it(ruleset: Ruleset) -> None:
    reference = {"from": "12.0 pmol/L", "to": "22.0 pmol/L"}
    fired = {
        value: "escalate-thyroid-tests"
        in assess(Case.of(ft4={"value": value, "reference": reference}), ruleset).firings.fired
        for value in ("22.0 pmol/L", "22.1 pmol/L")
    }
    assert fired == {"22.0 pmol/L": False, "22.1 pmol/L": True}


def test_a_new_red_flag_never_lengthens_the_time_to_the_first_action(ruleset: Ruleset) -> None:
    one = assess(Case.of(sudden_deficit="present"), ruleset).disposition
    two = assess(Case.of(sudden_deficit="present", weakness_progressive="present"), ruleset).disposition
    assert (one.rung, one.maximum_delay) == ("soon_gp", "P1D")
    assert (two.rung, two.maximum_delay, two.first_action_within) == ("urgent_2w", "P14D", "P1D")


def test_what_a_sentence_rests_on_says_which_findings_are_absent(ruleset: Ruleset) -> None:
    assessment = assess(Case.of(wasting_on_examination="present", sensory_symptoms="absent"), ruleset)
    argued = [a for c in assessment.differential for a in c.for_ if "sensory_loss" in a.findings]
    assert argued
    assert all("sensory_loss" in argument.absent for argument in argued)
    assert "lost feeling (absent)" in explain(assessment)


def test_an_age_that_may_be_under_sixteen_is_said_to_be_unknown(ruleset: Ruleset) -> None:
    assessment = assess(well(ruleset, age={"from": "14 years", "to": "18 years"}), ruleset)
    assert "age-unknown" in {notice.code for notice in assessment.scope.notices}


def test_a_contradiction_is_named_beside_the_other_problems(ruleset: Ruleset) -> None:
    with pytest.raises(CaseError) as caught:
        assess(Case.of(motor_function_loss="absent", foot_drop="present", dysfagia="present", age="200 years"), ruleset)
    assert {problem.code for problem in caught.value.problems} == {"contradiction", "unknown-finding", "out-of-range"}
