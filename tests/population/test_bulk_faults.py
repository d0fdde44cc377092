"""What is wrong with an export: refused whole in one clear error, or told as the reason why a table is not whole."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
from exports import (
    condition,
    edge_people,
    opened,
    patient,
    potassium,
    prepared,
    rows_of,
    twitching,
    write_deleted,
    write_export,
    write_manifest,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from fasciculation_rules.cli.app import run
from fasciculation_rules.errors import PopulationError
from fasciculation_rules.population.intake.bulk import lines
from fasciculation_rules.population.intake.bulk.reasons import REASONS

TWO = [patient("p"), twitching("t"), potassium("k", 4.1), patient("q")]
DONE, BAD, PARTIAL = 0, 2, 4


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return write_export(tmp_path / "export", TWO)


# ---------------------------------------------------------------- refused whole


def refused(place: Path, out: Path | None = None) -> str:
    """The error, which comes before anything was written."""
    with pytest.raises(PopulationError) as raised:
        opened(place, as_of=None) if out is None else prepared(place, out, as_of=None)
    return str(raised.value)


def empty(place: Path) -> None:
    for file in place.iterdir():
        file.unlink()


def emptied(place: Path) -> None:
    for file in place.iterdir():
        file.write_text("\n\n")


def page(place: Path) -> None:
    (place / "Condition.ndjson").write_text("<!DOCTYPE html><html><body>502</body></html>")


def listed(place: Path) -> None:
    (place / "Condition.ndjson").write_text(json.dumps([TWO[1]]))


def cut(place: Path) -> None:
    whole = gzip.compress((place / "Condition.ndjson").read_bytes())
    (place / "Condition.ndjson").write_bytes(whole[: len(whole) // 2])


def spoiled(place: Path) -> None:
    whole = gzip.compress((place / "Condition.ndjson").read_bytes() * 50)
    (place / "Condition.ndjson.gz").write_bytes(whole[:20] + b"\0\0\0\0" + whole[24:])


def looped(place: Path) -> None:
    (place / "loop.ndjson").symlink_to("loop.ndjson")


def dangling(place: Path) -> None:
    (place / "manifest.json").symlink_to("nowhere.json")


def a_folder(place: Path) -> None:
    (place / "folder.ndjson").mkdir()


def no_time(place: Path) -> None:
    write_manifest(place, time="yesterday")


def no_json(place: Path) -> None:
    (place / "manifest.json").write_text("{")


def mixed(place: Path) -> None:
    write_export(place / "more", TWO)


def without_manifests(place: Path) -> None:
    write_export(place.parent / "all" / "a", TWO)
    write_manifest(write_export(place.parent / "all" / "b", TWO))
    empty(place)
    place.rmdir()
    (place.parent / "all").rename(place)


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (empty, "no-ndjson: the folder has no file of an export; expected files that end in .ndjson or .ndjson.gz"),
        (emptied, "empty-export: the files hold no resource"),
        (page, "Condition.ndjson: not-ndjson: this is a page of HTML, or XML; fetch the file again"),
        (listed, "Condition.ndjson: not-ndjson: this is a list of JSON"),
        (cut, "Condition.ndjson: damaged-gzip: what is compressed ends too early, or is damaged"),
        (spoiled, "Condition.ndjson.gz: damaged-gzip"),
        (looped, "loop.ndjson: unreadable"),
        (dangling, "manifest.json: unreadable"),
        (a_folder, "folder.ndjson: unreadable"),
        (no_time, "transactionTime: bad-value: found 'yesterday'; expected an instant with an offset"),
        (no_json, "manifest.json:1:2: not-json"),
        (mixed, "mixed-exports: files lie in it and in 'more' as well"),
        (without_manifests, "a: no-manifest: several exports need the manifest.json of each, and here is none"),
    ],
)
def test_what_cannot_be_read_is_refused_before_anything_is_written(
    spoil: Callable[[Path], None], expected: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(place)
    assert expected in refused(place)
    out = place.parent / "table"
    assert run(["population", "prepare", str(place), "--from", "fhir", "--out", str(out), *ZONE_OPTION]) == BAD
    assert expected in capsys.readouterr().err
    assert not out.exists()


ZONE_OPTION = ("--time-zone", "Europe/London")


def test_every_file_that_cannot_be_read_is_named_at_once(place: Path) -> None:
    page(place)
    looped(place)
    (place / "Observation.ndjson").write_text("[]")
    said = refused(place)
    assert [name in said for name in ("Condition.ndjson", "loop.ndjson", "Observation.ndjson")] == [True, True, True]


def test_a_folder_that_is_not_there_and_a_file_are_no_exports(place: Path) -> None:
    assert "no-folder: there is no such folder" in refused(place / "nowhere")
    assert "no-folder: this is no folder" in refused(place / "Condition.ndjson")


def test_without_a_manifest_somebody_has_to_say_which_time_it_is(place: Path) -> None:
    assert "give --as-of or --index-dates" in refused(place)
    write_manifest(place)
    assert opened(place, as_of=None).as_of == "2026-11-22"


def test_a_file_without_any_resource_is_refused_once_it_is_read(place: Path, tmp_path: Path) -> None:
    write_manifest(place)
    (place / "Condition.ndjson").write_text('{"error": 1}\n{"error": 2}\n')
    assert "none of its 2 lines is a FHIR resource (not-fhir)" in refused(place, tmp_path / "table")
    assert [*(tmp_path / "table").iterdir()] == []


def test_a_file_that_changes_while_it_is_read_is_refused(place: Path, tmp_path: Path) -> None:
    reader = opened(place)
    with (place / "Condition.ndjson").open("a") as file:
        file.write("\n{}\n")
    (tmp_path / "spread").mkdir()
    from fasciculation_rules.population.intake.tally import Tally

    with pytest.raises(PopulationError, match="was changed while it was being read"):
        reader.spread(tmp_path / "spread", Tally(), lambda _, __: None)


# ---------------------------------------------------------------- not whole


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "not-json"),
        (b"7", "not-fhir"),
        (b'"text"', "not-fhir"),
        (b"null", "not-fhir"),
        (b"{}", "not-fhir"),
        (b'{"resourceType": ["Patient"]}', "not-fhir"),
        (b'{"resourceType": "Condition", "resourceType": "Condition"}', "duplicate-key"),
        (b'{"resourceType": "Condition", "id": "\xff"}', "not-utf-8"),
        (b'{"resourceType": "Condition", "a": ' + b"[" * 5_000 + b"]" * 5_000 + b"}", "too-deep"),
        (b'{"resourceType": "Condition", "id": "' + b"x" * 5_000 + b'"}', "too-large"),
    ],
)
def test_a_line_that_is_no_resource_is_counted_and_makes_the_table_incomplete(
    line: bytes, reason: str, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if reason == "too-large":
        monkeypatch.setattr(lines, "MOST_BYTES", 4_000)
    with (place / "Condition.ndjson").open("ab") as file:
        file.write(line + b"\n" + line + b"\n")
    found = prepared(place, tmp_path / "table")
    (sentence,) = found.incomplete
    assert sentence.startswith("lines of 'Condition.ndjson' are no resource, the first of them line 2 (")
    assert reason in sentence
    assert found.tally.aside["not-a-resource"] == 2
    assert rows_of(tmp_path / "table")["p"]["fasciculation"] == 1


JUNK = (5, [], {}, "x", None, True, [[]], [{}], [None], {"reference": 5}, {"coding": "x"}, "Patient/", 1e300)


def junked(value: Any, random: Random) -> Any:
    """The same with junk here and there."""
    if random.random() < 0.05:
        return random.choice(JUNK)
    if isinstance(value, dict):
        return {key: junked(each, random) for key, each in value.items()}
    return [junked(each, random) for each in value] if isinstance(value, list) else value


@settings(max_examples=4)
@given(st.integers(0, 2**32))
def test_no_resource_meets_a_traceback(seed: int) -> None:
    random = Random(seed)
    every = [junked(resource, random) for person in edge_people()[::5] for resource in person]
    with TemporaryDirectory() as held:
        folder = Path(held) / "export"
        folder.mkdir()
        (folder / "all.ndjson").write_text("\n".join(json.dumps(each) for each in [patient("sound"), *every]))
        found = prepared(folder, Path(held) / "table", part_bytes=30_000)
        assert found.people > 1
        assert rows_of(Path(held) / "table")["sound"].keys() == {"age_low", "age_high", "sex"}


def test_marks_of_bytes_and_blank_lines_are_no_fault(place: Path, tmp_path: Path) -> None:
    text = (place / "Condition.ndjson").read_bytes()
    (place / "Condition.ndjson").write_bytes(b"\xef\xbb\xbf\r\n" + text.strip() + b"\r\n\r\n")
    found = prepared(place, tmp_path / "table")
    assert found.incomplete == ()
    assert rows_of(tmp_path / "table")["p"]["fasciculation"] == 1


def missing(place: Path) -> None:
    write_manifest(place)
    (place / "Condition.ndjson").unlink()


def fewer(place: Path) -> None:
    url = "https://server.example/Patient.ndjson"
    write_manifest(place, output=[{"type": "Patient", "url": url, "count": 5}])


def troubled(place: Path) -> None:
    (place / "problems.ndjson").write_text(json.dumps({"resourceType": "OperationOutcome", "issue": []}))
    write_manifest(place, error=[{"type": "OperationOutcome", "url": "https://server.example/problems.ndjson"}])


def outcome_among(place: Path) -> None:
    (place / "Other.ndjson").write_text(json.dumps({"resourceType": "OperationOutcome", "issue": []}))
    write_manifest(place)


def next_page(place: Path) -> None:
    write_manifest(place, link=[{"relation": "next", "url": "https://server.example/manifest/2"}])


def since(place: Path) -> None:
    write_manifest(place, since="2026-11-01T00:00:00Z")


def unlisted(place: Path) -> None:
    write_manifest(place)
    write_export(place, [{"resourceType": "Group", "id": "g"}])


def same_names(place: Path) -> None:
    one = {"type": "Patient", "url": "https://server.example/get?file=1", "count": 1}
    write_manifest(place, output=[one, {**one, "count": 2}, {**one, "count": 9}])


def gap(place: Path) -> None:
    write_manifest(place, "2026-11-10T00:00:00Z")
    for file in [*place.iterdir()]:
        (place / "a").mkdir(exist_ok=True)
        file.rename(place / "a" / file.name)
    write_manifest(write_export(place / "b", TWO), "2026-11-20T00:00:00Z", "2026-11-15T00:00:00Z")
    write_manifest(write_export(place / "c", TWO), "2026-11-21T00:00:00Z")


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (missing, ["the file 'Condition.ndjson' is not here"]),
        (fewer, ["'Patient.ndjson' has 2 lines, and 5 were announced", "'Condition.ndjson' is not in the manifest"]),
        (troubled, ["the server told of 1 problems in 'problems.ndjson'"]),
        (outcome_among, ["the server told of 1 problems among the resources"]),
        (next_page, ["the manifest.json has a next page"]),
        (since, ["the first export begins with 2026-11-01T00:00:00+00:00, and what is older is not here"]),
        (unlisted, ["'Group.ndjson' is not in the manifest.json; it was read"]),
        (same_names, ["there are 4 lines, and 12 were announced"]),
        (gap, ["between 'a' and 'b' there is a time", "the request of 'c' does not say since when"]),
    ],
)
def test_what_the_manifest_says_and_is_not_here_makes_the_table_incomplete(
    spoil: Callable[[Path], None], expected: list[str], place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(place)
    out = place.parent / "table"
    assert run(["population", "prepare", str(place), "--from", "fhir", "--out", str(out), *ZONE_OPTION]) == PARTIAL
    said = [line for line in capsys.readouterr().out.splitlines() if line.startswith("The table is not whole: ")]
    for sentence in expected:
        assert any(sentence in line for line in said), said


def test_what_is_as_announced_is_whole_whether_compressed_or_not(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_deleted(place, ["Observation/nothing"])
    write_manifest(place)
    file = place / "Condition.ndjson"
    (place / "Condition.ndjson.gz").write_bytes(gzip.compress(file.read_bytes()))
    file.unlink()
    out = place.parent / "table"
    assert run(["population", "prepare", str(place), "--from", "fhir", "--out", str(out), *ZONE_OPTION]) == DONE
    assert "not whole" not in capsys.readouterr().out


# ---------------------------------------------------------------- the command line


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--from", "fhir"], "--from fhir needs it: where days are counted"),
        (["--from", "fhir", "--time-zone", "Mars/Base"], "is not a time zone known here"),
        (["--from", "fhir", *ZONE_OPTION, "--as-of", "soon"], "'soon' is not a date; write YYYY-MM-DD"),
        (["--from", "fhir", *ZONE_OPTION, "--as-of", "2026-11-01T10:00:00"], "offset"),
        (["--from", "fhir", *ZONE_OPTION, "--notes"], "is for --from omop only; leave it away"),
        (["--from", "long", *ZONE_OPTION], "is for --from fhir only; leave it away"),
    ],
)
def test_options_that_do_not_fit_are_refused_in_a_sentence(
    options: list[str], expected: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["population", "prepare", str(place), "--out", str(place.parent / "table"), *options]) == BAD
    assert expected in capsys.readouterr().err


def test_a_day_and_days_are_not_both_given_and_a_mapping_is_checked_at_its_place(
    place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    days, mapping = tmp_path / "days.csv", tmp_path / "site.yaml"
    days.write_text("person_id,index_date\np,2026-11-01\n")
    command = ["population", "prepare", str(place), "--from", "fhir", "--out", str(tmp_path / "table"), *ZONE_OPTION]
    assert run([*command, "--as-of", "2026-11-01", "--index-dates", str(days)]) == BAD
    assert "which day it is is said by --as-of and by --index-dates" in capsys.readouterr().err
    mapping.write_text("format: 1\nmapping: site\ncodes:\n  - {system: 'urn:local', code: T, item: fasciculatoin}\n")
    assert run([*command, "--as-of", "2026-11-01", "--mapping", str(mapping)]) == BAD
    assert "site.yaml:4:36: codes[0].item: mapped-item" in capsys.readouterr().err
    mapping.write_text("format: 1\nmapping: site\ncodes:\n  - {system: 'urn:local', code: T, item: fasciculation}\n")
    local = condition("l", "q", {"coding": [{"system": "urn:local", "code": "T"}]})
    write_export(place, [twitching("t"), local])
    assert run([*command, "--as-of", "2026-11-22", "--mapping", str(mapping)]) == DONE
    assert rows_of(tmp_path / "table")["q"]["fasciculation"] == 1


def test_screen_says_how_records_of_another_form_become_a_table(
    place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    long, omop, exports = tmp_path / "long.parquet", tmp_path / "omop", tmp_path / "exports"
    pl.DataFrame({"person_id": ["p"], "item": ["age"], "value": ["40 years"]}).write_parquet(long)
    omop.mkdir()
    for name in ("person.csv", "condition_occurrence.parquet"):
        (omop / name).touch()
    write_export(exports / "a", TWO)
    for each, form in ((place, "fhir"), (exports, "fhir"), (long, "long"), (omop, "omop")):
        assert run(["screen", str(each), "--out", str(tmp_path / "out"), "--as-of", "2026-11-22"]) == BAD
        assert f"make a table of it with `population prepare --from {form}`" in capsys.readouterr().err


def test_every_reason_is_told_in_the_documentation() -> None:
    page = Path(__file__).parents[2] / "docs" / "how-to" / "screen-a-fhir-export.md"
    for code, words in REASONS.items():
        assert f"| `{code}` | {words} |" in page.read_text(encoding="utf-8")


@pytest.mark.nightly
def test_killed_ten_times_at_random_and_run_again_it_comes_to_the_same(tmp_path: Path) -> None:
    people = [each for n in range(4_000) for each in (patient(f"p{n}"), twitching(f"t{n}", f"p{n}"))]
    place, out, random = write_export(tmp_path / "export", people), tmp_path / "table", Random(5)
    command = [sys.executable, "-m", "fasciculation_rules", "population", "prepare", str(place), "--from", "fhir"]
    command += [*ZONE_OPTION, "--as-of", "2026-11-22"]
    for _ in range(10):
        running = subprocess.Popen([*command, "--out", str(out)], stdout=subprocess.DEVNULL)
        time.sleep(random.uniform(1.0, 5.0))
        running.kill()
        running.wait()
    subprocess.run([*command, "--out", str(out)], stdout=subprocess.DEVNULL, check=True)
    subprocess.run([*command, "--out", str(tmp_path / "whole")], stdout=subprocess.DEVNULL, check=True)
    names = sorted(file.name for file in (tmp_path / "whole").iterdir())
    assert sorted(file.name for file in out.iterdir()) == names
    assert all((out / name).read_bytes() == (tmp_path / "whole" / name).read_bytes() for name in names)
