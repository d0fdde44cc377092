"""The record of a change: why rules are others than before, what it rests on, and who decided."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from fasciculation_rules.model.base import FormatOne, RuleId, Text, Value
from fasciculation_rules.model.record import Digest
from fasciculation_rules.model.signing import Role

ChangeId = Annotated[str, StringConstraints(pattern=r"^CR-[0-9]{4}$")]


class ChangeRecord(Value):
    """Why rules of a version are others than in the one before it.

    `meaning` is the digest of what changed in these rules, so that the record lapses when one of them changes again.
    `decided_by` is a role and no person; `reports` are problem reports that led to it.
    """

    format: FormatOne
    change: ChangeId
    ruleset: Text
    why: Text
    evidence: tuple[Text, ...]
    rules: tuple[RuleId, ...]
    hazards: tuple[Text, ...]
    decided_by: Role
    meaning: Digest
    reports: tuple[Text, ...] = ()
