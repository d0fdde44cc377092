"""OMOP tables: each row of the result is what a case with the same statements says; what is not recorded is unknown."""

from __future__ import annotations

import datetime
import json
import stat
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from omop import SETS, VOCABULARY, Rows, concept_sets, database, write
from said import Statement, expected

from fasciculation_rules import open_ruleset
from fasciculation_rules.cli.app import run
from fasciculation_rules.errors import MappingError, PopulationError
from fasciculation_rules.population.intake import spreading
from fasciculation_rules.population.intake.dates import open_index_dates
from fasciculation_rules.population.intake.long.reasons import REASONS as OF_LONG
from fasciculation_rules.population.intake.omop.reader import EVENTS, open_omop
from fasciculation_rules.population.intake.omop.reasons import REASONS
from fasciculation_rules.population.intake.preparing import Prepared, prepare
from fasciculation_rules.population.schema import INDEX_DATE, PERSON

RULESET = open_ruleset("1.1.0")
DAY = datetime.date(2026, 11, 1)

Record = tuple[str, dict[str, Any]]
"""A table and what stands in a row of it, beside the person."""


def tables_of(people: Mapping[int, Sequence[Record]]) -> dict[str, list[dict[str, Any]]]:
    """The records of people by table."""
    found: dict[str, list[dict[str, Any]]] = {}
    for person, records in people.items():
        for table, row in records:
            found.setdefault(table, []).append({"person_id": person, **row})
    return found


@dataclass
class Done:
    """What came of a database."""

    found: Prepared
    out: Path

    @property
    def rows(self) -> dict[str, dict[str, Any]]:
        frame = pl.concat([pl.read_parquet(file) for file in sorted(self.out.glob("people-?????.parquet"))])
        return {
            row[PERSON]: {name: cell for name, cell in row.items() if cell is not None and name != PERSON}
            for row in frame.iter_rows(named=True)
        }


Prepare = Callable[..., Done]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Prepare:
    """Writes a database and prepares it; each call has folders of its own."""

    def prepared(
        tables: Rows,
        *,
        people: Sequence[int] = (),
        day: datetime.date | None = DAY,
        ending: str = "parquet",
        **options: Any,
    ) -> Done:
        tmp = tmp_path_factory.mktemp("omop")
        place = database(tmp / "in", tables, people=people, ending=ending)
        if "site" in options:
            (tmp / "site.yaml").write_text(f"format: 1\nsite: here\n{options['site']}\n", encoding="utf-8")
            options["site"] = tmp / "site.yaml"
        options.setdefault("concept_sets", concept_sets(tmp / "sets"))
        reader = open_omop(str(place), RULESET, day, options.pop("dates", None), **options)
        return Done(prepare(reader, tmp / "out", RULESET, max_bad=1), tmp / "out")

    return prepared


# ---------------------------------------------------------------- the law


def ago(days: int) -> str:
    return (DAY - datetime.timedelta(days=days)).isoformat()


AGES = st.sampled_from((-40, -1, 0, 1, 6, 7, 8, 30, 89, 90, 91, 200, 364, 365, 366))


def condition(concept: int, item: str, age: int) -> tuple[Record, Statement]:
    row = {"condition_concept_id": concept, "condition_start_date": ago(age)}
    return ("condition_occurrence", row), Statement("p", item, "present", date=ago(age))


def source(concept: int, item: str, age: int) -> tuple[Record, Statement]:
    row = {"condition_concept_id": 0, "condition_source_concept_id": concept, "condition_start_date": ago(age)}
    return ("condition_occurrence", row), Statement("p", item, "present", date=ago(age))


def answer(yes: bool, age: int) -> tuple[Record, Statement]:
    row = {"observation_concept_id": 105, "value_as_concept_id": 301 if yes else 302, "observation_date": ago(age)}
    return ("observation", row), Statement("p", "dysphagia", "present" if yes else "absent", date=ago(age))


