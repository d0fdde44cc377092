"""The page for the point of care: what it shows is what `assess` says, and nothing that was entered is lost."""

from __future__ import annotations

import datetime
import random
from functools import cache
from pathlib import Path

import pytest
from asking import Service
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.strategies import amount
from worksheet import Page, post

import fasciculation_rules
from fasciculation_rules import Case, assess, open_ruleset
from fasciculation_rules.errors import EngineDisagreementError
from fasciculation_rules.model.profile import Profile
from fasciculation_rules.model.site import Mode
from fasciculation_rules.model.vocabulary import Quantity
from fasciculation_rules.server.workbench.catalogue import (
    Translated,
    Translation,
    catalogue_for,
    english,
    in_language,
    pseudo,
)
from fasciculation_rules.server.workbench.making import Made, html_of, make
from fasciculation_rules.server.workbench.numbers import NotANumber, number_in_words, read_number
from fasciculation_rules.shelf.freeze import with_profile

RULES = open_ruleset()
WORDS = english()
TODAY = datetime.date(2026, 11, 22)
VOCABULARY = RULES.vocabulary
PACKAGE = Path(fasciculation_rules.__file__).parent
NO_REASSURANCE = WORDS.say("not-reassuring")

Fields = list[tuple[str, str]]


@st.composite
def said(draw: st.DrawFn) -> dict[str, str]:
    """What a clinician enters: a name with present, absent, unknown or a listed value, or a number with its unit."""
    about = st.sampled_from([*VOCABULARY.screen] * 4 + [*VOCABULARY.findings])
    names = draw(st.lists(about, max_size=25, unique=True))
    found = {name: draw(st.sampled_from([*_values(name), "unknown"])) for name in names}
    for name in draw(st.lists(st.sampled_from(NUMBERS), max_size=3, unique=True)):
        low, high = VOCABULARY.quantities[name].bounds()
        found[name] = amount(RULES, name, draw(st.integers(low, high)))
    return found


def _values(name: str) -> tuple[str, ...]:
    finding = VOCABULARY.findings[name]
    return () if finding.needs_date else finding.values or ("present", "absent")


NUMBERS = ("age", "potassium", "weakness_duration", "twitch_duration", "spo2")
UNITS = {"age": "years", "potassium": "mmol/L", "weakness_duration": "days", "twitch_duration": "days", "spo2": "%"}


def entered(given_: dict[str, str], *, sure: bool = True) -> Fields:
    """The fields in which somebody enters that."""
    fields: Fields = []
    for name, value in given_.items():
        if name in NUMBERS:
            number = value.split()[0]
            fields += [(name, number), (f"{name}.unit", UNITS[name])]
            fields += [(f"{name}.sure", f"{read_number(number)} {UNITS[name]}")] if sure else []
        else:
            fields.append((name, value))
    return fields


def made(fields: Fields) -> Made:
    return make(fields, RULES, WORDS, TODAY)


def shown(fields: Fields) -> Page:
    return Page(html_of(made(fields), RULES, WORDS, trial=False))


@cache
def service() -> Service:
    return Service()


# ---------------------------------------------------------------- laws


@given(said(), st.randoms(use_true_random=False))
@settings(max_examples=25)
def test_answers_in_any_order_give_what_assess_says_of_the_same_case(said: dict[str, str], shuffle: random.Random):
    fields = entered(said)
    pairs = [entered({name: value}) for name, value in said.items()]
    shuffle.shuffle(pairs)
    expected = assess(Case.read({"given": said}), RULES, on=TODAY, reconcile=True)
    assert made(fields).assessment == expected
    assert made([field for pair in pairs for field in pair]).assessment == expected


@given(said())
@settings(max_examples=20)
def test_what_was_entered_comes_back_and_posting_the_page_again_changes_nothing(said: dict[str, str]):
    page = shown(entered(said))
    back = page.said()
    for name, value in entered(said):
        if value != "unknown":
            assert back[name] == value
    assert len(set(page.ids)) == len(page.ids)
    again = shown(page.fields)
    assert again.fields == page.fields
    assert again.texts == page.texts


