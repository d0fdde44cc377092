"""A record says what was decided, by which rules, from what; and nothing that tells of whom."""

from __future__ import annotations

import dataclasses
import datetime
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.audit.making import AT, DAY, Asked, record

from fasciculation_rules import Case, Profile, assess, open_ruleset
from fasciculation_rules.audit import origin
from fasciculation_rules.audit.record import Record, id_of, read_record, record_of
from fasciculation_rules.audit.signs import FIRINGS, STATES, Signs, spelt_out
from fasciculation_rules.errors import ArgumentError, RecordError
from fasciculation_rules.shelf.digest import canonical_json, text_digest
from fasciculation_rules.shelf.freeze import with_profile

CHECKOUT = Path(__file__).resolve().parents[2]
RULESET = open_ruleset("0.1.0")
CASE = Case.read(
    {
        "label": "Zyxwvut, born 1954",
        "given": {
            "age": "58 years",
            "fasciculation": "present",
            "dysarthria": "present",
            "potassium": {"value": "3.2 mmol/L", "at": "2026-11-20", "source": "laboratory"},
            "ck": {"value": "900 U/L", "reference": {"from": "30 U/L", "to": "200 U/L"}},
        },
    }
)


def made(**options: Any) -> Record:
    assessment = assess(CASE, RULESET, engine="compiled", on=DAY)
    return record_of(CASE, RULESET, assessment, **{"at": AT, "reference": "visit-7f3a", "on": DAY, **options})


def test_a_record_is_one_line_of_canonical_json_without_a_number_that_is_not_whole() -> None:
    line = made().line
    assert b"\n" not in line
    assert canonical_json(json.loads(line, parse_float=pytest.fail)) == line


def test_it_names_the_rules_the_library_the_engine_and_python() -> None:
    said = made().said
    assert (said.ruleset.version, said.ruleset.text_digest) == (RULESET.version, RULESET.text_digest)
    assert (said.ruleset.logic_digest, said.ruleset.effective_digest) == (
        RULESET.logic_digest,
        RULESET.effective_digest,
    )
    assert said.library.version == origin.library()["version"]
    assert (said.engine.name, said.engine.checked_by, said.engine.extension_digest) == ("compiled", None, None)
    assert said.python.version == ".".join(map(str, sys.version_info[:3]))
    assert said.at == "2026-11-22T17:40:00+00:00"


def test_an_engine_that_is_compiled_c_is_named_with_the_digest_of_it() -> None:
    pytest.importorskip("durable_rules_engine")
    said = Asked(CASE, RULESET, DAY).record(engine="durable").said
    assert (said.engine.name, said.engine.checked_by) == ("durable", "compiled")
    assert said.engine.extension_digest is not None


def test_the_code_digest_is_that_of_the_source_files_and_of_nothing_beside_them() -> None:
    package = CHECKOUT / "src" / "fasciculation_rules"
    files = [file for file in package.rglob("*") if file.is_file() and "__pycache__" not in file.parts]
    expected = text_digest({file.relative_to(package).as_posix(): file.read_bytes() for file in files})
    assert origin._code_digest() == expected
    assert origin.library()["code_digest"].startswith("sha256:")


def test_the_input_is_kept_as_it_was_given_with_its_provenance_and_as_it_was_closed() -> None:
    data = made().data["decision"]["input"]
    assert data["given"] == {
        "age": "58 years",
        "fasciculation": "present",
        "dysarthria": "present",
        "potassium": {"value": "3.2 mmol/L", "at": "2026-11-20", "source": "laboratory"},
        "ck": {"value": "900 U/L", "reference": {"from": "30 U/L", "to": "200 U/L"}},
    }
    assert (data["on"], data["reconcile"]) == ("2026-11-22", False)
    signs = Signs.of(RULESET)
    closed = spelt_out(data["closed"]["findings"], signs.findings, STATES)
    assert (closed["dysarthria"], closed["bulbar_symptoms"], closed["weakness"]) == ("present", "present", "unknown")
    assert data["closed"]["quantities"]["age"] == [58, 58]
    assert "ck_per_upper_limit" in data["closed"]["quantities"]


