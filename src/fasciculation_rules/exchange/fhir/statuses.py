"""What each status of FHIR means here: data, R4 and R5 together."""

from __future__ import annotations

from enum import StrEnum

from fasciculation_rules.exchange.fhir.shapes import object_of, objects_of, text_of
from fasciculation_rules.exchange.systems import system_of


class Standing(StrEnum):
    """What a status does to what the resource says. Each but the first three is the reason of a notice."""

    FINAL = "final"
    UNSTATED = "unstated"
    """No status at all: a presence counts, a denial does not."""
    ABSENT = "absent"
    PRELIMINARY = "preliminary"
    ERROR = "entered-in-error"
    HISTORY = "history"
    SUSPICION = "suspicion"
    NOT_DONE = "not-done"
    NOT_FINAL = "not-final"
    UNREADABLE = "status-unreadable"


_FINAL = dict.fromkeys(("final", "amended", "corrected", "appended"), Standing.FINAL)
_OPEN = dict.fromkeys(("registered", "specimen-in-process", "cancelled", "unknown"), Standing.NOT_FINAL)
_ERROR = {"entered-in-error": Standing.ERROR}

RESULT: dict[str, Standing] = {
    **_FINAL, **_OPEN, **_ERROR,
    "preliminary": Standing.PRELIMINARY, "partial": Standing.PRELIMINARY, "modified": Standing.FINAL,
}  # fmt: skip
"""Observation and DiagnosticReport."""

ANSWERS: dict[str, Standing] = {
    **_ERROR, "completed": Standing.FINAL, "amended": Standing.FINAL,
    "in-progress": Standing.NOT_FINAL, "stopped": Standing.NOT_FINAL,
}  # fmt: skip
"""QuestionnaireResponse."""

REQUEST: dict[str, Standing] = {
    **_ERROR, "active": Standing.FINAL, "on-hold": Standing.NOT_DONE, "cancelled": Standing.NOT_DONE,
    "completed": Standing.HISTORY, "ended": Standing.HISTORY, "stopped": Standing.HISTORY,
    "draft": Standing.NOT_FINAL, "unknown": Standing.NOT_FINAL,
}  # fmt: skip
"""MedicationRequest."""

STATEMENT: dict[str, Standing] = {
    **_ERROR, "active": Standing.FINAL, "recorded": Standing.FINAL, "not-taken": Standing.ABSENT,
    "completed": Standing.HISTORY, "stopped": Standing.HISTORY, "on-hold": Standing.NOT_DONE,
    "intended": Standing.NOT_FINAL, "draft": Standing.NOT_FINAL, "unknown": Standing.NOT_FINAL,
}  # fmt: skip
"""MedicationStatement."""

ADHERENCE: dict[str, Standing] = {
    "taking": Standing.FINAL, "taking-as-directed": Standing.FINAL, "taking-not-as-directed": Standing.FINAL,
    "not-taking": Standing.ABSENT, "unknown": Standing.NOT_FINAL,
    **dict.fromkeys(("on-hold", "on-hold-as-directed", "on-hold-not-as-directed"), Standing.NOT_DONE),
    **dict.fromkeys(("stopped", "stopped-as-directed", "stopped-not-as-directed"), Standing.HISTORY),
}  # fmt: skip
"""R5 MedicationStatement.adherence."""

PROCEDURE: dict[str, Standing] = {
    **_ERROR, "completed": Standing.FINAL, "not-done": Standing.NOT_DONE,
    **dict.fromkeys(("preparation", "in-progress", "on-hold", "stopped", "unknown"), Standing.NOT_FINAL),
}  # fmt: skip

FAMILY: dict[str, Standing] = {
    **_ERROR, "partial": Standing.FINAL, "completed": Standing.FINAL, "health-unknown": Standing.NOT_FINAL,
}  # fmt: skip

CLINICAL: dict[str, Standing] = {
    **dict.fromkeys(("active", "recurrence", "relapse"), Standing.FINAL),
    **dict.fromkeys(("inactive", "remission", "resolved"), Standing.HISTORY),
    "unknown": Standing.NOT_FINAL,
}
"""Condition.clinicalStatus."""

VERIFICATION: dict[str, Standing] = {
    **_ERROR, "confirmed": Standing.FINAL, "refuted": Standing.ABSENT,
    **dict.fromkeys(("provisional", "differential", "unconfirmed"), Standing.SUSPICION),
}  # fmt: skip
"""Condition.verificationStatus; one that is lacking stays usable."""


def plain(status: object, table: dict[str, Standing]) -> Standing:
    """The standing of a status that is a plain code."""
    if status is None:
        return Standing.UNSTATED
    return table.get(text_of(status), Standing.UNREADABLE)


def coded(concept: object, system: str, table: dict[str, Standing]) -> tuple[Standing, str]:
    """The standing of a status that is a CodeableConcept, and its code; its text is never read."""
    if concept is None:
        return Standing.UNSTATED, ""
    codings = objects_of(object_of(concept).get("coding"))
    found = [each for each in codings if system_of(text_of(each.get("system"))) in (system, "")]
    codes = {text_of(each.get("code")) for each in found} - {""}
    if len(codes) != 1:
        return Standing.UNREADABLE, ""
    code = codes.pop()
    return table.get(code, Standing.UNREADABLE), code
