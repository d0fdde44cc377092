"""Who is counted, and of which day a row speaks: an index date of one's own, the dead, the observed, and sites."""

from __future__ import annotations

import datetime
import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from fasciculation_rules import open_ruleset
from fasciculation_rules.cli.app import run
from fasciculation_rules.errors import PopulationError
from fasciculation_rules.population.generating import generate
from fasciculation_rules.population.report import lines_of
from fasciculation_rules.population.schema import ALIVE, INDEX_DATE, OBSERVED_DAYS, PERSON, metadata_of
from fasciculation_rules.population.screening import OWN_DAY, Options, Screened, screen

MINI = Path(__file__).parent.parent / "rulesets" / "mini"
RULESET = open_ruleset(MINI)
TODAY = Options(datetime.date(2026, 11, 1))
OWN = Options()


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    (path,) = generate(RULESET, 800, 11, tmp_path_factory.mktemp("people"))
    return pl.read_parquet(path)


def screened(frame: pl.DataFrame, place: Path, options: Options) -> Screened:
    place.mkdir(exist_ok=True)
    frame.write_parquet(place / "people.parquet", metadata=metadata_of(RULESET))
    return screen(str(place), place / "out", RULESET, options)


def counted(frame: pl.DataFrame, place: Path, options: Options) -> list[int]:
    screened(frame, place, options)
    return sorted(pl.read_parquet(place / "out" / "part-*.parquet")[PERSON])


# ---------------------------------------------------------------- the day


def test_each_row_may_speak_of_a_day_of_its_own(people: pl.DataFrame, tmp_path: Path) -> None:
    day = (pl.lit(datetime.date(2020, 1, 1)) + pl.duration(days=pl.col(PERSON) % 400)).cast(pl.Date)
    dated = people.with_columns(day.alias(INDEX_DATE))
    found = screened(dated, tmp_path / "own", OWN)
    assert found.day == OWN_DAY
    assert found.digest == screened(people, tmp_path / "one", TODAY).digest
    answers = pl.read_parquet(tmp_path / "own" / "out" / "part-*.parquet")
    assert answers.filter(pl.col(INDEX_DATE) != day).is_empty()


def test_a_day_is_given_once(people: pl.DataFrame, tmp_path: Path) -> None:
    dated = people.with_columns(pl.lit(datetime.date(2026, 1, 1)).alias(INDEX_DATE))
    with pytest.raises(PopulationError, match=r"each row has a day of its own .*; leave --as-of away"):
        screened(dated, tmp_path / "two", TODAY)
    with pytest.raises(PopulationError, match="nobody says of which day the table speaks: give --as-of"):
        screened(people, tmp_path / "none", OWN)


def test_a_row_without_a_day_where_the_others_have_one_cannot_be(people: pl.DataFrame, tmp_path: Path) -> None:
    day = pl.when(pl.col(PERSON) < 3).then(None).otherwise(pl.lit(datetime.date(2026, 1, 1)))
    found = screened(people.with_columns(day.alias(INDEX_DATE)), tmp_path / "in", OWN)
    assert found.attrition.quarantined == 3


# ---------------------------------------------------------------- who is counted


def test_the_dead_are_not_counted_and_who_is_not_said_to_be_dead_is(people: pl.DataFrame, tmp_path: Path) -> None:
    before = counted(people, tmp_path / "before", TODAY)
    alive = pl.when(pl.col(PERSON) % 3 == 0).then(0).when(pl.col(PERSON) % 3 == 1).then(1).otherwise(None)
    frame = people.with_columns(alive.cast(pl.Int8).alias(ALIVE))
    assert counted(frame, tmp_path / "after", TODAY) == [person for person in before if person % 3]
    found = screened(frame, tmp_path / "again", TODAY)
    assert found.attrition.not_alive == len([person for person in before if person % 3 == 0]) > 0
    assert found.attrition.rows == 800
    everyone = screened(frame, tmp_path / "everyone", replace(TODAY, everyone=True))
    assert everyone.attrition.counted == 800


def test_sixteen_is_the_first_year_that_counts_and_an_age_that_may_be_less_does_not(
    people: pl.DataFrame, tmp_path: Path
) -> None:
    low = pl.col(PERSON).replace_strict({0: 15, 1: 16, 2: 15}, default=None, return_dtype=pl.Int32)
    high = pl.col(PERSON).replace_strict({0: 15, 1: 16, 2: 40}, default=None, return_dtype=pl.Int32)
    frame = people.head(4).with_columns(
        low.alias("age_low"), high.alias("age_high"), pl.lit(1, pl.Int8).alias("fasciculation")
    )
    assert counted(frame, tmp_path / "in", TODAY) == [1]


def test_whoever_was_not_observed_so_long_is_not_counted_nor_who_may_not_have_been(
    people: pl.DataFrame, tmp_path: Path
) -> None:
    before = counted(people, tmp_path / "before", TODAY)
    days = pl.when(pl.col(PERSON) % 3 == 0).then(364).when(pl.col(PERSON) % 3 == 1).then(365).otherwise(None)
    frame = people.with_columns(days.cast(pl.Int32).alias(OBSERVED_DAYS))
    asked = replace(TODAY, observed=365)
    assert counted(frame, tmp_path / "after", asked) == [person for person in before if person % 3 == 1]
    report = "\n".join(lines_of(screened(frame, tmp_path / "after", asked), RULESET, asked))
    assert "16 or older, alive, observed for 365 days; as of 2026-11-01" in report
    assert "not known to be observed so long" in report
    with pytest.raises(PopulationError, match="does not say for how long people were observed"):
        screened(people, tmp_path / "unknown", asked)