def test_every_rule_has_one_of_five_values_and_those_of_the_assessment() -> None:
    assessment = assess(CASE, RULESET, engine="compiled", on=DAY)
    said = spelt_out(made().data["decision"]["firings"], Signs.of(RULESET).rules, FIRINGS)
    assert set(said) == set(RULESET.program.names)
    expected = {
        "fires": assessment.firings.fired,
        "open": assessment.firings.open,
        "awaits examination": assessment.firings.awaits_examination,
        "awaits a test": assessment.firings.awaits_test,
    }
    for word, names in expected.items():
        assert set(names) == {name for name in RULESET.rules if said.get(name) == word}


def test_what_was_decided_is_there_by_id_without_a_sentence_and_without_a_question() -> None:
    assessment = assess(CASE, RULESET, engine="compiled", on=DAY)
    decision = made().data["decision"]
    assert decision["urgency"] == assessment.urgency.model_dump()
    assert decision["disposition"]["rung"] == assessment.disposition.rung
    assert decision["plan"]["tests"] == [item.id for item in assessment.plan.tests]
    assert decision["differential"] == [[each.condition, each.standing] for each in assessment.differential]
    assert set(decision["escalations"]) == {name for name in assessment.firings.fired if name in RULESET.escalations}
    text = made().line.decode()
    assert not any(sentence.sentence in text for sentence in assessment.explanation)
    assert not any(question.ask in text for question in assessment.questions)
    assert not any(item.label in text for item in assessment.plan.tests if " " in item.label)


def test_the_label_is_nowhere_in_it() -> None:
    assert b"Zyxwvut" not in made().line
    assert b"1954" not in made().line


def test_the_same_decision_has_the_same_id_and_another_reference_time_or_decision_another() -> None:
    assert made().line == made().line
    later = AT + datetime.timedelta(seconds=1)
    others = [made(reference="visit-8"), made(at=later), record({"age": "59 years"})]
    assert len({each.id for each in [made(), *others]}) == 4
    assert made().id == id_of(made().data)


def test_the_id_of_a_hook_does_not_depend_on_the_time_so_that_a_repeated_call_has_the_same() -> None:
    later, hook = AT + datetime.timedelta(seconds=9), "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"
    assert made(hook_instance=hook).id == made(hook_instance=hook, at=later, reference="visit-9").id
    assert made(hook_instance=hook).id != made().id


def test_engines_give_one_decision() -> None:
    asked = Asked(CASE, RULESET, DAY)
    assert len({asked.record(engine=engine).decision for engine in ("compiled", "reference")}) == 1


def test_the_profile_is_kept_whole() -> None:
    profile = Profile(name="Northern laboratory", thresholds={"total_b12_deficient": "200 ng/L"})
    ruleset = with_profile(RULESET, profile)
    said = Asked(CASE, ruleset).record().said.ruleset
    assert said.profile is not None
    assert dict(said.profile.thresholds) == {"total_b12_deficient": "200 ng/L"}
    assert said.profile.digest == ruleset.profile_digest
    assert said.effective_digest == ruleset.effective_digest != said.logic_digest


def test_a_case_may_be_plain_data_as_for_an_assessment() -> None:
    said = {"given": {"age": "58 years"}}
    assessment = assess(said, RULESET, engine="compiled")
    assert record_of(said, RULESET, assessment, at=AT, reference="visit-1").said.decision.input.given["age"].value


def test_an_assessment_of_another_case_day_or_ruleset_is_not_recorded() -> None:
    assessment = assess(CASE, RULESET, engine="compiled", on=DAY)
    moved = with_profile(RULESET, Profile(name="a site", thresholds={"total_b12_deficient": "200 ng/L"}))
    with pytest.raises(ArgumentError, match="not of this case"):
        record_of(Case.of(age="58 years"), RULESET, assessment, at=AT, reference="visit-1", on=DAY)
    late = assess(CASE, RULESET, engine="compiled", on=DAY + datetime.timedelta(days=400))
    with pytest.raises(ArgumentError, match="not of this case"):
        record_of(CASE, RULESET, late, at=AT, reference="visit-1", on=DAY)
    with pytest.raises(ArgumentError, match="another profile"):
        record_of(CASE, moved, assessment, at=AT, reference="visit-1", on=DAY)


