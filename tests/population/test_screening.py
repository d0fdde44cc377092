"""A cohort: the same result for any parts, engine and resumption; what cannot be is refused, set aside or hidden."""

from __future__ import annotations

import datetime
import json
import os
import shutil
import stat
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from people import said_by_assess

from fasciculation_rules import open_ruleset
from fasciculation_rules.cli.app import run
from fasciculation_rules.errors import PopulationError
from fasciculation_rules.population.cohort import Attrition
from fasciculation_rules.population.digest import digest_of, sums_of
from fasciculation_rules.population.folder import Folder
from fasciculation_rules.population.generating import generate
from fasciculation_rules.population.report import lines_of
from fasciculation_rules.population.rows import Decoder
from fasciculation_rules.population.schema import PERSON, metadata_of
from fasciculation_rules.population.screening import Options, Screened, screen
from fasciculation_rules.population.source import open_source

MINI = Path(__file__).parent.parent / "rulesets" / "mini"
RULESET = open_ruleset(MINI)
DAY = Options(datetime.date(2026, 11, 1))
PEOPLE = 3_000
UNIT = '{"resolution": "0.01", "unit": "mg/dL"}'


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("people")
    generate(RULESET, PEOPLE, 11, folder, part=2_000)
    return folder


@pytest.fixture(scope="module")
def whole(people: Path, tmp_path_factory: pytest.TempPathFactory) -> Screened:
    return screen(str(people), tmp_path_factory.mktemp("whole") / "out", RULESET, DAY)


def spoiled(people: Path, place: Path, change: Any, metadata: dict[str, str] | None = None) -> Path:
    """The people of the first file, changed."""
    frame = pl.read_parquet(people / "people-00000.parquet").head(400)
    place.mkdir()
    change(frame).write_parquet(
        place / "people.parquet", metadata=metadata_of(RULESET) if metadata is None else metadata
    )
    return place


# ---------------------------------------------------------------- the answer


def test_the_answer_of_each_person_is_that_of_assess(tmp_path: Path) -> None:
    ruleset = open_ruleset("1.1.0")
    (people,) = generate(ruleset, PEOPLE, 11, tmp_path / "people")
    found = screen(str(people), tmp_path / "out", ruleset, DAY)
    given_rows = {row[PERSON]: row for row in pl.read_parquet(people).iter_rows(named=True)}
    answers, decoder = pl.read_parquet(tmp_path / "out" / "part-*.parquet"), Decoder(ruleset)
    assert answers.height == found.attrition.counted > 50
    for cells in answers.iter_rows(named=True):
        row = {name: cell for name, cell in given_rows[cells[PERSON]].items() if cell is not None and name != PERSON}
        assert decoder.decode(cells) == said_by_assess(row, ruleset)


def test_everybody_is_accounted_for(people: Path, tmp_path: Path, whole: Screened) -> None:
    attrition = whole.attrition
    assert attrition.rows == PEOPLE
    assert attrition.without_entry + attrition.not_adult + attrition.counted == PEOPLE
    assert sum(whole.rungs.values()) == attrition.counted
    everyone = screen(str(people), tmp_path / "out", RULESET, replace(DAY, everyone=True))
    assert everyone.attrition.counted == PEOPLE
    assert everyone.digest != whole.digest


@pytest.mark.parametrize("options", [replace(DAY, rows=700), replace(DAY, engine="sql")], ids=["parts", "engine"])
def test_parts_and_engine_leave_the_digest_alone(
    options: Options, people: Path, tmp_path: Path, whole: Screened
) -> None:
    assert screen(str(people), tmp_path / "out", RULESET, options).digest == whole.digest


