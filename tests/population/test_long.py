"""The long form: each row of the table is what a case with the statements of that person says, and nothing later."""

from __future__ import annotations

import csv
import datetime
import json
import stat
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from said import Statement, expected

from fasciculation_rules import open_ruleset
from fasciculation_rules.cli.app import run
from fasciculation_rules.errors import PopulationError
from fasciculation_rules.model.vocabulary import Finding
from fasciculation_rules.population.intake import spreading
from fasciculation_rules.population.intake.dates import open_index_dates
from fasciculation_rules.population.intake.long.reader import open_long
from fasciculation_rules.population.intake.long.reasons import REASONS
from fasciculation_rules.population.intake.preparing import Prepared, prepare
from fasciculation_rules.population.schema import INDEX_DATE, PERSON

RULESET = open_ruleset(Path(__file__).parent.parent / "rulesets" / "mini")
DAY = datetime.date(2026, 11, 1)
ABOUT = {PERSON, INDEX_DATE, "alive", "observed_days", "site"}


Row = dict[str, Any]


def written(place: Path, rows: Sequence[Any], name: str = "statements.csv", columns: Sequence[str] = ()) -> Path:
    """Rows as a file of CSV, or of Parquet by its name."""
    place.mkdir(parents=True, exist_ok=True)
    held = [row if isinstance(row, dict) else vars(row) for row in rows]
    names = list(columns) or list(held[0])
    if name.endswith(".parquet"):
        schema = dict.fromkeys(names, pl.String)
        pl.DataFrame(held, schema=schema).with_columns(pl.col(pl.String).replace({"": None})).write_parquet(
            place / name
        )
    else:
        with (place / name).open("w", newline="") as file:
            writer = csv.DictWriter(file, names)
            writer.writeheader()
            writer.writerows(held)
    return place


def prepared(place: Path, out: Path, day: datetime.date | None = DAY, dates: Path | None = None) -> Prepared:
    opened = open_index_dates(str(dates)) if dates else None
    return prepare(open_long(str(place), RULESET, day, opened), out, RULESET)


def rows_of(out: Path) -> dict[str, Row]:
    """What is known of each person, with what is said of the rows themselves."""
    frame = pl.concat([pl.read_parquet(file) for file in sorted(out.glob("people-?????.parquet"))])
    return {
        row[PERSON]: {name: cell for name, cell in row.items() if cell is not None and name != PERSON}
        for row in frame.iter_rows(named=True)
    }


def table_of(tmp: Path, rows: Sequence[Any], **options: Any) -> dict[str, Row]:
    """Written, prepared and read."""
    number = len(list(tmp.iterdir())) if tmp.exists() else 0
    prepared(written(tmp / f"in{number}", rows), tmp / f"out{number}", **options)
    return rows_of(tmp / f"out{number}")


AMOUNTS = {
    "age": ("years", 0, 100), "potassium": ("mmol/L", 2, 7), "twitch_duration": ("days", 0, 400),
    "calcium_total": ("mmol/L", 1, 3), "albumin": ("g/L", 20, 50), "calcium_adjusted": ("mmol/L", 1, 3),
}  # fmt: skip


@st.composite
def statements(draw: st.DrawFn, person: str = "p", least: int = 0) -> list[Statement]:
    """Of one person, of each item at most one a day."""
    found = []
    for name in draw(
        st.lists(st.sampled_from(list(RULESET.vocabulary.items)), min_size=least, max_size=6, unique=True)
    ):
        item = RULESET.vocabulary.items[name]
        ages = st.one_of(st.none(), st.sampled_from((-9, -1, 0, 6, 7, 8, 89, 90, 91, 182, 183)))
        for age in draw(st.lists(ages, min_size=1, max_size=4, unique=True)):
            date = "" if age is None else (DAY - datetime.timedelta(days=age)).isoformat()
            if isinstance(item, Finding):
                value, unit = draw(st.sampled_from(item.values or ("present", "absent"))), ""
            else:
                unit, low, high = AMOUNTS[name]
                value = str(draw(st.integers(low, high)))
            found.append(Statement(person, name, value, unit, date))
    return draw(st.permutations(found))


PEOPLE = st.lists(st.integers(0, 10**6), min_size=1, max_size=6, unique=True).flatmap(
    lambda ids: st.tuples(*(statements(f"p{number}", 1) for number in ids))
)