def test_days_may_bear_their_unit(people: pl.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "in"
    screened(people.with_columns(pl.lit(400).cast(pl.Int32).alias(OBSERVED_DAYS)), place, TODAY)
    arguments = ["screen", str(place / "people.parquet"), "--as-of", "2026-11-01", "--ruleset", str(MINI)]
    for days, code in (("365", 0), ("365d", 0), ("-1", 2), ("1y", 2), ("d", 2)):
        said = run([*arguments, "--require-observation", days, "--out", str(tmp_path / f"out{days}")])
        assert (days, said) == (days, code)
    assert "'d' is no number of days, such as 365 or 365d" in capsys.readouterr().err


@pytest.mark.parametrize(("column", "cell"), [(ALIVE, 2), (OBSERVED_DAYS, -1)])
def test_what_cannot_be_said_of_a_row_sets_it_aside(
    column: str, cell: int, people: pl.DataFrame, tmp_path: Path
) -> None:
    odd = pl.when(pl.col(PERSON) == 7).then(cell).otherwise(1).cast(pl.Int32)
    assert screened(people.with_columns(odd.alias(column)), tmp_path / "in", TODAY).attrition.quarantined == 1


# ---------------------------------------------------------------- sites


def test_what_tells_people_apart_stands_beside_their_answers_and_the_known_cells_add_up(
    people: pl.DataFrame, tmp_path: Path
) -> None:
    site = pl.when(pl.col(PERSON) % 2 == 0).then(pl.lit("north")).otherwise(pl.lit("south"))
    day = pl.when(pl.col(PERSON) % 4 < 2).then(pl.date(2026, 1, 31)).otherwise(pl.date(2026, 2, 1))
    frame = people.with_columns(site.alias("site"), day.alias(INDEX_DATE))
    found = screened(frame, tmp_path / "in", replace(OWN, by=("site",)))
    answers = pl.read_parquet(tmp_path / "in" / "out" / "part-*.parquet")
    assert answers.filter((pl.col(PERSON) % 2 == 0) != (pl.col("site") == "north")).is_empty()
    strata = json.loads((tmp_path / "in" / "out" / "manifest.json").read_text())["known"]
    assert [(each["stratum"]["site"], each["stratum"]["month"]) for each in strata] == [
        (site, month) for site in ("north", "south") for month in ("2026-01", "2026-02")
    ]
    assert sum(each["rows"] for each in strata) == found.attrition.counted
    of_counted = frame.filter(pl.col(PERSON).is_in(answers[PERSON].implode()))
    for column in ("age_low", "weakness", "fasciculation"):
        assert sum(each["known"][column] for each in strata) == of_counted[column].count()


def test_sites_and_parts_leave_the_digest_alone(people: pl.DataFrame, tmp_path: Path) -> None:
    frame = people.with_columns((pl.col(PERSON) % 5).alias("site"))
    plain = screened(people, tmp_path / "plain", TODAY)
    for name, engine in (("polars", "columns"), ("duckdb", "sql")):
        options = replace(TODAY, by=("site",), rows=250, engine=engine)
        assert screened(frame, tmp_path / name, options).digest == plain.digest
        answers = pl.read_parquet(tmp_path / name / "out" / "part-*.parquet")
        assert (answers["site"] == answers[PERSON] % 5).all()


@pytest.mark.parametrize("name", ["care site", "select", "b1", 'a"b', "beside_0"])
def test_what_tells_people_apart_may_have_any_name(name: str, people: pl.DataFrame, tmp_path: Path) -> None:
    frame = people.with_columns((pl.col(PERSON) % 5).alias(name))
    for engine in ("columns", "sql"):
        screened(frame, tmp_path / engine, replace(TODAY, by=(name,), engine=engine))
        answers = pl.read_parquet(tmp_path / engine / "out" / "part-*.parquet")
        assert (answers[name] == answers[PERSON] % 5).all()


@pytest.mark.parametrize("name", ["rung", "fired_0", "month", "rows", "?0"])
def test_a_name_that_the_result_has_itself_is_refused(name: str, people: pl.DataFrame, tmp_path: Path) -> None:
    frame = people.with_columns((pl.col(PERSON) % 5).alias(name))
    with pytest.raises(PopulationError, match="because the result has a column of that name; rename it"):
        screened(frame, tmp_path / "in", replace(TODAY, by=(name,)))


def test_a_column_is_named_once(people: pl.DataFrame, tmp_path: Path) -> None:
    frame = people.with_columns((pl.col(PERSON) % 5).alias("site"))
    with pytest.raises(PopulationError, match="--by names 'site' twice"):
        screened(frame, tmp_path / "in", replace(TODAY, by=("site", "site")))


# ---------------------------------------------------------------- the heading


def test_the_report_says_that_people_do_not_exist_and_that_a_profile_moves_thresholds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    people, profile = tmp_path / "people", tmp_path / "site.yaml"
    profile.write_text("name: Northern laboratory\nthresholds:\n  total_b12_deficient: 200 ng/L\n")
    generate(open_ruleset("1.1.0"), 500, 1, people)
    arguments = ["screen", str(people), "--as-of", "2026-11-01", "--ruleset", "1.1.0", "--out"]
    assert run([*arguments, str(tmp_path / "out")]) == 0
    plain = capsys.readouterr().out
    assert "Synthetic: these people do not exist" in plain
    assert "profile" not in plain
    assert run([*arguments, str(tmp_path / "moved"), "--profile", str(profile)]) == 0
    moved = capsys.readouterr().out
    assert "Site profile: Northern laboratory." in moved
    assert plain.splitlines()[-1] != moved.splitlines()[-1]
    assert run([*arguments, str(tmp_path / "out"), "--profile", str(profile)]) == 2
    assert "another run, which differs in: effective_digest, profile_digest" in capsys.readouterr().err
