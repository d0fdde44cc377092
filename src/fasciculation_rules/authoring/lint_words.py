"""What `lint` hears in the words: a denial that closes what was never named, and sentences that claim too much.

The check of names is a heuristic. It asks whether the general question has one word that stands for the specific
finding; that a person would understand it so, only a reader can say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from fasciculation_rules.authoring.synonyms import EMPTY, SYNONYMS
from fasciculation_rules.errors import Problem, problem
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.model.rule import Derivation
from fasciculation_rules.model.ruleset import Ruleset

Found = Iterator[tuple[str, Problem]]
STEM = 4
"""Two words are one if their first four letters are: `pregnant` and `pregnancy`, `choke` and `choking`."""

TOO_SURE = re.compile(r"\b(?:rules? out|ruled out|confirms|proves|definitely|certainly|is diagnostic)\b", re.IGNORECASE)
TO_FILL_IN = "to fill in"
"""What `new rule` writes where an author should."""


@cache
def words(text: str) -> frozenset[str]:
    """The stems of the words of a text that name something, with what they stand for."""
    spoken = (word for word in re.findall(r"[a-z0-9]+", text.lower()) if word not in EMPTY)
    return frozenset(_stem(word) for word in spoken)


def _stem(word: str) -> str:
    return (word[:-1] if word.endswith("s") and len(word) > 3 else word)[:STEM]


_STANDS_FOR: dict[str, frozenset[str]] = {}
for _word, _others in SYNONYMS.items():
    _STANDS_FOR[_stem(_word)] = _STANDS_FOR.get(_stem(_word), frozenset()) | words(" ".join(_others))


def names(question: str, label: str) -> bool:
    """Whether a question has a word of a label, or one that stands for it."""
    meant = words(label)
    return not words(question).isdisjoint(meant.union(*(_STANDS_FOR.get(word, frozenset()) for word in meant)))


def closes_unnamed(ruleset: Ruleset) -> Found:
    """An absent general closes its specifics, so its question must have named each of them."""
    findings = ruleset.vocabulary.findings
    for general, specifics in ruleset.closure.specifics.items():
        for specific in sorted(specifics):
            if general in findings and not names(findings[general].ask, findings[specific].label):
                message = (
                    f"its denial closes '{specific}' ({findings[specific].label}), which its question does not name"
                )
                hint = "name it in the question, or add the plain word to authoring/synonyms.py"
                yield "vocabulary", problem("closes-unnamed", message, at=f"findings.{general}.ask", hint=hint)


def closes_sign(ruleset: Ruleset) -> Found:
    """A person who denies a symptom says nothing about what an examiner would find, or a test."""
    findings = ruleset.vocabulary.findings
    for general, specifics in ruleset.closure.specifics.items():
        for specific in sorted(specifics):
            if findings[general].kind.openness is Firing.OPEN and findings[specific].kind.openness < Firing.OPEN:
                message = f"denying '{general}' would close '{specific}', which is {findings[specific].kind}"
                hint = "give the reported symptom and the sign two names that do not imply one another"
                yield "vocabulary", problem("closes-sign", message, at=f"findings.{specific}.implies", hint=hint)


def too_sure(ruleset: Ruleset) -> Found:
    """No sentence for a clinician or a patient rules anything out."""
    for name, rule in ruleset.rules.items():
        because = "" if isinstance(rule, Derivation) else rule.then.because or ""
        if said := TOO_SURE.search(because):
            hint = "write 'may be', 'makes less likely' or 'consider'"
            yield name, problem("too-sure", f"'{said[0]}' claims too much", at="then.because", hint=hint)
    for block, texts in (("advice", ruleset.outcomes.advice), ("safety_net", ruleset.outcomes.safety_net)):
        for name, item in texts.items():
            if said := TOO_SURE.search(item.text):
                yield "outcomes", problem("too-sure", f"'{said[0]}' claims too much", at=f"{block}.{name}.text")


def not_filled_in(ruleset: Ruleset) -> Found:
    """A text that `new rule` left for the author."""
    for name, rule in ruleset.rules.items():
        supports = {f"evidence[{index}].supports": evidence.supports for index, evidence in enumerate(rule.evidence)}
        examples = {f"examples[{index}].name": example.name for index, example in enumerate(rule.examples)}
        because = "" if isinstance(rule, Derivation) else rule.then.because or ""
        texts = {"title": rule.title, "rationale": rule.rationale, "then.because": because, **supports, **examples}
        for at, text in texts.items():
            if TO_FILL_IN in text.lower():
                yield name, problem("not-filled-in", f"still '{text.strip()[:60]}'", at=at)