@settings(max_examples=10)
@given(people=PEOPLE, seed=st.integers(0, 10**6))
def test_each_row_is_what_assess_knows_of_that_persons_statements(
    people: tuple[list[Statement], ...], seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    tmp = tmp_path_factory.mktemp("long")
    rows = [one for said in people for one in said]
    found = table_of(tmp, rows)
    assert found == {said[0].person_id: expected(said, RULESET, DAY) for said in people}
    Random(seed).shuffle(rows)
    assert table_of(tmp, rows) == found


@settings(max_examples=10)
@given(said=statements(least=1), data=st.data())
def test_deleting_a_row_makes_no_finding_present_and_adding_a_later_one_changes_nothing(
    said: list[Statement], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    tmp = tmp_path_factory.mktemp("long")
    later = [replace(one, date="2026-12-24") for one in data.draw(statements())]
    people = [
        [replace(one, person_id="all") for one in said],
        [replace(one, person_id="later") for one in (*said, *later)],
    ]
    for number in range(len(said)):
        people += [[replace(one, person_id=f"less{number}") for one in (*said[:number], *said[number + 1 :])]]
    found = table_of(tmp, [one for each in people for one in each])
    assert found["all"] == found["later"]
    plain = [name for name in RULESET.vocabulary.findings if not RULESET.vocabulary.is_summary(name)]
    for person, row in found.items():
        if person.startswith("less"):
            present = {name for name in plain if row.get(name) == 1 and not RULESET.vocabulary.findings[name].values}
            assert present <= {name for name in plain if found["all"].get(name) == 1}


# ---------------------------------------------------------------- values


@pytest.mark.parametrize(
    "twins",
    [
        [("4.1", "mmol/L"), ("4.1 mmol/L", ""), ("4.1 mmol/L", "mmol/L"), ("4.10", "meq/L")],
        [("<3.5", "mmol/L"), ("< 3.5 mmol/L", ""), ("0.5-3.49", "mmol/L")],
        [(">=4.1", "mmol/L"), ("≥4.1", "mmol/L"), ("≥ 4.1 mmol/L", ""), ("4.1-15", "mmol/L")],
        [("<=4.1", "mmol/L"), ("≤4.1", "mmol/L"), (" ≤ 4.1 meq/L", ""), ("0.5-4.1", "mmol/L")],
        [("3-5", "mmol/L"), ("3 - 5 mmol/L", ""), ("3.0-5.00", "meq/L")],
    ],
    ids=["units", "bounds", "at least", "at most", "spans"],
)
def test_twins_say_the_same(twins: list[tuple[str, str]], tmp_path: Path) -> None:
    rows = [
        Statement(f"p{number}", "potassium", value, unit, date)
        for number, (value, unit) in enumerate(twins)
        for date in ("2026-10-30",)
    ]
    found = list(table_of(tmp_path, rows).values())
    assert found[0]
    assert all(each == found[0] for each in found)


def test_a_day_and_a_time_of_that_day_say_the_same_and_the_latest_time_counts(tmp_path: Path) -> None:
    rows = [
        Statement("day", "potassium", "4", "mmol/L", "2026-10-30"),
        Statement("time", "potassium", "4", "mmol/L", "2026-10-30T08:15"),
        *(Statement("both", "potassium", str(n), "mmol/L", f"2026-10-30 0{n}:00:00") for n in (3, 4, 2)),
        *(Statement("mixed", "potassium", str(n), "mmol/L", f"2026-10-30{at}") for n, at in ((3, ""), (5, "T08:00"))),
        *(Statement("sources", "potassium", str(n), "mmol/L", "2026-10-30", source=f"{n}") for n in (5, 4)),
    ]
    found = table_of(tmp_path, rows)
    assert found["day"] == found["time"] == found["both"] == found["sources"]
    assert (found["mixed"]["potassium_low"], found["mixed"]["potassium_high"]) == (300, 500)


def test_a_reference_interval_goes_with_its_value(tmp_path: Path) -> None:
    ruleset = open_ruleset("1.1.0")
    rows = [
        Statement("both", "ck", "900", "U/L", "2026-10-30", "30", "200"),
        Statement("upper", "ck", "900", "U/L", "2026-10-30", "", "200"),
        Statement("none", "ck", "900", "U/L", "2026-10-30"),
        Statement("wrong", "ck", "900", "U/L", "2026-10-30", "30", "high"),
    ]
    prepare(open_long(str(written(tmp_path / "in", rows)), ruleset, DAY, None), tmp_path / "out", ruleset)
    found = rows_of(tmp_path / "out")
    ratio = int(4.5 / ruleset.vocabulary.quantities["ck_per_upper_limit"].resolution)
    assert found["both"]["ck_per_upper_limit_low"] == found["upper"]["ck_per_upper_limit_low"] == ratio
    assert found["none"] == found["wrong"] == {"ck_low": 900, "ck_high": 900}


SET_ASIDE = {
    "ahead-of-time": [{"date": "2026-11-02"}],
    "another-range": [{"item": "potassium", "value": "4", "unit": "mmol/L", "reference_low": "3"}],
    "conflicting": [{}, {"value": "absent"}],
    "denied-later": [{"date": "2026-10-01"}, {"value": "absent"}],
    "differs": [{"item": "potassium", "value": value, "unit": "mmol/L"} for value in ("4", "5")],
    "no-value": [{"value": ""}],
    "nobody": [{"person_id": ""}],
    "out-of-range": [{"item": "potassium", "value": "400", "unit": "mmol/L"}],
    "repeated": [{}, {}],
    "too-old": [{"date": "2020-01-01"}],
    "undated": [{"item": "basic_bloods_normal", "date": ""}],
    "unit-disagrees": [{"item": "potassium", "value": "4 mmol/L", "unit": "mg/L"}],
    "unit-unreadable": [{"item": "potassium", "value": "4"}],
    "unreadable-date": [{"date": "30.10.2026"}],
    "value-lacking": [{"value": "unknown"}],
    "value-unreadable": [{"value": "perhaps"}],
}


@pytest.mark.parametrize("reason", SET_ASIDE)
def test_what_is_set_aside_is_counted_by_its_reason(reason: str, tmp_path: Path) -> None:
    usual = {"person_id": "p", "item": "weakness", "value": "present", "date": "2026-10-30"}
    rows = [Statement(**{**usual, **change}) for change in SET_ASIDE[reason]]
    found = prepared(written(tmp_path / "in", [*rows, Statement("q", "weakness", "present")]), tmp_path / "out")
    assert found.tally.aside == {reason: 1}


def test_every_reason_of_the_long_form_is_tried_here() -> None:
    assert {*SET_ASIDE, "age-by-birth", "not-dated"} == set(REASONS)


def test_items_that_are_not_known_are_counted_and_one_that_may_say_something_of_a_person_is_not_shown(
    tmp_path: Path,
) -> None:
    rows = [
        Statement("p", "weakness", "present"),
        Statement("p", "headache", "yes"),
        Statement("p", "Mr Smith says", "x"),
    ]
    found = prepared(written(tmp_path / "in", rows), tmp_path / "out")
    assert found.tally.unknown == {("", "headache"): 1, ("", "(not shown)"): 1}
    assert found.tally.known == {("", "weakness", "weakness"): 1}
    assert "Smith" not in "".join(file.read_text() for file in (tmp_path / "out").glob("*.json"))


# ---------------------------------------------------------------- people


PERSONS = ("person_id", "index_date", "birth_date", "death_date", "alive", "observed_from", "observed_to", "site")


def of_people(place: Path, rows: Sequence[Sequence[str]], columns: Sequence[str], name: str = "persons.csv") -> Path:
    return written(place, [dict(zip(columns, row, strict=True)) for row in rows], name, columns)


def test_somebody_without_statements_is_all_unknown_and_somebody_who_is_not_listed_is_not_there(tmp_path: Path) -> None:
    place = written(
        tmp_path / "in", [Statement("p", "weakness", "present"), Statement("stranger", "weakness", "absent")]
    )
    found = prepared(of_people(place, [["p"], ["silent"]], ["person_id"]), tmp_path / "out")
    assert rows_of(tmp_path / "out") == {"p": {"weakness": 1}, "silent": {}}
    assert found.tally.aside == {"nobody": 1}


def test_age_life_and_observation_are_those_of_the_index_date(tmp_path: Path) -> None:
    place = written(tmp_path / "in", [Statement("p0", "age", "7 years")])
    people = [
        ["p0", "2026-10-31", "1961-11-01", "2026-11-01", "", "2025-10-31", "", "north"],
        ["p1", "2026-11-01", "   1961-11-01", "2026-11-01", "1", "2025-11-01", "2026-10-31", ""],
        ["p2", "2026-11-01", "   1961", "", "true", "2026-11-02", "", ""],
        ["p3", "2026-11-01", "1961-11", "", "0", "", "2026-11-02", ""],
        ["p4", "2026-11-01", "2027-01-01", "", "", "", "", ""],
        ["p5", "", "1961", "", "", "", "", ""],
    ]
    found = prepared(of_people(place, people, PERSONS), tmp_path / "out", day=None)
    rows = rows_of(tmp_path / "out")
    assert {person: row.pop(INDEX_DATE).day for person, row in rows.items()} == {
        "p0": 31,
        "p1": 1,
        "p2": 1,
        "p3": 1,
        "p4": 1,
    }
    assert rows == {
        "p0": {"age_low": 64, "age_high": 64, "observed_days": 365, "site": "north"},
        "p1": {"age_low": 65, "age_high": 65, "alive": 0},
        "p2": {"age_low": 64, "age_high": 65, "alive": 1},
        "p3": {"age_low": 64, "age_high": 65, "alive": 0},
        "p4": {},
    }
    assert found.tally.aside == {"age-by-birth": 1, "ahead-of-time": 1, "not-dated": 1}


def test_two_rows_about_one_person_that_differ_put_her_into_quarantine(tmp_path: Path) -> None:
    place = written(tmp_path / "in", [Statement("p", "weakness", "present")])
    people = [
        ["p", "1961"],
        ["p", "1962"],
        ["q", "1961"],
        ["q", "1961"],
        ["r", "long ago"],
        *([f"s{n}", ""] for n in range(300)),
    ]
    found = prepared(of_people(place, people, ["person_id", "birth_date"]), tmp_path / "out")
    assert (found.people, found.quarantined) == (301, 2)
    (quarantine,) = (tmp_path / "out").glob("*quarantine.parquet")
    assert stat.S_IMODE(quarantine.stat().st_mode) == 0o600
    assert dict(pl.read_parquet(quarantine).iter_rows()) == {
        "p": "two rows about the person differ",
        "r": "the date of birth cannot be read",
    }


def test_with_days_of_their_own_people_see_only_what_was_there_by_then(tmp_path: Path) -> None:
    said = [Statement(person, "weakness", "present", date="2026-10-15") for person in ("early", "late", "none")]
    dates = [["early", "2026-10-14"], ["late", "2026-10-15"], ["silent", "2026-10-15"]]
    place = written(tmp_path / "in", said)
    of_people(tmp_path, dates, ["person_id", "index_date"], "dates.parquet")
    prepared(place, tmp_path / "out", None, tmp_path / "dates.parquet")
    rows = rows_of(tmp_path / "out")
    assert {person: row.pop(INDEX_DATE).day for person, row in rows.items()} == {"early": 14, "late": 15, "silent": 15}
    assert rows == {"early": {}, "late": {"weakness": 1}, "silent": {}}


# ---------------------------------------------------------------- files and parts


@pytest.mark.parametrize("rows", [1, 7, 10**6])
def test_parts_forms_of_files_and_types_leave_every_row_alone(
    rows: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = [
        Statement(str(n % 17), "potassium", f"{n % 5 + 2}", "mmol/L", f"2026-10-{n % 28 + 1:02}", source=str(n % 3))
        for n in range(40)
    ]
    whole = table_of(tmp_path, said)
    monkeypatch.setattr(spreading, "ROWS", rows)
    monkeypatch.setattr(spreading, "PEOPLE_OF_A_PART", 2)
    place = written(tmp_path / "csv", said[:15], "a.csv")
    written(place, said[15:], "b.csv")
    found = prepared(place, tmp_path / "out-csv")
    assert found.parts == 2
    assert rows_of(tmp_path / "out-csv") == whole
    held = pl.DataFrame([vars(one) for one in said]).with_columns(
        pl.col(PERSON).cast(pl.Int64), pl.col("date").str.to_datetime(), pl.col("source").cast(pl.Categorical)
    )
    (tmp_path / "parquet").mkdir()
    held.reverse().write_parquet(tmp_path / "parquet" / "all.parquet")
    prepared(tmp_path / "parquet" / "all.parquet", tmp_path / "out-parquet")
    assert rows_of(tmp_path / "out-parquet") == whole


def test_the_table_and_what_is_beside_it_names_nobody_and_is_its_owners(tmp_path: Path) -> None:
    place = written(tmp_path / "in", [Statement("very-secret", "weakness", "present")])
    prepared(place, tmp_path / "out")
    for file in (tmp_path / "out").iterdir():
        if file.suffix == ".parquet":
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
        else:
            assert "secret" not in file.read_text()
    assert not list((tmp_path / "out").glob(".*"))
    run_of = json.loads((tmp_path / "out" / "manifest.json").read_text())["run"]
    assert (run_of["form"], run_of["as_of"]) == ("long", "2026-11-01")


def test_each_fault_of_the_files_is_told_at_its_place(tmp_path: Path) -> None:
    place = tmp_path / "in"
    place.mkdir()
    pl.DataFrame({"person_id": [1.5], "item": ["weakness"], "vaule": ["present"], "untis": [""]}).write_parquet(
        place / "a.parquet"
    )
    (place / "b.parquet").write_bytes(b"PAR1 cut off")
    with pytest.raises(PopulationError) as caught:
        open_long(str(place), RULESET, DAY, None)
    assert {found.code for found in caught.value.problems} == {"wrong-type", "no-column", "not-parquet"}
    assert "'vaule' looks like it" in str(caught.value)


def test_a_file_without_one_item_of_the_ruleset_is_refused_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(PopulationError, match="did you mean 'weakness'"):
        open_long(str(written(tmp_path / "in", [Statement("p", "weekness", "present")])), RULESET, DAY, None)


def test_no_day_and_two_days_are_refused_and_so_are_index_dates_that_differ(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = written(tmp_path / "in", [Statement("p", "weakness", "present")])
    with pytest.raises(PopulationError, match="nobody says of which day"):
        open_long(str(place), RULESET, None, None)
    of_people(tmp_path, [["p", "2026-11-01"]], ["person_id", "index_date"], "dates.csv")
    with pytest.raises(PopulationError, match="--as-of and by --index-dates"):
        open_long(str(place), RULESET, DAY, open_index_dates(str(tmp_path / "dates.csv")))
    for rows, said in (
        ([["p", "2026-11-01"], ["p", "2026-11-02"]], "people of the index dates"),
        ([["p", ""], ["", "2026-11-01"], ["q", "1.11.2026"]], "error: rows of the index dates"),
    ):
        of_people(tmp_path, rows, ["person_id", "index_date"], "dates.csv")
        command = ["population", "prepare", str(place), "--from", "long", "--out", str(tmp_path / "out")]
        assert run([*command, "--index-dates", str(tmp_path / "dates.csv"), "--ruleset", "1.1.0"]) == 2
        assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("raw", "code", "said"),
    [
        (b"person_id;item;value\np;weakness;present\n", "other-separator", "semicolons"),
        (b"person_id|item|value\np|weakness|present\n", "other-separator", "bars"),
        ("person_id,item,value\np,weakness,present\n".encode("utf-16"), "not-utf-8", "UTF-16"),
        ("person_id,item,value\np,weakness,present\n".encode("utf-16-le"), "not-utf-8", "UTF-16"),
        ("person_id,item,value,Müller\np,weakness,present,\n".encode("latin-1"), "not-utf-8", "not UTF-8"),
    ],
)
def test_text_with_another_separator_or_encoding_is_told_what_it_is(
    raw: bytes, code: str, said: str, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_bytes(raw)
    with pytest.raises(PopulationError, match=said) as caught:
        open_long(str(tmp_path / "a.csv"), RULESET, DAY, None)
    assert [found.code for found in caught.value.problems] == [code]


def test_a_row_in_another_encoding_is_told_as_that(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("person_id,item,value\nMüller,weakness,present\n".encode("latin-1"))
    with pytest.raises(PopulationError, match="not UTF-8") as caught:
        prepared(tmp_path / "a.csv", tmp_path / "out")
    assert "Müller" not in str(caught.value)


LEFT_OUT = ("b.csv.gz", "persons.csv.gz", "c.CSV", "d.tsv", "e.Parq", "f.xlsx", "g.ndjson", "sub/h.csv", "x/y/i.zip")
NO_DATA = ("README.txt", "manifest.json", ".hidden.gz", "_SUCCESS", "_log/1.json", "people-1-quarantine.parquet.md")


@pytest.mark.parametrize("name", LEFT_OUT)
def test_a_file_that_looks_like_data_and_is_not_read_is_refused_by_its_name(name: str, tmp_path: Path) -> None:
    place = written(tmp_path / "in", [Statement("p", "weakness", "present")])
    for each in (*NO_DATA, "out/people-00000.json", "out/people-00000.parquet"):
        (place / each).parent.mkdir(parents=True, exist_ok=True)
        (place / each).touch()
    open_long(str(place), RULESET, DAY, None)
    (place / name).parent.mkdir(parents=True, exist_ok=True)
    (place / name).touch()
    asked = [place, f"{place}/*", *([place / "statements.csv"] if name.startswith("persons") else [])]
    for each in asked:
        with pytest.raises(PopulationError, match="would be left out") as caught:
            open_long(str(each), RULESET, DAY, None)
        assert [found.file for found in caught.value.problems] == [str(place / name)]
