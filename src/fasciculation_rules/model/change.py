"""What led to a change of the rules, and the change: reports of problems, and records of what was done about them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from fasciculation_rules.model.base import Date, FormatOne, RuleId, Text, Value
from fasciculation_rules.model.record import Digest
from fasciculation_rules.model.safety import NOT_JUDGED, AnomalyId, HazardId, Severity, VersionOf
from fasciculation_rules.model.signing import Role

ChangeId = Annotated[str, StringConstraints(pattern=r"^CR-[0-9]{4}$")]
ReportId = Annotated[str, StringConstraints(pattern=r"^PR-[0-9]{4}$")]


class ProblemReport(Value):
    """Something that may be wrong, as it was reported, and what was made of it.

    `reported_by` is a role and no person. What is `mended` is so by a change whose record names the report; `anomaly`
    is where it stands among what is known to be wrong.
    """

    format: FormatOne
    report: ReportId
    reported: Date
    reported_by: Role | Literal["user"]
    found_in: VersionOf
    what: Text
    rules: tuple[RuleId, ...] = ()
    hazards: tuple[HazardId, ...] = ()
    impact: Text
    severity: Severity | Literal["none", "not judged"]
    judged_by: Text
    status: Literal["open", "mended", "no fault"]
    why: Text
    anomaly: AnomalyId | None = None

    @property
    def is_judged(self) -> bool:
        """Whether somebody has judged what it means for safety."""
        return self.severity != NOT_JUDGED


class ChangeRecord(Value):
    """Why rules of a version are others than in the one before it.

    `meaning` is the digest of what changed in these rules, so that the record lapses when one of them changes again.
    `decided_by` is a role and no person; `hazards` are those that were looked at, `reports` those that led to it.
    """

    format: FormatOne
    change: ChangeId
    ruleset: Text
    why: Text
    evidence: tuple[Text, ...]
    rules: tuple[RuleId, ...]
    hazards: tuple[HazardId, ...]
    decided_by: Role
    meaning: Digest
    reports: tuple[ReportId, ...] = ()
