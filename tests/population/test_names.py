"""Names and shapes that nobody would choose: they are refused in words, or answered like any others."""

from __future__ import annotations

import datetime
import shutil
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from fasciculation_rules import Ruleset, open_ruleset
from fasciculation_rules.engines.columns.dialects import DIALECTS, Dialect
from fasciculation_rules.engines.columns.formula import Linear
from fasciculation_rules.engines.columns.sheet import sheet_of_program
from fasciculation_rules.engines.columns.to_sql import to_sql
from fasciculation_rules.errors import PopulationError, TooManyBadRowsError
from fasciculation_rules.logic.program import Program
from fasciculation_rules.population import replaying
from fasciculation_rules.population.generating import generate
from fasciculation_rules.population.impact.table import Asked, open_table
from fasciculation_rules.population.in_duckdb import connected
from fasciculation_rules.population.query import query_of
from fasciculation_rules.population.replaying import read_manifest, replay
from fasciculation_rules.population.report import lines_of
from fasciculation_rules.population.rows import Decoder
from fasciculation_rules.population.schema import METADATA, PERSON, metadata_of
from fasciculation_rules.population.screening import Options, screen
from fasciculation_rules.population.source import open_source

MINI = Path(__file__).parent.parent / "rulesets" / "mini"
RULESET = open_ruleset(MINI)
DAY = datetime.date(2026, 11, 1)
ENGINES = ("columns", "sql")
CASES = replace(DIALECTS["duckdb"], bits="")


def renamed(place: Path, name: str) -> Ruleset:
    """The small ruleset with another name for difficulty in swallowing."""
    shutil.copytree(MINI, place)
    for file in (place / "vocabulary.yaml", place / "rules" / "escalation" / "escalate-speech.yaml"):
        file.write_text(file.read_text(encoding="utf-8").replace("dysphagia", name), encoding="utf-8")
    return open_ruleset(place)


@pytest.mark.parametrize("name", ["person_id", "alive", "albumin_low"])
def test_an_item_called_like_a_column_of_every_table_is_refused(name: str, tmp_path: Path) -> None:
    ruleset = renamed(tmp_path / "mini", name)
    with pytest.raises(PopulationError, match=f"two columns that are called '{name}'; rename the item"):
        generate(ruleset, 10, 1, tmp_path / "people")


@pytest.mark.parametrize("name", ["settled", "at_least", "unanswered", "fired_0", "candidate_0", "entry"])
def test_an_item_called_like_a_column_of_the_result_is_refused_by_every_engine(name: str, tmp_path: Path) -> None:
    ruleset = renamed(tmp_path / "mini", name)
    people = tmp_path / "people"
    generate(ruleset, 10, 1, people)
    for engine in ENGINES:
        with pytest.raises(PopulationError, match=f"the result has columns that are called '{name}'; rename the item"):
            screen(str(people), tmp_path / engine, ruleset, Options(DAY, engine=engine))


@pytest.mark.parametrize(
    ("name", "dialects"),
    [
        ("b0", ["duckdb"]),
        ("whole_open_0", ["duckdb"]),
        ("v0", ["spark"]),
        ("s1", ["spark"]),
        ("ps0", ["spark"]),
        ("g_calcium_adjusted_low", ["duckdb", "spark"]),
        ("t_calcium_adjusted_low", ["duckdb", "spark"]),
    ],
)
def test_an_item_called_like_a_column_of_the_query_is_refused_where_there_is_one(
    name: str, dialects: list[str], tmp_path: Path
) -> None:
    ruleset = renamed(tmp_path / "mini", name)
    for dialect in ("duckdb", "spark"):
        if dialect in dialects:
            with pytest.raises(PopulationError, match=f"columns of its own that are called '{name}'; rename"):
                query_of(ruleset, DIALECTS[dialect])
        else:
            assert name in query_of(ruleset, DIALECTS[dialect])