@given(said())
@settings(max_examples=20)
def test_an_unknown_answer_is_never_shown_as_no(said: dict[str, str]):
    page, answered = shown(entered(said)), {name: value for name, value in said.items() if value != "unknown"}
    chosen = {name: value for name, value in page.fields if name in VOCABULARY.findings}
    assert {name for name, value in chosen.items() if value == "absent"} == {
        name for name, value in answered.items() if value == "absent"
    }
    note = made(entered(said)).note.text()
    denied = next((line for line in note.splitlines() if line.startswith("- Absent: ")), "")
    labels = [VOCABULARY.label(name) for name, value in answered.items() if value == "absent"]
    listed = denied.removeprefix("- Absent: ").removesuffix(".")
    for label in labels:
        listed = listed.replace(label, "", 1) if label in listed else listed
    assert not listed.replace(";", "").strip() or "more" in listed


@given(said())
@settings(max_examples=25)
def test_nobody_is_reassured_before_the_screen_is_finished(said: dict[str, str]):
    page = made(entered(said))
    if page.form.known < len(VOCABULARY.screen):
        html = html_of(page, RULES, WORDS, trial=False)
        told = (NO_REASSURANCE in html, NO_REASSURANCE in page.note.text())
        assert told == (True, True) or page.result.rung == "emergency"
        assert page.result.rung != "self_care"


@given(said())
@settings(max_examples=20)
def test_every_question_that_assess_asks_stands_on_the_page(said: dict[str, str]):
    page = made(entered(said))
    ids = set(Page(html_of(page, RULES, WORDS, trial=False)).ids)
    for question in (*page.assessment.questions, *page.assessment.examinations, *page.assessment.tests):
        item = VOCABULARY.items[question.item]
        assert f"q-{question.item}" in ids or (isinstance(item, Quantity) and item.computed)


@given(st.integers(0, 10**12 - 1), st.integers(0, 10**12 - 1))
def test_two_numbers_never_sound_the_same(one: int, other: int):
    assert (number_in_words(str(one)) == number_in_words(str(other))) == (one == other)


@given(st.integers(1_000, 10**9), st.sampled_from([",", ".", " ", "'", "\u00a0", "\u202f", "_"]))
def test_thousands_separators_are_refused(number: int, separator: str):
    with pytest.raises(NotANumber):
        read_number(f"{number:,}".replace(",", separator))


@given(st.integers(0, 999_999), st.integers(0, 99))
def test_a_decimal_comma_and_a_decimal_point_say_the_same(whole: int, hundredths: int):
    assert read_number(f"{whole},{hundredths:02}") == read_number(f"{whole}.{hundredths:02}")


# ---------------------------------------------------------------- numbers


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("42", "forty-two"),
        ("3,2", "three point two"),
        ("< 0,01", "less than zero point zero one"),
        (">=150", "at least one hundred and fifty"),
        ("25000", "twenty-five thousand"),
        ("1000001", "one million and one"),
        ("007", "seven"),
    ],
)
def test_a_number_is_said_in_words(typed, words):
    assert number_in_words(read_number(typed)) == words


@pytest.mark.parametrize(
    "typed", ["1.234", "1,234.5", "12 345", "1e5", "٣", "-3", "+3", "3.", ".5", "0x1", "", "nan", "9" * 13]
)
def test_what_could_be_read_in_two_ways_or_in_none_is_refused(typed):
    with pytest.raises(NotANumber):
        read_number(typed)


def test_a_number_counts_only_once_it_is_confirmed_as_it_was_read():
    typed = [("potassium", "2,1"), ("potassium.unit", "mmol/L")]
    echoed = shown(typed)
    assert "two point one millimoles per litre" in echoed.text
    assert WORDS.say("not-yet") in echoed.text
    assert made(typed).assessment == assess(Case.of(), RULES, on=TODAY)
    sure = [*typed, ("potassium.sure", "2.1 mmol/L")]
    assert made(sure).assessment == assess(Case.of(potassium="2.1 mmol/L"), RULES, on=TODAY)
    changed = [("potassium", "4.1"), *sure[1:]]
    assert made(changed).assessment == assess(Case.of(), RULES, on=TODAY)


