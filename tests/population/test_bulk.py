"""An export of FHIR: each row says what is read of that person's own bundle, however the files are cut and mixed."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
from exports import (
    NOW,
    RULESET,
    SNOMED,
    ZONE,
    about_rows,
    bundle_of,
    edge_people,
    opened,
    patient,
    potassium,
    prepared,
    quarantine_of,
    row_alone,
    rows_of,
    twitching,
    version,
    write_deleted,
    write_export,
    write_manifest,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from people import in_short, unanswered

from fasciculation_rules import assess, from_fhir
from fasciculation_rules.exchange.fhir.moments import SLACK
from fasciculation_rules.population.folder import Folder
from fasciculation_rules.population.intake.bulk import spill
from fasciculation_rules.population.intake.bulk.spreading import Spreading
from fasciculation_rules.population.intake.bulk.when import end_of
from fasciculation_rules.population.intake.dates import open_index_dates
from fasciculation_rules.population.intake.preparing import prepare
from fasciculation_rules.population.rows import Decoder
from fasciculation_rules.population.schema import PERSON
from fasciculation_rules.population.screening import Options, screen

PEOPLE = edge_people()
EVERYTHING = [resource for person in PEOPLE for resource in person]
FORMS = [resource for resource in EVERYTHING if resource["resourceType"] == "Questionnaire"]
WITH = {person[0]["id"].split("-")[0]: [*person, *FORMS] for person in PEOPLE}
"""The resources of an edge by the mark before each of its ids; forms are for everybody."""

FEW = [resource for person in PEOPLE[::9] for resource in person]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The edges as one export by type of resource."""
    place = write_export(tmp_path_factory.mktemp("edges") / "export", EVERYTHING)
    prepared(place, place.parent / "table", part_bytes=20_000)
    return place.parent / "table"


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    place = write_export(tmp_path_factory.mktemp("few") / "export", FEW)
    prepared(place, place.parent / "table", part_bytes=10**9)
    return rows_of(place.parent / "table")


# ---------------------------------------------------------------- the law


def test_the_row_of_everybody_is_that_of_her_own_bundle(whole: Path) -> None:
    rows, refused = rows_of(whole), quarantine_of(whole)
    assert len(rows) > 100
    for name in {*rows, *refused}:
        assert rows.get(name) == row_alone(name, WITH[name.split("-")[0]]), name
    assert {person[0]["id"] for person in PEOPLE} <= {*rows, *refused}
    assert set(refused.values()) == {"two copies of one version of a resource differ"}


def test_the_answer_of_everybody_is_that_of_assess(whole: Path, tmp_path: Path) -> None:
    screen(str(whole), tmp_path / "out", RULESET, Options(everyone=True))
    decoder, rows = Decoder(RULESET), [*pl.read_parquet(tmp_path / "out" / "part-*.parquet").iter_rows(named=True)]
    assert len(rows) == len(rows_of(whole))
    for cells in rows[::3]:
        own = bundle_of(cells[PERSON], WITH[cells[PERSON].split("-")[0]])
        found = from_fhir(own, as_of=NOW, time_zone=ZONE, ruleset=RULESET, patient=f"Patient/{cells[PERSON]}")
        alone = assess(found.case, RULESET, engine="compiled", on=found.report.on, reconcile=True)
        expected = in_short(alone, unanswered(found.case, RULESET, found.report.on))
        assert decoder.decode(cells) == expected, cells[PERSON]


@settings(max_examples=7)
@given(
    seed=st.integers(0, 2**32),
    files=st.integers(1, 7),
    part_bytes=st.sampled_from([300, 3_000, 10**9]),
    buffered=st.sampled_from([0, 4_000, 10**9]),
)
def test_order_files_parts_and_buffers_leave_every_row_alone(
    seed: int, files: int, part_bytes: int, buffered: int, few: dict[str, Any]
) -> None:
    random = Random(seed)
    with TemporaryDirectory() as held:
        older = [{**each, "status": "unknown", "code": {}} for each in FEW if "meta" not in each and each.get("id")]
        older = [{**each, "meta": version("2001-01-01T00:00:00Z")} for each in random.sample(older, 5)]
        ids = {(each["resourceType"], each["id"]) for each in older}
        newer = [
            {**each, "meta": version("2026-11-01T00:00:00Z")} if (each["resourceType"], each.get("id")) in ids else each
            for each in FEW
        ]
        again = [each for each in FEW if "id" in each and (each["resourceType"], each["id"]) not in ids][::4]
        place = write_export(Path(held) / "export", [*older, *newer, *again], files=files, random=random)
        prepared(place, Path(held) / "table", part_bytes=part_bytes, buffered=buffered)
        assert rows_of(Path(held) / "table") == few


