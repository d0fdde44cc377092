"""Why this urgency, what would change it and what to ask, for people and for programs."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from fasciculation_rules.engines.durable.subset import Term
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.logic.program import PRESENT, UNKNOWN
from fasciculation_rules.model.assessment import Disposition
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.proof.asking import AT_MOST, Asking, asking
from fasciculation_rules.proof.otherwise import decided
from fasciculation_rules.proof.reasons import Change, Why, why
from fasciculation_rules.proof.statements_in_words import said, written
from fasciculation_rules.proof.supports import opposite
from fasciculation_rules.report.text import rung_in_words

SUFFICES, CHANGES, ASKS = "What suffices for this", "What would change it", "What to ask to settle it"


def why_text(facts: Facts, ruleset: Ruleset, *, width: int, brief: bool = False) -> str:
    """The sentences under three headings; brief, without them, for the lines below that of a case."""
    lines: list[str] = []
    pad = "  " if brief else ""
    for heading, sentences in _parts(facts, ruleset):
        lines += [] if brief else ["", heading, "-" * len(heading)]
        for sentence in sentences:
            lines += textwrap.wrap(
                sentence,
                width,
                initial_indent=pad,
                subsequent_indent=2 * pad,
                break_long_words=False,
                break_on_hyphens=False,
            )
    return "\n".join(lines) + "\n"


def why_values(facts: Facts, ruleset: Ruleset) -> dict[str, object]:
    """The same for programs: items by name, and statements as rules write them."""
    reasons, questions = why(facts, ruleset), asking(facts, ruleset)
    reason = reasons.reason

    def change(found: Change | None) -> dict[str, object] | None:
        if found is None:
            return None
        return {"rung": found.rung, "shown": found.shown, "statements": [written(t, ruleset) for t in found.statements]}

    return {
        "at_least": reasons.at_least,
        "reason": {
            "statements": [written(term, ruleset) for term in reason.statements],
            "rule": reason.rule,
            "discharged_by": reason.discharged_by,
        },
        "raised": change(reasons.raised),
        "lowered": change(reasons.lowered),
        "questions": {
            "change": list(questions.change),
            "to": questions.to,
            "settle": None if questions.settle is None else list(questions.settle),
            "needed": questions.needed,
        },
    }


def _parts(facts: Facts, ruleset: Ruleset) -> Iterator[tuple[str, Iterable[str]]]:
    words, reasons = _Words(ruleset), why(facts, ruleset)
    _, shown = decided(facts, ruleset)
    yield SUFFICES, words.suffices(reasons, shown)
    yield CHANGES, words.changes(reasons, shown)
    yield ASKS, words.asks(asking(facts, ruleset))


@dataclass(frozen=True)
class _Words:
    """The sentences about a person under one ruleset."""

    ruleset: Ruleset

    def suffices(self, reasons: Why, shown: Disposition) -> Iterator[str]:
        reason = reasons.reason
        if reason.rule is None:
            yield f"No rule that fires asks for more than {self._rung(reasons.at_least)}."
        else:
            counts = ""
            if reason.discharged_by is not None:
                counts = f", which counts as {reasons.at_least} once {self._labels([reason.discharged_by])}"
            yield (
                f"For {self._rung(reasons.at_least)} {_these(reason.statements, 'is', 'are')} enough: "
                f"{self._said(reason.statements)}. Rule: {reason.rule}{counts}."
            )
        if shown.rung != reasons.at_least:
            because = [floor.because for floor in shown.floors if floor.rung == shown.rung] or [
                "It is not settled yet."
            ]
            yield f"Shown is {self._rung(shown.rung)}. {' '.join(because)}"

    def changes(self, reasons: Why, shown: Disposition) -> Iterator[str]:
        ladder = self.ruleset.outcomes.ladder
        for word, change, end in (("Higher", reasons.raised, ladder[-1]), ("Lower", reasons.lowered, ladder[0])):
            if change is not None:
                conditions = self._conditions(change.statements)
                yield f"{word}: {self._rung(change.rung)}, {conditions}.{self._as(change, shown)}"
            elif reasons.at_least != end:
                yield f"{word}: by no such change."

    def _as(self, change: Change, shown: Disposition) -> str:
        """What is shown then, where it is another rung: nobody is reassured before the screen is finished."""
        if change.shown == change.rung:
            return ""
        return f" Shown would {'still ' if change.shown == shown.rung else ''}be {self._rung(change.shown)}."

    def _conditions(self, statements: Sequence[Term]) -> str:
        nothing = [term for term in statements if term.operator == "==" and term.value == UNKNOWN]
        absent = [term for term in statements if term.operator == "==" and term.value not in (UNKNOWN, PRESENT)]
        found = [term for term in statements if term not in nothing and term not in absent]
        parts = []
        if found:
            parts.append(f"with {_these(found)}: {self._said(found)}")
        if absent:
            parts.append(f"without {_these(absent)}: {self._said(map(opposite, absent))}")
        if nothing:
            parts.append(f"without a value for {_these(nothing)}: {self._said(nothing)}")
        return "; and ".join(parts)

    def asks(self, questions: Asking) -> Iterator[str]:
        change, settle = questions.change, questions.settle
        if not change:
            yield "No answers to questions alone would change what is shown."
        else:
            answers = "The answer to one question" if len(change) == 1 else f"The answers to {len(change)} questions"
            yield f"{answers} could change what is shown: {self._labels(change)}."
        if not questions.needed:
            yield "Nothing more needs to be asked to settle it."
        elif settle is not None:
            asked = f"once {_these(settle, 'is', 'are')} asked"
            yield f"Whatever the answers, it is settled {asked}: {self._labels(settle)}."
        else:
            yield (
                f"Not settled within {AT_MOST} questions: it takes up to {questions.needed}, "
                "and fewer where a general question is answered with no."
            )

    def _rung(self, rung: str) -> str:
        return rung_in_words(rung, self.ruleset.urgency[rung].label)

    def _said(self, terms: Iterable[Term]) -> str:
        return "; ".join(said(term, self.ruleset) for term in terms)

    def _labels(self, names: Iterable[str]) -> str:
        return "; ".join(map(self.ruleset.vocabulary.label, names))


def _these(several: Sequence[object], one: str = "", more: str = "") -> str:
    """`this` or `these`, with the verb that goes with it."""
    return f"this {one}".rstrip() if len(several) == 1 else f"these {more}".rstrip()
