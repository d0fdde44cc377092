"""Each theorem can fail: a fault that is planted in a ruleset is noticed, and told by a patient whom one can read."""

from __future__ import annotations

import pytest
from tests.proof.defects import Defect, defects, whole
from tests.proof.faults import FAULTS

from fasciculation_rules.errors import EngineDisagreementError
from fasciculation_rules.proof.proving import Outcome, prove
from fasciculation_rules.proof.theorems import LAWS, all_theorems

ALL = defects()
PLANTED = [defect for defect in ALL if "fault" in defect.data]
every_defect = pytest.mark.parametrize("defect", ALL, ids=lambda defect: defect.slug)


@every_defect
def test_a_defect_is_noticed_and_its_patient_can_be_read(defect: Defect, monkeypatch: pytest.MonkeyPatch) -> None:
    if defect in PLANTED:
        FAULTS[defect.data["fault"]](monkeypatch)
        # What the encoding gets wrong is refused when its patient is replayed; here only the theorem is looked at.
        monkeypatch.setattr("fasciculation_rules.proof.proving.replay", lambda *_: None)
    proved = defect.proved()
    assert proved.outcome is Outcome.FAILS
    assert defect.data["about"] in [failure.about for failure in proved.failures]
    assert defect.shown(proved) == defect.data["shows"], "write it anew with `python -m tests.proof.defects`"


@every_defect
def test_without_the_defect_it_does_not_fail(defect: Defect) -> None:
    wanted = [theorem for theorem in all_theorems() if theorem.id == defect.data["theorem"]]
    (found,) = prove(whole(defect.on), theorems=wanted)
    assert defect.data["about"] not in [failure.about for failure in found.failures]


@pytest.mark.parametrize("defect", PLANTED, ids=lambda defect: defect.slug)
def test_a_fault_in_the_encoding_is_refused_when_its_patient_is_replayed(
    defect: Defect, monkeypatch: pytest.MonkeyPatch
) -> None:
    FAULTS[defect.data["fault"]](monkeypatch)
    with pytest.raises(EngineDisagreementError, match="nothing is proved"):
        defect.proved()


@every_defect
def test_its_name_is_a_sentence(defect: Defect) -> None:
    name = defect.data["name"]
    assert name[0].isupper()
    assert name.endswith(".")


def test_every_law_can_fail() -> None:
    assert {defect.data["theorem"] for defect in ALL} >= set(LAWS)


def test_there_are_many_and_most_are_faults_that_a_rule_writer_could_make() -> None:
    assert len(ALL) >= 40
    assert len(PLANTED) <= len(ALL) / 5
    assert len([defect for defect in ALL if not {"fault", "refused"} & defect.data.keys()]) >= 30
