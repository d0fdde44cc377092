"""What is opened as FHIR: bundles of every kind, lists, NDJSON; and what is refused, each with one clear error."""

from __future__ import annotations

import datetime
import json
import tracemalloc
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from fasciculation_rules import FasciculationRulesError, FhirError, Imported, MappingError, from_fhir, open_ruleset
from fasciculation_rules.exchange.fhir.opening import MOST_BYTES

NOW = datetime.datetime(2026, 11, 22, 17, 0, tzinfo=datetime.UTC)
PATIENT: dict[str, Any] = {"resourceType": "Patient", "id": "p"}
TWITCH = {"coding": [{"system": "http://snomed.info/sct", "code": "82470000", "display": "Ann's twitch"}]}
CONDITION: dict[str, Any] = {
    "resourceType": "Condition",
    "id": "c",
    "subject": {"reference": "Patient/p"},
    "code": TWITCH,
    "recordedDate": "2026-11-01",
}
SAID = {"fasciculation": "present"}


def read(data: Any, **options: Any) -> Imported:
    """What is read from data, with ruleset 1.0.0."""
    return from_fhir(data, as_of=NOW, time_zone="Europe/London", ruleset=open_ruleset("1.0.0"), **options)


def said(data: Any, **options: Any) -> dict[str, Any]:
    """The values of the case."""
    return {name: given.value for name, given in read(data, **options).case.given.items()}


def notices(data: Any) -> set[str]:
    """The codes of the notices."""
    return {notice.code for notice in read(data).report.notices}


def bundle(*resources: dict[str, Any], **keys: Any) -> dict[str, Any]:
    """A bundle of resources."""
    return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": one} for one in resources], **keys}


def refused(data: Any, **options: Any) -> list[str]:
    """The codes of a refusal."""
    with pytest.raises(FhirError) as raised:
        read(data, **options)
    assert str(raised.value).startswith("the FHIR data cannot be read")
    return [problem.code for problem in raised.value.problems]


@pytest.mark.parametrize(
    "data",
    [
        [PATIENT, CONDITION],
        (PATIENT, CONDITION),
        bundle(PATIENT, CONDITION),
        [bundle(PATIENT), bundle(CONDITION)],
        bundle(PATIENT, bundle(CONDITION)),
        json.dumps([PATIENT, CONDITION]),
        json.dumps(bundle(PATIENT, CONDITION), indent=2).encode(),
        b"\xef\xbb\xbf" + json.dumps(bundle(PATIENT, CONDITION)).encode(),
        f"{json.dumps(PATIENT)}\n{json.dumps(CONDITION)}\n",
        f"{json.dumps(PATIENT)}\r\n\r\n{json.dumps(CONDITION)}",
    ],
    ids=["list", "tuple", "Bundle", "list of Bundles", "Bundle in Bundle", "text", "bytes", "mark", "NDJSON", "CRLF"],
)
def test_every_form_of_the_data_says_the_same(data: Any) -> None:
    assert said(data) == SAID


@pytest.mark.parametrize("kind", ["searchset", "collection", "document", "message", "history", "transaction", "batch"])
def test_bundle_type_of_any_kind_is_read(kind: str) -> None:
    assert said(bundle(PATIENT, CONDITION, type=kind)) == SAID


def test_bundle_link_next_says_that_a_page_is_missing() -> None:
    assert notices(bundle(PATIENT, link=[{"relation": "next", "url": "x"}])) == {"incomplete-page"}


def test_bundle_entry_operation_outcome_is_told() -> None:
    assert notices(bundle(PATIENT, {"resourceType": "OperationOutcome", "issue": []})) == {"operation-outcome"}


def test_bundle_entry_request_delete_takes_the_resource_away() -> None:
    data = bundle(PATIENT, CONDITION, type="history")
    data["entry"].append({"request": {"method": "DELETE", "url": "Condition/c"}})
    assert said(data) == {}
    assert notices(data) == {"deleted"}


def test_bundle_entry_request_delete_leaves_what_has_neither_address_nor_id() -> None:
    nameless = {key: value for key, value in CONDITION.items() if key != "id"}
    data = bundle(PATIENT, nameless)
    data["entry"].append({"request": {"method": "DELETE", "url": "Condition/c"}})
    assert "fasciculation" in said(data)


def test_a_type_of_resource_that_is_none_is_not_shown() -> None:
    error = {"resourceType": "Jane Doe", "id": "1", "status": "entered-in-error"}
    found = read(bundle(PATIENT, error, {**error, "status": "final"}))
    assert found.report.resources["Patient"] == 1
    assert "Jane" not in str(found.to_json())


