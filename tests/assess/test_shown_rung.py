"""What is shown: floors for those who may be children, delays that a rule shortens, and what is asked first."""

import pytest

from fasciculation_rules import Assessment, assess, explain, open_ruleset

RULESET = open_ruleset("0.1.0")
DENIED = dict.fromkeys(RULESET.vocabulary.screen, "absent")
WELL = {
    **DENIED,
    "eyelid_twitch": "present",
    "eyelid_duration": "4 days",
    "family_history_als_ftd": "absent",
    "twitch_duration": "4 days",
}


def of(given: dict[str, str]) -> Assessment:
    return assess({"format": 1, "given": given}, RULESET, engine="compiled")


def test_whoever_has_answered_everything_but_the_age_is_not_left_to_self_care() -> None:
    found = of(WELL)
    assert (found.urgency.at_least, found.disposition.rung) == ("self_care", "soon_gp")
    assert [floor.floor for floor in found.disposition.floors] == ["age_unknown"]
    sentence = next(sentence for sentence in found.explanation if sentence.rule == "floor:age_unknown")
    assert sentence.sentence.startswith("The age is not known")
    assert sentence.citations
    assert "age" in [question.item for question in found.questions]


@pytest.mark.parametrize(("age", "rung"), [("15 years", "soon_gp"), ("16 years", "self_care")])
def test_the_age_decides_it(age: str, rung: str) -> None:
    assert of({**WELL, "age": age}).disposition.rung == rung


def test_before_the_screen_is_finished_the_age_is_asked_for_without_a_floor_of_its_own() -> None:
    assert "age_unknown" not in [floor.floor for floor in of({}).disposition.floors]


def test_a_delay_that_a_rule_shortens_is_not_printed_beside_the_longer_one() -> None:
    ketones = next(
        (name, rule)
        for name, rule in RULESET.escalations.items()
        if rule.then.within is not None and rule.then.urgency == "soon_gp"
    )
    example = next(each for each in ketones[1].examples if each.expect == "fires")
    found = assess({"format": 1, "given": dict(example.given)}, RULESET, engine="compiled", on=example.on)
    assert found.disposition.hastened == (found.disposition.maximum_delay != "P14D")
    assert found.disposition.hastened
    text = " ".join(explain(found).split())
    assert "That is sooner than" in text


def test_how_long_a_thing_has_lasted_is_asked_first_where_it_may_be_for_today() -> None:
    found = of({"weakness_progressive": "present", "weakness_several_limbs": "present"})
    assert found.questions[0].item == "weakness_duration"