def test_the_order_of_people_leaves_the_digest_alone_and_one_changed_answer_does_not(
    people: Path, tmp_path: Path
) -> None:
    def digest(name: str, change: Any) -> str:
        return screen(str(spoiled(people, tmp_path / name, change)), tmp_path / f"out-{name}", RULESET, DAY).digest

    plain = digest("plain", lambda frame: frame)
    assert digest("turned", lambda frame: frame.reverse()) == plain
    person = pl.col(PERSON)
    changed = pl.when(person == person.min()).then(1 - pl.col("fasciculation").fill_null(0)).otherwise("fasciculation")
    assert digest("changed", lambda frame: frame.with_columns(changed.cast(pl.Int8).alias("fasciculation"))) != plain


# ---------------------------------------------------------------- stopped and run again


def test_stopped_ten_times_anywhere_and_run_again_it_comes_to_the_same(
    people: Path, tmp_path: Path, whole: Screened, monkeypatch: pytest.MonkeyPatch
) -> None:
    options, out, random, write = replace(DAY, rows=500), tmp_path / "out", Random(4), Folder.write
    for _ in range(10):
        left = [random.randint(0, 3)]

        def stopping(self: Folder, name: str, make: Any, *, private: bool = False, left: list[int] = left) -> Path:
            def made(path: Path) -> None:
                make(path)
                if left[0] == 0:
                    path.write_bytes(path.read_bytes()[: random.randint(0, 50)])
                    raise KeyboardInterrupt
                left[0] -= 1

            return write(self, name, made, private=private)

        monkeypatch.setattr(Folder, "write", stopping)
        try:
            screen(str(people), out, RULESET, options)
        except KeyboardInterrupt:
            assert not (out / "manifest.json").exists()
        for file in out.glob("part-*.parquet"):
            pl.read_parquet(file)  # none is cut short
        for file in out.glob("*.json"):
            json.loads(file.read_text())
    monkeypatch.undo()
    again = screen(str(people), out, RULESET, options)
    assert again.digest == whole.digest
    assert again.resumed > 0
    assert {file.name.split("-")[0] for file in out.iterdir()} <= {"part", "manifest.json"}


def test_what_a_killed_run_left_is_cleared_away(people: Path, tmp_path: Path, whole: Screened) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / ".unfinished-1-part-00000.parquet").write_bytes(b"PAR1")
    assert screen(str(people), out, RULESET, DAY).digest == whole.digest
    assert not list(out.glob(".unfinished*"))


@pytest.mark.nightly
def test_killed_ten_times_at_random_and_run_again_it_comes_to_the_same(
    people: Path, tmp_path: Path, whole: Screened
) -> None:
    out, random = tmp_path / "out", Random(9)
    command = [sys.executable, "-m", "fasciculation_rules", "screen", str(people), "--out", str(out)]
    command += ["--as-of", "2026-11-01", "--ruleset", str(MINI), "--rows", "50"]
    for _ in range(10):
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(random.uniform(1.0, 4.0))
        running.kill()
        running.wait()
        for file in out.glob("part-*.parquet"):
            pl.read_parquet(file)
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert whole.digest in done.stdout
    assert not list(out.glob(".unfinished*"))


