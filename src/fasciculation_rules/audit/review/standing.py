"""What the sign-offs of a version are worth on a day, and what is missing before it may be active."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from fasciculation_rules.audit.review.folder import Filed
from fasciculation_rules.audit.review.reading import Subject, subject_of
from fasciculation_rules.audit.signatures import Standing, judge
from fasciculation_rules.model.record import read_time
from fasciculation_rules.model.review import AGREES, SignOff
from fasciculation_rules.model.rule import Escalation, Plan, Rule
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.model.signing import Role, Signer, Signers

CLINICIAN: Role = "clinical reviewer"
SAFETY_OFFICER: Role = "safety officer"
AUTHOR: Role = "author"
CLINICIANS_NEEDED = 2


class Worth(StrEnum):
    """What became of a sign-off."""

    STANDS = "stands"
    LAPSED = "lapsed"
    OVERTAKEN = "overtaken"
    NOT_CHECKED = "authenticity not checked"
    NOT_VALID = "not valid"


@dataclass(frozen=True, slots=True)
class Weighed:
    """One sign-off with its worth, and why; `who` is the name that the list of signers gives."""

    said: SignOff
    name: str
    worth: Worth
    why: str
    who: str | None = None


def weigh(
    filed: Iterable[Filed], ruleset: Ruleset, signers: Signers | None, *, on: datetime.date
) -> tuple[Weighed, ...]:
    """The sign-offs of this version, of each person's on one subject only the last in force; signers are trusted.

    Without signers nothing is checked and nothing stands. Raises SigningUnavailableError without the extra `sign`.
    """
    mine = [each for each in filed if each.said.version == ruleset.version]
    found = [_weighed(each, ruleset, signers, on) for each in mine]
    last: dict[tuple[str | None, str], datetime.datetime] = {}
    for each in found:
        if each.who is not None and each.worth in (Worth.STANDS, Worth.LAPSED):
            key, at = (each.said.rule, each.who), read_time(each.said.at)
            last[key] = max(last.get(key, at), at)
    return tuple(_overtaken(each, last) for each in found)


def _weighed(filed: Filed, ruleset: Ruleset, signers: Signers | None, on: datetime.date) -> Weighed:
    said, name = filed.said, filed.name
    if signers is None:
        return Weighed(said, name, Worth.NOT_CHECKED, "no list of signers was given")
    if said.rule is not None and said.rule not in ruleset.rules:
        return Weighed(said, name, Worth.LAPSED, "there is no such rule any more")
    subject = subject_of(said.rule, ruleset)
    about = {"text_digest": subject.text_digest, "logic_digest": subject.logic_digest}
    found = judge(name, filed.envelope, SignOff, signers, about=about, roles=(CLINICIAN, SAFETY_OFFICER))
    who = None if found.signer is None else _person(found.signer)
    if found.standing is Standing.DIGEST_DIFFERS:
        return Weighed(said, name, Worth.LAPSED, _changed(said, subject), who)
    if found.standing is not Standing.VALID:
        return Weighed(said, name, Worth.NOT_VALID, f"{found.standing}: {found.why}")
    if who in _authors(signers):
        return Weighed(said, name, Worth.NOT_VALID, "the person is an author, and nobody reviews rules of their own")
    if on > said.until:
        return Weighed(said, name, Worth.LAPSED, f"its review was due on {said.until}", who)
    return Weighed(said, name, Worth.STANDS, "", who)


def _person(signer: Signer) -> str:
    """Who holds a key: two keys under one name are one person's."""
    return " ".join(signer.name.casefold().split())


def _authors(signers: Signers) -> set[str]:
    return {_person(signer) for signer in signers.signers if signer.role == AUTHOR}


def _changed(said: SignOff, subject: Subject) -> str:
    parts = [("logic", said.logic_digest != subject.logic_digest), ("text", said.text_digest != subject.text_digest)]
    return f"the {' and the '.join(part for part, differs in parts if differs)} changed since"


def _overtaken(each: Weighed, last: Mapping[tuple[str | None, str], datetime.datetime]) -> Weighed:
    if each.worth is not Worth.STANDS or each.who is None:
        return each
    if read_time(each.said.at) >= last[each.said.rule, each.who]:
        return each
    return Weighed(each.said, each.name, Worth.OVERTAKEN, "the same person signed later", each.who)


def needs_clinicians(rule: Rule) -> bool:
    """Whether a version cannot be active before clinicians agreed to this rule: escalation and self-care."""
    return isinstance(rule, Escalation) or (isinstance(rule, Plan) and rule.class_ == "self_care")


def ready_for_active(ruleset: Ruleset, weighed: Sequence[Weighed]) -> tuple[str, ...]:
    """What is missing before the version may be active, in order; nothing where it may.

    For each escalation and self-care rule two clinicians agree, different people, and none disagrees; and a safety
    officer, who is another person than they are, agrees to the version.
    """
    return tuple(_missing(ruleset, [each for each in weighed if each.worth is Worth.STANDS]))


def _missing(ruleset: Ruleset, standing: Sequence[Weighed]) -> Iterator[str]:
    for name, rule in ruleset.rules.items():
        of_rule = [each for each in standing if each.said.rule == name and each.said.role == CLINICIAN]
        agree = {each.who for each in of_rule if each.said.decision in AGREES}
        if needs_clinicians(rule) and len(agree) < CLINICIANS_NEEDED:
            yield f"{name}: {len(agree)} of {CLINICIANS_NEEDED} clinicians agree"
        if any(each.said.decision not in AGREES for each in of_rule):
            yield f"{name}: a clinician disagrees"
    clinicians = {each.who for each in standing if each.said.role == CLINICIAN}
    of_version = [each for each in standing if each.said.rule is None and each.said.role == SAFETY_OFFICER]
    if not any(each.said.decision in AGREES and each.who not in clinicians for each in of_version):
        yield f"version {ruleset.version}: no safety officer agrees who is not one of the clinicians"
    if any(each.said.decision not in AGREES for each in of_version):
        yield f"version {ruleset.version}: a safety officer disagrees"
