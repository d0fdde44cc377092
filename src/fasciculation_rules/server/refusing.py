"""What is answered instead of guidance: a status and a FHIR OperationOutcome, with nothing of a patient in it."""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """A call that gets no guidance. `status` is that of HTTP; `code` is one of FHIR's issue types.

    `why` is for the log of the service alone.
    """

    def __init__(self, status: int, code: str, message: str, *, at: str = "", why: str = "") -> None:
        self.status, self.code, self.message, self.at, self.why = status, code, message, at, why
        super().__init__(message)


def outcome(code: str, message: str, *, at: str = "", severity: str = "error") -> dict[str, Any]:
    """An OperationOutcome with one issue; `at` is the element it is about."""
    issue: dict[str, Any] = {"severity": severity, "code": code, "details": {"text": message}}
    if at:
        issue["expression"] = [at]
    return {"resourceType": "OperationOutcome", "issue": [issue]}
