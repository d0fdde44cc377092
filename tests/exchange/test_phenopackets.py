"""Phenopackets: what is excluded is denied, what is not said is unknown, and nothing is made up on the way."""

from __future__ import annotations

import copy
import datetime
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.strategies import TODAY, cases

from fasciculation_rules import Case, assess, open_ruleset
from fasciculation_rules.assessing.admit import admit
from fasciculation_rules.cli.app import run
from fasciculation_rules.errors import PhenopacketError
from fasciculation_rules.exchange.phenopackets.from_phenopacket import from_phenopacket
from fasciculation_rules.exchange.phenopackets.to_phenopacket import to_phenopacket

Json = dict[str, Any]
RULESET = open_ruleset("1.0.0")
AT = datetime.datetime(2026, 11, 1, 17, 40, tzinfo=datetime.UTC)
META = {"created": "2026-11-01T17:40:00Z", "createdBy": "a test", "phenopacketSchemaVersion": "2.0"}


def packet(*features: Json, **more: Any) -> Json:
    return {"id": "one", "phenotypicFeatures": list(features), "metaData": META, **more}


def term(code: str, **more: Any) -> Json:
    return {"type": {"id": code, "label": "a label is not read"}, **more}


def said(data: object) -> dict[str, object]:
    return {name: stated.value for name, stated in from_phenopacket(data, RULESET).case.given.items()}


# ---------------------------------------------------------------- there and back


@settings(max_examples=60, deadline=None)
@given(cases(RULESET))
def test_what_can_be_carried_comes_back_and_the_rest_is_named(case: Case) -> None:
    written = to_phenopacket(case, RULESET, subject="p1", at=AT)
    again = from_phenopacket(json.dumps(written.packet), RULESET)
    assert (dict(again.unknown), dict(again.set_aside)) == ({}, {})
    carried = {name: stated for name, stated in case.given.items() if name not in written.left_out}
    assert set(again.case.given) == set(carried)
    one, two = (admit(each, RULESET, reconcile=True) for each in (again.case, Case(given=carried)))
    assert (one.findings, one.quantities, one.references) == (two.findings, two.quantities, two.references)


def test_a_result_keeps_its_date_unit_and_reference_interval() -> None:
    case = Case.read(
        {"given": {"ck": {"value": "900 U/L", "at": "2026-10-20", "reference": {"from": "30 U/L", "to": "200 U/L"}}}}
    )
    written = to_phenopacket(case, RULESET, subject="p1", at=AT).packet
    (measured,) = written["measurements"]
    assert measured["assay"]["id"] == "LOINC:2157-6"
    assert measured["value"]["quantity"]["unit"]["id"] == "UCUM:U/L"
    assert from_phenopacket(written, RULESET).case == case


# ---------------------------------------------------------------- in


def test_an_excluded_feature_is_denied_and_any_other_is_unknown() -> None:
    data = packet(term("HP:0001260", excluded=True), term("HP:0002380"), term("HP:0001324", excluded=False))
    assert said(data) == {"dysarthria": "absent", "fasciculation": "present", "weakness": "present"}


def test_what_a_term_implies_follows_from_the_ruleset_s_own_implications() -> None:
    case = from_phenopacket(packet(term("HP:0033710")), RULESET).case  # breathlessness at rest
    assert (
        assess(case, RULESET, engine="compiled").urgency
        == assess(
            Case.of(dyspnoea_rest="present", dyspnoea="present", breathing_problem="present"),
            RULESET,
            engine="compiled",
        ).urgency
    )


def test_a_term_that_is_only_one_kind_of_an_item_denies_nothing() -> None:
    spasm = "HP:0010828"  # hemifacial spasm, of the twitch on one side of the face
    assert said(packet(term(spasm))) == {"facial_twitch_unilateral": "present"}
    found = from_phenopacket(packet(term(spasm, excluded=True)), RULESET)
    assert (dict(found.case.given), dict(found.set_aside)) == ({}, {"narrower-denied": 1})


def test_what_has_resolved_is_not_present_and_what_is_said_twice_counts_as_present() -> None:
    gone = term("HP:0001260", resolution={"age": {"iso8601duration": "P40Y"}})
    assert said(packet(gone)) == {}
    both = packet(term("HP:0001260", excluded=True), term("HP:0001260"))
    assert said(both) == {"dysarthria": "present"}
    assert dict(from_phenopacket(both, RULESET).set_aside) == {"said-otherwise": 1}


