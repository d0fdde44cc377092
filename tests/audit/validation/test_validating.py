"""Only independent cases, a blinded panel and a final protocol make a validation; else it says that it was not done."""

from __future__ import annotations

import datetime
import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from fasciculation_rules import open_ruleset
from fasciculation_rules.audit.validation.account import as_json, lines_of
from fasciculation_rules.audit.validation.validating import NOT_DONE, validate
from fasciculation_rules.cli.app import run
from fasciculation_rules.errors import SafetyFileError, UnknownEngineError
from fasciculation_rules.shelf.validation import read_cases, read_protocol

PROTOCOL = Path(__file__).resolve().parents[3] / "docs" / "safety" / "validation" / "PROTOCOL.md"
ON = datetime.date(2027, 1, 2)
RULESET = open_ruleset("0.1.0")

HEAD = """\
format: 1
collected_by: two invented sites
independent: {independent}
panel_blinded: {blinded}
collected_from: 2026-12-01
cases:
"""
ALS = """\
  - case: speech {n}
    given: {{dysarthria: present}}
    panel: {{rung: {rung}, condition: amyotrophic_lateral_sclerosis}}
"""
WELL = "  - {case: unknown, given: {}, panel: {rung: routine}}\n"
BROKEN = "  - {case: broken, given: {no_such_finding: present}, panel: {rung: routine}}\n"


def written(folder: Path, *cases: str, independent: str = "yes", blinded: str = "yes") -> Path:
    file = folder / "cases.yaml"
    file.write_text(HEAD.format(independent=independent, blinded=blinded) + "".join(cases), encoding="utf-8")
    return file


def final(folder: Path, *changes: tuple[str, str]) -> Path:
    text = PROTOCOL.read_text(encoding="utf-8").replace("status: proposal", "status: final")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "PROTOCOL.md").write_text(text, encoding="utf-8")
    return folder / "PROTOCOL.md"


def found(cases: Path, protocol: Path, ruleset=RULESET):
    return validate(ruleset, read_cases(cases), read_protocol(protocol), on=ON, engine="compiled")


SEEN = [ALS.format(n=n, rung="urgent_2w") for n in range(3)]


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"independent": "no"}, "the cases are not independent of the authors of the rules"),
        ({"blinded": "no"}, "the panel was not blinded"),
    ],
)
def test_without_independent_cases_validation_is_not_done(tmp_path: Path, options: dict[str, str], why: str) -> None:
    told = found(written(tmp_path, *SEEN, **options), final(tmp_path))
    assert told.said == NOT_DONE == "clinical validation: not done"
    assert told.why_not == (why,)
    assert list(lines_of(told))[1:3] == ["Clinical validation: not done", f"  because {why}"]


def test_under_the_shipped_protocol_nothing_is_validated(tmp_path: Path) -> None:
    told = found(written(tmp_path, *SEEN), PROTOCOL)
    assert told.why_not == ("the protocol is a proposal; nobody has agreed to it",)


def test_a_protocol_that_came_after_the_cases_and_rules_that_may_change_are_no_validation(tmp_path: Path) -> None:
    late = final(tmp_path, ("dated: 2026-11-22", "dated: 2026-12-24"))
    told = found(written(tmp_path, *SEEN), late, replace(RULESET, status="unreleased"))
    assert told.said == NOT_DONE
    assert len(told.why_not) == 2


def test_with_all_of_it_the_limits_decide(tmp_path: Path) -> None:
    easy = (("cases: 72", "cases: 3"), ("at_least: 90", "at_least: 25"), ("cases: 400", "cases: 1"))
    easier = (("at_least: 70", "at_least: 1"), ("at_least: 0.60", "at_least: 0"))
    cases = [*SEEN, "  - {case: lid, given: {age: 30 years}, panel: {rung: routine}}\n"]
    told = found(written(tmp_path, *cases), final(tmp_path, *easy, *easier))
    assert told.why_not == ()
    assert told.said.endswith("its limits are not met"), "an empty screen is shown soon_gp, and that is not calm"
    assert [each.accepted for each in told.sensitivity] == [True]
    assert (told.calm.hits, told.calm.of) == (0, 1)


def test_a_case_that_is_refused_counts_as_missed_and_not_as_left_out(tmp_path: Path) -> None:
    told = found(written(tmp_path, *SEEN, ALS.format(n=9, rung="emergency"), BROKEN), final(tmp_path))
    assert told.refused == 1
    (als,) = told.sensitivity
    assert (als.hits, als.of) == (3, 4)
    assert len(told.cases.cases) == 5
    assert (told.calm.hits, told.calm.of) == (0, 1), "nobody was kept calm who got no answer"
    # the farthest rung from the panel's stands for the answer that is lacking
    assert told.kappa is not None
    assert told.kappa < found(written(tmp_path, *SEEN, ALS.format(n=9, rung="emergency"), WELL), final(tmp_path)).kappa


def test_an_engine_that_there_is_not_is_told_and_nobody_is_counted_as_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["validate", "0.1.0", str(written(tmp_path, *SEEN)), "--protocol", str(PROTOCOL), "--engine", "nix"]
    assert run(options) == 2
    assert capsys.readouterr().out == ""
    with pytest.raises(UnknownEngineError):
        validate(RULESET, read_cases(written(tmp_path, *SEEN)), read_protocol(PROTOCOL), on=ON, engine="nix")


def test_shares_kappa_and_screen_are_counted(tmp_path: Path) -> None:
    told = found(written(tmp_path, *SEEN, WELL, WELL), final(tmp_path))
    (als,) = told.sensitivity
    assert (als.hits, als.of, als.enough) == (3, 3, False)
    assert told.screen == Fraction(0)
    # shown: urgent_2w three times, soon_gp twice; the panel: urgent_2w three times, routine twice
    observed, expected = Fraction(2, 5), Fraction(3 * 2 * 2 + 2 * 3 * 1 + 2 * 2 * 1, 25)
    assert told.kappa == 1 - observed / expected


def test_a_rung_or_a_condition_that_there_is_not_is_refused(tmp_path: Path) -> None:
    for case in (ALS.format(n=1, rung="at_once"), WELL.replace("routine", "routine, condition: flu")):
        with pytest.raises(SafetyFileError, match="there is no"):
            found(written(tmp_path, case), final(tmp_path))


def test_what_cannot_be_read_is_told_with_its_place(tmp_path: Path) -> None:
    cases = written(tmp_path, *SEEN)
    cases.write_text(cases.read_text(encoding="utf-8").replace("independent: yes", "independent: perhaps"))
    with pytest.raises(SafetyFileError, match=r"cases\.yaml:3:1: independent: bad-value"):
        read_cases(cases)
    with pytest.raises(SafetyFileError, match="has 0 blocks of yaml"):
        read_protocol(cases)


def test_the_command_says_the_same_and_ends_with_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cases = written(tmp_path, *SEEN, independent="no")
    options = ["validate", "0.1.0", str(cases), "--protocol", str(PROTOCOL), "--on", "2027-01-02"]
    assert run([*options, "--engine", "compiled"]) == 1
    told = capsys.readouterr().out
    assert "Clinical validation: not done" in told
    assert "speech 0" not in told, "of no person anything is said"
    assert run([*options, "--engine", "compiled", "--as", "json"]) == 1
    values = json.loads(capsys.readouterr().out)
    assert values["said"] == NOT_DONE
    assert values == json.loads(json.dumps(as_json(found(cases, PROTOCOL))))
