"""A control that is a unit of code is one: with it taken out of a copy of the sources, the test that it names fails."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fasciculation_rules.shelf.lock import LOCKS
from fasciculation_rules.shelf.safety import read_safety

CHECKOUT = Path(__file__).resolve().parents[3]
HAZARDS = {hazard.id: hazard for hazard in read_safety().hazards.hazards}

# Hazard, number of the control, unit, what stands there, what is put in its place, and the test that must fail.
# Two guards that each suffice are taken out together, joined by ` ++ `.
REMOVED = (
    (
        "HZ-14", 2, "assessing.plan", "if known.get(name) is not False]", "if known.get(name) is True]",
        "tests/assess/test_first_cases.py::test_with_ace_inhibitor_use_unknown_potassium_advice_is_withheld_and_sleep_and_caffeine_stay",
    ),
    (
        "HZ-20", 1, "assessing.firings", "return alone, (Notice(code=code", "return alone, () and (Notice(code=code",
        "tests/assess/test_engines_behind_assess.py::test_where_durable_fails_twice_compiled_answers_and_says_so",
    ),
    (
        "HZ-22", 1, "assessing.admit", " or _outdated(name, finding.label, days, given, on)", "",
        "tests/model/test_admitting.py::test_what_is_too_old_is_unknown_and_never_absent",
    ),
    (
        "HZ-24", 1, "assessing.disposition",
        "(screen.finished and bounds.at_least == bounds.at_most) ++ if not screen.finished:", "True ++ if None:",
        "tests/assess/test_first_cases.py::test_an_empty_case_is_unsettled_and_shows_a_general_practitioner",
    ),
    (
        "HZ-24", 3, "server.workbench.result", "warns=self.left > 0 and not shown.settled,", "warns=False,",
        "tests/server/test_workbench.py::test_nobody_is_reassured_before_the_screen_is_finished",
    ),
    (
        "HZ-27", 1, "model.units", "return factor / analyte.molar_mass, Fraction(0)", "return factor, Fraction(0)",
        "tests/model/test_units.py::test_mass_and_amount_of_substance_agree_with_pint",
    ),
    (
        "HZ-27", 2, "server.workbench.answers", " and self.sure == self.reading", "",
        "tests/server/test_workbench.py::test_a_number_counts_only_once_it_is_confirmed_as_it_was_read",
    ),
    (
        "HZ-28", 1, "shelf.opening", 'in ("active", "draft"):', 'in ("active", "draft", "withdrawn"):',
        "tests/shelf/test_opening.py::test_what_was_retired_or_withdrawn_can_still_be_opened_by_its_name",
    ),
    (
        "HZ-29", 1, "shelf.opening", "    if text_digest(files) != release.text_digest:", "    if not files:",
        "tests/shelf/test_opening.py::test_a_release_that_was_altered_before_it_is_opened_is_refused",
    ),
    (
        "HZ-30", 1, "logic.evaluate", "return meaning.openness[name]", "return Firing.FALSE",
        "tests/logic/test_laws.py::test_where_nothing_is_known_nothing_is_decided",
    ),
    (
        "HZ-30", 2, "server.workbench.form", "chosen = self.answers.said.get(name, UNKNOWN)", 'chosen = "absent"',
        "tests/server/test_workbench.py::test_an_unknown_answer_is_never_shown_as_no",
    ),
    (
        "HZ-32", 1, "assessing.firings", "    if answer != expected:", "    if answer is None:",
        "tests/assess/test_engines_behind_assess.py::test_a_disagreement_gives_no_guidance_and_keeps_the_patient_out_of_its_message",
    ),
    (
        "HZ-33", 1, "audit.reference", "found = None if reference_ok else looks_like(reference)", "found = None",
        "tests/audit/test_reference.py::test_what_may_say_who_it_is_is_refused_and_not_repeated",
    ),
    (
        "HZ-39", 1, "exchange.fhir.statuses", '"refuted": Standing.ABSENT', '"refuted": Standing.FINAL',
        "tests/exchange/test_edges.py::test_edge",
    ),
    (
        "HZ-33", 2, "population.folder", "0o600", "0o644",
        "tests/population/test_screening.py::test_rows_that_cannot_be_go_to_a_private_quarantine",
    ),
    (
        "HZ-41", 2, "population.folder", "self._check_run(run)", "pass",
        "tests/population/test_screening.py::test_a_folder_never_mixes_two_runs",
    ),
    (
        "HZ-41", 3, "population.intake.long.people", "elif day is not None and day > on:", "elif False:",
        "tests/population/test_long.py::test_deleting_a_row_makes_no_finding_present_and_adding_a_later_one_changes_nothing",
    ),
)  # fmt: skip


@pytest.mark.parametrize(("hazard", "number", "unit"), [each[:3] for each in REMOVED])
def test_each_removal_is_of_a_control_that_the_safety_file_names(hazard: str, number: int, unit: str) -> None:
    control = HAZARDS[hazard].controls[number - 1]
    (node,) = (each[5] for each in REMOVED if each[:3] == (hazard, number, unit))
    assert unit in control.units
    assert node in control.tests


@pytest.mark.slow
@pytest.mark.parametrize(("hazard", "unit", "stands", "instead", "node"), [(each[0], *each[2:]) for each in REMOVED])
def test_without_a_unit_of_code_the_named_test_fails(
    hazard: str, unit: str, stands: str, instead: str, node: str, tmp_path: Path
) -> None:
    for name in ("src", "tests", "rulesets", "docs", "pyproject.toml", *LOCKS):
        if name in ("src", "tests"):
            shutil.copytree(CHECKOUT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif name == "pyproject.toml":
            shutil.copy(CHECKOUT / name, tmp_path / name)
        else:
            (tmp_path / name).symlink_to(CHECKOUT / name)
    file = tmp_path / "src" / "fasciculation_rules" / f"{unit.replace('.', '/')}.py"
    text = file.read_text(encoding="utf-8")
    for old, new in zip(stands.split(" ++ "), instead.split(" ++ "), strict=True):
        assert text.count(old) == 1, f"{unit} no longer says what is to be taken out"
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", node],
        check=False, capture_output=True, text=True, cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": f"{tmp_path / 'src'}{os.pathsep}{tmp_path}",
            "PYTEST_ADDOPTS": "",
            "HYPOTHESIS_PROFILE": "unshrunk",
        },
    )  # fmt: skip
    assert done.returncode == 1, f"{hazard}: without {unit} nothing failed\n{done.stdout[-2000:]}\n{done.stderr[-500:]}"
    assert " failed" in done.stdout