# ---------------------------------------------------------------- time


@settings(max_examples=4)
@given(
    added=st.lists(
        st.tuples(st.integers(0, 2**16), st.dates(datetime.date(2026, 11, 23), datetime.date(2030, 1, 1))), max_size=6
    )
)
def test_what_is_dated_later_changes_nothing(added: list[tuple[int, datetime.date]], few: dict[str, Any]) -> None:
    names = sorted(few)
    later: list[dict[str, Any]] = []
    for number, (chosen, day) in enumerate(added):
        of = names[chosen % len(names)]
        later.append(twitching(f"later-{number}", of, recordedDate=str(day), onsetDateTime=str(day)))
        later.append(potassium(f"later-k-{number}", 1.9, of, effectiveDateTime=f"{day}T00:00:00Z"))
    with TemporaryDirectory() as held:
        place = write_export(Path(held) / "export", [*FEW, *later])
        prepared(place, Path(held) / "table")
        assert rows_of(Path(held) / "table") == few


def test_a_day_ends_with_its_last_moment_where_days_are_counted(tmp_path: Path) -> None:
    late = potassium("k", 2.1, effectiveDateTime="2026-07-01T23:59:59+01:00")
    after = potassium("k", 2.1, effectiveDateTime="2026-07-02T00:00:01+01:00")
    for number, (resource, known) in enumerate([(late, True), (after, False)]):
        place = write_export(tmp_path / f"{number}", [patient("p"), resource])
        prepared(place, tmp_path / f"table-{number}", as_of=datetime.date(2026, 7, 1))
        assert ("potassium_low" in rows_of(tmp_path / f"table-{number}")["p"]) is known


@pytest.mark.parametrize("day", [datetime.date(2026, 3, 29), datetime.date(2026, 10, 25), datetime.date(2026, 11, 1)])
def test_the_end_of_a_day_is_that_day_when_clocks_change_too(day: datetime.date) -> None:
    assert end_of(day, ZONE).date() == day
    next_day = datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time(), ZONE)
    left = next_day.astimezone(datetime.UTC) - end_of(day, ZONE).astimezone(datetime.UTC)
    assert left == SLACK + datetime.timedelta(microseconds=1)


def test_each_person_has_a_day_of_her_own(tmp_path: Path) -> None:
    days = {"p": datetime.date(2026, 11, 21), "q": datetime.date(2026, 11, 1)}
    pl.DataFrame({"person_id": ["p", "q", "elsewhere"], "index_date": [*days.values(), days["p"]]}).write_csv(
        tmp_path / "days.csv"
    )
    everything = [
        *(patient(name) for name in "pqr"),
        *(twitching(f"t{name}", name) for name in "pqr"),
        *(potassium(f"k{name}", 2.1, name) for name in "pqr"),
    ]
    place = write_export(tmp_path / "export", everything)
    dates = open_index_dates(str(tmp_path / "days.csv"))
    found = prepared(place, tmp_path / "table", as_of=None, dates=dates)
    rows = rows_of(tmp_path / "table")
    assert rows == {name: row_alone(name, everything, end_of(day, ZONE)) for name, day in days.items()}
    assert rows["p"] != rows["q"]
    assert found.tally.aside["not-dated"] == 1
    assert {name: row["index_date"] for name, row in about_rows(tmp_path / "table").items()} == days


# ---------------------------------------------------------------- versions and exports


def test_increments_come_to_what_one_export_of_the_last_state_comes_to(tmp_path: Path) -> None:
    first = [
        patient("p"),
        patient("q"),
        patient("gone"),
        twitching("t", meta=version("2026-11-01T00:00:00Z")),
        potassium("k", 4.1, meta=version("2026-11-01T00:00:00Z")),
        potassium("left", 2.2, "q"),
        twitching("of-gone", "gone"),
        twitching("again", "q"),
    ]
    second = [potassium("k", 2.1, meta=version("2026-11-12T00:00:00Z", "2")), patient("r"), twitching("tr", "r")]
    third = [twitching("again", "q", recordedDate="2026-11-19")]
    place = tmp_path / "exports"
    write_manifest(write_export(place / "b", first), "2026-11-10T00:00:00Z")
    write_deleted(place / "a", ["Observation/left", "Patient/gone", "Condition/again"])
    write_manifest(write_export(place / "a", second), "2026-11-15T00:00:00Z", "2026-11-10T00:00:00Z")
    write_manifest(write_export(place / "c", third), "2026-11-20T12:00:00Z", "2026-11-15T00:00:00Z")
    found = prepared(place, tmp_path / "table", as_of=None)
    assert found.incomplete == ()
    last = [patient("p"), patient("q"), patient("r"), first[3], second[0], *second[1:], *third]
    write_export(tmp_path / "last", last)
    time = datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.UTC)
    prepared(tmp_path / "last", tmp_path / "table-last", as_of=time)
    assert rows_of(tmp_path / "table") == rows_of(tmp_path / "table-last")
    assert sorted(rows_of(tmp_path / "table")) == ["p", "q", "r"]
    assert found.tally.aside["deleted"] == 3
    assert found.tally.aside["outdated"] == 1


