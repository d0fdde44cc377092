"""A sign-off: what somebody says who has read a rule, or a version, as it was put before her."""

from __future__ import annotations

from typing import Literal, TypeAlias

from fasciculation_rules.model.base import Date, RuleId, Text
from fasciculation_rules.model.record import Digest
from fasciculation_rules.model.signing import Statement

Decision: TypeAlias = Literal["agree", "agree-with-comment", "disagree"]
AGREES: tuple[Decision, ...] = ("agree", "agree-with-comment")


class SignOff(Statement):
    """One person's word on one rule, or on a version as a whole where `rule` is left out.

    `read` is what she was shown, line by line, and `text_digest` the digest of it; `logic_digest` is of what decides.
    It lapses when either changes, and after `until`. `interests` are hers, declared.
    """

    kind: Literal["sign-off"] = "sign-off"
    version: Text
    rule: RuleId | None = None
    text_digest: Digest
    logic_digest: Digest
    read: tuple[Text, ...]
    decision: Decision
    comment: Text | None = None
    interests: Text
    until: Date