def test_the_limits_of_a_report_and_its_day_belong_to_what_is_confirmed():
    fields = [("ck", "900"), ("ck.unit", "U/L"), ("ck.low", "40"), ("ck.high", "200"), ("ck.day", "2026-11-20")]
    page = shown(fields)
    assert "nine hundred units per litre, limits 40 to 200, on 20 Nov 2026" in page.text
    reading = "900 U/L [40 U/L - 200 U/L] 2026-11-20"
    expected = Case.of(ck={"value": "900 U/L", "at": "2026-11-20", "reference": {"from": "40 U/L", "to": "200 U/L"}})
    assert made([*fields, ("ck.sure", reading)]).assessment == assess(expected, RULES, on=TODAY)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ([("potassium", "1,234"), ("potassium.unit", "mmol/L")], "without a thousands separator"),
        ([("potassium", "much"), ("potassium.unit", "mmol/L")], "a plain number"),
        ([("potassium", "4"), ("potassium.unit", "furlong")], "choose a unit"),
        ([("potassium", "140"), ("potassium.unit", "mmol/L")], "outside the accepted range 0.5 to 15 mmol/L"),
        ([("potassium", "4"), ("potassium.unit", "mmol/L"), ("potassium.day", "2026-11-23")], "the day lies ahead"),
        ([("potassium", "4"), ("potassium.unit", "mmol/L"), ("potassium.day", "22/11/2026")], "a day of the calendar"),
        ([("ck", "4"), ("ck.unit", "U/L"), ("ck.low", "1")], "both limits"),
        ([("weakness", "perhaps")], "choose one of the answers"),
    ],
)
def test_what_cannot_be_read_is_told_beside_its_field_and_stays_there(fields, says):
    name = fields[0][0]
    page = shown([("motor_function_loss", "present"), *fields])
    fault = f"{name}-fault"
    assert fault in page.ids
    assert says in page.text
    assert any(said.get("aria-describedby") == fault for _, said in page.tags)
    assert page.said()["motor_function_loss"] == "present"
    if name in VOCABULARY.quantities:
        assert page.said()[name] == fields[0][1]
    assert made([("motor_function_loss", "present"), *fields]).assessment == assess(
        Case.of(motor_function_loss="present"), RULES, on=TODAY
    )


def test_a_result_too_old_to_count_is_said_to_be_so_beside_it_and_in_the_note():
    fields = [("potassium", "2.3"), ("potassium.unit", "mmol/L"), ("potassium.day", "2024-01-01")]
    page = made([*fields, ("potassium.sure", "2.3 mmol/L 2024-01-01")])
    aside = "serum potassium: the record is older than 7 days and counts as unknown"
    html = html_of(page, RULES, WORDS, trial=False)
    assert html.partition('id="potassium-echo"')[2].partition("</fieldset>")[0].count(aside) == 1
    assert WORDS.say("counts") not in Page(html).text
    assert aside in page.note.text()
    assert WORDS.say("counts") in shown([*fields[:2], ("potassium.sure", "2.3 mmol/L")]).text


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ([("potassium", "2,3"), ("potassium.unit", "mmol/L")], WORDS.say("waiting", count=1)),
        ([("potassium", "much"), ("potassium.unit", "mmol/L")], WORDS.say("unread", count=1)),
        ([("weakness", "perhaps")], WORDS.say("unread", count=1)),
        ([("no_such_finding", "present")], WORDS.say("strange", count=1)),
        ([("neuro_examination_normal", "present")], "counts only with a date, so it is unknown"),
        ([("motor_function_loss", "absent"), ("weakness", "present")], "although"),
    ],
)
def test_the_note_and_the_sheet_tell_of_every_answer_that_does_not_count_as_it_was_given(fields, says):
    page = made(fields)
    assert says in page.note.text()
    assert says in html_of(page, RULES, WORDS, trial=False).partition('id="sheet"')[2]