def amount(number: float, age: int) -> tuple[Record, Statement]:
    row = {
        "measurement_concept_id": 201,
        "value_as_number": number,
        "unit_concept_id": 401,
        "measurement_date": ago(age),
    }
    return ("measurement", row), Statement("p", "potassium", str(number), "mmol/L", ago(age))


def bound(number: float, operator: int, sign: str, age: int) -> tuple[Record, Statement]:
    (table, row), _ = amount(number, age)
    said = Statement("p", "potassium", f"{sign}{number}", "mmol/L", ago(age))
    return (table, {**row, "operator_concept_id": operator}), said


RECORDS = st.one_of(
    st.builds(condition, st.just(101), st.just("fasciculation"), AGES),
    st.builds(condition, st.sampled_from((102, 103)), st.just("weakness"), AGES),
    st.builds(source, st.just(106), st.just("fasciculation"), AGES),
    st.builds(source, st.just(107), st.just("weakness"), AGES),
    st.builds(answer, st.booleans(), AGES),
    st.builds(amount, st.sampled_from((2.4, 2.5, 4.1, 6.5)), AGES),
    st.builds(lambda n, pair, age: bound(n, *pair, age), st.sampled_from((2.5, 3.5)),
              st.sampled_from(((501, "<"), (502, "<="), (503, ">"), (504, ">="))), AGES),
)  # fmt: skip


def apart(records: list[tuple[Record, Statement]]) -> list[tuple[Record, Statement]]:
    """At most one record of an item a day: which of two counts is a matter of the long form."""
    found: dict[tuple[str, str], tuple[Record, Statement]] = {}
    for record, statement in records:
        found.setdefault((statement.item, statement.date), (record, statement))
    return list(found.values())


@settings(max_examples=6)
@given(people=st.lists(st.lists(RECORDS, max_size=8).map(apart), min_size=1, max_size=12), seed=st.integers(0, 99))
def test_each_row_is_what_assess_knows_of_the_same_statements(
    people: list[list[tuple[Record, Statement]]], seed: int, done: Prepare
) -> None:
    tables = tables_of({number: [record for record, _ in records] for number, records in enumerate(people)})
    rows = done(tables, people=range(len(people))).rows
    assert rows == {
        str(number): expected([said for _, said in records], RULESET, DAY) for number, records in enumerate(people)
    }
    for shuffled in tables.values():
        Random(seed).shuffle(shuffled)
    assert done(tables, people=range(len(people)), ending="csv").rows == rows


@settings(max_examples=5)
@given(records=st.lists(RECORDS, min_size=1, max_size=8), later=st.lists(RECORDS, max_size=4))
def test_deleting_a_record_makes_nothing_present_and_later_ones_change_nothing(
    records: list[tuple[Record, Statement]], later: list[tuple[Record, Statement]], done: Prepare
) -> None:
    said = [record for record, _ in records]
    ahead = [
        (table, {**row, **{day: "2026-12-24" for day in row if day.endswith("_date")}}) for (table, row), _ in later
    ]
    people: dict[int, Sequence[Record]] = {0: said, 1: [*said, *ahead]}
    people |= {2 + number: [*said[:number], *said[number + 1 :]] for number in range(len(said))}
    rows = done(tables_of(people), people=range(len(people))).rows
    assert rows["0"] == rows["1"]
    plain = [name for name, item in RULESET.vocabulary.findings.items() if not item.values]
    present = {person: {name for name in plain if row.get(name) == 1} for person, row in rows.items()}
    assert all(each <= present["0"] for each in present.values())


def test_somebody_without_records_is_all_unknown_and_what_is_not_listed_in_person_is_not_read(done: Prepare) -> None:
    tables = {"person": [{"person_id": 5}], "death": [{"person_id": 6, "death_date": "2026-01-01"}]}
    assert done(tables).rows == {"5": {}}


# ---------------------------------------------------------------- twins


def of_one(records: Sequence[Record], done: Prepare, **options: Any) -> dict[str, Any]:
    return done(tables_of({1: list(records)}), people=[1], **options).rows["1"]