def test_bundle_entry_full_url_resolves_a_subject_by_urn() -> None:
    condition = {**CONDITION, "subject": {"reference": "urn:uuid:1"}}
    data = bundle(PATIENT, condition)
    data["entry"][0]["fullUrl"] = "urn:uuid:1"
    assert said(data) == SAID


@pytest.mark.parametrize(
    ("reference", "counts"),
    [
        ("Patient/p", True),
        ("https://a.example/fhir/Patient/p", True),
        ("https://a.example/fhir/Patient/p/_history/7", True),
        ("https://b.example/fhir/Patient/p", False),
        ("Patient/p2", False),
    ],
)
def test_bundle_entry_full_url_tells_one_server_from_another(reference: str, counts: bool) -> None:
    data = bundle(PATIENT, {**CONDITION, "subject": {"reference": reference}})
    data["entry"][0]["fullUrl"] = "https://a.example/fhir/Patient/p"
    data["entry"][1]["fullUrl"] = "https://a.example/fhir/Condition/c"
    assert said(data) == (SAID if counts else {})


def test_bundle_entry_full_url_of_another_server_means_another_patient_of_the_same_id() -> None:
    data = bundle(PATIENT, CONDITION)
    data["entry"][0]["fullUrl"] = "https://a.example/fhir/Patient/p"
    data["entry"][1]["fullUrl"] = "https://b.example/fhir/Condition/c"
    found = read(data)
    assert not found.case.given
    assert found.report.another_subject == 1


@pytest.mark.parametrize("server", ["a", "b"])
def test_bundle_entry_full_url_tells_which_encounter_is_meant(server: str) -> None:
    condition = {key: value for key, value in CONDITION.items() if key != "recordedDate"}
    met = {"resourceType": "Encounter", "id": "e", "period": {"start": "2026-11-03"}}
    data = bundle(PATIENT, {**condition, "encounter": {"reference": "Encounter/e"}}, met)
    for entry, base in zip(data["entry"], ["a", "a", server], strict=True):
        kind, name = entry["resource"]["resourceType"], entry["resource"]["id"]
        entry["fullUrl"] = f"https://{base}.example/fhir/{kind}/{name}"
    assert said(data) == (SAID if server == "a" else {})


# ---------------------------------------------------------------- whose


def test_without_a_patient_nobody_knows_whose_data_these_are() -> None:
    assert refused([CONDITION]) == ["no-patient"]
    assert said([CONDITION], patient="Patient/p") == said([CONDITION], patient="p") == SAID
    assert said([CONDITION], patient="q") == {}


def test_of_several_patients_one_is_named() -> None:
    other = {"resourceType": "Patient", "id": "q"}
    assert refused([PATIENT, other, CONDITION]) == ["several-patients"]
    assert said([PATIENT, other, CONDITION], patient="p") == SAID
    assert said([PATIENT, other, CONDITION], patient="q") == {}


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    "old",
    [
        {**CONDITION, "clinicalStatus": "active"},
        {**CONDITION, "verificationStatus": "refuted"},
        {**CONDITION, "assertedDate": "2026-11-01"},
        {"resourceType": "MedicationStatement", "subject": {"reference": "Patient/p"}, "taken": "n"},
    ],
)
def test_the_shape_of_an_older_fhir_is_refused(old: dict[str, Any]) -> None:
    assert refused([PATIENT, old]) == ["wrong-fhir-version"]


def test_one_status_of_an_older_shape_among_others_is_set_aside() -> None:
    new = {**CONDITION, "id": "n", "verificationStatus": {"coding": [{"code": "confirmed"}]}}
    old = {**CONDITION, "id": "o", "verificationStatus": "refuted"}
    assert said([PATIENT, new, old]) == SAID
    assert notices([PATIENT, new, old]) == {"status-unreadable"}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({}, "not-fhir"),
        ([], "not-fhir"),
        ([1], "not-fhir"),
        ({"resourceType": 5}, "not-fhir"),
        ({"resourceType": "John Smith"}, "not-fhir"),
        ({"format": 1, "given": {}}, "not-fhir"),
        ('"text"', "not-fhir"),
        ("<Bundle xmlns='http://hl7.org/fhir'/>", "fhir-xml"),
        ('{"resourceType": "Bundle", "entry": [', "not-json"),
        ("MSH|^~\\&|", "not-json"),
        ("", "empty-file"),
        (b"\xff\xfe", "not-utf-8"),
        ('{"resourceType": "Patient", "id": "p", "id": "q"}', "duplicate-key"),
        ({"resourceType": "OperationOutcome"}, "operation-outcome"),
        ({"resourceType": "Bundle", "type": "searchset"}, "no-patient"),
    ],
)
def test_what_is_not_fhir_is_refused_with_one_code(data: Any, code: str) -> None:
    assert refused(data) == [code]