def test_a_specific_that_was_denied_in_general_counts_and_is_told():
    page = made([("motor_function_loss", "absent"), ("weakness", "present")])
    assert page.assessment.disposition.rung == "urgent_2w" or page.assessment.urgency.at_least != "self_care"
    assert any("although" in notice for notice in page.result.notices)


def test_what_follows_from_another_answer_is_said_beside_the_question():
    page = shown([("tongue_quiver_self_seen", "present"), ("breathing_problem", "absent"), ("dyspnoea", "unknown")])
    assert WORDS.say("also-yes") in page.text
    assert page.said()["bulbar_symptoms"] == "unknown"


# ---------------------------------------------------------------- the address


def test_the_page_loads_nothing_from_elsewhere_and_keeps_nothing():
    answer = service().ask("GET", "/workbench")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in answer.headers
    page = Page(answer.text)
    loaded = [said.get("src") or said.get("href", "") for tag, said in page.tags if tag in ("script", "link", "img")]
    assert [each for each in loaded if each.startswith(("http", "//"))] == []
    assert [
        tag for tag, said in page.tags if tag == "style" or "style" in said or any(k.startswith("on") for k in said)
    ] == []
    for each in loaded:
        if not each.startswith("data:"):
            assert service().ask("GET", f"/{each}").status_code == 200


def test_a_site_may_show_the_page_inside_its_own_record():
    own = Service(embedded_in=["https://ehr.example", "https://other.example"])
    policy = own.ask("GET", "/workbench").headers["content-security-policy"]
    own.close()
    assert policy.endswith("frame-ancestors https://ehr.example https://other.example")


def test_neither_the_log_nor_an_address_tells_what_was_answered():
    own = Service()
    page = post(own, [("severe_distress", "present"), ("potassium", "2,1"), ("potassium.unit", "mmol/L")])
    told = own.log.getvalue()
    own.close()
    assert "severe_distress" not in told
    assert "2,1" not in told
    addresses = [said[key] for _, said in page.tags for key in ("href", "src", "action") if key in said]
    assert all("=" not in each and "?" not in each for each in addresses)
    assert next(text for text, _ in page.texts) == WORDS.say("title")


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("a=" + "x" * 131_072, "application/x-www-form-urlencoded", 413),
        ("&".join(f"a{n}=1" for n in range(2_001)), "application/x-www-form-urlencoded", 400),
        ("a=%ff", "application/x-www-form-urlencoded", 400),
        ("é=1".encode("latin-1"), "application/x-www-form-urlencoded", 400),
        ('{"weakness": "present"}', "application/json", 415),
    ],
)
def test_a_body_that_is_no_form_gets_a_page_without_guidance(body, kind, status):
    answer = service().ask("POST", "/workbench", content=body, headers={"Content-Type": kind})
    assert answer.status_code == status
    assert WORDS.say("refused-head") in answer.text
    assert WORDS.say("refused-go-on") in answer.text


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_no_other_site_fills_in_the_page(site):
    told = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": site}
    answer = service().ask("POST", "/workbench", content="sudden_deficit=absent", headers=told)
    assert answer.status_code == 403
    assert "checked" not in answer.text


def test_a_service_that_gives_no_guidance_shows_none_on_its_page():
    own = Service()
    own.standing.turn_red("RulesetAlteredError")
    answer = own.ask("GET", "/workbench")
    own.close()
    assert answer.status_code == 503
    assert WORDS.say("how-soon") not in answer.text


def test_engines_that_disagree_end_all_guidance(monkeypatch):
    def differ(*_, **__):
        raise EngineDisagreementError("two engines differ")

    own = Service()
    monkeypatch.setattr("fasciculation_rules.server.workbench.making.assess", differ)
    answer = own.ask("GET", "/workbench")
    assert answer.status_code == 503
    assert own.standing.red
    assert own.ask("GET", "/ready").status_code == 503
    own.close()


