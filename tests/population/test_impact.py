"""What another version would do: the moves that `assess` makes one by one, and nothing shown that names anybody."""

from __future__ import annotations

import csv
import datetime
import hashlib
import hmac
import json
import re
import stat
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import product
from pathlib import Path
from shutil import copytree
from types import MappingProxyType
from typing import Any
from xml.etree import ElementTree

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from people import said_by_assess
from scipy.optimize import linprog
from scipy.sparse import lil_array
from scipy.stats import beta

from fasciculation_rules import Ruleset, open_ruleset
from fasciculation_rules.audit.validation.exact import interval as in_whole_numbers
from fasciculation_rules.cli.app import run
from fasciculation_rules.errors import PopulationError
from fasciculation_rules.population.exact import interval
from fasciculation_rules.population.generating import generate, synthetic_metadata
from fasciculation_rules.population.impact import counting, page
from fasciculation_rules.population.impact.account import as_json, lines_of
from fasciculation_rules.population.impact.answers import rules_of
from fasciculation_rules.population.impact.counting import Counted, Move, count, way_of
from fasciculation_rules.population.impact.files import moves_frame, rules_frame, write
from fasciculation_rules.population.impact.groups import BANDS, FEWER, age_band
from fasciculation_rules.population.impact.page import pages_of
from fasciculation_rules.population.impact.shown import TALLIES, Key, Shown, shown_of, system_of, tally_key
from fasciculation_rules.population.impact.subgroups import compared
from fasciculation_rules.population.impact.table import Asked, open_table
from fasciculation_rules.population.rows import Decoded
from fasciculation_rules.population.schema import PERSON, metadata_of
from fasciculation_rules.population.shielding import HIDDEN

DAY = Asked(datetime.date(2026, 11, 1))
PAIRS = [("1.0.0", "1.1.0"), ("0.1.0", "1.0.0")]
MINI = Path(__file__).parent.parent / "rulesets" / "mini"
CHANGES = {
    "ruleset.yaml": ("ruleset: mini", "ruleset: changed"),
    "rules/escalation/escalate-speech.yaml": ("urgency: urgent_2w", "urgency: same_day"),
    "rules/escalation/escalate-cramps.yaml": ("when: cramps is present", "when: dysphagia is present"),
}
RENAMED = "rules/escalation/escalate-upper-motor-neurone-signs.yaml", "rules/escalation/escalate-cord-signs.yaml"


def changed(place: Path) -> Path:
    """The small ruleset with a rule at another rung, one on other people, and one under another name."""
    copytree(MINI, place)
    for file, (before, after) in CHANGES.items():
        text = (place / file).read_text()
        assert before in text
        (place / file).write_text(text.replace(before, after))
    one, other = (place / name for name in RENAMED)
    other.write_text(one.read_text().replace("rule: escalate-upper-motor-neurone-signs", "rule: escalate-cord-signs"))
    one.unlink()
    return place


