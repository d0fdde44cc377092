"""Another form becomes a table: each row says what `assess` says of the record; stopped and run again, the same."""

from __future__ import annotations

import datetime
import json
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest
from people import in_short, unanswered

from fasciculation_rules import Case, assess, open_ruleset
from fasciculation_rules.cli.app import run
from fasciculation_rules.errors import PopulationError, TooManyBadRowsError
from fasciculation_rules.population.folder import Folder
from fasciculation_rules.population.intake.person import Person, Refused
from fasciculation_rules.population.intake.preparing import Prepared, prepare
from fasciculation_rules.population.intake.reader import Reached
from fasciculation_rules.population.intake.report import lines_of
from fasciculation_rules.population.intake.tally import Tally
from fasciculation_rules.population.rows import Decoder
from fasciculation_rules.population.schema import PERSON
from fasciculation_rules.population.screening import Options, screen

RULESET = open_ruleset("1.1.0")
DAY = datetime.date(2026, 11, 1)


@dataclass
class Listed:
    """A reader of people who are here already, in so many parts."""

    listed: list[Person | Refused]
    cut: int = 3
    as_of: str | None = "2026-11-01"
    form: str = "listed"
    about: tuple[str, ...] = ("site",)
    missing: tuple[str, ...] = ()
    name: str = "one"

    def identity(self) -> Mapping[str, Any]:
        return {"input": self.name}

    def inputs(self) -> list[dict[str, Any]]:
        return [{"file": "listed", "rows": len(self.listed)}]

    def incomplete(self) -> list[str]:
        return list(self.missing)

    def spread(self, place: Path, tally: Tally, done: Reached) -> int:
        tally.read["person"] += len(self.listed)
        return self.cut

    def people(self, place: Path, part: int, tally: Tally) -> Iterator[Person | Refused]:
        for person in self.listed[part :: self.cut]:
            tally.known["system", "code", "weakness"] += 1
            yield person


def of_cases() -> list[Person | Refused]:
    """The cases of the ruleset as people, each on the day of its own assessment."""
    found: list[Person | Refused] = []
    for number, vignette in enumerate(RULESET.cases.values()):
        on = vignette.on or DAY
        found.append(
            Person(f"p{number:04d}", Case(given=vignette.given), on, about={"site": "north" if number % 2 else "south"})
        )
    return found


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("whole") / "table"
    prepare(Listed(of_cases(), as_of=None), out, RULESET)
    return out


def digest_of(table: Path, out: Path) -> str:
    return screen(str(table), out, RULESET, Options(everyone=True)).digest


# ---------------------------------------------------------------- meaning


def test_every_case_as_a_row_is_answered_as_assess_answers_the_case(whole: Path, tmp_path: Path) -> None:
    digest_of(whole, tmp_path / "out")
    answers = {row[PERSON]: row for row in pl.read_parquet(tmp_path / "out" / "part-*.parquet").iter_rows(named=True)}
    decoder, people = Decoder(RULESET), of_cases()
    assert len(answers) == len(people) > 250
    for person in people:
        assert isinstance(person, Person)
        alone = assess(person.case, RULESET, engine="compiled", on=person.on, reconcile=True)
        expected = in_short(alone, unanswered(person.case, RULESET, person.on))
        assert decoder.decode(answers[person.id]) == expected, person.id


def test_a_person_of_whom_nothing_is_recorded_is_all_unknown_and_not_counted(tmp_path: Path) -> None:
    prepare(Listed([Person("p", Case(), DAY)]), tmp_path / "table", RULESET)
    row = pl.read_parquet(tmp_path / "table" / "people-*.parquet").row(0, named=True)
    assert {name for name, cell in row.items() if cell is not None} == {PERSON}
    found = screen(str(tmp_path / "table"), tmp_path / "out", RULESET, Options())
    assert (found.attrition.rows, found.attrition.without_entry, found.attrition.counted) == (1, 1, 0)


# ---------------------------------------------------------------- parts and stops


@pytest.mark.parametrize("cut", [pytest.param(1, marks=pytest.mark.nightly), 7])
def test_parts_leave_the_digest_alone(cut: int, whole: Path, tmp_path: Path) -> None:
    prepare(Listed(of_cases(), as_of=None, cut=cut), tmp_path / "table", RULESET)
    assert digest_of(tmp_path / "table", tmp_path / "out") == digest_of(whole, tmp_path / "out-whole")


