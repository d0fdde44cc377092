"""Makes a sign-off: what was read, by digest and line by line, under a key."""

from __future__ import annotations

import datetime

from fasciculation_rules.audit.dsse import SigningKey, seal
from fasciculation_rules.audit.review.reading import subject_of
from fasciculation_rules.errors import must_say
from fasciculation_rules.model.review import Decision, SignOff
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.model.signing import Envelope, Role

MEANINGS: dict[Decision, str] = {
    "agree": "I read what is set out here, its words and its logic, and I agree.",
    "agree-with-comment": "I read what is set out here, its words and its logic, and I agree, with a comment.",
    "disagree": "I read what is set out here, its words and its logic, and I disagree.",
}


def sign_off(
    ruleset: Ruleset,
    rule: str | None,
    key: SigningKey,
    *,
    role: Role,
    decision: Decision,
    interests: str,
    at: datetime.datetime,
    comment: str | None = None,
) -> tuple[Envelope, SignOff]:
    """The sealed statement, and what it says; `rule` is None for the version as a whole.

    Raises ArgumentError where interests are not declared, or a decision that needs a comment has none.
    """
    must_say("a sign-off declares interests, or says 'none'", interests)
    if decision != "agree" or comment is not None:
        must_say(f"'{decision}' needs a comment that says why", comment)
    subject = subject_of(rule, ruleset)
    said = SignOff(
        signer=key.id,
        role=role,
        meaning=MEANINGS[decision],
        at=at.isoformat(),
        version=ruleset.version,
        rule=rule,
        text_digest=subject.text_digest,
        logic_digest=subject.logic_digest,
        read=subject.lines,
        decision=decision,
        comment=comment,
        interests=interests,
        until=subject.until,
    )
    return seal(said, key), said
