"""No link of the safety file is missing in the newest version, and each that is taken away is named."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.audit.safety.removing import newest

from fasciculation_rules import open_ruleset
from fasciculation_rules.audit.safety import tracing
from fasciculation_rules.audit.safety.fault import NOT_MENDED
from fasciculation_rules.audit.safety.results import read_results
from fasciculation_rules.audit.safety.selecting import Selecting
from fasciculation_rules.audit.safety.sources import NodeIds, folder_of_tests, has_unit
from fasciculation_rules.audit.safety.traced import as_csv, as_html, as_json, lines_of
from fasciculation_rules.audit.safety.tracing import Fault, trace
from fasciculation_rules.errors import SafetyFileError
from fasciculation_rules.model.change import ChangeRecord, ProblemReport
from fasciculation_rules.model.rule import Derivation, Differential, Escalation, Plan
from fasciculation_rules.model.safety import LIKELIHOODS, SEVERITIES, Judged, Selector, unjudged
from fasciculation_rules.shelf.safety import FILES, read_safety, safety_folder

FILE = read_safety()
HERE = NodeIds(folder_of_tests())
WHOLE = trace(newest(), FILE, HERE)
FEW = settings(max_examples=12)


def faults(**changes: object) -> set[Fault]:
    """What is missing once parts of the safety file are replaced."""
    return set(trace(newest(), replace(FILE, **changes), HERE).faults)


def with_requirement(index: int, **changes: object) -> object:
    found = list(FILE.requirements.requirements)
    found[index] = found[index].model_copy(update=changes)
    return FILE.requirements.model_copy(update={"requirements": tuple(found)})


def with_hazard(index: int, **changes: object) -> object:
    found = list(FILE.hazards.hazards)
    found[index] = found[index].model_copy(update=changes)
    return FILE.hazards.model_copy(update={"hazards": tuple(found)})


# ---------------------------------------------------------------- whole


def test_nothing_is_missing_in_the_newest_version() -> None:
    assert WHOLE.faults == ()


def test_an_earlier_version_is_not_spoken_of() -> None:
    found = trace(open_ruleset("0.1.0"), FILE, HERE).faults
    assert Fault(tracing.TOO_EARLY, "0.1.0", "the safety file begins with 1.0.0") in found


def test_every_rule_has_a_requirement_and_every_escalation_rule_a_hazard() -> None:
    for rule in WHOLE.rules:
        assert rule.requirements
        assert rule.hazards or rule.rule not in newest().escalations


def test_the_hazards_of_the_form_itself_are_there() -> None:
    said = " ".join(f"{hazard.hazard} {hazard.cause}".casefold() for hazard in FILE.hazards.hazards)
    for words in (
        "silently do not fire", "another person", "old data", "alert fatigue", "over-reassurance", "anxiety",
        "automation bias", "wrong unit", "withdrawn",
    ):  # fmt: skip
        assert words in said, words


def test_control_never_makes_a_hazard_worse_and_every_remaining_risk_is_stated() -> None:
    for hazard in FILE.hazards.hazards:
        assert hazard.after.risk <= hazard.before.risk
        assert hazard.residual


def test_nothing_that_is_known_to_be_wrong_is_unjudged_and_every_guard_there_is_is_named() -> None:
    assert unjudged(FILE.anomalies) == ()
    guards = {guard.id for guard in FILE.anomalies.guards}
    named = {guard for soup in FILE.anomalies.soup for each in soup.anomalies for guard in each.by}
    assert named <= guards
    for soup in FILE.anomalies.soup:
        assert all(each.by for each in soup.anomalies if each.judgement == "guarded"), soup.name
    for guard in FILE.anomalies.guards:
        assert guard.tests
        assert all(HERE.has(test) for test in guard.tests), guard.id


# ---------------------------------------------------------------- taken away


@FEW
@given(st.sampled_from(range(len(FILE.requirements.requirements))))
def test_a_requirement_without_its_tests_is_named(index: int) -> None:
    name = FILE.requirements.requirements[index].id
    assert Fault(tracing.NO_TEST, name) in faults(requirements=with_requirement(index, tests=()))


@FEW
@given(st.sampled_from([i for i, each in enumerate(FILE.requirements.requirements) if each.rules]))
def test_rules_that_no_requirement_carries_any_more_are_named(index: int) -> None:
    lost = {fault.about for fault in faults(requirements=with_requirement(index, rules=()))}
    others = [each for i, each in enumerate(WHOLE.requirements) if i != index]
    alone = {rule for rule in WHOLE.requirements[index].rules if not any(rule in each.rules for each in others)}
    assert lost == alone


def test_escalation_rules_that_no_hazard_is_about_any_more_are_named() -> None:
    found = FILE.hazards.model_copy(update={"hazards": FILE.hazards.hazards[14:]})
    named = {fault.about for fault in faults(hazards=found) if fault.kind == tracing.NO_HAZARD}
    assert set(newest().escalations) == named


@FEW
@given(st.sampled_from(range(len(FILE.hazards.hazards))))
def test_a_control_without_a_test_or_without_a_carrier_is_named(index: int) -> None:
    hazard = FILE.hazards.hazards[index]
    bare = hazard.controls[0].model_copy(update={"tests": ()})
    about = f"{hazard.id}, control 1"
    assert Fault(tracing.UNTESTED, about) in faults(hazards=with_hazard(index, controls=(bare,)))
    bare = hazard.controls[0].model_copy(update={"rules": (), "units": ()})
    assert Fault(tracing.NO_CARRIER, about) in faults(hazards=with_hazard(index, controls=(bare,)))
    assert Fault(tracing.NO_CARRIER, hazard.id, "it has no control") in faults(hazards=with_hazard(index, controls=()))


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"rules": (Selector(urgency=("at_once",)),)}, "no rule has urgency: at_once"),
        ({"rules": (Selector(reads=("dysfagia",)),)}, "no rule has reads: dysfagia"),
        (
            {"rules": (Selector.model_validate({"kind": "plan", "class": "red_flag"}),)},
            "no rule has kind: plan, class: red_flag",
        ),
        ({"tests": ("tests/logic/test_laws.py::test_there_is_not",)}, "tests/logic/test_laws.py::test_there_is_not"),
        ({"tests": ("tests/../src/x.py::test_a",)}, "tests/../src/x.py::test_a"),
        ({"needs": ("UN-999",)}, "UN-999"),
    ],
)
def test_what_leads_nowhere_is_named(changes: dict[str, object], what: str) -> None:
    assert Fault(tracing.DANGLING, "SR-1", what) in faults(requirements=with_requirement(0, **changes))


def test_a_unit_a_requirement_and_an_id_that_are_none_are_named() -> None:
    control = FILE.hazards.hazards[0].controls[0].model_copy(update={"units": ("logic.nowhere",)})
    found = faults(hazards=with_hazard(0, controls=(control,), requirements=("SR-9999",)))
    assert Fault(tracing.DANGLING, "HZ-1, control 1", "logic.nowhere") in found
    assert Fault(tracing.DANGLING, "HZ-1", "SR-9999") in found
    assert Fault(tracing.TWICE, "SR-1") in faults(requirements=with_requirement(1, id="SR-1"))


def with_change(**changes: object) -> tuple[ChangeRecord, ...]:
    return (FILE.changes[0].model_copy(update=changes), *FILE.changes[1:])


def with_report(**changes: object) -> tuple[ProblemReport, ...]:
    return (FILE.reports[0].model_copy(update=changes), *FILE.reports[1:])


def test_a_change_or_a_report_that_names_what_is_not_there_is_named() -> None:
    change, report = FILE.changes[0].change, FILE.reports[0].report
    assert Fault(tracing.DANGLING, change, "HZ-999") in faults(changes=with_change(hazards=("HZ-999",)))
    assert Fault(tracing.DANGLING, change, "PR-9999") in faults(changes=with_change(reports=("PR-9999",)))
    assert Fault(tracing.DANGLING, report, "HZ-999") in faults(reports=with_report(hazards=("HZ-999",)))
    assert Fault(tracing.DANGLING, report, "AN-999") in faults(reports=with_report(anomaly="AN-999"))
    of_the_newest = with_report(found_in=f"ruleset {newest().version}", rules=("escalate-nothing",))
    assert Fault(tracing.DANGLING, report, "escalate-nothing") in faults(reports=of_the_newest)


def test_a_report_is_mended_by_a_change_that_names_it_and_by_nothing_else() -> None:
    report = FILE.reports[0].report
    assert FILE.reports[0].status == "mended"
    assert faults(changes=with_change(reports=())) == {Fault(NOT_MENDED, report)}
    assert faults(changes=with_change(reports=()), reports=with_report(status="open")) == set()


def test_the_reports_of_a_version_are_its_own_and_those_that_led_to_its_changes() -> None:
    older = trace(open_ruleset("1.0.0"), FILE, HERE)
    assert [each.report for each in older.reports] == ["PR-0001"]
    assert older.changes == ()
    assert [each.change for each in WHOLE.changes] == ["CR-0001"]
    assert [each.report for each in WHOLE.reports] == ["PR-0001"]
    assert not any(fault.about.startswith(("PR-", "CR-")) for fault in older.faults)


def test_a_test_that_is_put_aside_is_none(tmp_path: Path) -> None:
    folder = tmp_path / "tests"
    folder.mkdir()
    (folder / "test_x.py").write_text(
        "import pytest\ndef test_a(): pass\n@pytest.mark.skip\ndef test_b(): pass\n"
        "@pytest.mark.xfail(reason='no')\ndef test_c(): pass\ndef helper(): pass\n",
        encoding="utf-8",
    )
    tests = NodeIds(folder)
    assert [name for name in ("test_a", "test_b", "test_c", "helper") if tests.has(f"tests/test_x.py::{name}")] == [
        "test_a"
    ]


def test_units_are_modules_functions_classes_and_methods() -> None:
    for unit in ("logic.evaluate", "logic.evaluate:evaluate", "audit.ledger", "model.safety:Judged.risk"):
        assert has_unit(unit), unit
    for unit in ("logic.nothing", "logic.evaluate:nothing", "nothing.at.all", "model.safety:Judged.nothing"):
        assert not has_unit(unit), unit


# ---------------------------------------------------------------- results of a run


def test_a_named_test_that_failed_was_skipped_or_did_not_run_is_named(tmp_path: Path) -> None:
    file = tmp_path / "run.xml"
    cases = "".join(
        f'<testcase classname="{test.partition("::")[0][:-3].replace("/", ".")}" name="{test.partition("::")[2]}[x]"/>'
        for test in WHOLE.tests
    )
    file.write_text(f"<testsuites><testsuite>{cases}</testsuite></testsuites>", encoding="utf-8")
    assert trace(newest(), FILE, HERE, read_results(file)).faults == ()
    for inside in ("<failure/>", "<skipped/>", "<error/>"):
        failed = cases.replace("/>", f">{inside}</testcase>", 1)
        file.write_text(f"<testsuites><testsuite>{failed}</testsuite></testsuites>", encoding="utf-8")
        found = trace(newest(), FILE, HERE, read_results(file)).faults
        assert {(fault.kind, fault.what) for fault in found} == {(tracing.NOT_PASSED, WHOLE.tests[0])}
    assert trace(newest(), FILE, HERE, {}).faults
    file.write_text("no", encoding="utf-8")
    with pytest.raises(SafetyFileError, match="no report"):
        read_results(file)


# ---------------------------------------------------------------- selectors


def test_a_selector_means_what_a_plain_loop_finds() -> None:
    ruleset = newest()
    chosen = Selecting(ruleset).chosen
    by_kind = {"escalation": Escalation, "differential": Differential, "plan": Plan, "derivation": Derivation}
    for kind, model in by_kind.items():
        assert set(chosen([Selector(kind=(kind,))])) == {rule.rule for rule in ruleset.of_kind(model)}
    urgent = {name for name, rule in ruleset.escalations.items() if rule.then.urgency in ("emergency", "same_day")}
    assert set(chosen([Selector(urgency=("emergency", "same_day"))])) == urgent
    both = Selector.model_validate({"class": "minor", "refers": "gp"})
    assert set(chosen([both])) == {
        name for name, rule in ruleset.escalations.items() if rule.class_ == "minor" and "gp" in rule.then.refer
    }


def test_a_selector_that_says_nothing_is_refused_with_its_place(tmp_path: Path) -> None:
    for name in FILES:
        (tmp_path / name).write_bytes((safety_folder() / name).read_bytes())
    text = (tmp_path / "requirements.yaml").read_text(encoding="utf-8")
    (tmp_path / "requirements.yaml").write_text(text.replace("[{kind: derivation}]", "[{}]"), encoding="utf-8")
    (tmp_path / "hazards.yaml").write_text("format: 1\nhazards: []\nextra: 1\n", encoding="utf-8")
    with pytest.raises(SafetyFileError) as caught:
        read_safety(tmp_path)
    said = str(caught.value)
    assert "hazards.yaml:3:1: extra: unknown-key" in said
    assert "a selector names at least one key" in said


@given(st.sampled_from(SEVERITIES), st.sampled_from(LIKELIHOODS))
def test_risk_never_falls_with_severity_or_likelihood(severity: str, likelihood: str) -> None:
    here = Judged(severity=severity, likelihood=likelihood).risk
    for worse in SEVERITIES[SEVERITIES.index(severity) :]:
        for likelier in LIKELIHOODS[LIKELIHOODS.index(likelihood) :]:
            assert Judged(severity=worse, likelihood=likelier).risk >= here


# ---------------------------------------------------------------- forms


def test_every_form_says_the_same() -> None:
    values = as_json(WHOLE)
    assert json.loads(json.dumps(values)) == values
    rows = list(csv.DictReader(io.StringIO(as_csv(WHOLE))))
    for each in values["requirements"]:
        told = {row["to"] for row in rows if row["from"] == each["id"] and row["link"] == "carried by rule"}
        assert told == set(each["rules"])
    html = as_html(WHOLE)
    assert "<script" not in html
    for hazard in FILE.hazards.hazards:
        assert f'id="{hazard.id}"' in html
        assert any(hazard.hazard in line for line in lines_of(WHOLE))
