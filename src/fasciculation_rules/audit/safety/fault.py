"""A link of the safety file that is missing, or leads nowhere."""

from __future__ import annotations

from dataclasses import dataclass

NO_TEST = "requirement without a test"
NO_NEED = "requirement without a need"
UNMET = "need without a requirement"
UNASKED = "rule without a requirement"
NO_HAZARD = "escalation rule without a hazard"
NO_CARRIER = "control without a rule or code unit"
UNTESTED = "control without a test"
DANGLING = "dangling id"
TWICE = "id given twice"
TOO_EARLY = "version before the safety file"
NOT_PASSED = "test not passed"
NOT_MENDED = "report said to be mended without a change"


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """A link that is missing, or leads nowhere."""

    kind: str
    about: str
    what: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.about}" + (f": {self.what}" if self.what else "")
