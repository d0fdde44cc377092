"""Laws of reading FHIR: what is lost never makes a presence, order says nothing, and no record meets a traceback."""

from __future__ import annotations

import copy
import datetime
import json
from pathlib import Path
from typing import Any

import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fasciculation_rules import FasciculationRulesError, Imported, assess, from_fhir, open_ruleset
from fasciculation_rules.assessing.admit import admit

NOW = datetime.datetime(2026, 11, 22, 17, 0, tzinfo=datetime.UTC)
RULESET = open_ruleset("1.0.0")
ME, OTHER = {"reference": "Patient/p"}, {"reference": "Patient/q"}
DATES = (
    "2026-11-20",
    "2026-11-20T08:00:00Z",
    "2026-11",
    "2026",
    "2012-05-05",
    "2026-09-01",
    "2026-12-24",
    "soon",
    None,
)
ITEMS = ("fasciculation", "weakness", "weakness_proximal", "babinski", "neuro_examination_normal", "cancer_history")
SYSTEM = "https://fasciculation-rules.example/fhir/CodeSystem/items"
SNOMED = "http://snomed.info/sct"

dates = st.sampled_from(DATES)
codes = st.one_of(
    st.sampled_from(ITEMS).map(lambda name: {"coding": [{"system": SYSTEM, "code": name}]}),
    st.sampled_from(["82470000", "26544005", "249939004", "16046003"]).map(
        lambda code: {"coding": [{"system": SNOMED, "code": code}]}
    ),
    st.just({"coding": [{"system": SNOMED, "code": "82470000"}, {"system": SNOMED, "code": "26544005"}]}),
    st.just({"text": "twitching"}),
)
subjects = st.sampled_from([ME, ME, ME, ME, OTHER, None])
states = st.sampled_from(["active", "active", "resolved", "remission", None])
verified = st.sampled_from(["confirmed", "confirmed", "refuted", "provisional", "entered-in-error", None])
tellers = st.sampled_from([None, ME, {"reference": "Practitioner/d"}, {"reference": "urn:uuid:someone"}])
encounters = st.sampled_from([None, None, *({"reference": f"Encounter/{name}"} for name in ("old", "new", "next"))])
statuses = st.sampled_from(["final", "final", "amended", "preliminary", "entered-in-error", "registered", None])
answers = st.sampled_from([{"valueBoolean": True}, {"valueBoolean": False}, {"valueString": "no"}, {}])


def without_none(resource: dict[str, Any]) -> dict[str, Any]:
    """The keys that are there."""
    return {key: value for key, value in resource.items() if value is not None}


def condition(subject: Any, code: Any, state: Any, sure: Any, recorded: Any, onset: Any, met: Any, told: Any) -> Any:
    """A Condition."""
    return without_none(
        {
            "resourceType": "Condition",
            "subject": subject,
            "code": code,
            "clinicalStatus": state and {"coding": [{"code": state}]},
            "verificationStatus": sure and {"coding": [{"code": sure}]},
            "recordedDate": recorded,
            "onsetDateTime": onset,
            "encounter": met,
            "asserter": told,
        }
    )


def observation(subject: Any, code: Any, status: Any, when: Any, value: Any, met: Any, told: Any) -> Any:
    """An Observation of a finding."""
    found = {"resourceType": "Observation", "subject": subject, "code": code, "status": status, **value}
    return without_none({**found, "effectiveDateTime": when, "encounter": met, "performer": told and [told]})


def response(subject: Any, status: Any, when: Any, said: Any, source: Any) -> Any:
    """A QuestionnaireResponse."""
    items = [{"linkId": name, "answer": [{"valueBoolean": value}]} for name, value in said]
    found = {"resourceType": "QuestionnaireResponse", "subject": subject, "status": status, "authored": when}
    return without_none({**found, "item": items, "source": source})


resources = st.one_of(
    st.builds(condition, subjects, codes, states, verified, dates, dates, encounters, tellers),
    st.builds(observation, subjects, codes, statuses, dates, answers, encounters, tellers),
    st.builds(
        response,
        subjects,
        st.sampled_from(["completed", "in-progress", None]),
        dates,
        st.lists(st.tuples(st.sampled_from(ITEMS), st.booleans()), max_size=3),
        tellers,
    ),
)