def nested(depth: int) -> dict[str, Any]:
    """Questions below questions."""
    item: dict[str, Any] = {"linkId": "fasciculation"}
    for _ in range(depth):
        item = {"linkId": "group", "item": [item]}
    response = {"resourceType": "QuestionnaireResponse", "status": "completed", "item": [item]}
    return {**response, "subject": {"reference": "Patient/p"}}


def test_nesting_of_64_levels_is_refused_wherever_it_is() -> None:
    assert refused("[" * 65 + "]" * 65) == ["too-deep"]
    assert refused("[" * 200_000) == ["too-deep"]
    assert refused(json.dumps([PATIENT, nested(40)])) == ["too-deep"]
    assert refused([PATIENT, nested(65)]) == ["fhir-too-deep"]
    inside: Any = PATIENT
    for _ in range(64):
        inside = bundle(inside)
    assert refused(inside) == ["fhir-too-deep"]
    assert said([PATIENT, nested(20)]) == {}


def test_a_resource_that_is_too_deep_or_holds_itself_is_refused_in_whatever_form() -> None:
    nameless = {key: value for key, value in CONDITION.items() if key != "id"}
    deep: dict[str, Any] = {}
    for _ in range(100_000):
        deep = {"extension": [deep]}
    assert refused([PATIENT, {**nameless, "extension": [deep]}]) == ["fhir-too-deep"]
    loop: dict[str, Any] = {**nameless}
    loop["extension"] = [loop]
    assert refused([PATIENT, loop]) == ["fhir-too-deep"]


def test_a_bundle_that_holds_itself_is_refused() -> None:
    data = bundle(PATIENT)
    data["entry"].append({"resource": data})
    assert refused(data) == ["fhir-too-deep"]


@pytest.mark.parametrize("fill", [b" ", b"[", b"a", "a"])
def test_a_hundred_megabytes_are_refused_in_bounded_memory(fill: str | bytes) -> None:
    data = fill * 100_000_000
    tracemalloc.start()
    try:
        assert refused(data) == ["fhir-too-large"]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < MOST_BYTES


@pytest.mark.parametrize("as_of", [datetime.datetime(2026, 11, 22, 17, 0), datetime.date(2026, 11, 22), "2026-11-22"])  # noqa: DTZ001
def test_the_time_of_reading_has_an_offset(as_of: Any) -> None:
    with pytest.raises(FasciculationRulesError, match="`as_of` is a datetime with an offset from UTC"):
        from_fhir([PATIENT], as_of=as_of, time_zone="UTC")


@pytest.mark.parametrize("zone", ["Nowhere/Land", "", "../etc/passwd", 5, None])
def test_the_time_zone_is_one_that_is_known(zone: Any) -> None:
    with pytest.raises(FasciculationRulesError, match="`time_zone` is a ZoneInfo or a name"):
        from_fhir([PATIENT], as_of=NOW, time_zone=zone)


@pytest.mark.parametrize("data", [5, None, 1.5, object()])
def test_what_is_no_data_at_all_is_told_by_its_type(data: Any) -> None:
    with pytest.raises(FasciculationRulesError, match="FHIR data are an object, a list of resources, or JSON"):
        read(data)


def test_a_day_begins_at_the_place_where_it_is_read() -> None:
    condition = {**CONDITION, "recordedDate": "2026-11-01T23:30:00Z"}
    for zone, day in (("UTC", 1), (ZoneInfo("Asia/Tokyo"), 2), ("America/New_York", 1), ("Pacific/Kiritimati", 2)):
        found = from_fhir([PATIENT, condition], as_of=NOW, time_zone=zone, ruleset=open_ruleset("1.0.0"))
        assert found.case.given["fasciculation"].at == datetime.date(2026, 11, day)


# ---------------------------------------------------------------- privacy


def test_no_name_no_identifier_and_no_words_of_the_record_come_out() -> None:
    secrets = ("Zebedee", "Quux", "9434765919", "p-4711", "c-4711", "tingling since the divorce", "jw@example.org")
    patient = {
        "resourceType": "Patient",
        "id": "p-4711",
        "name": [{"family": "Quux", "given": ["Zebedee"]}],
        "identifier": [{"system": "urn:nhs", "value": "9434765919"}],
    }
    condition = {
        **CONDITION,
        "id": "c-4711",
        "subject": {"reference": "Patient/p-4711", "display": "Zebedee Quux"},
        "code": {**TWITCH, "text": "tingling since the divorce"},
        "note": [{"text": "Zebedee says"}],
    }
    codes = [("urn:local", "Zebedee Quux"), ("mailto:jw@example.org", "1"), ("urn:x", "tingling since the divorce")]
    strange = [
        {**condition, "id": str(number), "code": {"coding": [{"system": system, "code": code, "display": "Quux"}]}}
        for number, (system, code) in enumerate(codes)
    ]
    weird = {"resourceType": "Zebedee Quux", "subject": {"reference": "Patient/p-4711"}}
    found = read([bundle(patient, condition, *strange, weird)])
    assert "fasciculation" in found.case.given
    for secret in secrets:
        assert secret not in found.to_json() + str(found) + repr(found)


