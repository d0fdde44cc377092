"""An assessment as a FHIR Bundle: guidance, urgency, red flags, differential, requests, and where it comes from."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from fasciculation_rules.errors import ArgumentError
from fasciculation_rules.exchange.fhir.collection import Collection, instant, subject_reference
from fasciculation_rules.exchange.fhir.elements import Json
from fasciculation_rules.exchange.fhir.writing.answer import Answer
from fasciculation_rules.exchange.fhir.writing.case import add_case, given_of
from fasciculation_rules.exchange.fhir.writing.differential import add_impression
from fasciculation_rules.exchange.fhir.writing.guidance import add_guidance, add_issues, add_risk
from fasciculation_rules.exchange.fhir.writing.provenance import add_device, add_provenance
from fasciculation_rules.exchange.fhir.writing.requests import add_requests
from fasciculation_rules.model.assessment import Assessment
from fasciculation_rules.model.case import Case
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.shelf.digest import digest_of


def to_fhir(
    assessment: Assessment,
    ruleset: Ruleset,
    *,
    subject: str,
    at: datetime.datetime,
    case: Case | Mapping[str, Any] | None = None,
) -> Json:
    """A Bundle (collection) of what an assessment says, as plain JSON values.

    `subject` is the caller's reference to the patient, `at` the caller's time, with its offset from UTC: there is no
    clock here. With `case`, what it says stands in the Bundle too, and the answer refers to it.
    Ids are worked out from the content, so that the same answer has the same bytes. Everything proposed is a draft.
    Raises ArgumentError where the assessment is by another ruleset, CaseError where the case cannot be read.
    """
    if assessment.ruleset.effective_digest != ruleset.effective_digest:
        raise ArgumentError(f"the assessment is by another ruleset than {ruleset.version} as given here")
    case = None if case is None else Case.read(case)
    given = None if case is None else given_of(case)
    stated = {"assessment": assessment.model_dump(mode="json", by_alias=True), "case": given}
    into = Collection(
        digest_of({**stated, "subject": subject, "at": instant(at)}), subject_reference(subject), instant(at)
    )

    said = {} if case is None else add_case(case, ruleset, into)
    answer = Answer(assessment, ruleset, at, into, add_device(assessment, ruleset, into), said)
    add_guidance(answer, add_requests(answer))
    add_risk(answer)
    add_issues(answer)
    add_impression(answer)
    add_provenance(answer)
    return into.bundle()