@st.composite
def records(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A patient, two encounters, somebody else's relative, and some resources, some of them in two versions."""
    found = [
        {"resourceType": "Patient", "id": "p", "birthDate": "1980-05", "gender": "female"},
        {"resourceType": "Encounter", "id": "old", "subject": ME, "period": {"start": "2011-01-01"}},
        {"resourceType": "Encounter", "id": "new", "subject": ME, "period": {"start": "2026-11-19"}},
        {"resourceType": "Encounter", "id": "next", "subject": ME, "period": {"start": "2026-12-24"}},
        {"resourceType": "Practitioner", "id": "d"},
    ]
    versions = st.sampled_from(
        [None, None, {"versionId": "1"}, {"versionId": "2"}, {"lastUpdated": "2026-11-02T00:00:00Z"}]
    )
    for number, resource in enumerate(draw(st.lists(resources, max_size=7))):
        again = draw(st.booleans()) and draw(st.booleans())
        found.append(without_none({"id": str(number // 3 if again else number), "meta": draw(versions), **resource}))
    if draw(st.booleans()):
        found.append({"resourceType": "Encounter", "id": "old", "subject": ME, "period": {"start": "2026-11-20"}})
    return found


def named(resource: dict[str, Any]) -> tuple[str, str]:
    """What makes it one resource, in however many versions."""
    return resource["resourceType"], resource["id"]


def read(data: Any) -> Imported:
    """What is read."""
    return from_fhir(data, as_of=NOW, time_zone="Europe/London", ruleset=RULESET)


def present(found: Imported) -> set[str]:
    """What counts as present on the day of reading."""
    admitted = admit(found.case, RULESET, on=found.report.on, reconcile=True)
    return {name for name, value in admitted.findings.items() if value and "=" not in name}


@settings(max_examples=300)
@given(records(), st.data())
def test_deleting_any_resource_never_makes_a_presence(data: list[dict[str, Any]], drawn: st.DataObject) -> None:
    before = present(read(data))
    names = sorted({named(resource) for resource in data[1:]})
    gone = drawn.draw(st.sets(st.sampled_from(names)))
    left = [resource for resource in data if named(resource) not in gone]
    assert present(read(left)) <= before


@given(records())
def test_without_its_patient_a_record_says_nothing_at_all(data: list[dict[str, Any]]) -> None:
    try:
        read(data[1:])
    except FasciculationRulesError as error:
        assert [problem.code for problem in error.problems] == ["no-patient"]  # noqa: PT017  the only way out
    else:
        raise AssertionError("a record without a patient was read")


@given(records(), st.randoms(use_true_random=False))
def test_the_order_of_resources_says_nothing(data: list[dict[str, Any]], random: Any) -> None:
    shuffled = [*data]
    random.shuffle(shuffled)
    assert read(shuffled).to_json() == read(data).to_json()


@given(records())
def test_text_and_objects_say_the_same(data: list[dict[str, Any]]) -> None:
    assert read(json.dumps(data)) == read(data) == read("\n".join(map(json.dumps, data)))


@given(records())
def test_the_case_is_one_that_is_assessed(data: list[dict[str, Any]]) -> None:
    found = read(data)
    assert {origin.item for origin in found.provenance} == set(found.case.given)
    assess(found.case, RULESET, on=found.report.on, reconcile=True, engine="compiled")


@given(records())
def test_what_is_said_of_somebody_else_changes_nothing_but_a_count(data: list[dict[str, Any]]) -> None:
    single = list({named(resource): resource for resource in data}.values())
    mine = [resource for resource in single if resource.get("subject") != OTHER]
    assert read(mine).case == read(single).case
    assert read(single).report.another_subject == len(single) - len(mine)


@given(records())
def test_nothing_is_absent_that_nobody_denied(data: list[dict[str, Any]]) -> None:
    """An oracle of its own: some resource of the patient says no in so many words."""
    text = dict.fromkeys(("refuted", "false"), 0)
    for resource in data:
        if resource.get("subject") == ME:
            said = json.dumps(resource)
            text["refuted"] += '"refuted"' in said
            text["false"] += ": false" in said
    if not any(text.values()):
        assert "absent" not in {given.value for given in read(data).case.given.values()}


# ---------------------------------------------------------------- mutation


def edge_records() -> list[list[dict[str, Any]]]:
    """The resources of every edge case, as data to mutate."""
    found = []
    for file in sorted((Path(__file__).resolve().parent / "edges").glob("*.yaml")):
        for case in yaml.safe_load(file.read_text(encoding="utf-8").replace(": .inf", ": 1"))["cases"]:
            about = [{"subject": ME, **resource} for resource in case["data"]]
            found.append([{"resourceType": "Patient", "id": "p", **case.get("patient", {})}, *about])
    return found


RECORDS = edge_records()
junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=True)
    | st.text(max_size=5)
    | st.sampled_from(
        ["2026-11-20", "#x", "Patient/p", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "1e999"]
    ),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.sampled_from(["coding", "code", "value"]), inside),
    max_leaves=5,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a record."""
    found = [path] if path else []
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inside:
        found += places(each, (*path, key))
    return found


@settings(max_examples=600)
@given(st.sampled_from(RECORDS), st.data())
@example([{"resourceType": "Patient", "id": "p", "birthDate": "0000"}], None)
@example([{"resourceType": "Patient", "id": "p"}, {"resourceType": "Observation", "subject": ME, "code": [[]]}], None)
def test_a_mutated_record_is_read_or_refused_and_never_breaks(record: list[Any], drawn: st.DataObject | None) -> None:
    data = copy.deepcopy(record)
    for _ in range(drawn.draw(st.integers(1, 3)) if drawn else 0):
        spots = places(data)
        if not spots:
            break
        *way, last = drawn.draw(st.sampled_from(spots))
        holder: Any = data
        for key in way:
            holder = holder[key]
        match drawn.draw(st.sampled_from(["drop", "junk", "list", "wrap", "copy"])):
            case "drop":
                del holder[last]
            case "junk":
                holder[last] = drawn.draw(junk)
            case "list":
                holder[last] = [holder[last], holder[last]]
            case "wrap":
                holder[last] = {"value": holder[last]}
            case "copy":
                holder[last] = copy.deepcopy(data[0] if data else None)
    try:
        found = read(data)
    except FasciculationRulesError:
        return
    found.to_json()
    assess(found.case, RULESET, on=found.report.on, reconcile=True, engine="compiled")


@given(st.sampled_from(RECORDS), st.data())
def test_a_truncated_record_is_refused_with_a_place(record: list[Any], drawn: st.DataObject) -> None:
    text = json.dumps(record, default=str)
    cut = text[: drawn.draw(st.integers(1, len(text) - 1))]
    try:
        read(cut)
    except FasciculationRulesError as error:
        assert [problem.code for problem in error.problems] in (["not-json"], ["empty-file"])  # noqa: PT017
    else:
        raise AssertionError("half of a record was read")