def test_twins_say_the_same(done: Prepare) -> None:
    def measured(**row: Any) -> Record:
        return "measurement", {"measurement_concept_id": 201, "value_as_number": 4.0, "unit_concept_id": 401, **row}

    usual = of_one([measured()], done)
    assert usual == {"potassium_low": 400, "potassium_high": 400}
    for twin in (
        measured(unit_concept_id=404),
        measured(operator_concept_id=505),
        measured(operator_concept_id=0),
        measured(measurement_datetime="2026-10-30T00:00:00"),
        measured(measurement_datetime="2026-10-30T09:30:00"),
        measured(measurement_concept_id=0, measurement_source_concept_id=201),
        measured(value_as_number=4),
    ):
        assert of_one([twin], done) == usual
    glucose = {"measurement_concept_id": 204, "value_as_number": 18.0182, "unit_concept_id": 402}
    in_moles = {"measurement_concept_id": 204, "value_as_number": 1, "unit_concept_id": 401}
    assert of_one([("measurement", glucose)], done) == of_one([("measurement", in_moles)], done) != {}


def test_a_code_of_mass_with_a_unit_of_moles_is_set_aside(done: Prepare) -> None:
    row = {"measurement_concept_id": 202, "value_as_number": 5, "unit_concept_id": 401}
    found = done(tables_of({1: [("measurement", row)]}), concept_sets=None)
    assert found.rows == {"1": {}}
    assert found.found.tally.aside["unit-disagrees"] == 1


def test_midnight_is_no_time_so_it_leaves_open_which_of_two_values_is_the_later(done: Prepare) -> None:
    times = (("00:00", 4.0), ("09:30", 5.0))
    said = [("measurement", {**POTASSIUM, "measurement_datetime": f"2026-10-30T{at}:00", "value_as_number": number})
            for at, number in times]  # fmt: skip
    assert of_one(said, done) == {"potassium_low": 400, "potassium_high": 500}


def test_the_source_says_something_only_where_the_standard_concept_does_not(done: Prepare) -> None:
    row = {"condition_concept_id": 101, "condition_source_concept_id": 107}
    assert of_one([("condition_occurrence", row)], done) == {"fasciculation": 1}


# ---------------------------------------------------------------- what is set aside


POTASSIUM = {"measurement_concept_id": 201, "value_as_number": 4.0, "unit_concept_id": 401}
DYSPHAGIA = {"observation_concept_id": 105, "value_as_concept_id": 301}
WEAK = {"condition_concept_id": 102, "condition_start_date": "2026-10-20"}
DRUG = {"drug_concept_id": 801, "drug_exposure_start_date": "2026-09-01"}

SET_ASIDE: list[tuple[str, str, list[dict[str, Any]]]] = [
    ("suspicion", "condition_occurrence", [{**WEAK, "condition_status_concept_id": 702}]),
    ("suspicion", "condition_occurrence", [{**WEAK, "condition_type_concept_id": 702}]),
    ("suspicion", "observation", [{**DYSPHAGIA, "qualifier_concept_id": 302}]),
    ("history", "condition_occurrence", [{**WEAK, "condition_end_date": "2026-10-21"}]),
    ("history", "drug_exposure", [{**DRUG, "days_supply": 60}]),
    ("history", "drug_exposure", [{**DRUG, "drug_exposure_end_date": "2026-10-31"}]),
    ("ahead-of-time", "drug_exposure", [{**DRUG, "drug_exposure_start_date": "2026-11-02", "days_supply": 5}]),
    ("ahead-of-time", "procedure_occurrence", [{"procedure_concept_id": 901, "procedure_date": "2026-11-02"}]),
    ("no-value", "observation", [{"observation_concept_id": 105, "value_as_concept_id": 0}]),
    ("value-unreadable", "observation", [{**DYSPHAGIA, "value_as_concept_id": 303}]),
    ("value-unreadable", "observation", [{"observation_concept_id": 105, "value_as_string": "a little"}]),
    ("narrower-denied", "observation", [{"observation_concept_id": 103, "value_as_concept_id": 302}]),
    ("narrower-denied", "observation", [{"observation_concept_id": 107, "value_as_concept_id": 302}]),
    ("no-value", "measurement", [{**POTASSIUM, "value_as_number": None}]),
    ("value-unreadable", "measurement", [{**POTASSIUM, "operator_concept_id": 506}]),
    ("unit-unreadable", "measurement", [{**POTASSIUM, "unit_concept_id": 0}]),
    ("unit-unreadable", "measurement", [{**POTASSIUM, "unit_concept_id": None}]),
    ("out-of-range", "measurement", [{**POTASSIUM, "value_as_number": 400.0}]),
    ("differs", "measurement", [POTASSIUM, {**POTASSIUM, "value_as_number": 5.0}]),
]  # fmt: skip