def test_what_was_ascribed_to_another_patient_since_is_no_longer_the_first_ones(tmp_path: Path) -> None:
    wrong = twitching("t", "p", meta=version("2026-11-10T00:00:00Z"))
    right = twitching("t", "q", meta=version("2026-11-11T00:00:00Z"))
    place = write_export(tmp_path / "export", [patient("p"), patient("q"), wrong, right])
    prepared(place, tmp_path / "table", part_bytes=50)
    rows = rows_of(tmp_path / "table")
    assert "fasciculation" not in rows["p"]
    assert rows["q"]["fasciculation"] == 1


def test_what_is_about_nobody_since_is_nobodys(tmp_path: Path) -> None:
    old = twitching("t", meta=version("2026-11-10T00:00:00Z"))
    new = {**twitching("t", meta=version("2026-11-11T00:00:00Z")), "subject": {"display": "somebody"}}
    prepared(write_export(tmp_path / "export", [patient("p"), new, old]), tmp_path / "table")
    assert "fasciculation" not in rows_of(tmp_path / "table")["p"]


def test_two_copies_of_one_version_that_differ_set_everybody_whole_aside_whom_they_are_about(tmp_path: Path) -> None:
    stamp = version("2026-11-10T00:00:00Z")
    everything = [
        *(patient(name) for name in "pqrs"),
        potassium("k", 2.1, "p", meta=stamp),
        potassium("k", 4.1, "p", meta=stamp),
        twitching("t", "q", meta=stamp),
        twitching("t", "r", meta=stamp),
        potassium("same", 2.1, "s", meta=stamp),
        dict(reversed(potassium("same", 2.1, "s", meta=stamp).items())),
    ]
    found = prepared(write_export(tmp_path / "export", everything), tmp_path / "table", part_bytes=50)
    assert sorted(quarantine_of(tmp_path / "table")) == ["p", "q", "r"]
    assert rows_of(tmp_path / "table")["s"]["potassium_low"] > 0
    assert found.quarantined == 3


def test_merged_records_stand_for_one_person(tmp_path: Path) -> None:
    replaces = [{"other": {"reference": "Patient/old"}, "type": "replaces"}]
    gone = [{"other": {"reference": "Patient/new"}, "type": "replaced-by"}]
    everything = [
        patient("new", link=replaces),
        patient("old", link=gone),
        twitching("t", "old"),
        potassium("k", 2.1, "new"),
        patient("lost", link=gone),
        twitching("tl", "lost"),
    ]
    for part_bytes in (100, 10**9):
        out = tmp_path / f"table-{part_bytes}"
        found = prepared(write_export(tmp_path / "export", everything), out, part_bytes=part_bytes)
        own = [each for each in everything if each.get("subject") != {"reference": "Patient/lost"}]
        alone = from_fhir(own, as_of=NOW, time_zone=ZONE, ruleset=RULESET, patient="Patient/new")
        assert {*alone.case.given} == {"age", "sex", "fasciculation", "potassium"}
        row = rows_of(out)
        assert sorted(row) == ["new"]
        assert row["new"]["fasciculation"] == 1
        assert row["new"]["potassium_low"] > 0
        assert found.tally.aside["not-a-person"] == 2


# ---------------------------------------------------------------- what others refer to


