"""Packs to review as a page, and the state of a review in lines for people and as values for machines."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence

from fasciculation_rules._version import __version__
from fasciculation_rules.audit.review.reading import Subject, given_of, kind_of, outline_of, subject_of
from fasciculation_rules.audit.review.standing import Weighed, Worth, needs_clinicians, ready_for_active
from fasciculation_rules.model.record import read_time
from fasciculation_rules.model.rule import Escalation, Rule
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.report.grades import grade_of
from fasciculation_rules.report.html import page
from fasciculation_rules.report.rule_page import consequence, english

NONE = "none"


def pack(ruleset: Ruleset, rules: Sequence[str], weighed: Sequence[Weighed], *, reader: str) -> str:
    """One page of HTML with a sheet a rule, ready to print."""
    return page(
        "pack",
        ruleset=ruleset,
        reader=reader,
        rules=[_sheet(ruleset.rules[name], ruleset, weighed) for name in rules],
        library=__version__,
        review=ruleset.about.review,
    )


def _sheet(rule: Rule, ruleset: Ruleset, weighed: Sequence[Weighed]) -> dict[str, object]:
    subject = subject_of(rule.rule, ruleset)
    rows, sources = ruleset.references.rows, ruleset.references.sources
    mine = [each for each in weighed if each.said.rule == rule.rule]
    return {
        "id": rule.rule,
        "title": rule.title,
        "kind": kind_of(rule),
        "rung": rule.then.urgency if isinstance(rule, Escalation) else None,
        "needs_clinicians": needs_clinicians(rule),
        "english": english(rule, ruleset),
        "outline": outline_of(rule, ruleset),
        "consequence": consequence(rule, ruleset),
        "rationale": [line for line in rule.rationale.splitlines() if line.strip()],
        "evidence": [
            {
                "row": each.row,
                "of": rows[each.row],
                "grade": grade_of(rows[each.row].confidence),
                "source": sources[each.cite],
                "at": each.at,
                "for": each.supports,
            }
            for each in rule.evidence
        ],
        "examples": [(each.name, given_of(each, ruleset), each.expect) for each in rule.examples],
        "due": rule.review.next,
        "subject": subject,
        "sign_offs": mine,
        "differences": list(differences(subject, mine)),
    }


def differences(subject: Subject, sign_offs: Sequence[Weighed]) -> Iterator[tuple[str, str]]:
    """`+` and `-` lines since the last sign-off whose signature is good; nothing where there is none."""
    signed = [each for each in sign_offs if each.worth in (Worth.STANDS, Worth.LAPSED, Worth.OVERTAKEN)]
    if not signed:
        return
    last = max(signed, key=lambda each: read_time(each.said.at))
    for line in difflib.ndiff(last.said.read, subject.lines):
        if line[0] in "+-":
            yield line[0], line[2:]


def lines_of(ruleset: Ruleset, weighed: Sequence[Weighed]) -> Iterator[str]:
    """Every sign-off with its worth, then what is missing before the version may be active."""
    yield f"Ruleset {ruleset.version} ({ruleset.status}, library {__version__}, {ruleset.about.review})"
    yield f"Sign-offs: {len(weighed) or NONE}"
    for each in weighed:
        said = each.said
        about = said.rule or f"version {said.version}"
        comment = f": {said.comment}" if said.comment else ""
        yield f"  {about}: {said.decision} ({said.role}, {said.at}, interests: {said.interests}){comment}"
        yield f"    {each.worth}{f': {each.why}' if each.why else ''}"
    missing = ready_for_active(ruleset, weighed)
    if not missing:
        yield "Ready to be active: two clinicians agree to each escalation and self-care rule, a safety officer to all."
        return
    yield f"Not ready to be active: {len(missing)} things are missing"
    yield from (f"  {each}" for each in missing[:FEW])
    if len(missing) > FEW:
        yield f"  and {len(missing) - FEW} more; --as json names all"


FEW = 10


def as_json(ruleset: Ruleset, weighed: Sequence[Weighed]) -> dict[str, object]:
    """The same as plain values."""
    missing = ready_for_active(ruleset, weighed)
    return {
        "format": 1,
        "ruleset": {
            "version": ruleset.version,
            "status": ruleset.status,
            "text_digest": ruleset.text_digest,
            "logic_digest": ruleset.logic_digest,
        },
        "sign_offs": [
            {
                "file": each.name,
                "rule": each.said.rule,
                "signer": each.said.signer,
                "role": each.said.role,
                "decision": each.said.decision,
                "comment": each.said.comment,
                "interests": each.said.interests,
                "at": each.said.at,
                "until": each.said.until.isoformat(),
                "worth": each.worth.value,
                "why": each.why,
            }
            for each in weighed
        ],
        "ready_for_active": not missing,
        "missing": list(missing),
    }