def test_a_key_makes_the_digests_of_resources_unguessable() -> None:
    plain, keyed, other = (read([PATIENT, CONDITION], key=key) for key in (b"", b"k" * 16, b"o" * 16))
    assert plain.case == keyed.case == other.case
    digests = {found.provenance[0].resource for found in (plain, keyed, other)}
    assert len(digests) == 3
    assert keyed.provenance == read([PATIENT, CONDITION], key=b"k" * 16).provenance


# ---------------------------------------------------------------- site mapping


@pytest.mark.parametrize(
    ("mapping", "place", "code"),
    [
        ({}, "mapping", "missing-key"),
        ({"mapping": "m", "codes": [{"system": "s", "code": "c", "item": "twitch"}]}, "codes[0].item", "mapped-item"),
        (
            {"mapping": "m", "codes": [{"system": "s", "code": "c", "item": "weakness", "value": "yes"}]},
            "codes[0].value",
            "mapped-value",
        ),
        (
            {"mapping": "m", "codes": [{"system": "s", "code": "c", "item": "potassium", "value": "present"}]},
            "codes[0].value",
            "mapped-value",
        ),
        (
            {"mapping": "m", "codes": [{"system": "http://snomed.info/sct", "code": "16046003", "item": "rigidity"}]},
            "codes[0].code",
            "never-mapped",
        ),
        (
            {"mapping": "m", "codes": [{"system": "s", "code": "c", "item": "weakness"}] * 2},
            "codes[1]",
            "mapped-twice",
        ),
        ({"mapping": "m", "units": {"x": "furlong"}}, "units.x", "mapped-unit"),
        ({"mapping": "m", "code": []}, "code", "unknown-key"),
        (
            {"mapping": "m", "questionnaires": [{"questionnaire": "q", "items": {"1": "weaknes"}}]},
            "questionnaires[0].items.1",
            "mapped-item",
        ),
    ],
)
def test_a_site_mapping_that_does_not_fit_is_refused_at_its_place(mapping: Any, place: str, code: str) -> None:
    with pytest.raises(MappingError) as raised:
        read([PATIENT], mapping=mapping)
    assert [(problem.at, problem.code) for problem in raised.value.problems] == [(place, code)]


def test_the_report_names_the_mapping_by_its_digest() -> None:
    mapping = {"mapping": "north", "codes": [{"system": "urn:x", "code": "1", "item": "weakness"}]}
    one, other = (read([PATIENT], mapping={**mapping, "mapping": name}).report.mapping for name in ("north", "south"))
    assert one is not None
    assert other is not None
    assert one.name == "north"
    assert one.digest.startswith("sha256:")
    assert one.digest != other.digest


def test_every_item_of_the_vocabulary_can_be_given_under_its_own_name() -> None:
    ruleset = open_ruleset("1.0.0")
    resources = [PATIENT]
    for number, (name, finding) in enumerate(ruleset.vocabulary.findings.items()):
        if not finding.values:
            system = "https://fasciculation-rules.example/fhir/CodeSystem/items"
            code = {"coding": [{"system": system, "code": name}]}
            resources.append({**CONDITION, "id": str(number), "code": code})
    found = said(resources)
    assert set(found) == {name for name, finding in ruleset.vocabulary.findings.items() if not finding.values}
    assert set(found.values()) == {"present"}


def test_every_code_of_the_ruleset_is_read_unless_it_is_wider_than_its_item() -> None:
    ruleset = open_ruleset("1.0.0")
    columns = (
        ("http://human-phenotype-ontology.org", "hpo"),
        ("http://snomed.info/sct", "snomed"),
        ("http://hl7.org/fhir/sid/icd-10-cm", "icd10"),
    )
    left = []
    for name, finding in ruleset.vocabulary.findings.items():
        row = ruleset.codes.get(finding.codes or "")
        for system, column in columns:
            code = getattr(row, column, "")
            if code and name not in said(
                [PATIENT, {**CONDITION, "code": {"coding": [{"system": system, "code": code}]}}]
            ):
                left.append((name, code))
    wider = {("eyelid_twitch", "G51.4"), ("hyperreflexia", "R29.2"), ("rash_migrans", "A69.20")}
    assert set(left) == wider | {("family_history_nm", "Z82.0")}