def test_what_stands_beside_an_answer_may_not_be_called_like_a_column_of_the_query() -> None:
    for name in ("b0", "B0", "open_0"):
        with pytest.raises(PopulationError, match=f"columns of its own that are called '{name.lower()}'"):
            query_of(RULESET, DIALECTS["duckdb"], beside=[PERSON, name])


def test_an_item_called_by_a_word_of_sql_is_answered_by_columns_and_refused_by_duckdb(tmp_path: Path) -> None:
    ruleset, people = renamed(tmp_path / "mini", "order"), tmp_path / "people"
    generate(ruleset, 50, 1, people)
    screen(str(people), tmp_path / "columns", ruleset, Options(DAY))
    with pytest.raises(PopulationError, match="may be called by a word of SQL, such as 'order'"):
        screen(str(people), tmp_path / "sql", ruleset, Options(DAY, engine="sql"))


def test_a_quantity_that_is_worked_out_has_no_range_below_zero() -> None:
    with pytest.raises(PopulationError, match="give it one from zero up"):
        Linear(0, {}, 1, (-1, 1))


def written(place: Path, frame: pl.DataFrame, metadata: dict[str, str] | None = None) -> str:
    place.mkdir()
    frame.write_parquet(place / "people.parquet", metadata=metadata_of(RULESET) if metadata is None else metadata)
    return str(place)


def test_people_are_not_told_apart_by_a_column_that_differs_from_another_by_capitals_only(tmp_path: Path) -> None:
    for name, message in (("Fasciculation", "this is one of the form"), ("RUNG", "the result has a column of that")):
        frame = pl.DataFrame({PERSON: [1, 2], "fasciculation": [1, 1], name: ["north", "south"]})
        table = written(tmp_path / name, frame)
        with pytest.raises(PopulationError, match=message):
            screen(table, tmp_path / "out", RULESET, Options(DAY, by=(name,)))


def test_neither_does_an_impact_tell_people_apart_by_a_column_of_the_result(tmp_path: Path) -> None:
    table = written(tmp_path / "people", pl.DataFrame({PERSON: [1], "fasciculation": [1], "rung": ["a"]}))
    with pytest.raises(PopulationError, match="'rung' of --by is a column of its own"):
        open_table(table, RULESET, RULESET, Asked(as_of=DAY, by=("rung",)))


def test_a_table_of_an_unknown_form_is_refused(tmp_path: Path) -> None:
    said = metadata_of(RULESET)[METADATA].replace('"format": 1', '"format": 99')
    table = written(tmp_path / "people", pl.DataFrame({PERSON: [1]}), {METADATA: said})
    with pytest.raises(PopulationError, match=r"does not say what its columns hold .*format 1"):
        open_source(table, RULESET)


def test_a_table_without_rows_is_refused(tmp_path: Path) -> None:
    table = written(tmp_path / "people", pl.DataFrame({PERSON: [1], "fasciculation": [1]}).head(0))
    with pytest.raises(PopulationError, match="has no rows; nobody would be screened"):
        open_source(table, RULESET)


@pytest.mark.parametrize("engine", ENGINES)
def test_who_has_one_end_of_a_quantity_goes_to_the_quarantine_also_where_the_table_lacks_the_other(
    engine: str, tmp_path: Path
) -> None:
    frame = pl.DataFrame(
        {
            PERSON: [1, 2],
            "fasciculation": [1, 1],
            "calcium_total_low": [220, None],
            "albumin_low": [40, None],
            "age_low": [40, 40],
            "age_high": [40, 40],
        }
    )
    table = written(tmp_path / "people", frame)
    found = screen(table, tmp_path / "out", RULESET, Options(DAY, engine=engine, max_bad=1.0))
    assert (found.attrition.quarantined, found.attrition.counted) == (1, 1)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_folder_with_the_signs_of_a_pattern_in_its_name_is_a_folder(engine: str, tmp_path: Path) -> None:
    generate(RULESET, 50, 1, tmp_path / "p[1]*")
    found = screen(str(tmp_path / "p[1]*"), tmp_path / "a[1]?", RULESET, Options(DAY, engine=engine))
    assert found.attrition.rows == 50