@pytest.mark.parametrize(("reason", "table", "rows"), SET_ASIDE, ids=lambda each: each if isinstance(each, str) else "")
def test_what_is_set_aside_says_nothing_and_is_counted(
    reason: str, table: str, rows: list[dict[str, Any]], done: Prepare
) -> None:
    typed = {"value_as_number": None, "value_as_string": None}
    found = done(
        tables_of({1: [(table, {**typed, **row} if table in ("observation", "measurement") else row) for row in rows]})
    )
    assert found.rows == {"1": {}}
    assert found.found.tally.aside[reason] == len(rows)


def test_what_a_drug_a_status_or_an_end_does_not_take_away_stays(done: Prepare) -> None:
    for records in (
        [("condition_occurrence", {**WEAK, "condition_end_date": "2026-10-20"})],
        [("condition_occurrence", {**WEAK, "condition_end_date": "2026-11-02"})],
        [("condition_occurrence", {**WEAK, "condition_status_concept_id": 701})],
        [("condition_occurrence", {**WEAK, "condition_status_concept_id": 703})],
    ):
        assert of_one(records, done)["weakness"] == 1
    for changed in (
        {"days_supply": 61},
        {"drug_exposure_end_date": "2026-11-01"},
        {"drug_exposure_end_date": "2026-09-01"},
    ):
        assert of_one([("drug_exposure", {**DRUG, **changed})], done)["diuretic_use"] == 1
    old = {**DRUG, "drug_exposure_start_date": "2026-01-01"}
    assert of_one([("drug_exposure", {**old, "days_supply": 400})], done)["diuretic_use"] == 1
    assert of_one([("drug_exposure", old)], done) == {}


def test_an_end_in_the_future_of_the_index_date_is_not_known_yet(done: Prepare, tmp_path: Path) -> None:
    write(
        tmp_path / "dates.csv",
        [{"person_id": 1, "index_date": "2026-10-20"}, {"person_id": 2, "index_date": "2026-10-25"}],
    )
    tables = tables_of({n: [("condition_occurrence", {**WEAK, "condition_end_date": "2026-10-25"})] for n in (1, 2, 3)})
    rows = done(tables, day=None, dates=open_index_dates(str(tmp_path / "dates.csv"))).rows
    assert {person: row.pop(INDEX_DATE).day for person, row in rows.items()} == {"1": 20, "2": 25}
    assert rows["1"]["weakness"] == 1
    assert rows["2"] == {}


def test_a_relative_s_concept_below_one_s_own_is_never_the_patient_s(done: Prepare) -> None:
    assert of_one([("condition_occurrence", {"condition_concept_id": 104})], done) == {}


def test_a_code_that_may_mean_something_else_says_nothing_and_concept_0_is_counted_as_unmapped(done: Prepare) -> None:
    nothing = {"condition_concept_id": 0, "condition_source_concept_id": 108}
    found = done(tables_of({1: [("condition_occurrence", nothing), ("condition_occurrence", WEAK)]}))
    assert found.found.tally.unknown == {("condition_occurrence", "0"): 1}
    assert found.found.tally.read["condition_occurrence"] == 2


# ---------------------------------------------------------------- the site