def test_unknown_terms_are_counted_and_their_labels_never_shown() -> None:
    found = from_phenopacket(packet(term("HP:0031910"), term("HP:0031910"), term("Jane Doe")), RULESET)
    assert dict(found.unknown) == {"HP:0031910": 2, "(no code)": 1}
    assert not found.case.given


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ({"sex": "MALE"}, {"sex": "male"}),
        ({"sex": "OTHER_SEX"}, {}),
        ({"timeAtLastEncounter": {"age": {"iso8601duration": "P58Y7M"}}}, {"age": "58 years"}),
        ({"timeAtLastEncounter": {"age": {"iso8601duration": "P8M"}}}, {"age": "0 years"}),
        ({"timeAtLastEncounter": {"age": {"iso8601duration": "P45Y11M31D"}}}, {"age": "45 years"}),
        ({"timeAtLastEncounter": {"age": {"iso8601duration": "P600M"}}}, {"age": "50 years"}),
        ({"timeAtLastEncounter": {"age": {"iso8601duration": "P2700W"}}}, {"age": "51 years"}),
        ({"timeAtLastEncounter": {"age": {"iso8601duration": "P999Y"}}}, {}),
        ({"timeAtLastEncounter": {"age": {"iso8601duration": "old"}}}, {}),
        ({"timeAtLastEncounter": "yesterday"}, {}),
    ],
)
def test_age_and_sex_of_the_subject(subject: Json, expected: Json) -> None:
    assert said(packet(subject=subject)) == expected


def test_only_the_proband_of_a_family_is_read() -> None:
    family = {"proband": packet(term("HP:0001260")), "relatives": [packet(term("HP:0002380"))], "metaData": META}
    assert said(family) == {"dysarthria": "present"}


def test_of_two_results_the_later_counts_and_a_unit_of_another_dimension_is_set_aside() -> None:
    def measured(value: object, unit: str, day: str) -> Json:
        return {
            "assay": {"id": "LOINC:2823-3"},
            "value": {"quantity": {"unit": {"id": f"UCUM:{unit}"}, "value": value}},
            "timeObserved": {"timestamp": f"{day}T08:00:00Z"},
        }

    two = [measured(6.9, "mmol/L", "2026-10-20"), measured(4.1, "mmol/L", "2026-10-01")]
    assert said(packet(measurements=two)) == {"potassium": "6.9 mmol/L"}
    assert said(packet(measurements=two[::-1])) == {"potassium": "6.9 mmol/L"}
    for wrong in (measured(4.1, "mg/dL", "2026-10-01"), measured("high", "mmol/L", "2026-10-01"),
                  measured(True, "mmol/L", "2026-10-01"), measured(4e9, "mmol/L", "2026-10-01")):  # fmt: skip
        found = from_phenopacket(packet(measurements=[wrong]), RULESET)
        assert (dict(found.case.given), dict(found.set_aside)) == ({}, {"value-unreadable": 1})


# ---------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"{", "cannot be read"),
        (b"[" * 200, "cannot be read"),
        ([], "expected a JSON object"),
        ({}, "not a phenopacket of version 2"),
        ({"metaData": {"phenopacketSchemaVersion": "1.0.0"}}, "not a phenopacket of version 2"),
        ({"metaData": META, "members": []}, "Cohort"),
    ],
)
def test_what_is_no_phenopacket_is_refused_in_one_sentence(data: Any, message: str) -> None:
    with pytest.raises(PhenopacketError, match=message):
        from_phenopacket(data, RULESET)


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["HP:0001260", "P5Y"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "type", "age"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_mutated_packet_gives_a_case_or_one_error_and_never_a_new_presence(data: st.DataObject) -> None:
    case = Case.of(age="58 years", sex="male", dysarthria="absent", fasciculation="present", potassium="4 mmol/L")
    whole = to_phenopacket(case, RULESET, subject="p1", at=AT).packet
    broken = copy.deepcopy(whole)
    place: Any = broken
    for _ in range(data.draw(st.integers(1, 4))):
        keys = list(place) if isinstance(place, dict) else list(range(len(place))) if isinstance(place, list) else []
        if not keys:
            break
        key = data.draw(st.sampled_from(keys))
        if not isinstance(place[key], dict | list) or data.draw(st.booleans()):
            place[key] = data.draw(anything)
            break
        place = place[key]
    try:
        found = from_phenopacket(broken, RULESET)
    except PhenopacketError:
        return
    admit(found.case, RULESET, on=TODAY, reconcile=True)
    present = {name for name, stated in found.case.given.items() if stated.value == "present"}
    assert present <= {"fasciculation", "dysarthria"}


# ---------------------------------------------------------------- the commands


def test_the_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = tmp_path / "case.yaml"
    case.write_text("given: {age: 58 years, dysarthria: present, twitch_worsening: absent}\n")
    options = ["--ruleset", "1.0.0", "--subject", "p1", "--at", "2026-11-22T17:40:00Z"]
    assert run(["to-phenopacket", str(case), *options]) == 0
    written = capsys.readouterr()
    assert written.err == "left out, because no verified code says it: twitch_worsening\n"
    (tmp_path / "packet.json").write_text(written.out)
    assert run(["from-phenopacket", str(tmp_path / "packet.json"), "--ruleset", "1.0.0"]) == 0
    read = json.loads(capsys.readouterr().out)
    assert read["case"]["given"] == {"age": {"value": "58 years"}, "dysarthria": {"value": "present"}}
    (tmp_path / "empty.json").write_text("{}")
    assert run(["from-phenopacket", str(tmp_path / "empty.json")]) == 2
    assert "version 2" in capsys.readouterr().err
