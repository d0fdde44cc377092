"""Synthetic people: the same for one seed, said to be synthetic, and each figure with its source."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from fasciculation_rules import open_ruleset
from fasciculation_rules.engines.columns.rules import HIGH, LOW
from fasciculation_rules.exchange.parquet import footer
from fasciculation_rules.population.assumptions import assumptions
from fasciculation_rules.population.generating import generate
from fasciculation_rules.population.mixing import person_base
from fasciculation_rules.population.schema import PERSON
from fasciculation_rules.population.source import open_source

RULESET = open_ruleset("1.1.0")
PEOPLE = 20_000


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    (path,) = generate(RULESET, PEOPLE, 1, tmp_path_factory.mktemp("people"))
    return pl.read_parquet(path)


def test_each_figure_has_a_row_of_the_evidence_or_a_named_assumption() -> None:
    given = assumptions()
    known = {*RULESET.references.rows, *given.named}
    assert [source for source in given.sources if source not in known] == []
    assert [name for name in given.named if name not in given.sources and name != "A-TWITCHERS"] == []


def test_every_name_of_the_assumptions_is_one_of_the_vocabulary() -> None:
    given, vocabulary = assumptions(), RULESET.vocabulary
    findings = {name for kind in given.kinds for name in kind.findings} | {*given.usual}
    quantities = {name for kind in given.kinds for name in kind.quantities} | {*given.values}
    assert findings <= {*vocabulary.findings}
    assert quantities <= {*vocabulary.quantities}
    assert sum(kind.share for kind in given.kinds) < 1


def test_the_same_seed_gives_the_same_people_however_they_are_parted(people: pl.DataFrame, tmp_path: Path) -> None:
    parts = generate(RULESET, PEOPLE, 1, tmp_path / "parts", part=7_000)
    assert len(parts) == 3
    assert pl.concat(pl.read_parquet(part) for part in parts).equals(people)
    (other,) = generate(RULESET, 1_000, 2, tmp_path / "other")
    assert not pl.read_parquet(other).drop(PERSON).equals(people.head(1_000).drop(PERSON))


def test_the_file_says_that_nobody_in_it_exists(tmp_path: Path) -> None:
    (path,) = generate(RULESET, 100, 5, tmp_path)
    with path.open("rb") as opened:
        said = json.loads(footer(opened).words["fasciculation_rules.synthetic"])
    assert said["synthetic"] == "these people do not exist"
    assert open_source(str(path), RULESET).doubtful == ()


def test_what_is_true_comes_together_and_contradicts_nothing(people: pl.DataFrame) -> None:
    """A general that is denied has no specific that is there; one end of a quantity has the other."""
    closure = RULESET.closure
    for general, specifics in closure.specifics.items():
        for specific in specifics:
            assert people.filter((pl.col(general) == 0) & (pl.col(specific) == 1)).is_empty(), (general, specific)
    for name in RULESET.vocabulary.quantities:
        assert people.filter(pl.col(name + LOW).is_null() != pl.col(name + HIGH).is_null()).is_empty()
    both = people.filter((pl.col("muscle_cramp") == 1) & (pl.col("fasciculation") == 1)).height
    apart = people.filter(pl.col("muscle_cramp") == 1).height * people.filter(pl.col("fasciculation") == 1).height
    assert both > 3 * apart / PEOPLE, "cramps and twitching come together in benign twitching"


def test_most_is_not_recorded_and_shares_are_near_what_is_assumed(people: pl.DataFrame) -> None:
    screen = people.select(RULESET.vocabulary.screen)
    unknown = sum(screen.null_count().row(0)) / (PEOPLE * screen.width)
    assert 0.9 < unknown < 0.97
    given = assumptions()
    twitching = sum(kind.share * kind.findings.get("eyelid_twitch", 0) for kind in given.kinds) + given.finding
    found = people.filter(pl.col("eyelid_twitch") == 1).height / PEOPLE
    assert found == pytest.approx(twitching * given.recorded["present"], rel=0.15)


def test_the_mixing_is_that_of_splitmix64() -> None:
    def mixed(number: int) -> int:
        number = (number ^ number >> 30) * 0xBF58476D1CE4E5B9 % 2**64
        number = (number ^ number >> 27) * 0x94D049BB133111EB % 2**64
        return number ^ number >> 31

    found = pl.select(person_base(pl.int_range(50), 7)).to_series().to_list()
    assert found == [mixed((each * 0x9E3779B97F4A7C15 + 7) % 2**64) for each in range(50)]