def test_a_medicine_is_found_where_a_request_only_refers_to_it(tmp_path: Path) -> None:
    drug = {"coding": [{"system": "https://fasciculation-rules.example/fhir/CodeSystem/items", "code": "statin_use"}]}
    requests = [
        {
            "resourceType": "MedicationRequest",
            "id": f"r{name}",
            "status": "active",
            "intent": "order",
            "subject": {"reference": f"Patient/{name}"},
            "authoredOn": "2026-11-10",
            "medicationReference": {"reference": f"Medication/{drug_id}"},
        }
        for name, drug_id in (("p", "m"), ("q", "m"), ("r", "deleted"), ("s", "nowhere"))
    ]
    medicines = [{"resourceType": "Medication", "id": name, "code": drug} for name in ("m", "deleted")]
    place = write_export(tmp_path / "export", [*(patient(name) for name in "pqrs"), *requests, *medicines])
    write_manifest(write_deleted(place, ["Medication/deleted"]))
    prepared(place, tmp_path / "table", part_bytes=100)
    taking = {name for name, row in rows_of(tmp_path / "table").items() if row.get("statin_use") == 1}
    assert taking == {"p", "q"}


def test_answers_are_read_by_the_codes_of_their_form(tmp_path: Path) -> None:
    form = {
        "resourceType": "Questionnaire",
        "id": "f",
        "url": "https://hospital.example/form",
        "item": [{"linkId": "1", "code": [{"system": SNOMED, "code": "82470000"}]}],
    }
    answers = {
        "resourceType": "QuestionnaireResponse",
        "id": "a",
        "status": "completed",
        "subject": {"reference": "Patient/p"},
        "authored": "2026-11-10",
        "questionnaire": "https://hospital.example/form|1",
        "item": [{"linkId": "1", "answer": [{"valueBoolean": True}]}],
    }
    prepared(write_export(tmp_path / "export", [patient("p"), answers, form]), tmp_path / "table")
    assert rows_of(tmp_path / "table")["p"]["fasciculation"] == 1


def test_absolute_references_of_one_server_are_resolved_and_those_of_two_refused(tmp_path: Path) -> None:
    base = "https://server.example/fhir"
    visit = {
        "resourceType": "Encounter",
        "id": "v",
        "subject": {"reference": f"{base}/Patient/p"},
        "period": {"start": "2026-11-09"},
    }
    undated = {**twitching("t"), "subject": {"reference": f"{base}/Patient/p"}}
    del undated["recordedDate"]
    undated["encounter"] = {"reference": f"{base}/Encounter/v"}
    place = write_export(tmp_path / "export", [patient("p"), visit, undated])
    prepared(place, tmp_path / "table")
    assert rows_of(tmp_path / "table")["p"]["fasciculation"] == 1
    other = twitching("u", subject={"reference": "https://other.example/Patient/p"})
    write_export(tmp_path / "two", [patient("p"), visit, undated, other])
    with pytest.raises(Exception, match="patients of 2 servers") as raised:
        prepared(tmp_path / "two", tmp_path / "table-two")
    assert "Patient/p" not in str(raised.value)


# ---------------------------------------------------------------- who it is


@pytest.mark.parametrize(
    ("said", "lives"),
    [
        ({}, None),
        ({"deceasedBoolean": False}, 1),
        ({"deceasedBoolean": True}, 0),
        ({"deceasedDateTime": "2026-11-21"}, 0),
        ({"deceasedDateTime": "2026-11-23"}, 1),
        ({"deceasedDateTime": "2026"}, 0),
        ({"deceasedDateTime": "some day"}, 0),
    ],
)
def test_somebody_is_alive_until_the_day_of_death(said: dict[str, Any], lives: int | None, tmp_path: Path) -> None:
    prepared(write_export(tmp_path / "export", [patient("p", **said)]), tmp_path / "table")
    assert about_rows(tmp_path / "table")["p"]["alive"] == lives


def test_the_site_is_the_organisation_of_the_record_and_observation_is_not_known(tmp_path: Path) -> None:
    here = patient("p", managingOrganization={"reference": "Organization/north"})
    prepared(write_export(tmp_path / "export", [here, patient("q")]), tmp_path / "table")
    rows = about_rows(tmp_path / "table")
    assert [rows[name]["site"] for name in "pq"] == ["north", None]
    assert [rows[name]["observed_days"] for name in "pq"] == [None, None]


def test_somebody_without_a_patient_record_is_there_and_what_is_about_others_is_counted(tmp_path: Path) -> None:
    everything = [
        twitching("t"),
        {"resourceType": "Group", "id": "g"},
        {**twitching("u"), "subject": {"reference": "Group/g"}},
        {**twitching("w"), "subject": {"identifier": {"system": "urn:mrn", "value": "1"}}},
        {"resourceType": "Claim", "id": "c", "patient": {"reference": "Patient/p"}},
    ]
    found = prepared(write_export(tmp_path / "export", everything), tmp_path / "table")
    assert rows_of(tmp_path / "table") == {"p": {"fasciculation": 1}}
    assert found.tally.aside["no-patient"] == 2
    assert found.tally.aside["type-not-read"] == 2
    assert found.tally.read["Condition"] == 3