def test_the_site_says_units_and_statuses(done: Prepare) -> None:
    local = [
        ("measurement", {**POTASSIUM, "unit_concept_id": 0, "unit_source_value": "mEq"}),
        (
            "measurement",
            {**POTASSIUM, "unit_concept_id": 0, "unit_source_value": "other", "measurement_date": "2026-10-31"},
        ),
    ]
    units = "units:\n  - {item: potassium, source_unit: mEq, unit: meq/L}"
    assert of_one(local, done, site=units) == {"potassium_low": 400, "potassium_high": 400}
    bare = [("measurement", {**POTASSIUM, "unit_concept_id": None})]
    assert of_one(bare, done, site="units:\n  - {item: potassium, unit: mmol/L}")["potassium_low"] == 400
    assert of_one(local[1:], done, site="units:\n  - {item: potassium, unit: mmol/L}") == {}
    ruled_out = [("condition_occurrence", {**WEAK, "condition_status_concept_id": 703})]
    assert of_one(ruled_out, done, site="suspicions:\n  - {concept_id: 703}") == {}
    guess = [("condition_occurrence", {**WEAK, "condition_status_concept_id": 702})]
    certain = "certain:\n  - {vocabulary: Condition Status, code: made-up-2}"
    assert of_one(guess, done, site=certain)["weakness"] == 1
    ended = [("condition_occurrence", {**WEAK, "condition_end_date": "2026-10-21"})]
    assert of_one(ended, done, site="end_dates: no")["weakness"] == 1


def test_an_era_ends_a_condition_only_where_the_site_says_so_and_once_no_later_record_can_belong_to_it(
    done: Prepare,
) -> None:
    began = {**WEAK, "condition_start_date": "2026-09-01"}
    eras = [{"condition_concept_id": 102, "condition_era_start_date": "2026-08-01", "condition_era_end_date": end}
            for end in ("2026-10-01", "2026-10-02")]  # fmt: skip
    both = [("condition_occurrence", began), *(("condition_era", era) for era in eras)]
    assert of_one(both, done, site="condition_eras: yes")["weakness"] == 1
    for era, there in zip(eras, (False, True), strict=True):
        records = [("condition_occurrence", began), ("condition_era", era)]
        assert of_one(records, done)["weakness"] == 1
        assert ("weakness" in of_one(records, done, site="condition_eras: yes")) is there


def test_a_denial_and_what_a_set_lets_count_without_a_value(done: Prepare, tmp_path: Path) -> None:
    assert of_one([("observation", {**DYSPHAGIA, "value_as_concept_id": 302})], done)["dysphagia"] == 0
    text = (
        "format: 1\nconcept_set: own\nitem: dysphagia\nwithout_value: yes\n"
        "answers:\n  - {concept_id: 303, says: present}\nconcepts:\n  - {concept_id: 105}\n"
    )
    (tmp_path / "own.yaml").write_text(text, encoding="utf-8")
    for value in (0, 303):
        row = {"observation_concept_id": 105, "value_as_concept_id": value}
        assert of_one([("observation", row)], done, concept_sets=tmp_path)["dysphagia"] == 1


def test_a_set_of_the_site_stands_in_the_place_of_the_verified_codes_of_its_item(done: Prepare, tmp_path: Path) -> None:
    text = (
        "format: 1\nconcept_set: own\nitem: weakness\nconcepts:\n"
        "  - {vocabulary: SNOMED, code: '26544005', descendants: yes}\n  - {concept_id: 103, exclude: yes}\n"
    )
    (tmp_path / "own.yaml").write_text(text, encoding="utf-8")
    rows = done(
        tables_of({n: [("condition_occurrence", {"condition_concept_id": n})] for n in (101, 102, 103)}),
        concept_sets=tmp_path,
    ).rows
    assert (rows["101"]["fasciculation"], rows["102"]["weakness"], rows["103"]) == (1, 1, {})


# ---------------------------------------------------------------- people


def period(person: int, start: str, end: str) -> dict[str, Any]:
    return {"person_id": person, "observation_period_start_date": start, "observation_period_end_date": end}