def test_stopped_anywhere_and_run_again_it_comes_to_the_same_bytes(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, random, write = tmp_path / "table", Random(7), Folder.write
    for _ in range(4):
        left = [random.randint(0, 2)]

        def stopping(self: Folder, name: str, make: Any, *, private: bool = False, left: list[int] = left) -> Path:
            left[0] -= 1
            if left[0] < 0:
                raise KeyboardInterrupt
            return write(self, name, make, private=private)

        monkeypatch.setattr(Folder, "write", stopping)
        with pytest.raises(KeyboardInterrupt):
            prepare(Listed(of_cases(), as_of=None), out, RULESET)
        assert not (out / "manifest.json").exists()
        if list(out.glob("*.parquet")):
            with pytest.raises(PopulationError, match="was not finished; run `prepare` again"):
                digest_of(out, tmp_path / "never")
    monkeypatch.undo()
    assert prepare(Listed(of_cases(), as_of=None), out, RULESET).resumed > 0
    files = sorted(file.name for file in whole.iterdir())
    assert sorted(file.name for file in out.iterdir()) == files
    assert all((out / name).read_bytes() == (whole / name).read_bytes() for name in files)


def test_a_folder_never_mixes_two_runs(whole: Path) -> None:
    with pytest.raises(PopulationError, match="differs in: input"):
        prepare(Listed(of_cases(), as_of=None, name="another"), whole, RULESET)


def test_files_of_two_tables_are_no_table(whole: Path, tmp_path: Path) -> None:
    prepare(Listed(of_cases(), as_of=None, name="another"), tmp_path / "table", RULESET)
    mixed = tmp_path / "mixed"
    mixed.mkdir()
    for number, place in enumerate((whole, tmp_path / "table")):
        (mixed / f"people-{number}.parquet").write_bytes((place / "people-00000.parquet").read_bytes())
    with pytest.raises(PopulationError, match="not all of one table"):
        digest_of(mixed, tmp_path / "out")
    (mixed / "people-1.parquet").unlink()
    (mixed / "manifest.json").write_bytes((tmp_path / "table" / "manifest.json").read_bytes())
    with pytest.raises(PopulationError, match="is not that of its files"):
        digest_of(mixed, tmp_path / "out")


def test_a_table_whose_file_is_missing_is_not_whole(whole: Path, tmp_path: Path) -> None:
    short = tmp_path / "short"
    short.mkdir()
    for file in whole.iterdir():
        (short / file.name).write_bytes(file.read_bytes())
    (short / "people-00001.parquet").unlink()
    with pytest.raises(PopulationError, match="2 of the 3 files"):
        digest_of(short, tmp_path / "out")


# ---------------------------------------------------------------- the day, and what is not whole


def test_a_table_knows_its_day(tmp_path: Path) -> None:
    people = [replace(person, on=DAY) for person in of_cases() if isinstance(person, Person)]
    sound = [person for person in people if all(one.at is None or one.at <= DAY for one in person.case.given.values())]
    prepare(Listed(sound), tmp_path / "table", RULESET)
    found = screen(str(tmp_path / "table"), tmp_path / "out", RULESET, Options())
    assert found.day == "2026-11-01"
    with pytest.raises(PopulationError, match="made as of 2026-11-01; leave --as-of away, or make it anew"):
        screen(str(tmp_path / "table"), tmp_path / "other", RULESET, Options(datetime.date(2026, 11, 2)))


def test_what_is_not_whole_is_said_and_the_exit_code_says_it_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reader = Listed(of_cases(), as_of=None, missing=("a file is missing",))
    found = prepare(reader, tmp_path / "table", RULESET)
    assert "The table is not whole: a file is missing" in "\n".join(
        lines_of(found, RULESET, form="listed", day="now", least=11)
    )
    assert run(["screen", str(tmp_path / "table"), "--out", str(tmp_path / "out"), "--ruleset", "1.1.0"]) == 4
    assert "The table is not whole: a file is missing" in capsys.readouterr().out


def test_no_small_count_of_codes_can_be_had_from_their_total() -> None:
    tally = Tally()
    tally.unknown.update({("system", "often"): 95, ("system", "seldom"): 5})
    said = "\n".join(lines_of(Prepared(1, 0, tally, (), 1, 0), RULESET, form="listed", day="now", least=11))
    numbers = re.findall(r"(?:is not|often|seldom) +(\S+)$", said, re.MULTILINE)
    assert len(numbers) == 3
    assert numbers[2] == "<11"
    assert "hidden" in numbers


def test_counts_of_records_go_with_the_table(whole: Path, tmp_path: Path) -> None:
    digest_of(whole, tmp_path / "out")
    mapping = json.loads((tmp_path / "out" / "manifest.json").read_text())["mapping"]
    assert mapping == {"mapped": len(of_cases()), "unmapped": 0, "units": {}}


# ---------------------------------------------------------------- who cannot be read, and who may read


def test_whoever_cannot_be_read_is_set_aside_in_private(tmp_path: Path) -> None:
    future = Person("future", Case.read({"given": {"weakness": {"value": "present", "at": "2027-01-01"}}}), DAY)
    wrong = Person("wrong", Case.of(weakness="perhaps"), DAY)
    people = [*of_cases()[:50], Refused("refused", "two versions differ"), future, wrong]
    listed = Listed([replace(each, on=DAY) if isinstance(each, Person) else each for each in people], cut=1)
    out = tmp_path / "table"
    with pytest.raises(TooManyBadRowsError, match="more people cannot be read than --max-bad allows"):
        prepare(listed, out, RULESET)
    assert not (out / "manifest.json").exists()
    found = prepare(listed, out, RULESET, max_bad=0.9)
    (file,) = out.glob("*quarantine*")
    aside = dict(pl.read_parquet(file).select(PERSON, "reason").iter_rows())
    assert aside["refused"] == "two versions differ"
    assert aside["future"] == aside["wrong"] == "the record cannot be assessed"
    assert found.quarantined == len(aside)
    for each in out.glob("*.parquet"):
        assert stat.S_IMODE(each.stat().st_mode) == 0o600
    said = (out / "manifest.json").read_text() + "\n".join(lines_of(found, RULESET, form="listed", day="now", least=11))
    assert not any(name in said for name in ("refused", "p0001"))
