"""What is answered instead of guidance: a status and a FHIR OperationOutcome, with nothing of a patient in it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fasciculation_rules.errors import Problem
from fasciculation_rules.exchange.systems import BASE

PROBLEMS = f"{BASE}/CodeSystem/problems"


class Refused(Exception):
    """A call that gets no guidance. `status` is that of HTTP; `code` is one of FHIR's issue types.

    `why` is for the log of the service alone. `problems` are told one by one.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        at: str = "",
        why: str = "",
        problems: tuple[Problem, ...] = (),
    ) -> None:
        self.status, self.code, self.message, self.at, self.why = status, code, message, at, why
        self.problems = problems
        super().__init__(message)


def outcome(code: str, message: str, *, at: str = "", severity: str = "error") -> dict[str, Any]:
    """An OperationOutcome with one issue; `at` is the element it is about."""
    issue: dict[str, Any] = {"severity": severity, "code": code, "details": {"text": message}}
    if at:
        issue["expression"] = [at]
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def outcome_of_problems(problems: Iterable[Problem]) -> dict[str, Any]:
    """An OperationOutcome with an issue for each problem: its stable code, what was expected, and what to do."""
    issues = []
    for each in problems:
        text = f"{each.message}; {each.hint}" if each.hint else each.message
        details = {"coding": [{"system": PROBLEMS, "code": each.code}], "text": text}
        expression = {"expression": [each.at]} if each.at else {}
        issues.append({"severity": "error", "code": "invalid", "details": details, **expression})
    return {"resourceType": "OperationOutcome", "issue": issues}