def test_people_have_age_sex_life_observation_and_site(done: Prepare) -> None:
    tables = {
        "person": [
            {"person_id": 1, "gender_concept_id": 602, "year_of_birth": 1961, "month_of_birth": 11, "day_of_birth": 1,
             "care_site_id": 77},
            {"person_id": 2, "gender_concept_id": 9, "year_of_birth": 1961},
            {"person_id": 3, "year_of_birth": 1961, "day_of_birth": 5},
            {"person_id": 4, "year_of_birth": 1950}, {"person_id": 4, "year_of_birth": 1951},
        ],
        "death": [{"person_id": 1, "death_date": "2026-11-02"}, {"person_id": 2, "death_date": "2026-11-01"}],
        "observation_period": [period(1, "2025-11-01", "2026-11-01"), period(2, "2025-11-01", "2026-10-31"),
                               period(2, "2026-11-02", "2027-10-31")],
    }  # fmt: skip
    found = done(tables)
    assert found.rows == {
        "1": {"age_low": 65, "age_high": 65, "sex": 2, "observed_days": 365, "site": "77"},
        "2": {"age_low": 64, "age_high": 65, "alive": 0},
        "3": {"age_low": 64, "age_high": 65},
    }
    assert found.found.quarantined == 1


# ---------------------------------------------------------------- absence


PERIOD = {"observation_period_start_date": "2025-11-01", "observation_period_end_date": "2026-12-01"}


def test_a_drug_is_absent_only_where_asked_for_and_within_observation(done: Prepare) -> None:
    early = {**PERIOD, "observation_period_end_date": "2026-01-01"}
    people: dict[int, list[Record]] = {
        1: [("observation_period", PERIOD)],
        2: [("observation_period", early)],
        3: [("observation_period", PERIOD), ("drug_exposure", {**DRUG, "days_supply": 5})],
        4: [("observation_period", PERIOD), ("drug_exposure", {**DRUG, "drug_exposure_start_date": "2026-11-05"})],
    }
    assert done(tables_of(people), people=range(5)).rows["1"].get("diuretic_use") is None
    rows = done(tables_of(people), people=range(5), absent=["diuretic_use"]).rows
    assert {person: row.get("diuretic_use") for person, row in rows.items()} == {
        "0": None, "1": 0, "2": None, "3": None, "4": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("weakness", "neither a drug nor a procedure"),
        ("diuretics_use", "did you mean 'diuretic_use'"),
        ("statin_use", "needs a concept set of its own"),
        ("neck_surgery", "needs the table 'procedure_occurrence'"),
    ],
)
def test_no_other_absence_is_made_of_silence(name: str, message: str, done: Prepare) -> None:
    with pytest.raises(PopulationError, match=message):
        done(tables_of({1: [("observation_period", PERIOD), ("drug_exposure", DRUG)]}), absent=[name])


# ---------------------------------------------------------------- notes


def noted(**row: Any) -> dict[str, list[dict[str, Any]]]:
    term = {"note_id": 9, "note_nlp_concept_id": 101, "term_exists": "Y", "term_temporal": None, "term_modifiers": None}
    return {
        "note": [{"note_id": 9, "person_id": 1, "note_date": "2026-10-20"}],
        "note_nlp": [{**term, **row}, {**term, "note_nlp_concept_id": 102, "term_exists": None}],
    }


def test_notes_are_read_only_when_asked_for(done: Prepare) -> None:
    assert done(noted(), people=[1]).rows == {"1": {}}
    assert done(noted(), people=[1], notes=True).rows == {"1": {"fasciculation": 1}}
    with pytest.raises(PopulationError, match="--notes needs"):
        done({}, people=[1], notes=True)


