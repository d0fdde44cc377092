"""What `assess` does when the durable engine is missing, breaks, or disagrees: it says so, or gives no guidance."""

from __future__ import annotations

import gc
import pickle
from dataclasses import replace

import pytest

from fasciculation_rules import (
    Case,
    EngineDisagreementError,
    EngineError,
    EngineUnavailableError,
    Profile,
    ProfileError,
    Ruleset,
    assess,
    explain,
)
from fasciculation_rules.logic.program import Answer, Vector
from fasciculation_rules.shelf.freeze import with_profile

MARKER = "Aloysia-Quennell-1931"


class Stand:
    """An engine that does what it is told."""

    name, version = "durable", "stand-in"

    def __init__(self, answer: Answer | Exception) -> None:
        self.says = answer

    def answer(self, vector: Vector) -> Answer:
        if isinstance(self.says, Exception):
            raise self.says
        return self.says

    def close(self) -> None:
        pass


@pytest.fixture
def alone(ruleset: Ruleset) -> Ruleset:
    """The shipped ruleset with a memo of its own, so that a stand-in stays in its test."""
    return replace(ruleset)


def test_where_durable_cannot_be_imported_compiled_answers_and_says_so(alone: Ruleset) -> None:
    alone.memo["durable"] = Stand(EngineUnavailableError("not here"))
    assessment = assess(Case.of(dysarthria="present"), alone)
    assert assessment.engine.name == "compiled"
    assert assessment.engine.checked_by is None
    assert "engine-unavailable" in {notice.code for notice in assessment.notices}


def test_where_durable_was_unavailable_once_it_is_not_tried_again(alone: Ruleset) -> None:
    alone.memo["durable"] = EngineUnavailableError("not here")
    for _ in range(2):
        assert assess(Case(), alone).engine.name == "compiled"


def test_where_durable_fails_twice_compiled_answers_and_says_so(alone: Ruleset) -> None:
    alone.memo["durable"] = Stand(EngineError("failed twice"))
    assessment = assess(Case.of(dysarthria="present"), alone)
    assert assessment.engine.name == "compiled"
    assert "engine-failed" in {notice.code for notice in assessment.notices}


def test_a_disagreement_gives_no_guidance_and_keeps_the_patient_out_of_its_message(alone: Ruleset) -> None:
    alone.memo["durable"] = Stand(Answer(0, 0))
    case = Case.read({"label": MARKER, "given": {"dysarthria": "present", "age": "61 years"}})
    with pytest.raises(EngineDisagreementError, match="no guidance") as caught:
        assess(case, alone)
    assert caught.value.case == case
    assert caught.value.differences
    assert "61" not in str(caught.value)
    assert MARKER not in str(caught.value)
    assert "dysarthria" not in str(caught.value)


def test_the_reference_engine_is_checked_too(ruleset: Ruleset) -> None:
    assessment = assess(Case.of(dysarthria="present"), ruleset, engine="reference")
    assert (assessment.engine.name, assessment.engine.checked_by) == ("reference", "compiled")


def test_an_unknown_engine_is_named_with_those_there_are(ruleset: Ruleset) -> None:
    with pytest.raises(ValueError, match=r"durble.*did you mean 'durable'"):
        assess(Case(), ruleset, engine="durble")


def test_a_report_says_why_whatever_the_rules_are_called(ruleset: Ruleset) -> None:
    assessment = assess(Case.of(dysarthria="present"), ruleset)
    renamed = tuple(
        s.model_copy(update={"rule": s.rule.replace("escalate-", "urgent-")}) for s in assessment.explanation
    )
    assert "No rule asks for more" not in explain(assessment.model_copy(update={"explanation": renamed}))


def test_a_day_that_is_no_date_is_said_to_be_none(ruleset: Ruleset) -> None:
    with pytest.raises(TypeError, match=r"`on` is a datetime\.date, .*; found str"):
        assess(Case(), ruleset, on="2026-02-01")  # type: ignore[arg-type]


def test_a_profile_may_be_plain_data_and_its_faults_are_named(ruleset: Ruleset) -> None:
    moved = assess(Case(), ruleset, profile={"name": "a site", "thresholds": {}})
    assert moved.ruleset.profile is not None
    assert moved.ruleset.profile.name == "a site"
    assert moved.ruleset.effective_digest != moved.ruleset.logic_digest
    with pytest.raises(ProfileError, match="unknown threshold 'no_such'"):
        assess(Case(), ruleset, profile={"name": "a site", "thresholds": {"no_such": "1 mmol/L"}})
    with pytest.raises(ProfileError, match="cannot be read"):
        assess(Case(), ruleset, profile={"thresholds": {}})


def test_no_case_is_kept_where_durable_is_unavailable(alone: Ruleset) -> None:
    alone.memo["durable"] = EngineUnavailableError("not here")
    for _ in range(50):
        assess(Case.of(dysarthria="present"), alone)
    gc.collect()
    assert sum(isinstance(thing, Case) for thing in gc.get_objects()) < 50


def test_a_profile_is_not_laid_over_a_profile(ruleset: Ruleset) -> None:
    here = with_profile(ruleset, Profile(name="one", thresholds={}))
    with pytest.raises(ProfileError, match="already stands under a site profile"):
        with_profile(here, Profile(name="two", thresholds={}))


def test_a_ruleset_that_was_used_can_still_be_pickled(ruleset: Ruleset) -> None:
    assess(Case(), ruleset)
    again = pickle.loads(pickle.dumps(ruleset))
    assert again.effective_digest == ruleset.effective_digest
    assert assess(Case(), again, engine="compiled").disposition.rung == "soon_gp"