def test_units_are_counted_as_they_were_written(tmp_path: Path) -> None:
    odd = potassium("odd", 4.1, valueQuantity={"value": 4.1, "unit": "Mrs Smith"})
    found = prepared(write_export(tmp_path / "export", [patient("p"), potassium("k", 4.0), odd]), tmp_path / "table")
    assert found.tally.units == {("potassium", "mmol/L"): 1, ("potassium", "(not shown)"): 1}


def test_a_record_that_is_far_too_large_is_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spill, "MOST_OF_ONE", 3_000)
    many = [potassium(f"k{number}", 4.1) for number in range(30)]
    prepared(write_export(tmp_path / "export", [patient("p"), *many, patient("q")]), tmp_path / "table")
    assert quarantine_of(tmp_path / "table") == {"p": "the record has too many bytes"}
    assert sorted(rows_of(tmp_path / "table")) == ["q"]


# ---------------------------------------------------------------- stopped and run again


def test_stopped_while_spreading_or_preparing_and_run_again_it_comes_to_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = write_export(tmp_path / "export", FEW)
    prepared(place, tmp_path / "whole", part_bytes=8_000)
    out, take, write = tmp_path / "table", Spreading._take, Folder.write
    left = [20]

    def interrupted(_self: object, *_: object) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        return take(_self, *_)  # type: ignore[arg-type]

    monkeypatch.setattr(Spreading, "_take", interrupted)
    with pytest.raises(KeyboardInterrupt):
        prepared(place, out, part_bytes=8_000)
    assert [*out.iterdir()] == []
    monkeypatch.undo()
    for stop in (1, 3):
        count = [stop]

        def stopping(self: Folder, name: str, make: Any, *, private: bool = False, count: list[int] = count) -> Path:
            count[0] -= 1
            if count[0] < 0:
                raise KeyboardInterrupt
            return write(self, name, make, private=private)

        monkeypatch.setattr(Folder, "write", stopping)
        with pytest.raises(KeyboardInterrupt):
            prepared(place, out, part_bytes=8_000)
        monkeypatch.undo()
    assert prepared(place, out, part_bytes=8_000).resumed > 0
    names = sorted(file.name for file in (tmp_path / "whole").iterdir())
    assert sorted(file.name for file in out.iterdir()) == names
    assert all((out / name).read_bytes() == (tmp_path / "whole" / name).read_bytes() for name in names)


def test_parts_made_by_several_processes_are_the_same_bytes(tmp_path: Path) -> None:
    days = [
        f"{each['id']},2026-11-2{number % 3}" for number, each in enumerate(FEW) if each["resourceType"] == "Patient"
    ]
    (tmp_path / "days.csv").write_text("\n".join(["person_id,index_date", *days]))
    dates = open_index_dates(str(tmp_path / "days.csv"))
    place = write_export(tmp_path / "export", FEW)
    for name, processes in (("one", 1), ("two", 2)):
        reader = opened(place, as_of=None, dates=dates, part_bytes=2_000)
        assert prepare(reader, tmp_path / name, RULESET, max_bad=1, processes=processes).parts > 2
    names = sorted(file.name for file in (tmp_path / "one").iterdir())
    assert sorted(file.name for file in (tmp_path / "two").iterdir()) == names
    assert all((tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes() for name in names)


def test_nobody_is_named_outside_the_table_and_the_quarantine(tmp_path: Path) -> None:
    stamp = version("2026-11-10T00:00:00Z")
    clash = [potassium("k", 2.1, "jane-doe", meta=stamp), potassium("k", 4.1, "jane-doe", meta=stamp)]
    place = write_export(tmp_path / "export", [patient("jane-doe"), *clash, patient("john-doe")])
    reader = opened(place)
    found = prepare(reader, tmp_path / "table", RULESET, max_bad=1)
    assert quarantine_of(tmp_path / "table").keys() == {"jane-doe"}
    texts = [file.read_text() for file in (tmp_path / "table").glob("*.json")]
    texts += [json.dumps(found.tally.as_json()), repr(found), str(reader.identity())]
    assert not any("doe" in text for text in (*texts, *(file.name for file in (tmp_path / "table").iterdir())))