@pytest.mark.parametrize(
    "row",
    [
        {"term_exists": "N"},
        {"term_temporal": "Past"},
        {"term_modifiers": "negated=no,subject=family,certainty=undef,conditional=false,general=false"},
        {"term_modifiers": "negation=true"},
        {"term_modifiers": "Rule_out = true"},
        {"term_modifiers": "conditional=true;subject=patient"},
        {"term_modifiers": "certainty=low"},
    ],
    ids=str,
)
def test_a_term_that_may_not_be_the_patient_s_own_and_present_says_nothing_and_denies_nothing(
    row: dict[str, Any], done: Prepare
) -> None:
    found = done(noted(**row), people=[1], notes=True)
    assert found.rows == {"1": {}}
    assert found.found.tally.aside["not-of-patient"] == 2


def test_a_term_whose_modifiers_leave_it_standing_counts(done: Prepare) -> None:
    said = "negated=no,subject=patient,certainty=undef,conditional=false,general=false"
    assert done(noted(term_modifiers=said, term_temporal="present"), people=[1], notes=True).rows["1"] == {
        "fasciculation": 1
    }


# ---------------------------------------------------------------- the run


def test_parts_leave_every_row_alone_and_the_manifest_says_what_it_was_made_of(
    done: Prepare, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = {n: [amount(2.0 + n % 5, n % 9)[0], condition(101, "", n)[0]] for n in range(30)}
    whole = done(tables_of(people))
    monkeypatch.setattr(spreading, "ROWS", 7)
    monkeypatch.setattr(spreading, "PEOPLE_OF_A_PART", 4)
    parted = done(tables_of(people))
    assert parted.found.parts == 8
    assert parted.rows == whole.rows
    run_of = json.loads((parted.out / "manifest.json").read_text())["run"]
    assert run_of["vocabulary"] == "v5.0 made up"
    assert run_of["tables_not_there"] == [
        name for name in ("observation_period", "death", "condition_era", *EVENTS)
        if name not in ("condition_occurrence", "measurement")
    ]  # fmt: skip
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in parted.out.glob("*.parquet"))


def test_another_vocabulary_makes_another_run(done: Prepare, tmp_path: Path) -> None:
    def digest(place: Path) -> Any:
        return open_omop(str(place), RULESET, DAY, None).identity()["concept_sets"]

    one = database(tmp_path / "one", {"condition_occurrence": [{"person_id": 1, **WEAK}]})
    other = database(tmp_path / "other", {"condition_occurrence": [{"person_id": 1, **WEAK}]})
    assert digest(one) == digest(other)
    more = [*VOCABULARY["concept_ancestor"], {"ancestor_concept_id": 102, "descendant_concept_id": 999}]
    write(other / "concept_ancestor.parquet", more)
    assert digest(one) != digest(other)


def test_whole_numbers_that_were_written_with_a_point_are_the_same(done: Prepare, tmp_path: Path) -> None:
    row = {"person_id": 1, "condition_concept_id": 102.0, "condition_start_date": "2026-10-20"}
    status = [
        {**row, "condition_status_concept_id": None},
        {**row, "person_id": 2, "condition_status_concept_id": 702.0},
    ]
    for ending in ("parquet", "csv"):
        person = [{"person_id": n, "gender_concept_id": 601.0, "year_of_birth": 1961.0} for n in (1, 2)]
        rows = done({"person": person, "condition_occurrence": status}, ending=ending).rows
        assert [(row["sex"], row["age_low"], "weakness" in row) for row in rows.values()] == [
            (1, 64, True), (1, 64, False)
        ]  # fmt: skip


def test_vocabularies_with_tabs_and_great_letters_are_read(done: Prepare, tmp_path: Path) -> None:
    place = database(tmp_path / "in", {"condition_occurrence": [{"person_id": 1, **WEAK}]}, ending="csv")
    frame = pl.read_csv(place / "concept.csv").with_columns(pl.lit('a "quoted name').alias("concept_name"))
    (place / "concept.csv").unlink()
    (place / "CONCEPT.csv").write_text(
        "\n".join(["\t".join(frame.columns), *("\t".join(map(str, row)) for row in frame.iter_rows())]) + "\n"
    )
    prepare(open_omop(str(place), RULESET, DAY, None), tmp_path / "out", RULESET)
    assert Done(None, tmp_path / "out").rows["1"]["weakness"] == 1  # type: ignore[arg-type]


