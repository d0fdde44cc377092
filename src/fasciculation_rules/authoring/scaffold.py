"""A new rule file with everything a rule needs, each place marked until an author has filled it in.

It is refused when the ruleset is opened for as long as its names are made up; texts that stay are found by `lint`.
"""

from __future__ import annotations

import datetime
import re

from fasciculation_rules.errors import RulesetInvalidError, problem
from fasciculation_rules.model.base import RULE_ID
from fasciculation_rules.model.rule import KINDS

YEAR = datetime.timedelta(days=365)

_HEAD = """rule: {name}
title: What it is about, to fill in
kind: {kind}
"""
_DERIVATION = """finding: {finding}
means:
  any:
    - finding_to_fill_in is present
    - other_finding_to_fill_in is present
"""
_WHEN = """when:
  all:
    - finding_to_fill_in is present
    - other_finding_to_fill_in is present
"""
_ESCALATION = """then:
  urgency: rung_to_fill_in
  refer: destination_to_fill_in
  because: The one sentence that a clinician sees, qualified with may be or consider, to fill in.
"""
_DIFFERENTIAL = """then:
  supports: condition_to_fill_in
  strength: weak
  because: The one sentence that a clinician sees, qualified with may be or consider, to fill in.
"""
_PLAN = """then:
  order: [test_to_fill_in]
  who: gp
"""
_TAIL = """rationale: |
  What would go wrong without this rule, to fill in.
  What was left out, and why, to fill in.
evidence:
  - cite: source-to-fill-in
    row: row-to-fill-in
    supports: what exactly the source says, to fill in
review: {{status: not reviewed by a clinician, next: {review}}}
examples:
  - name: the smallest case for whom it fires, to fill in
    given: {{finding_to_fill_in: present, other_finding_to_fill_in: present}}
    expect: fires
  - name: the nearest case for whom it does not fire, to fill in
    given: {{finding_to_fill_in: absent, other_finding_to_fill_in: absent}}
    expect: does not fire
  - name: the case of every day, in which one thing was not asked, to fill in
    given: {{{half}}}
    expect: open
    asks: [{asked}]
"""


def rule_text(kind: str, name: str, *, on: datetime.date) -> str:
    """The text of a new rule file, whose review is due a year from `on`.

    Raises RulesetInvalidError where the kind or the name is not one that a rule can have.
    """
    problems = []
    if kind not in KINDS:
        hint = f"write one of {', '.join(KINDS)}"
        problems.append(problem("bad-value", f"'{kind[:60]}' is not a kind of rule", at="KIND", hint=hint))
    if re.fullmatch(RULE_ID, name) is None:
        hint = "write lower-case words with hyphens, such as escalate-slurred-speech"
        problems.append(problem("bad-value", f"'{name[:60]}' is not the name of a rule", at="NAME", hint=hint))
    if problems:
        raise RulesetInvalidError("the rule cannot be written", problems)
    finding = name.removeprefix("derive-").replace("-", "_")
    half, asked = ("", "finding_to_fill_in, other_finding_to_fill_in") if kind == "derivation" else _HALF
    tail = _TAIL.format(review=on + YEAR, half=half, asked=asked)
    return _HEAD.format(name=name, kind=kind) + _middle(kind, finding) + tail


_HALF = ("finding_to_fill_in: present", "other_finding_to_fill_in")


def _middle(kind: str, finding: str) -> str:
    match kind:
        case "derivation":
            return _DERIVATION.format(finding=finding)
        case "escalation":
            return "class: red_flag\n" + _WHEN + _ESCALATION
        case "differential":
            return _WHEN + _DIFFERENTIAL
        case _:
            return "class: afterwards\n" + _WHEN + _PLAN
