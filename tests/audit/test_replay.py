"""What was decided is decided again, byte for byte, or the first difference is named; for ever, by every engine."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from tests.audit.making import DAY, Asked, Mixed, record

from fasciculation_rules import Case, Profile, assess, open_ruleset
from fasciculation_rules.assessing import firings
from fasciculation_rules.audit.record import Record, id_of, read_record
from fasciculation_rules.audit.replay import replay
from fasciculation_rules.engines import ENGINES
from fasciculation_rules.errors import (
    EngineUnavailableError,
    FasciculationRulesError,
    RecordError,
    RulesetNotFoundError,
)
from fasciculation_rules.shelf.freeze import with_profile
from fasciculation_rules.shelf.opening import known_releases

FIXTURES = Path(__file__).resolve().parent / "fixtures"
RULESET = open_ruleset("0.1.0")
HERE = [engine for engine in ENGINES if engine != "durable"]
try:
    firings.engine_of(RULESET, "durable")
except EngineUnavailableError:
    pass
else:
    HERE.append("durable")


# ---------------------------------------------------------------- the same


@pytest.mark.parametrize("version", known_releases())
def test_every_release_has_a_fixture_of_mixed_decisions(version: str) -> None:
    lines = (FIXTURES / f"{version}.jsonl").read_bytes().splitlines()
    said = [read_record(line).said for line in lines]
    assert len(said) >= 60
    assert {each.ruleset.version for each in said} == {version}
    assert len({each.decision.disposition.rung for each in said}) >= 5
    assert {each.decision.input.reconcile for each in said} == {True, False}
    assert {each.ruleset.profile is None for each in said} == {True, False}
    assert {each.engine.name for each in said} == set(ENGINES)


@pytest.mark.parametrize("engine", HERE)
@pytest.mark.parametrize("version", known_releases())
def test_every_decision_of_a_fixture_is_given_again(version: str, engine: str) -> None:
    lines = (FIXTURES / f"{version}.jsonl").read_bytes().splitlines()
    found = [replay(read_record(line), engines=(engine,)).difference for line in lines]
    assert found == [None] * len(lines)


def mixed(count: int) -> None:
    """Each record of an engine is replayed by the others."""
    each = count // len(known_releases())
    for number, version in enumerate(known_releases()):
        for place, asked in enumerate(islice(Mixed(open_ruleset(version), seed=number), each)):
            made = asked.record(engine=HERE[place % len(HERE)])
            again = replay(read_record(made.line), engines=HERE)
            assert again.difference is None, (version, place, str(again.difference))


def test_three_hundred_mixed_decisions_of_all_releases_are_the_same_in_every_engine() -> None:
    mixed(300)


@pytest.mark.nightly
def test_three_thousand_mixed_decisions_of_all_releases_are_the_same_in_every_engine() -> None:
    mixed(3_000)


# ---------------------------------------------------------------- different


def edited(change: Callable[[dict[str, Any]], None], made: Record | None = None) -> Record:
    data = json.loads((made or record()).line)
    change(data)
    return read_record(json.dumps(data).encode())


def told(change: Callable[[dict[str, Any]], None]) -> tuple[str, str, str]:
    replayed = replay(edited(change), engines=("compiled",))
    assert replayed.difference is not None
    return replayed.difference.path, replayed.difference.recorded, replayed.difference.now


def put(*path: Any, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(data: dict[str, Any]) -> None:
        *steps, last = path
        for step in steps:
            data = data[step]
        data[last] = value

    return change


def test_a_decision_that_was_edited_is_named_by_its_path() -> None:
    change = put("decision", "urgency", "at_least", value="routine")
    assert told(change) == ("$.decision.urgency.at_least", '"routine"', '"urgent_2w"')


def test_something_more_or_less_is_named_where_it_is() -> None:
    tests = record().data["decision"]["plan"]["tests"]
    path = f"$.decision.plan.tests[{len(tests)}]"
    assert told(put("decision", "plan", "tests", value=[*tests, "x"])) == (path, '"x"', "nothing")
    assert told(put("decision", "differential", value=[])) == ("$.decision.differential[0]", "nothing", "a list")


def test_a_letter_is_named_by_the_rule_or_finding_that_it_stands_for() -> None:
    rules = sorted(RULESET.program.names)
    place = rules.index("escalate-slurred-speech")
    letters = record().data["decision"]["firings"]
    change = put("decision", "firings", value=f"{letters[:place]}.{letters[place + 1 :]}")
    assert told(change) == ("$.decision.firings['escalate-slurred-speech']", '"does not fire"', '"fires"')
    signs = record().data["decision"]["input"]["closed"]["findings"]
    change = put("decision", "input", "closed", "findings", value="+" * len(signs))
    assert told(change)[1:] == ('"present"', '"unknown"')


def test_letters_too_many_are_told_by_their_number() -> None:
    letters = record().data["decision"]["firings"]
    change = put("decision", "firings", value=letters + ".")
    assert told(change) == ("$.decision.firings", f"text of {len(letters) + 1} characters", "an object")


def test_an_input_that_was_edited_is_named_before_what_follows_from_it() -> None:
    change = put("decision", "input", "given", "dysarthria", value="absent")
    assert told(change)[0].startswith("$.decision.input.closed.findings.")


def test_an_input_that_is_no_longer_read_is_a_difference() -> None:
    path, recorded, now = told(put("decision", "input", "given", "dysarthria", value="maybe"))
    assert (path, recorded) == ("$.decision.input.given", "assessed")
    assert now == "refused (the case cannot be assessed)"


def test_a_true_that_became_a_one_is_a_difference() -> None:
    change = put("decision", "entry", value=None)
    assert told(change) == ("$.decision.entry", "null", "true")


@pytest.mark.parametrize(("key", "value"), [("reference", "visit-8"), ("at", "2026-11-23T00:00:00Z")])
def test_a_reference_or_time_that_was_edited_no_longer_gives_the_id(key: str, value: str) -> None:
    assert told(put(key, value=value))[0] == "$.id"


def test_the_same_decision_under_an_id_made_anew_is_the_same() -> None:
    made = edited(put("reference", value="visit-8"))
    data = {**made.data, "id": id_of(made.data)}
    assert replay(read_record(json.dumps(data).encode()), engines=("compiled",)).same


# ---------------------------------------------------------------- refused


ZEROS = "sha256:" + "0" * 64


@pytest.mark.parametrize("digest", ["text_digest", "logic_digest", "effective_digest"])
def test_a_ruleset_that_is_not_the_recorded_one_is_refused_by_name(digest: str) -> None:
    with pytest.raises(RecordError, match=rf"ruleset 0\.1\.0 is not the one that decided: its {digest} is {ZEROS}"):
        replay(edited(put("ruleset", digest, value=ZEROS)))


def test_a_profile_that_was_edited_is_refused() -> None:
    moved = with_profile(RULESET, Profile(name="a site", thresholds={"total_b12_deficient": "200 ng/L"}))
    made = Asked(Case.of(age="58 years"), moved).record()
    assert replay(made, engines=("compiled",)).same
    change = put("ruleset", "profile", "thresholds", "total_b12_deficient", value="190 ng/L")
    with pytest.raises(RecordError, match="profile's digest"):
        replay(edited(change, made))
    with pytest.raises(RecordError, match="effective_digest"):
        replay(edited(put("ruleset", "profile", value=None), made))


def test_a_version_that_is_not_here_is_not_found() -> None:
    with pytest.raises(RulesetNotFoundError):
        replay(edited(put("ruleset", "version", value="0.0.9")))


@pytest.mark.parametrize("version", ["../rulesets/0.1.0", "..", ".", "0.1.0/", "a\nb", "x" * 99])
def test_a_version_that_leads_to_a_folder_is_refused(version: str) -> None:
    with pytest.raises(RecordError, match="as its version is none"):
        replay(edited(put("ruleset", "version", value=version)))


def test_an_engine_that_does_not_answer_here_is_said_and_nothing_stands_in_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def gone(*_: object) -> object:
        raise EngineUnavailableError("not here")

    ruleset = with_profile(RULESET, Profile(name="another site", thresholds={"total_b12_deficient": "201 ng/L"}))
    made = Asked(Case.of(age="58 years"), ruleset).record()
    real = firings.open_engine
    monkeypatch.setattr(
        firings, "open_engine", lambda name, program: gone() if name == "durable" else real(name, program)
    )
    ruleset.memo.pop("durable", None)
    with pytest.raises(EngineUnavailableError, match="'durable' does not answer here"):
        replay(made, engines=("durable",))
    assert replay(made, engines=("compiled",)).same
    ruleset.memo.pop("durable", None)


def test_an_engine_that_decides_otherwise_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an engine that is wrong, and that nothing checks, would give instead."""
    made = record()
    case = Case.of(age="58 years", dysarthria="present")
    other = assess(case, RULESET, engine="compiled", on=DAY)

    def lie(given: Case, ruleset: object, **options: Any) -> object:
        return other.model_copy(update={"firings": assess(given, RULESET, engine="compiled", on=DAY).firings})

    monkeypatch.setattr("fasciculation_rules.audit.replay.assess", lie)
    replayed = replay(made, engines=("compiled",))
    assert replayed.difference is not None
    assert replayed.engine == "compiled"


def test_every_refusal_is_an_error_of_this_library() -> None:
    assert issubclass(RecordError, FasciculationRulesError)
    assert RecordError.exit_code == 2