def test_what_is_not_as_it_has_to_be_is_refused_with_one_clear_error(tmp_path: Path) -> None:
    def refused(place: Path, **options: Any) -> str:
        with pytest.raises((PopulationError, MappingError)) as caught:
            open_omop(str(place), RULESET, DAY, None, **options)
        return str(caught.value)

    (tmp_path / "empty").mkdir()
    assert "has no table 'person'" in refused(tmp_path / "empty")
    assert "is no folder" in refused(tmp_path / "nowhere")
    strange = database(tmp_path / "strange", {})
    write(strange / "person.parquet", [{"person_id": 1.5}])
    (strange / "death.parquet").write_bytes(b"PAR1")
    write(strange / "measurement.csv", [{"person_id": 1}])
    (strange / "observation").mkdir()
    for ending in ("csv", "parquet"):
        write(strange / f"Drug_Exposure.{ending}", [{"person_id": 1}])
    told = refused(strange)
    assert all(code in told for code in ("wrong-type", "not-parquet", "no-column", "empty-folder", "table-twice"))
    for name in ("measurement.csv.gz", "Death.CSV", "observation/b.parq"):
        packed = database(tmp_path / name.replace("/", "-"), {"person": [{"person_id": 1}]})
        (packed / "visit_occurrence.csv.gz").touch()
        (packed / name).parent.mkdir(exist_ok=True)
        (packed / name).touch()
        assert f"{packed / name}: not-read" in refused(packed)
        assert "visit_occurrence" not in refused(packed)
    lost = database(tmp_path / "lost", {"person": [{"person_id": 1}]})
    write(lost / "concept.parquet", [{"concept_id": 1, "concept_code": "x", "vocabulary_id": "y"}])
    assert "has none of the concepts" in refused(lost)
    (lost / "concept.parquet").unlink()
    assert "no table 'concept'" in refused(lost)
    sets = tmp_path / "sets"
    sets.mkdir()
    assert "holds no concept set" in refused(lost, concept_sets=sets)
    for number, (old, new) in enumerate((("diuretic_use", "diuretics"), ("801", "none"), ("[drug]", "[drugs]"))):
        (sets / f"{number}.yaml").write_text(SETS["diuretic_use"].replace(old, new))
    told = refused(lost, concept_sets=sets)
    assert all(f"{n}.yaml:" in told for n in range(3))
    (tmp_path / "site.yaml").write_text("format: 1\nsite: x\nunits:\n  - {item: weakness, unit: kg}\n")
    assert "no quantity" in refused(lost, site=tmp_path / "site.yaml")


def test_the_command_reports_counts_and_refuses_options_of_other_forms(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = database(tmp_path / "in", {"condition_occurrence": [{"person_id": 4711, **WEAK}]}, people=range(20))
    usual = ["population", "prepare", str(place), "--as-of", "2026-11-01", "--out", str(tmp_path / "out")]
    assert run([*usual, "--from", "omop"]) == 0
    said = capsys.readouterr().out
    assert "Records of the form omop" in said
    assert "not reviewed by a clinician" in said
    assert "4711" not in said
    assert run([*usual, "--from", "long", "--notes"]) == 2
    assert "'--notes': is for --from omop only" in capsys.readouterr().err


def test_every_reason_of_the_tables_is_tried_here() -> None:
    assert {reason for reason, _, _ in SET_ASIDE} - {*OF_LONG} | {"not-of-patient", "concept-not-found"} == {*REASONS}


def test_every_reason_stands_in_the_docs() -> None:
    docs = Path(__file__).parents[2] / "docs"
    for page, mark, reasons in (
        ("reference/long-form.md", "reasons of the long form", OF_LONG),
        ("how-to/screen-an-omop-database.md", "reasons of tables", REASONS),
    ):
        table = (docs / page).read_text(encoding="utf-8").partition(f"<!-- {mark} -->\n")[2].partition("\n\n")[0]
        assert table.splitlines()[2:] == [f"| `{reason}` | {words} |" for reason, words in reasons.items()]
