"""Watching a deployment: seldom a false alarm, and what falls silent is found and named."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from math import comb
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fasciculation_rules import open_ruleset
from fasciculation_rules.cli.app import run as run_command
from fasciculation_rules.engines.columns.sheet import WORD
from fasciculation_rules.errors import PopulationError
from fasciculation_rules.population.exact import Pair, divisor, powers, surprises
from fasciculation_rules.population.generating import generate, synthetic_metadata
from fasciculation_rules.population.schema import PERSON
from fasciculation_rules.population.screening import Options, screen
from fasciculation_rules.population.watch.account import as_json, lines_of
from fasciculation_rules.population.watch.run import Counts, Run, read_run
from fasciculation_rules.population.watch.watching import watch

MINI = Path(__file__).parent.parent / "rulesets" / "mini"
BUDGET = 0.05
PAIRS = st.tuples(st.integers(1, 60), st.integers(1, 60)).flatmap(
    lambda of: st.builds(Pair, st.integers(0, of[0]), st.just(of[0]), st.integers(0, of[1]), st.just(of[1]))
)

# ---------------------------------------------------------------- the test itself


def chance(hits: int, pair: Pair) -> Fraction:
    """That so many of all hits are among those of now, in whole numbers."""
    every = pair.hits + pair.before
    ways = comb(pair.of, hits) * comb(pair.of_before, every - hits) if 0 <= hits <= every else 0
    return Fraction(ways, comb(pair.of + pair.of_before, every))


@settings(max_examples=60, deadline=None)
@given(PAIRS)
def test_the_surprise_is_that_of_the_hypergeometric_distribution(pair: Pair) -> None:
    below = sum(chance(hits, pair) for hits in range(pair.hits + 1))
    above = sum(chance(hits, pair) for hits in range(pair.hits, pair.of + 1))
    assert surprises([pair]) == [pytest.approx(float(min(1, 2 * min(below, above))), rel=1e-6, abs=1e-12)]


@settings(max_examples=60, deadline=None)
@given(PAIRS)
def test_given_the_sums_the_surprise_is_small_no_more_often_than_it_says(pair: Pair) -> None:
    every = pair.hits + pair.before
    fewest, most = max(0, every - pair.of_before), min(every, pair.of)
    possible = [Pair(hits, pair.of, every - hits, pair.of_before) for hits in range(fewest, most + 1)]
    for limit in (0.05, 0.2):
        named = [each for each, surprise in zip(possible, surprises(possible), strict=True) if surprise <= limit]
        assert sum(chance(each.hits, pair) for each in named) <= limit + 1e-9


@settings(max_examples=40, deadline=None)
@given(st.lists(PAIRS, min_size=1, max_size=20), st.integers(0, 10**6))
def test_the_divisor_depends_on_the_sums_alone(pairs: list[Pair], seed: int) -> None:
    random = Random(seed)
    others = []
    for pair in pairs:
        every = pair.hits + pair.before
        hits = random.randint(max(0, every - pair.of_before), min(every, pair.of))
        others.append(Pair(hits, pair.of, every - hits, pair.of_before))
    assert divisor(pairs, BUDGET) == divisor(others, BUDGET) <= len(pairs)


def named_by_chance(random: Random, runs: int) -> float:
    """Which share of runs in which nothing changed has an alarm: 150 rules, rare and frequent, two sites."""
    rates = [random.betavariate(0.4, 4) for _ in range(150)]
    sizes = [(400, 3_000), (150, 900)]
    alarms = 0
    for _ in range(runs):
        pairs = [
            Pair(drawn(random, now, rate), now, drawn(random, before, rate), before)
            for rate in rates
            for now, before in sizes
        ]
        alarms += min(surprises(pairs)) <= BUDGET / divisor(pairs, BUDGET)
    return alarms / runs


def drawn(random: Random, of: int, rate: float) -> int:
    """So many of so many, by way of the normal distribution where they are many."""
    if of * rate * (1 - rate) > 30:
        return min(of, max(0, round(random.gauss(of * rate, (of * rate * (1 - rate)) ** 0.5))))
    return sum(random.random() < rate for _ in range(of))


def test_where_nothing_changed_one_run_in_twenty_at_most_has_an_alarm() -> None:
    assert named_by_chance(Random(5), 40) <= 0.05 + 3 * (0.05 * 0.95 / 40) ** 0.5


@pytest.mark.nightly
def test_where_nothing_changed_the_budget_is_kept_over_thousands_of_runs() -> None:
    assert named_by_chance(Random(6), 2_000) <= 0.05 + 3 * (0.05 * 0.95 / 2_000) ** 0.5


def test_the_power_that_is_stated_is_that_of_drawing_again_and_again() -> None:
    random, share = Random(7), 0.001
    pair = Pair(0, 800, 600, 8_000)
    (power,) = powers([pair], share)
    assert power.with_four_fifths is not None
    assert power.with_nine_tenths is not None
    assert power.with_nine_tenths < power.with_four_fifths < 1
    rate = 600 / 8_000 * power.with_four_fifths
    found = [
        surprises([Pair(sum(random.random() < rate for _ in range(800)), 800, 600, 8_000)])[0] <= share
        for _ in range(400)
    ]
    assert sum(found) / len(found) == pytest.approx(0.8, abs=0.07)


@settings(max_examples=60, deadline=None)
@given(PAIRS)
def test_what_cannot_be_watched_is_what_could_be_silent_unseen(pair: Pair) -> None:
    (power,) = powers([pair], 0.01)
    silent = Pair(0, pair.of, pair.before, pair.of_before)
    assert (power.with_four_fifths is None) == (not pair.before or surprises([silent])[0] > 0.01)


# ---------------------------------------------------------------- from screening to the alarm


def screened(
    place: Path, people: int, seed: int, change: Any = None, by: tuple[str, ...] = (), without: tuple[str, ...] = ()
) -> Path:
    """Synthetic people who nearly all twitch, screened; `without` are columns that the table does not have."""
    ruleset = open_ruleset(MINI)
    (path,) = generate(ruleset, people, seed, place / "made")
    frame = pl.read_parquet(path).with_columns(
        pl.lit(1, pl.Int8).alias("fasciculation"),
        pl.when(pl.col(PERSON) % 3 == 0).then(pl.lit("hill")).otherwise(pl.lit("town")).alias("site"),
        pl.when(pl.col(PERSON) % 7 == seed % 7).then(1).otherwise("cramps").cast(pl.Int8).alias("cramps"),
    )
    (place / "people").mkdir()
    frame = (frame if change is None else frame.with_columns(change)).drop(without)
    frame.write_parquet(place / "people" / "people.parquet", metadata=synthetic_metadata(ruleset, seed))
    day = None if "index_date" in frame.columns else datetime.date(2026, 11, 1)
    screen(str(place / "people"), place / "run", ruleset, Options(day, by=by))
    return place / "run"


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return screened(tmp_path_factory.mktemp("reference"), 6_000, 1)


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return screened(tmp_path_factory.mktemp("later"), 2_000, 2)


def test_other_people_of_the_same_kind_raise_no_alarm(
    reference: Path, later: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["watch", str(later), "--reference", str(reference)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("Watch of ruleset mini (synthetic people)")
    assert "not reviewed by a clinician" in said
    assert "makes no diagnosis" in said
    assert "Changed: 0" in said
    assert "Cannot be watched here" in said


def test_a_column_that_is_no_longer_filled_is_named_and_so_is_the_rule_that_it_silenced(
    reference: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = screened(tmp_path, 2_000, 2, pl.lit(None, pl.Int8).alias("cramps"))
    assert run_command(["watch", str(run), "--reference", str(reference), "--as", "json"]) == 1
    said = json.loads(capsys.readouterr().out)
    changed = {(each["what"], each["name"]): each for each in said["changed"]}
    assert ("empty", "cramps") in changed
    assert changed["fired", "escalate-cramps"]["silent"]
    assert changed["fired", "escalate-cramps"]["now"]["hits"] == 0


def test_changes_of_the_input_come_before_those_of_rules(reference: Path, tmp_path: Path) -> None:
    run = screened(tmp_path, 2_000, 2, without=("cramps",))
    found = watch(read_run(run), read_run(reference))
    kinds = [each.count[0] in ("empty", "unit", "unmapped") for each in found.changed]
    assert kinds == sorted(kinds, reverse=True)
    assert 0 < sum(kinds) < len(kinds)
    said = list(lines_of(found, 11))
    (place,) = (index for index, line in enumerate(said) if line.startswith(f"Changed: {len(kinds)} ({sum(kinds)} of"))
    assert said[place + 1].startswith("  cramps is empty for ")
    assert as_json(found, 11)["changed"][0]["what"] == "empty"


def test_a_column_that_is_gone_is_as_empty_as_one_that_holds_nothing(tmp_path: Path) -> None:
    before = screened(tmp_path / "before", 3_000, 1, by=("site",))
    empty = screened(tmp_path / "empty", 2_000, 2, pl.lit(None, pl.Int8).alias("cramps"), by=("site",))
    gone = screened(tmp_path / "gone", 2_000, 2, by=("site",), without=("cramps",))
    assert read_run(gone).strata == read_run(empty).strata
    for run, other in ((gone, before), (before, gone)):
        found = watch(read_run(run), read_run(other))
        strata = [each.stratum for each in found.changed if each.count == ("empty", "cramps")]
        assert strata == [(), (("site", "hill"),), (("site", "town"),)]


def silenced(run: Path, rule: str, place: Path, where: pl.Expr | None = None) -> Path:
    """The same answers, in which the bit of one rule is cleared, of all or of some."""
    place.mkdir()
    for file in run.glob("*.json"):
        (place / file.name).write_bytes(file.read_bytes())
    for file in run.glob("part-*.parquet"):
        said = pl.read_parquet_metadata(file)["fasciculation_rules.answer"]
        word, bit = divmod(json.loads(said)["names"].index(rule), WORD)
        fired = pl.col(f"fired_{word}")
        cleared = pl.when(pl.lit(True) if where is None else where).then(fired & ~(1 << bit)).otherwise(fired)
        frame = pl.read_parquet(file).with_columns(cleared.alias(f"fired_{word}"))
        frame.write_parquet(place / file.name, metadata={"fasciculation_rules.answer": said})
    return place


def test_a_rule_that_is_silenced_by_hand_is_named_and_no_other(reference: Path, later: Path, tmp_path: Path) -> None:
    run = silenced(later, "escalate-cramps", tmp_path / "run")
    found = watch(read_run(run), read_run(reference))
    assert [each.count for each in found.changed] == [("fired", "escalate-cramps")]
    assert "fallen silent" in "\n".join(lines_of(found, 11))


def test_a_rule_that_is_silenced_at_one_site_is_named_with_the_site(tmp_path: Path) -> None:
    before = screened(tmp_path / "before", 9_000, 1, by=("site",))
    hill = pl.when(pl.col("site") == "hill").then(None).otherwise("cramps").cast(pl.Int8).alias("cramps")
    after = screened(tmp_path / "after", 3_000, 2, hill, by=("site",))
    found = watch(read_run(after), read_run(before))
    strata = {each.stratum for each in found.changed if each.count == ("fired", "escalate-cramps")}
    assert (("site", "hill"),) in strata
    assert (("site", "town"),) not in strata
    assert "site hill: escalate-cramps" in "\n".join(lines_of(found, 11))


def test_a_month_is_compared_with_all_months_of_the_same_site_before(tmp_path: Path) -> None:
    def in_months(*months: int) -> pl.Expr:
        days = pl.Series([datetime.date(2026, month, 3) for month in months])
        return pl.lit(days.implode()).list.get(pl.col(PERSON) % len(months)).alias("index_date")

    before = screened(tmp_path / "before", 8_000, 1, in_months(7, 8, 9), by=("site",))
    after = screened(tmp_path / "after", 4_000, 2, in_months(10, 11), by=("site",))
    run = silenced(after, "escalate-cramps", tmp_path / "silenced", pl.col("index_date").dt.month() == 11)
    found = watch(read_run(run), read_run(before))
    assert len(found.run.strata) == 1 + 2 * 2
    assert found.uncompared == ()
    named = {each.stratum for each in found.changed if each.count == ("fired", "escalate-cramps")}
    assert {(("site", "hill"), ("month", "2026-11")), (("site", "town"), ("month", "2026-11"))} <= named
    assert not any(("month", "2026-10") in stratum for stratum in named)


# ---------------------------------------------------------------- counts by themselves


def made(hits: Mapping[tuple[str, str], tuple[int, int]], **about: Any) -> Run:
    said = {"ruleset": "1.1.0", "effective_digest": "sha256:0", "cohort": "entry", "observed": None, "by": []}
    people = 10_000
    return Run(
        Path("run"), {**said, "as_of": "2026-11-01", **about}, "unreviewed", False, (), {(): Counts(people, hits)}
    )


def test_a_unit_that_flips_is_found() -> None:
    before = made({("unit", "potassium in mmol/L"): (990, 1_000), ("unit", "potassium in mg/dL"): (10, 1_000)})
    after = made({("unit", "potassium in mmol/L"): (10, 500), ("unit", "potassium in mg/dL"): (490, 500)})
    assert {each.count[1] for each in watch(after, before).changed} == {"potassium in mmol/L", "potassium in mg/dL"}


def test_a_unit_that_is_new_is_found() -> None:
    before = made({("unit", "potassium in mmol/L"): (1_000, 1_000)})
    after = made({("unit", "potassium in mmol/L"): (300, 500), ("unit", "potassium in mg/dL"): (200, 500)})
    assert ("unit", "potassium in mg/dL") in {each.count for each in watch(after, before).changed}


def test_codes_that_nobody_knows_any_more_are_found() -> None:
    before, after = made({("unmapped", "records"): (50, 5_000)}), made({("unmapped", "records"): (400, 2_000)})
    (change,) = watch(after, before).changed
    assert change.count == ("unmapped", "records")


def test_small_numbers_are_hidden_in_text_and_json() -> None:
    before, after = made({("fired", "rule-a"): (400, 4_000)}), made({("fired", "rule-a"): (3, 1_000)})
    found = watch(after, before)
    said = as_json(found, 11)
    assert said["changed"][0]["now"]["hits"] == "<11"
    text = "\n".join(lines_of(found, 11))
    assert "rule-a fires for <11 of" in text
    assert "0.30 %" not in text


def test_a_rule_that_fires_too_seldom_is_said_to_be_unwatched() -> None:
    hits = {("fired", "often"): (900, 9_000), ("fired", "seldom"): (3, 9_000)}
    found = watch(made(hits), made(hits))
    assert found.unwatched == ("seldom",)
    assert "canary" in "\n".join(lines_of(found, 11))


def test_a_site_of_a_few_people_is_neither_compared_nor_named() -> None:
    hits = {("fired", "often"): (900, 9_000)}
    isle, town = (("site", "isle"),), (("site", "town"),)
    few = {isle: Counts(7, {("fired", "often"): (7, 7)}), town: Counts(8_993, {("fired", "often"): (893, 8_993)})}
    run = replace(made(hits), strata={(): Counts(9_000, hits), **few})
    found = watch(run, run)
    assert found.uncompared == (isle,)
    assert "isle" not in "\n".join(lines_of(found, 11)) + json.dumps(as_json(found, 11))


def test_a_small_number_of_one_site_cannot_be_had_from_all_others() -> None:
    count = ("fired", "rule-a")

    def of(*hits: int) -> Run:
        sites = dict(zip(("hill", "isle", "town"), hits, strict=True))
        strata = {(("site", name),): Counts(2_000, {count: (each, 2_000)}) for name, each in sites.items()}
        return replace(
            made({count: (sum(hits), 6_000)}), strata={(): Counts(6_000, {count: (sum(hits), 6_000)}), **strata}
        )

    found = watch(of(3, 150, 250), of(300, 700, 800))
    assert len(found.changed) == 4
    now = {each["stratum"].get("site"): each["now"]["hits"] for each in as_json(found, 11)["changed"]}
    assert now["hill"] == "<11"
    assert "hidden" in (now[None], now["isle"], now["town"])


def test_a_few_people_of_a_site_that_is_not_named_cannot_be_had_from_all_others() -> None:
    count = ("fired", "rule-a")

    def of(*hits: int) -> Run:
        sites = {"hill": (hits[0], 2_000), "isle": (7, 7), "town": (hits[1], 2_000)}
        strata = {(("site", name),): Counts(each[1], {count: each}) for name, each in sites.items()}
        everybody = (sum(hits) + 7, 4_007)
        return replace(made({count: everybody}), strata={(): Counts(4_007, {count: everybody}), **strata})

    found = watch(of(150, 250), of(700, 800))
    assert [dict(each.stratum).get("site") for each in found.changed] == [None, "hill", "town"]
    for what in ("of", "hits"):
        assert "hidden" in {each["now"][what] for each in as_json(found, 11)["changed"]}


def test_a_site_called_unknown_and_people_of_no_site_are_one_stratum(tmp_path: Path) -> None:
    site = pl.when(pl.col(PERSON) % 4 == 0).then(None).when(pl.col(PERSON) % 4 == 1).then(pl.lit("unknown"))
    place = screened(tmp_path, 400, 1, site.otherwise(pl.lit("town")).alias("site"), by=("site",))
    manifest, run = json.loads((place / "manifest.json").read_text()), read_run(place)
    assert {key: counts.people for key, counts in run.strata.items()} == {
        (): manifest["attrition"]["counted"],
        (("site", "town"),): sum(e["rows"] for e in manifest["known"] if e["stratum"]["site"] == "town"),
        (("site", "unknown"),): sum(e["rows"] for e in manifest["known"] if e["stratum"]["site"] != "town"),
    }
    for counts in run.strata.values():
        assert {of for _, of in counts.hits.values()} == {counts.people}


def test_undecided_is_open_or_awaits_an_examination_or_a_test(later: Path) -> None:
    answers = pl.read_parquet(later / "part-*.parquet")
    names = json.loads(pl.read_parquet_metadata(later / "part-00000.parquet")["fasciculation_rules.answer"])["names"]
    hits, kinds = read_run(later).strata[()].hits, ("open", "awaits_examination", "awaits_test")
    for place, name in enumerate(names):
        word, bit = divmod(place, WORD)
        each = [answers[f"{kind}_{word}"].to_list() for kind in kinds]
        assert hits["undecided", name][0] == sum(
            any(cell >> bit & 1 for cell in row) for row in zip(*each, strict=True)
        )


@pytest.mark.parametrize("about", [{"ruleset": "1.0.0"}, {"effective_digest": "sha256:1"}, {"cohort": "everyone"}])
def test_runs_that_asked_something_else_are_refused(about: dict[str, Any]) -> None:
    hits = {("fired", "often"): (900, 9_000)}
    with pytest.raises(PopulationError, match="cannot be compared, because they differ in"):
        watch(made(hits), made(hits, **about))


def test_a_folder_without_a_finished_run_is_refused(
    tmp_path: Path, later: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["watch", str(tmp_path), "--reference", str(later)]) == 2
    assert "holds no finished result" in capsys.readouterr().err
    (tmp_path / "manifest.json").write_text("{}")
    assert run_command(["watch", str(later), "--reference", str(tmp_path)]) == 2