def test_a_site_that_is_off_shows_no_page():
    own = Service(mode=Mode.OFF)
    assert own.ask("GET", "/workbench").status_code == 503
    own.close()


def test_a_site_that_moved_thresholds_is_named_on_the_page_and_on_paper():
    moved = with_profile(RULES, Profile(name="Northern laboratory", thresholds={}))
    page = make([], moved, WORDS, TODAY)
    said = WORDS.say("about-profile", name="Northern laboratory")
    assert html_of(page, moved, WORDS, trial=False).count(said) == 3
    assert said not in html_of(made([]), RULES, WORDS, trial=False)


def test_the_rules_that_speak_and_that_nobody_reviewed_them_stand_on_every_page_and_note():
    for fields in ([], entered({"motor_function_loss": "present"})):
        page = made(fields)
        for text in (html_of(page, RULES, WORDS, trial=False), page.note.text()):
            assert "Ruleset 1.1.0 (draft)" in text
            assert "Not reviewed by a clinician" in text
            assert WORDS.say("banner") in text


def test_answers_for_other_rules_are_told_of():
    page = post(service(), [(".rules", "sha256:other"), ("no_such_finding", "present")])
    assert WORDS.say("new-rules") in page.text
    assert WORDS.say("strange", count=1) in page.text


# ---------------------------------------------------------------- languages


def test_every_word_of_the_page_comes_from_a_catalogue_or_from_the_ruleset():
    fields = entered({"motor_function_loss": "present", "weakness": "present", "age": "42 years"})
    page = post(service(), [*fields, ("spo2", "x")], **{"Accept-Language": "en-XA"})
    plain = {text for text, lang in page.texts if lang == "en-XA" and not text.startswith("[")}
    ours = {text for text in plain for key, own in english().texts.items() if own == text and len(own) > 3}
    assert ours == set()
    assert sum(text.startswith("[") for text, _ in page.texts) > 100


def test_the_result_is_the_same_in_every_language():
    fields = entered({"motor_function_loss": "present", "weakness_duration": "9 days"})
    assert make(fields, RULES, in_language(pseudo()), TODAY).assessment == made(fields).assessment


def test_a_translation_of_other_words_falls_back_to_english_and_says_so():
    fresh = pseudo().texts["questions"]
    translation = Translation(
        "xx", "somebody", "not reviewed", {"questions": fresh, "answer": Translated("of-older-words", "Antwort")}
    )
    words = in_language(translation)
    assert words.say("questions") == fresh.says
    assert words.say("answer") == english().say("answer")
    assert "answer" in words.stale
    html = html_of(make([], RULES, words, TODAY), RULES, words, trial=False)
    assert words.say("language-fallback") in html
    assert "not reviewed" in html


@pytest.mark.parametrize(
    ("accepted", "tag"),
    [
        ("", "en-GB"),
        ("de, en;q=0.5", "en-GB"),
        ("en-XA", "en-XA"),
        ("de, en-xa;q=0.9, en;q=0.8", "en-XA"),
        ("en, en-XA", "en-GB"),
        ("en-XA;q=0", "en-GB"),
        (";;q=,=,en-XA;q=x", "en-GB"),
    ],
)
def test_the_language_is_the_first_that_is_wanted_and_there(accepted, tag):
    assert catalogue_for(accepted).tag == tag


def test_every_text_of_the_catalogue_is_named_somewhere():
    source = "".join(file.read_text() for folder in ("server", "report") for file in (PACKAGE / folder).rglob("*.*ml"))
    source += "".join(file.read_text() for file in (PACKAGE / "server" / "workbench").rglob("*.py"))
    made_of_parts = ("standing-", "strength-", "answer-", "who-")
    catalogue = PACKAGE / "server" / "workbench" / "locales" / "en.yaml"
    source = source.replace(catalogue.read_text(), "")
    source = source.replace("'", '"')
    assert [key for key in english().texts if f'"{key}"' not in source and not key.startswith(made_of_parts)] == []