def test_a_time_without_an_offset_is_refused() -> None:
    with pytest.raises(ArgumentError, match="offset"):
        made(at=datetime.datetime(2026, 11, 22))  # noqa: DTZ001  what is refused
    with pytest.raises(ArgumentError, match="offset"):
        made(at="2026-11-22T17:40:00Z")


def test_nothing_of_the_room_reads_the_clock() -> None:
    """Times come with the call: from the caller, or from the clock that whoever opens a ledger brings."""
    clocks = re.compile(r"\.(?:now|today|utcnow)\(\)|time\.(?:time|monotonic|localtime|gmtime)|import time")
    room = CHECKOUT / "src" / "fasciculation_rules" / "audit"
    found = {file.name: clocks.findall(file.read_text(encoding="utf-8")) for file in room.rglob("*.py")}
    own = ["ledger.now()", "self.now()"]
    assert {name for name, calls in found.items() if calls} <= {"store.py", "erasing.py", "appending.py"}
    for name in ("store.py", "erasing.py", "appending.py"):
        text = (room / "ledger" / name).read_text(encoding="utf-8")
        assert len(clocks.findall(text)) == sum(text.count(call) for call in own)


# ---------------------------------------------------------------- reading


def test_a_record_is_read_in_any_form_of_json_and_comes_out_canonical() -> None:
    again = read_record(json.dumps(made().data, indent=2).encode())
    assert again.line == made().line


def broken(**changes: Any) -> bytes:
    return json.dumps({**made().data, **changes}).encode()


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"{", "not-json"),
        (b'{"format": 1, "format": 1}', "given twice"),
        (b"[]", "expected a mapping"),
        (broken(format=2), "format 1, the only one"),
        (broken(format="1"), "format 1, the only one"),
        (broken(at="yesterday"), "expected a time"),
        (broken(at="2026-11-22T17:40:00"), "expected an offset"),
        (broken(id="7"), "expected a digest"),
        (broken(decision={}), "'input' is missing"),
        (broken(decision={**made().data["decision"], "note": "x"}), "a key here that format 1 has not"),
        (broken(library={"version": "1.5", "code_digest": 1.5}), "cannot hold|canonical"),
    ],
)
def test_what_is_no_record_is_refused_in_words(raw: bytes, told: str) -> None:
    with pytest.raises(RecordError, match=told):
        read_record(raw)


def test_a_refused_record_is_not_repeated_in_the_message() -> None:
    data = made().data
    data["decision"]["input"]["given"]["Zyxwvut 4711"] = 7
    data["decision"]["Zyxwvut"] = "4711"
    data["reference"] = ["Zyxwvut"]
    with pytest.raises(RecordError) as caught:
        read_record(json.dumps(data).encode())
    assert "Zyxwvut" not in str(caught.value)
    assert "4711" not in str(caught.value)


def test_keys_beside_the_decision_may_be_added_later_and_are_kept() -> None:
    later = read_record(broken(mapping={"digest": "sha256:0"}))
    assert later.data["mapping"] == {"digest": "sha256:0"}
    assert later.decision == made().decision


def test_a_decision_and_its_id_are_the_same_in_another_process() -> None:
    code = (
        "import datetime\n"
        "from fasciculation_rules import Case, assess, open_ruleset\n"
        "from fasciculation_rules.audit.record import record_of\n"
        "case, ruleset = Case.of(age='58 years', dysarthria='present'), open_ruleset('0.1.0')\n"
        "at = datetime.datetime(2026, 11, 22, 17, 40, tzinfo=datetime.UTC)\n"
        "made = record_of(case, ruleset, assess(case, ruleset, engine='compiled'), at=at, reference='visit-1')\n"
        "print(made.id, made.decision)"
    )
    runs = {
        subprocess.run([sys.executable, *flags, "-c", code], capture_output=True, check=True, env=env).stdout
        for flags, env in (([], {"PYTHONHASHSEED": "1"}), (["-O"], {"PYTHONHASHSEED": "2", "TZ": "Asia/Tokyo"}))
    }
    assert len(runs) == 1


def test_no_form_of_a_record_can_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        made().line = b""  # type: ignore[misc]