def test_a_folder_that_may_not_grow_stays_as_it_was(tmp_path: Path) -> None:
    people, out = tmp_path / "people", tmp_path / "out"
    generate(RULESET, 200, 1, people)
    screen(str(people), out, RULESET, Options(DAY))
    before = {file.name: file.read_bytes() for file in out.iterdir()}
    generate(RULESET, 200, 2, tmp_path / "others")
    shutil.copy(tmp_path / "others" / "people-00000.parquet", people / "same-people.parquet")
    with pytest.raises(TooManyBadRowsError, match="nothing was changed"):
        screen(str(people), out, RULESET, Options(DAY, extend=True))
    assert {file.name: file.read_bytes() for file in out.iterdir()} == before


def test_a_report_names_the_columns_that_are_not_there_and_a_replay_counts_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    frame = pl.DataFrame({PERSON: [1, 2], "fasciculation": [1, 1], "age_low": [40, 40], "age_high": [40, 40]})
    written(tmp_path / "people", frame.with_columns(ward=pl.lit("a")))
    found = screen("people", tmp_path / "out", RULESET, Options(DAY))
    report = "\n".join(lines_of(found, RULESET, Options(DAY)))
    assert "unknown for everybody: " in report
    assert "(bulbar_symptoms, dysarthria, " in report
    assert "were not read: 1 (ward)" in report

    manifest = read_manifest(tmp_path / "out" / "manifest.json")
    replayed = [*replaying.lines_of(replay(manifest, RULESET), RULESET)]
    assert len(replayed) == 2
    assert replayed[1] == f"The same logical digest: {found.digest}"
    monkeypatch.chdir(tmp_path / "out")
    with pytest.raises(PopulationError, match="seen from where it was screened: go there, or name it with --input"):
        replay(manifest, RULESET)


# ---------------------------------------------------------------- queries


def test_a_program_without_names_or_columns_has_a_query_too() -> None:
    program = Program((), (), {}, {}, {})
    assert "SELECT" in to_sql(sheet_of_program(program), DIALECTS["duckdb"], "people", [], beside=["row"])


def test_no_word_of_a_ruleset_ends_the_comment_in_which_it_stands(tmp_path: Path) -> None:
    shutil.copytree(MINI, tmp_path / "mini")
    file = tmp_path / "mini" / "ruleset.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("review: not reviewed by a clinician", 'review: "not reviewed\\nSELECT 1;"'), "utf-8")
    query = query_of(open_ruleset(tmp_path / "mini"), DIALECTS["duckdb"])
    assert "not reviewed SELECT 1;" in query.splitlines()[0]
    assert all(line.startswith("--") for line in query[: query.index("\nWITH")].splitlines())


@pytest.mark.parametrize("dialect", [DIALECTS["duckdb"], CASES], ids=["bits", "cases"])
def test_a_table_with_none_of_the_columns_leaves_everything_unknown(dialect: Dialect, tmp_path: Path) -> None:
    program = RULESET.program
    query = to_sql(sheet_of_program(program), dialect, "people", [], beside=["row"])
    with connected() as connection:
        connection.register("people", pl.DataFrame({"row": [1]}).to_arrow())
        (cells,) = connection.sql(query).pl().iter_rows(named=True)
    assert cells["fired_0"] == 0
    nothing = tmp_path / "nothing"
    found = screen(
        written(nothing, pl.DataFrame({PERSON: [1]})), tmp_path / "out", RULESET, Options(DAY, everyone=True)
    )
    (answer,) = pl.read_parquet(tmp_path / "out" / "part-00000.parquet").iter_rows(named=True)
    assert found.attrition.counted == 1
    assert cells["open_0"] == answer["open_0"]
    assert Decoder(RULESET).decode(answer).rung == "soon_gp"