def twitching(
    place: Path, people: int, ruleset: Ruleset, more: Mapping[str, int] = MappingProxyType({})
) -> pl.DataFrame:
    """Synthetic people, of whom nearly all twitch, at three sites; in two files. `more`: each so manieth has it too."""
    (path,) = generate(ruleset, people, 11, place / "made")
    made = pl.read_parquet(path)
    some = pl.concat(
        [made.filter(pl.col("fasciculation") == 1), made.filter(pl.col("fasciculation").is_null()).head(40)]
    )
    sites = pl.when(pl.col(PERSON) % 9 == 0).then(pl.lit("hill")).when(pl.col(PERSON) % 100 == 1).then(pl.lit("isle"))
    frame = some.unique(PERSON, maintain_order=True).with_columns(sites.otherwise(pl.lit("town")).alias("site"))
    frame = frame.with_columns(
        pl.when(pl.int_range(pl.len()) % every == 0).then(1).otherwise(name).cast(pl.Int8).alias(name)
        for name, every in more.items()
    )
    (place / "people").mkdir()
    for index, part in enumerate(frame.iter_slices(frame.height // 2 + 1)):
        part.write_parquet(place / "people" / f"{index}.parquet", metadata=synthetic_metadata(ruleset, 11))
    return frame


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("impact")
    twitching(found, 40_000, open_ruleset(MINI), {"dysphagia": 5, "dysarthria": 17, "cramps": 7, "babinski": 23})
    changed(found / "changed")
    return found


@pytest.fixture(scope="module")
def people(place: Path) -> Path:
    return place / "people"


@pytest.fixture(scope="module")
def versions(place: Path) -> tuple[Ruleset, Ruleset]:
    return open_ruleset(MINI), open_ruleset(place / "changed")


@pytest.fixture(scope="module")
def command(place: Path) -> list[str]:
    return ["impact", str(MINI), str(place / "changed"), str(place / "people"), "--as-of", "2026-11-01"]


def counted_of(people: Path, versions: tuple[Ruleset, Ruleset], asked: Asked = DAY) -> Counted:
    return count(open_table(str(people), *versions, asked))


@pytest.fixture(scope="module")
def counted(people: Path, versions: tuple[Ruleset, Ruleset]) -> Counted:
    return counted_of(people, versions, replace(DAY, by=("site",), rows=700))


@pytest.fixture(scope="module")
def shown(counted: Counted) -> Shown:
    return shown_of(counted, 11)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages without what a solver says."""
    monkeypatch.setattr(page, "find_spec", lambda _: None)


# ---------------------------------------------------------------- the truth


def known(cells: Mapping[str, Any], ruleset: Ruleset) -> dict[str, int]:
    names = {
        *ruleset.vocabulary.findings,
        *(f"{n}_{end}" for n in ruleset.vocabulary.quantities for end in ("low", "high")),
    }
    return {name: cell for name, cell in cells.items() if cell is not None and name in names}


def test_the_moves_are_those_that_assess_makes_of_each_person(tmp_path: Path) -> None:
    old, new = (open_ruleset(version) for version in PAIRS[1])
    agree(old, new, twitching(tmp_path, 6_000, new), tmp_path / "people", at_least=100)


@pytest.mark.nightly
@pytest.mark.parametrize("pair", PAIRS)
def test_the_moves_of_thousands_are_those_that_assess_makes(pair: tuple[str, str], tmp_path: Path) -> None:
    old, new = (open_ruleset(version) for version in pair)
    agree(old, new, twitching(tmp_path, 100_000, new), tmp_path / "people", at_least=2_000)


def test_the_moves_of_a_changed_rule_are_those_that_assess_makes(
    versions: tuple[Ruleset, Ruleset], place: Path
) -> None:
    frame = pl.read_parquet(place / "people" / "*.parquet")
    agree(*versions, frame, place / "people", at_least=500, rows=400)
    assert frame.height > 600


def test_somebody_moves_in_these_tests(counted: Counted) -> None:
    ways = {way_of(move, counted.table.ladder) for move in counted.moves}
    assert ways == {"up", "down", "same"}
    assert {rule.status for rule in counted.rules} == {"kept", "new", "gone"}
    assert any(rule.at_another_rung["up"] for rule in counted.rules)


def agree(old: Ruleset, new: Ruleset, frame: pl.DataFrame, people: Path, *, at_least: int, rows: int = 10**6) -> None:
    """Every person of the files one by one."""
    found = count(open_table(str(people), old, new, replace(DAY, by=("site",), rows=rows)))
    moves: Counter[tuple[str, str]] = Counter()
    least: Counter[tuple[str, str]] = Counter()
    rules: Counter[tuple[str, str, str]] = Counter()
    sites: Counter[str] = Counter()
    for cells in frame.iter_rows(named=True):
        before, after = (said_by_assess(known(cells, version), version) for version in (old, new))
        if not (before.entry or after.entry) or (cells["age_low"] or 0) < 16:
            continue
        move = before.rung, after.rung
        moves[move] += 1
        least[before.urgency["at_least"], after.urgency["at_least"]] += 1
        sites[cells["site"]] += 1
        rules.update(_touched(before, after, old, new))
    assert found.attrition.counted == moves.total() > at_least
    assert dict(found.moves) == dict(moves)
    assert dict(found.at_least) == dict(least)
    assert {name: sum(each.values()) for name, each in found.groups["site"].items()} == dict(sites)
    assert {
        (rule.rule, what, way): number
        for rule in found.rules
        for what in ("newly", "no_longer", "at_another_rung")
        for way, number in getattr(rule, what).items()
        if number
    } == dict(rules)


def _touched(before: Decoded, after: Decoded, old: Ruleset, new: Ruleset) -> list[tuple[str, str, str]]:
    ladder = new.outcomes.ladder
    step = ladder.index(after.rung) - ladder.index(before.rung)
    way = "up" if step > 0 else "down" if step < 0 else "same"
    one, other = set(before.fired) & rules_of(old).keys(), set(after.fired) & rules_of(new).keys()
    both = one & other & old.escalations.keys() & new.escalations.keys()
    lifted = [n for n in both if old.escalations[n].then.urgency != new.escalations[n].then.urgency]
    return [
        *((name, "newly", way) for name in other - one),
        *((name, "no_longer", way) for name in one - other),
        *((name, "at_another_rung", way) for name in lifted),
    ]


def test_parts_and_files_leave_the_counts_alone(
    versions: tuple[Ruleset, Ruleset], people: Path, counted: Counted
) -> None:
    whole = counted_of(people, versions, replace(DAY, by=("site",)))
    assert (whole.attrition, whole.moves, whole.groups, whole.rules) == (
        counted.attrition,
        counted.moves,
        counted.groups,
        counted.rules,
    )


def test_a_version_against_itself_moves_nobody(versions: tuple[Ruleset, Ruleset], people: Path) -> None:
    found = counted_of(people, (versions[0], versions[0]))
    assert all(before == after for before, after in found.moves)
    assert found.rules == ()
    assert "at_another" not in "\n".join(lines_of(shown_of(found, 11), compared(shown_of(found, 11))))


def test_both_ways_the_moves_are_turned_round(
    versions: tuple[Ruleset, Ruleset], people: Path, counted: Counted
) -> None:
    back = counted_of(people, versions[::-1])
    assert {(after, before): number for (before, after), number in back.moves.items()} == dict(counted.moves)


def test_whoever_either_version_takes_in_is_counted(tmp_path: Path) -> None:
    copytree(MINI, tmp_path / "mini")
    file, last = tmp_path / "mini" / "ruleset.yaml", "    - eyelid_twitch is present\n"
    assert last in file.read_text()
    file.write_text(file.read_text().replace(last, f"{last}    - cramps is present\n"))
    old, new = open_ruleset(MINI), open_ruleset(tmp_path / "mini")
    frame = pl.DataFrame(
        {PERSON: [1, 2, 3], "age_low": [40] * 3, "age_high": [40] * 3}
        | {"fasciculation": [1, 0, 0], "eyelid_twitch": [0, 0, 0], "cramps": [0, 1, 0]}
    )
    frame.write_parquet(tmp_path / "people.parquet", metadata=synthetic_metadata(old, 1))
    for versions in ((old, new), (new, old)):
        attrition = counted_of(tmp_path / "people.parquet", versions).attrition
        assert (attrition.counted, attrition.without_entry) == (2, 1)


def test_a_band_begins_with_its_first_year_and_who_may_be_of_two_is_of_none() -> None:
    low, high = [15, 16, 29, 30, 89, 90, 29, None], [15, 16, 29, 30, 89, 90, 30, None]
    frame = pl.DataFrame({"age_low": low, "age_high": high}, schema=dict.fromkeys(("age_low", "age_high"), pl.Int32))
    bands = frame.select(age_band(("age_low", "age_high")))["age_low"].to_list()
    names = [None if band is None else BANDS[band] for band in bands]
    assert names == ["under 16", "16-29", "16-29", "30-39", "80-89", "90 and over", None, None]


def test_rows_that_repeat_or_differ_are_set_aside_as_in_screening(
    versions: tuple[Ruleset, Ruleset], people: Path, tmp_path: Path
) -> None:
    frame = pl.read_parquet(people / "0.parquet")
    odd = frame.head(1).with_columns(pl.lit("elsewhere").alias("site"))
    metadata = metadata_of(versions[0])
    pl.concat([frame, frame.tail(30), odd]).write_parquet(tmp_path / "odd.parquet", metadata=metadata)
    asked = replace(DAY, by=("site",), everyone=True, rows=100)
    found = counted_of(tmp_path / "odd.parquet", versions, asked)
    plain = counted_of(people / "0.parquet", versions, asked)
    assert (found.attrition.collapsed, found.attrition.quarantined) == (30, 2)
    assert found.attrition.counted == plain.attrition.counted - 1
    assert sum(found.moves.values()) == found.attrition.counted


# ---------------------------------------------------------------- what is shown


def test_every_number_that_is_shown_is_true_and_none_is_small(counted: Counted, shown: Shown) -> None:
    for move, number in counted.moves.items():
        assert shown.number("moves", *move) in (number, None)
        assert not 0 < (shown.number("moves", *move) or 0) < 11
    numbers = [shown.number(*key) for key in shown.texts]
    assert None in numbers
    assert all(number is None or number == 0 or number >= 11 for number in numbers)


def test_text_json_tables_pictures_and_page_tell_no_small_number_and_nobody_s_id(
    quick: None, shown: Shown, people: Path, tmp_path: Path
) -> None:
    groups = compared(shown)
    write(shown, pages_of(shown, groups), tmp_path)
    said = json.dumps(as_json(shown, groups))
    for name in ("impact.html", "moves.svg", "groups.svg"):
        said += (tmp_path / name).read_text()
    said += "\n".join(lines_of(shown, groups))
    ids = {str(person) for person in pl.read_parquet(people / "*.parquet")[PERSON] if person > 10_000}
    assert not ids & set(re.findall(r"\d+", said))
    for name in ("moves.parquet", "rules.parquet"):
        frame = pl.read_parquet(tmp_path / name)
        cells = frame.select(pl.selectors.integer()).to_series(0) if frame.width else pl.Series()
        assert not ((cells > 0) & (cells < 11)).any()
        assert "fasciculation_rules.impact" in pl.read_parquet_metadata(tmp_path / name)


def unmoved(shown: Shown, wanted: Iterable[tuple[Key, ...]]) -> list[tuple[Key, ...]]:
    """Of which of these sums of cells all that is shown leaves no choice: their ends, by linear programming."""
    cells, sums = system_of(shown.counted)
    names = [name for name, number in cells.items() if number]
    place = {name: index for index, name in enumerate(names)}
    bounds = [ends_of(shown.texts[name]) for name in names]
    equations = [(total, parts) for total, parts in sums if cells[total]]
    matrix = lil_array((len(equations), len(names)))
    for row, (total, parts) in enumerate(equations):
        assert cells[total] == sum(cells[part] for part in parts)
        matrix[row, place[total]] = -1
        for part in parts:
            if cells[part]:
                matrix[row, place[part]] += 1

    def width(those: tuple[Key, ...]) -> float:
        aim = [float(name in those) for name in names]
        low, high = (
            linprog([way * each for each in aim], A_eq=matrix.tocsr(), b_eq=[0] * len(equations), bounds=bounds).fun
            * way
            for way in (1, -1)
        )
        return float(high - low)

    return [those for those in wanted if width(those) < 1 - 1e-6]


def small_movers(counted: Counted) -> list[tuple[Key, ...]]:
    """Up and down of everybody, of each group each rule, and who leaves or reaches a rung, where few."""
    cells, _ = system_of(counted)
    stems: list[Key] = [("moves", "way"), ("at_least", "way")]
    stems += [("group", kind, group) for kind, groups in counted.groups.items() for group in groups]
    stems += [tally_key(getattr(rule, what)) for rule in counted.rules for what in TALLIES]
    pairs: list[tuple[Key, ...]] = [((*stem, "up"), (*stem, "down")) for stem in dict.fromkeys(stems)]
    ladder = counted.table.ladder
    for name, rung in product(("moves", "at_least"), ladder):
        pairs.append(tuple((name, rung, other) for other in ladder if other != rung))
        pairs.append(tuple((name, other, rung) for other in ladder if other != rung))
    return [pair for pair in pairs if 0 < sum(cells[each] for each in pair) < 11]


def test_of_each_hidden_small_number_another_one_is_possible(shown: Shown) -> None:
    small = [(name,) for name, number in system_of(shown.counted)[0].items() if 0 < number < 11]
    assert len(small) > 20
    assert unmoved(shown, small) == []


def test_how_few_people_move_at_all_cannot_be_worked_out(shown: Shown) -> None:
    few = small_movers(shown.counted)
    assert any(key[0][0] == "tally" for key in few)
    assert unmoved(shown, few) == []


WAYS_OF_SITES = st.lists(
    st.tuples(st.integers(0, 14), st.integers(0, 14), st.integers(200, 400)), min_size=2, max_size=4
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(WAYS_OF_SITES)
@example([(3, 5, 232), (40, 30, 900), (50, 60, 800)])
def test_how_few_people_of_a_site_move_cannot_be_worked_out(
    counted: Counted, sites: list[tuple[int, int, int]]
) -> None:
    found = moved(counted, {f"site {index}": each for index, each in enumerate(sites)})
    assert unmoved(found, small_movers(found.counted)) == []


def test_how_few_people_leave_a_rung_cannot_be_worked_out(counted: Counted) -> None:
    """4 and 4 are hidden, but 8 would be known from all of the rung and those who stay."""
    moves = {("soon_gp", "soon_gp"): 300, ("soon_gp", "urgent_2w"): 4, ("soon_gp", "same_day"): 4}
    moves |= {("routine", "urgent_2w"): 60, ("routine", "same_day"): 70, ("routine", "routine"): 500}
    found = moved_so(counted, {"hill": moves})
    leaving = (("moves", "soon_gp", "urgent_2w"), ("moves", "soon_gp", "same_day"))
    assert unmoved(found, [leaving]) == []


def ends_of(text: str) -> tuple[float, float | None]:
    """What a reader knows of a cell."""
    if text.startswith("<"):
        return 1, 10
    return (11, None) if text == HIDDEN else (int(text.replace(",", "")),) * 2


def test_a_small_site_is_not_even_named(counted: Counted, shown: Shown) -> None:
    assert 0 < sum(counted.groups["site"]["isle"].values()) < 11
    assert {"isle"} & set(shown.counted.groups["site"]) == set()
    assert FEWER in shown.counted.groups["site"]


def test_the_tables_that_are_written_add_up_where_nothing_is_hidden(counted: Counted) -> None:
    found = shown_of(counted, 1)
    frame = moves_frame(found)
    everybody = frame.filter(pl.all_horizontal(pl.col("age_band", "sex", "site").is_null()))
    assert everybody["people"].sum() == counted.attrition.counted
    for column in ("age_band", "sex", "site"):
        assert frame.filter(pl.col(column).is_not_null())["people"].sum() == counted.attrition.counted
    rules = rules_frame(found)
    assert rules.height == len(counted.rules)
    assert (rules["newly"] == rules["newly_up"] + rules["newly_down"] + rules["newly_same"]).all()


def test_every_form_says_who_spoke_and_what_it_is_not(quick: None, shown: Shown) -> None:
    groups = compared(shown)
    pages = pages_of(shown, groups)
    texts = [
        "\n".join(lines_of(shown, groups)),
        json.dumps(as_json(shown, groups)),
        pages.page,
        pages.moves,
        pages.groups,
    ]
    for text in texts:
        assert "Impact of ruleset changed against mini" in text
        assert "synthetic" in text.lower()
        assert "not reviewed by a clinician" in text.lower()
        assert "makes no diagnosis" in text
        assert "2026-11-01" in text
        assert "/tmp" not in text
    for text in (pages.moves, pages.groups):
        words = " ".join(each.text or "" for each in ElementTree.fromstring(text).findall("{*}text"))
        assert "hidden number" in words
        assert "blue to a lower" in words
    assert "://" not in pages.page.replace("http://www.w3.org/2000/svg", "")
    assert "<script" not in pages.page


def test_the_same_people_give_the_same_bytes(
    quick: None, versions: tuple[Ruleset, Ruleset], people: Path, shown: Shown, tmp_path: Path
) -> None:
    again = shown_of(counted_of(people, versions, replace(DAY, by=("site",))), 11)
    for name, found in (("one", shown), ("other", again)):
        write(found, pages_of(found, compared(found)), tmp_path / name)
    assert {f.name: f.read_bytes() for f in (tmp_path / "one").iterdir()} == {
        f.name: f.read_bytes() for f in (tmp_path / "other").iterdir()
    }


# ---------------------------------------------------------------- groups that differ


def moved(counted: Counted, groups: Mapping[str, tuple[int, int, int]]) -> Shown:
    """As if so many people at each site had moved to a higher rung and to a lower one, and so many had stayed."""
    ways = ("soon_gp", "urgent_2w"), ("soon_gp", "routine"), ("soon_gp", "soon_gp")
    sites = {name: dict(zip(ways, of, strict=True)) for name, of in groups.items()}
    return moved_so(counted, sites)


def moved_so(counted: Counted, sites: Mapping[str, Mapping[Move, int]]) -> Shown:
    """As if the people of each site had made these moves."""
    made = dict.fromkeys(move for site in sites.values() for move in site)
    moves = {move: sum(site.get(move, 0) for site in sites.values()) for move in made}
    attrition = replace(counted.attrition, rows=sum(moves.values()), counted=sum(moves.values()))
    blank = dict.fromkeys(("collapsed", "quarantined", "without_entry", "not_adult", "not_alive"), 0)
    return shown_of(
        replace(
            counted,
            attrition=replace(attrition, **blank),
            moves=moves,
            at_least=moves,
            groups={"site": sites},
            rules=(),
        ),
        11,
    )


def test_a_site_whose_people_move_more_often_is_named_with_its_interval(counted: Counted) -> None:
    groups = compared(moved(counted, {"hill": (400, 0, 600), "town": (9_000, 0, 36_000), "vale": (9_000, 0, 36_000)}))
    assert [(each.group, each.way) for each in groups.differing] == [("hill", "up")]
    (hill,) = groups.differing
    assert hill.own.low < 0.4 < hill.own.high
    assert (hill.rest.hits, hill.rest.of) == (18_000, 90_000)
    assert len(groups.made) == 6


def test_sites_that_move_alike_are_not_named(counted: Counted) -> None:
    groups = compared(moved(counted, {"hill": (210, 0, 790), "town": (1_000, 0, 4_000), "vale": (790, 0, 3_210)}))
    assert groups.differing == ()


def test_a_group_with_a_hidden_number_is_not_compared(counted: Counted) -> None:
    groups = compared(moved(counted, {"hill": (4, 0, 996), "town": (1_000, 0, 4_000), "vale": (800, 0, 3_200)}))
    assert groups.hidden > 0
    assert "hill" not in {each.group for each in groups.made if each.way == "up"}


def test_each_of_two_intervals_a_comparison_has_its_share_of_the_chance(counted: Counted) -> None:
    groups = compared(moved(counted, {"hill": (400, 0, 600), "town": (9_000, 0, 36_000), "vale": (9_000, 0, 36_000)}))
    assert groups.confidence == pytest.approx(1 - 0.05 / (2 * len(groups.made)))


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 400).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_the_interval_is_the_exact_one(pair: tuple[int, int]) -> None:
    hits, of = pair
    low, high = interval(hits, of, 0.95)
    least, most = in_whole_numbers(hits, of)
    assert float(least) - 1e-9 <= low <= float(least) + 1.1e-4
    assert float(most) - 1.1e-4 <= high <= float(most) + 1e-9
    assert low == pytest.approx(beta.ppf(0.025, hits, of - hits + 1) if hits else 0)


# ---------------------------------------------------------------- the people themselves


def listed(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(line for line in file.read_text().splitlines() if not line.startswith("#")))


def test_who_moves_is_listed_only_on_request_under_a_key_that_is_made(
    command: list[str], people: Path, counted: Counted, tmp_path: Path
) -> None:
    file, key = tmp_path / "look.csv", tmp_path / "key"
    listing = [*command, "--list-patients", str(file)]
    assert run([*listing, "--pseudonym-key", str(key)]) == 0
    assert [stat.S_IMODE(each.stat().st_mode) for each in (file, key)] == [0o600, 0o600]
    rows = listed(file)
    assert len(rows) == sum(number for (one, other), number in counted.moves.items() if one != other) > 0
    assert Counter((row["old_rung"], row["new_rung"]) for row in rows) == Counter(
        {move: number for move, number in counted.moves.items() if move[0] != move[1]}
    )
    ids = pl.read_parquet(people / "*.parquet")[PERSON]
    secret = bytes.fromhex(key.read_text())
    names = {hmac.new(secret, str(person).encode(), hashlib.sha256).hexdigest() for person in ids}
    assert {row["person"] for row in rows} <= names
    assert file.read_text().startswith("# Impact of ruleset changed against mini (synthetic people)")
    before = file.read_bytes()
    assert run([*listing, "--pseudonym-key", str(key)]) == 2
    assert file.read_bytes() == before
    assert {each.name for each in tmp_path.iterdir()} == {"look.csv", "key"}


def test_real_ids_and_the_rules_are_those_of_assess(
    command: list[str], versions: tuple[Ruleset, Ruleset], people: Path, tmp_path: Path
) -> None:
    file = tmp_path / "look.csv"
    listing = [*command, "--list-patients", str(file)]
    assert run([*listing, "--real-ids"]) == 0
    rows = {row[PERSON]: row for row in pl.read_parquet(people / "*.parquet").iter_rows(named=True)}
    old, new = versions
    for row in listed(file)[:20]:
        before, after = (said_by_assess(known(rows[int(row["person"])], each), each) for each in (old, new))
        fired = [set(said.fired) & rules_of(each).keys() for said, each in ((before, old), (after, new))]
        assert (before.rung, after.rung) == (row["old_rung"], row["new_rung"])
        assert set(row["newly_fires"].split()) == fired[1] - fired[0]
        assert set(row["no_longer_fires"].split()) == fired[0] - fired[1]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--list-patients", "FILE"], "give --pseudonym-key FILE; or as the table does, with --real-ids"),
        (["--list-patients", "FILE", "--real-ids", "--pseudonym-key", "KEY"], "people are named under a key"),
        (["--real-ids"], "belongs to --list-patients"),
        (["--list-patients", "FILE", "--pseudonym-key", "OPEN"], "can be read by others"),
        (["--list-patients", "FILE", "--pseudonym-key", "SHORT"], "holds no key"),
        (["--by", "sex"], "'sex' of --by is a column of its own"),
        (["--by", "age"], "'age' of --by is a column of its own"),
        (["--by", "ward"], "no-column"),
        (["--by", "person_id"], "'person_id' of --by is a column of its own"),
        (["--as-of", "soon"], "is not a date"),
    ],
)
def test_wrong_use_is_one_clear_error_and_writes_nothing(
    options: list[str], message: str, command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "OPEN").write_text("00" * 32)
    (tmp_path / "SHORT").write_text("00")
    (tmp_path / "OPEN").chmod(0o644)
    (tmp_path / "SHORT").chmod(0o600)
    places = [str(tmp_path / each) if each.isupper() else each for each in options]
    assert run([*command[:4], *([] if "--as-of" in options else command[4:]), *places]) == 2
    assert message in capsys.readouterr().err
    assert {each.name for each in tmp_path.iterdir()} <= {"OPEN", "SHORT", "KEY"}


def test_a_column_that_tells_single_people_apart_is_no_group(
    versions: tuple[Ruleset, Ruleset], people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = pl.read_parquet(people / "*.parquet").with_columns(pl.col(PERSON).cast(pl.String).alias("number"))
    frame.write_parquet(tmp_path / "people.parquet", metadata=metadata_of(versions[0]))
    monkeypatch.setattr(counting, "MOST_GROUPS", 200)
    with pytest.raises(PopulationError, match="tells single people apart"):
        counted_of(tmp_path, versions, replace(DAY, by=("number",)))


# ---------------------------------------------------------------- two vocabularies


def test_a_column_that_one_version_alone_knows_is_unknown_to_the_other_and_no_slip(tmp_path: Path) -> None:
    generate(open_ruleset("1.1.0"), 5, 1, tmp_path)
    table = open_table(str(tmp_path), open_ruleset("0.1.0"), open_ruleset("1.1.0"), DAY)
    old, new = table.sources
    assert set(new.columns) - set(old.columns)
    assert not set(old.columns) - set(new.columns)


def test_units_have_to_be_those_of_both_versions(
    versions: tuple[Ruleset, Ruleset], people: Path, tmp_path: Path
) -> None:
    metadata = metadata_of(versions[0])
    said = json.loads(metadata["fasciculation_rules.wide"])
    said["columns"]["potassium_low"]["unit"] = "mg/dL"
    other = {"fasciculation_rules.wide": json.dumps(said)}
    pl.read_parquet(people / "0.parquet").write_parquet(tmp_path / "people.parquet", metadata=other)
    with pytest.raises(PopulationError, match="potassium_low"):
        counted_of(tmp_path, versions)


def test_rows_that_cannot_be_are_told_by_the_exit_code(
    command: list[str], versions: tuple[Ruleset, Ruleset], people: Path, tmp_path: Path
) -> None:
    frame = pl.read_parquet(people / "0.parquet")
    first = pl.col(PERSON) == pl.col(PERSON).min()
    wrong = frame.with_columns(pl.when(first).then(9_999).otherwise("age_low").cast(pl.Int32).alias("age_low"))
    wrong.write_parquet(tmp_path / "people.parquet", metadata=metadata_of(versions[0]))
    command = [*command[:3], str(tmp_path), *command[4:]]
    assert run(command) == 4
    assert run([*command, "--max-bad", "0"]) == 4