def test_a_folder_never_mixes_two_runs(people: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    screen(str(people), out, RULESET, DAY)
    with pytest.raises(PopulationError, match="differs in: as_of"):
        screen(str(people), out, RULESET, replace(DAY, as_of=datetime.date(2026, 11, 2)))
    with pytest.raises(PopulationError, match="ruleset"):
        screen(str(people), out, open_ruleset("0.1.0"), DAY)


def test_a_part_that_another_run_left_behind_is_not_taken_for_that_of_the_first(
    people: Path, tmp_path: Path, whole: Screened, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, few, write_json = tmp_path / "out", replace(DAY, rows=500), Folder.write_json
    screen(str(people), out, RULESET, few)

    def stopping(self: Folder, name: str, values: Any) -> Path:
        raise KeyboardInterrupt

    monkeypatch.setattr(Folder, "write_json", stopping)
    with pytest.raises(KeyboardInterrupt):
        screen(str(people), out, RULESET, replace(DAY, rows=700))
    monkeypatch.setattr(Folder, "write_json", write_json)
    again = screen(str(people), out, RULESET, few)
    assert again.digest == whole.digest
    assert pl.read_parquet(out / "part-*.parquet").height == whole.attrition.counted


def test_a_part_whose_answers_are_gone_is_made_anew(people: Path, tmp_path: Path, whole: Screened) -> None:
    out = tmp_path / "out"
    screen(str(people), out, RULESET, DAY)
    (out / "part-00000.parquet").unlink()
    again = screen(str(people), out, RULESET, DAY)
    assert (again.digest, again.resumed) == (whole.digest, again.parts - 1)
    assert pl.read_parquet(out / "part-*.parquet").height == whole.attrition.counted


def test_what_differs_from_another_run_is_named_even_where_only_that_one_has_it(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "out")
    with folder.held({"as_of": "2026-11-01"}):
        folder.write_json("part-00000.json", {"run": {"as_of": "2026-11-01", "origin": "sha256:0"}})
    with (
        pytest.raises(PopulationError, match="which differs in: origin; name another folder"),
        folder.held({"as_of": "2026-11-01"}),
    ):
        pass


# ---------------------------------------------------------------- what cannot be


def test_a_full_disk_leaves_nothing_half_written(
    people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", str(tmp_path / "out"))

    monkeypatch.setattr(pl.LazyFrame, "sink_parquet", full)
    assert (
        run(["screen", str(people), "--out", str(tmp_path / "out"), "--as-of", "2026-11-01", "--ruleset", str(MINI)])
        == 2
    )
    assert "no space left on device" in capsys.readouterr().err
    assert list((tmp_path / "out").iterdir()) == []


def cases() -> list[Any]:
    def other_unit() -> dict[str, str]:
        said = json.loads(metadata_of(RULESET)["fasciculation_rules.wide"])
        said["columns"]["potassium_low"]["unit"] = "mg/dL"
        return {"fasciculation_rules.wide": json.dumps(said)}

    return [
        pytest.param(lambda frame: frame.drop(PERSON), None, "no-person: 'person_id' is missing", id="no person"),
        pytest.param(lambda frame: frame, {}, "no-units", id="no units"),
        pytest.param(
            lambda frame: frame,
            other_unit(),
            'potassium_low: other-unit: the file says {"resolution": "0.01", "unit": "mg/dL"}',
            id="unit",
        ),
        pytest.param(
            lambda frame: frame.with_columns(pl.col("weakness").cast(pl.Float64)),
            None,
            "weakness: wrong-type",
            id="type",
        ),
        pytest.param(
            lambda frame: frame.rename({"dysphagia": "dysfagia"}), None, "unknown-column: 'dysfagia'", id="name"
        ),
    ]


@pytest.mark.parametrize(("change", "metadata", "message"), cases())
def test_a_table_that_says_something_else_is_refused_whole(
    change: Any, metadata: dict[str, str] | None, message: str, people: Path, tmp_path: Path
) -> None:
    with pytest.raises(PopulationError) as raised:
        screen(str(spoiled(people, tmp_path / "in", change, metadata)), tmp_path / "out", RULESET, DAY)
    assert message in str(raised.value)
    assert not (tmp_path / "out").exists()


def test_a_corrupt_file_is_named_and_so_is_a_place_without_any(people: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.parquet"
    bad.write_bytes((people / "people-00000.parquet").read_bytes()[:-100])
    with pytest.raises(PopulationError, match=r"bad.parquet: not-parquet"):
        screen(str(bad), tmp_path / "out", RULESET, DAY)
    raw = bytearray((people / "people-00000.parquet").read_bytes())
    raw[1000:9000] = os.urandom(8000)
    bad.write_bytes(raw)
    with pytest.raises(PopulationError, match="cannot be read"):
        screen(str(bad), tmp_path / "out", RULESET, DAY)
    for place in (tmp_path / "nowhere", tmp_path / "*.csv"):
        with pytest.raises(PopulationError, match="names no Parquet file"):
            screen(str(place), tmp_path / "out", RULESET, DAY)


@pytest.mark.parametrize("name", ["c.PARQUET", "d.parq", "e.csv", "sub/b.parquet", "sub/people-00000.parquet"])
def test_a_file_of_people_that_would_not_be_read_is_refused_by_its_name(
    name: str, people: Path, tmp_path: Path
) -> None:
    place = tmp_path / "people"
    shutil.copytree(people, place)
    screen(str(place), place / "answers", RULESET, DAY)
    for each in ("README.txt", "manifest.json", "people-00000.json", "people-00000-quarantine.parquet", "_SUCCESS"):
        (place / each).touch()
    open_source(str(place), RULESET)
    (place / name).parent.mkdir(exist_ok=True)
    shutil.copy(people / "people-00000.parquet", place / name)
    with pytest.raises(PopulationError, match="would be left out") as caught:
        open_source(str(place), RULESET)
    assert [found.file for found in caught.value.problems] == [str(place / name)]


def test_rows_that_cannot_be_go_to_a_private_quarantine(
    people: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def change(frame: pl.DataFrame) -> pl.DataFrame:
        person = pl.col(PERSON)
        return frame.with_columns(
            pl.when(person == 3).then(5).otherwise("weakness").cast(pl.Int8).alias("weakness"),
            pl.when(person == 4).then(50).otherwise("age_low").cast(pl.Int32).alias("age_low"),
            pl.when(person == 4).then(40).otherwise("age_high").cast(pl.Int32).alias("age_high"),
            pl.when(person == 5).then(1).otherwise("potassium_low").cast(pl.Int32).alias("potassium_low"),
            pl.when(person == 5).then(None).otherwise("potassium_high").cast(pl.Int32).alias("potassium_high"),
        )

    place, out = spoiled(people, tmp_path / "in", change), tmp_path / "out"
    arguments = ["screen", str(place), "--as-of", "2026-11-01", "--ruleset", str(MINI), "--out"]
    assert run([*arguments, str(out)]) == 4
    (file,) = out.glob("*quarantine*")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sorted(pl.read_parquet(file)[PERSON]) == [3, 4, 5]
    assert json.loads((out / "manifest.json").read_text())["attrition"]["quarantined"] == 3
    capsys.readouterr()
    assert run([*arguments, str(tmp_path / "strict"), "--max-bad", "0.001"]) == 4
    assert "more of the rows cannot be than --max-bad allows (0.001 of all)" in capsys.readouterr().err
    assert not (tmp_path / "strict" / "manifest.json").exists()


def test_a_number_out_of_range_in_one_of_two_files_is_found(people: Path, tmp_path: Path) -> None:
    place = spoiled(people, tmp_path / "in", lambda frame: frame)
    odd = pl.when(pl.col(PERSON) == 5).then(9).otherwise("weakness").cast(pl.Int8).alias("weakness")
    frame = pl.read_parquet(place / "people.parquet")
    with_odd = frame.with_columns((pl.col(PERSON) + 10_000).alias(PERSON), odd)
    with_odd.write_parquet(place / "z.parquet", metadata=metadata_of(RULESET))
    assert screen(str(place), tmp_path / "out", RULESET, DAY).attrition.quarantined == 1


def test_files_may_hold_numbers_of_other_widths_and_people_in_both(people: Path, tmp_path: Path) -> None:
    place = spoiled(people, tmp_path / "in", lambda frame: frame)
    plain = screen(str(place), tmp_path / "out", RULESET, DAY)
    frame = pl.read_parquet(place / "people.parquet").with_columns(pl.col("weakness").cast(pl.Int64))
    frame.head(20).write_parquet(place / "z.parquet", metadata=metadata_of(RULESET))
    again = screen(str(place), tmp_path / "again", RULESET, DAY)
    assert (again.digest, again.attrition.collapsed) == (plain.digest, 20)


def test_rows_that_repeat_collapse_and_rows_that_differ_are_set_aside(people: Path, tmp_path: Path) -> None:
    plain = screen(str(spoiled(people, tmp_path / "in", lambda frame: frame)), tmp_path / "out", RULESET, DAY)
    twice = spoiled(people, tmp_path / "twice", lambda frame: pl.concat([frame, frame.head(30), frame.head(10)]))
    found = screen(str(twice), tmp_path / "out-twice", RULESET, replace(DAY, rows=100))
    assert found.digest == plain.digest
    assert (found.attrition.rows, found.attrition.collapsed) == (440, 40)

    def differing(frame: pl.DataFrame) -> pl.DataFrame:
        return pl.concat([frame, frame.head(1).with_columns(pl.lit(1, pl.Int8).alias("weakness"))])

    odd = screen(str(spoiled(people, tmp_path / "odd", differing)), tmp_path / "out-odd", RULESET, DAY)
    assert (odd.attrition.quarantined, odd.attrition.collapsed) == (2, 0)


def test_rows_of_nobody_go_to_the_quarantine_with_or_without_people_who_repeat(people: Path, tmp_path: Path) -> None:
    def nameless(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.with_columns(pl.when(pl.col(PERSON) < 3).then(None).otherwise(PERSON).alias(PERSON))

    options = replace(DAY, everyone=True)
    once = screen(str(spoiled(people, tmp_path / "in", nameless)), tmp_path / "out", RULESET, options)
    assert (once.attrition.quarantined, once.attrition.counted) == (3, 397)
    change: Any = lambda frame: pl.concat([nameless(frame), frame.tail(1)])  # noqa: E731
    twice = screen(str(spoiled(people, tmp_path / "twice", change)), tmp_path / "out-twice", RULESET, options)
    assert (twice.attrition.quarantined, twice.attrition.collapsed, twice.attrition.counted) == (3, 1, 397)


def test_the_files_of_a_result_are_its_owners_by_either_engine(people: Path, tmp_path: Path) -> None:
    for engine in ("columns", "sql"):
        screen(str(people), tmp_path / engine, RULESET, replace(DAY, engine=engine))
        assert {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / engine).iterdir()} == {0o600}


def test_a_pattern_leaves_the_quarantine_of_a_table_out(people: Path, tmp_path: Path, whole: Screened) -> None:
    place = tmp_path / "in"
    place.mkdir()
    for file in people.glob("*.parquet"):
        (place / file.name).write_bytes(file.read_bytes())
    pl.DataFrame({PERSON: [1], "reason": ["odd"]}).write_parquet(place / "people-00000-quarantine.parquet")
    assert screen(str(place / "*.parquet"), tmp_path / "out", RULESET, DAY).digest == whole.digest


def test_a_person_of_whom_nothing_is_known_is_not_counted(people: Path, tmp_path: Path) -> None:
    def blank(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.with_columns(pl.lit(None, frame.schema[name]).alias(name) for name in frame.columns[1:])

    found = screen(str(spoiled(people, tmp_path / "in", blank)), tmp_path / "out", RULESET, DAY)
    assert (found.attrition.counted, found.attrition.without_entry) == (0, 400)


# ---------------------------------------------------------------- what is shown


def may_be(text: str, count: int) -> bool:
    """Whether a cell of so many may be shown so."""
    if text.strip().isdigit():
        return int(text) == count
    return 1 <= count < 11 if text == "<11" else count >= 11


COUNTS = st.one_of(st.integers(0, 3), st.integers(8, 12), st.integers(0, 60))


@settings(max_examples=60, deadline=None)
@given(st.lists(COUNTS, min_size=5, max_size=5), st.lists(COUNTS, min_size=6, max_size=6))
def test_no_small_cell_of_the_report_is_shown_or_can_be_worked_out(fates: list[int], heights: list[int]) -> None:
    rungs = dict(zip(RULESET.outcomes.ladder, heights, strict=True))
    counted = sum(heights)
    attrition = Attrition(sum(fates) + counted, *fates, not_observed=0, counted=counted)
    found = Screened(attrition, rungs, "sha256:0", (), (), 1, 0, "2026-11-01")
    lines = list(lines_of(found, RULESET, DAY))
    texts = [line.split()[-1] for line in lines[lines.index("") + 1 :] if line[-1:].isdigit() or "hidden" in line][:13]
    assert len(texts) == 13
    for text, count in zip(texts, [attrition.rows, *fates, counted, *heights], strict=True):
        assert may_be(text, count)
    for texts_of_sum, counts, total in ((texts[1:7], [*fates, counted], texts[0]), (texts[7:], heights, texts[6])):
        if total.isdigit():  # else it may differ as well
            unseen = [(text, count) for text, count in zip(texts_of_sum, counts, strict=True) if not text.isdigit()]
            for number, (text, count) in enumerate(unseen):
                others = unseen[:number] + unseen[number + 1 :]
                assert text == "hidden" or any(
                    may_be(text, count + step) and any(may_be(other, each - step) for other, each in others)
                    for step in range(-10, 11)
                    if step
                )


def test_the_report_says_who_spoke_and_names_nobody(whole: Screened) -> None:
    text = "\n".join(lines_of(whole, RULESET, DAY))
    assert f"Ruleset {RULESET.version} (" in text
    assert "not reviewed by a clinician" in text
    assert "makes no diagnosis" in text
    assert whole.digest in text


# ---------------------------------------------------------------- one folder, one table


def test_what_a_further_file_says_of_a_person_reaches_the_parts_that_are_there(people: Path, tmp_path: Path) -> None:
    frame, place = pl.read_parquet(people / "people-00000.parquet").head(300), tmp_path / "in"
    first = frame.with_columns(
        pl.lit(1, pl.Int8).alias("fasciculation"), *(pl.lit(40, pl.Int32).alias(end) for end in ("age_low", "age_high"))
    )
    place.mkdir()

    def put(name: str, rows: pl.DataFrame) -> None:
        rows.write_parquet(place / f"{name}.parquet", metadata=metadata_of(RULESET))

    put("a", first)
    put("b", first.head(2))
    options = replace(DAY, rows=300, extend=True, everyone=True)
    assert screen(str(place), tmp_path / "out", RULESET, options).attrition.collapsed == 2
    put("c", first.head(1).with_columns(pl.lit(0, pl.Int8).alias("fasciculation")))
    grown = screen(str(place), tmp_path / "out", RULESET, options)
    fresh = screen(str(place), tmp_path / "fresh", RULESET, options)
    assert (grown.attrition, grown.digest) == (fresh.attrition, fresh.digest)
    assert grown.attrition.quarantined == 3


def test_an_empty_cell_is_another_answer_than_any_number() -> None:
    digests = {
        digest_of(
            sums_of(pl.LazyFrame({PERSON: ["p"], "entry": pl.Series([cell], dtype=pl.Int8)}), ["entry"]), ["entry"]
        )
        for cell in (None, 0, 1)
    }
    assert len(digests) == 3


def test_a_folder_holds_one_table_unless_it_may_grow(people: Path, tmp_path: Path, whole: Screened) -> None:
    files, out = sorted(people.glob("*.parquet")), tmp_path / "out"
    first = screen(str(files[0]), out, RULESET, DAY)
    with pytest.raises(PopulationError, match=r"the result of another table; name another folder, or add --extend"):
        screen(str(people), out, RULESET, DAY)
    assert screen(str(files[0]), out, RULESET, DAY).digest == first.digest
    grown = screen(str(people), out, RULESET, replace(DAY, rows=2_000, extend=True))
    assert grown.digest == whole.digest
    with pytest.raises(PopulationError, match=r"the result of another table; name another folder$"):
        screen(str(files[1]), out, RULESET, replace(DAY, extend=True))


def test_a_run_in_other_parts_leaves_none_of_the_earlier_ones(people: Path, tmp_path: Path, whole: Screened) -> None:
    out = tmp_path / "out"
    screen(str(people), out, RULESET, replace(DAY, rows=300))
    again = screen(str(people), out, RULESET, DAY)
    assert again.digest == whole.digest
    assert pl.read_parquet(out / "part-*.parquet").height == whole.attrition.counted
    named = [each["name"] for each in json.loads((out / "manifest.json").read_text())["parts"]]
    assert sorted(named) == sorted(file.stem for file in out.glob("part-*.parquet"))


def test_while_a_folder_grows_there_is_no_manifest(
    people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, out = sorted(people.glob("*.parquet")), tmp_path / "out"
    screen(str(files[0]), out, RULESET, replace(DAY, rows=2_000))

    def stopping(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(pl.LazyFrame, "sink_parquet", stopping)
    with pytest.raises(KeyboardInterrupt):
        screen(str(people), out, RULESET, replace(DAY, rows=2_000, extend=True))
    assert not (out / "manifest.json").exists()


def test_two_runs_are_never_at_work_in_one_folder(people: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with Folder(out).held({}), pytest.raises(PopulationError, match="another run is at work in"):
        screen(str(people), out, RULESET, DAY)
    assert list(out.iterdir()) == []
    screen(str(people), out, RULESET, DAY)


def test_answers_are_not_written_beside_the_table_nor_beside_anything_else(people: Path, tmp_path: Path) -> None:
    with pytest.raises(PopulationError, match=r"holds other files, such as 'people-00000.parquet'"):
        screen(str(people), people, RULESET, DAY)
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(PopulationError, match=r"such as 'letter.txt'; name a folder of its own"):
        screen(str(people), tmp_path, RULESET, DAY)
    assert [file.name for file in tmp_path.iterdir()] == ["letter.txt"]


@pytest.mark.parametrize("engine", ["columns", "sql"])
def test_answers_and_what_is_said_of_them_are_their_owners_alone(engine: str, people: Path, tmp_path: Path) -> None:
    screen(str(people), tmp_path / "out", RULESET, replace(DAY, engine=engine))
    files = list((tmp_path / "out").iterdir())
    assert len(files) > 2
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


@pytest.mark.parametrize("nobody", [None, "", " "])
def test_rows_that_name_nobody_are_set_aside(nobody: str | None, people: Path, tmp_path: Path) -> None:
    def change(frame: pl.DataFrame) -> pl.DataFrame:
        name = pl.when(pl.col(PERSON) < 3).then(pl.lit(nobody)).otherwise(pl.col(PERSON).cast(pl.String))
        return frame.with_columns(name.alias(PERSON), pl.lit(1, pl.Int8).alias("fasciculation"))

    found = screen(str(spoiled(people, tmp_path / "in", change)), tmp_path / "out", RULESET, DAY)
    assert (found.attrition.rows, found.attrition.quarantined) == (400, 3)
    assert pl.read_parquet(tmp_path / "out" / "part-*[0-9].parquet").filter(pl.col(PERSON).is_null()).is_empty()


def test_a_full_disk_is_called_one(
    people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object, **__: object) -> None:
        raise pl.exceptions.ComputeError("io error: No space left on device (os error 28) at p0001")

    monkeypatch.setattr(pl.LazyFrame, "sink_parquet", full)
    for arguments in (
        ["screen", str(people), "--as-of", "2026-11-01", "--ruleset", str(MINI)],
        ["generate", "--patients", "10", "--seed", "1", "--ruleset", str(MINI)],
    ):
        assert run([*arguments, "--out", str(tmp_path / "out")]) == 2
        assert capsys.readouterr().err.rstrip().endswith("cannot be written: no space left on device")
        assert not list((tmp_path / "out").iterdir())
