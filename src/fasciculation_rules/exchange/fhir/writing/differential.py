"""What it may be, as a ClinicalImpression in qualified words. No code of a disease that others read is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fasciculation_rules.exchange.fhir.elements import Json, concept, narrative, outcome
from fasciculation_rules.exchange.fhir.writing.answer import Answer
from fasciculation_rules.model.assessment import Argument, Candidate

STANDINGS = {
    "supported": "may be {}; something known fits it",
    "possible": "might be {}; nothing known decides",
    "opposed": "less likely {}; what is known speaks more against it than for it",
    "excluded": "considered and set aside: {}; a rule speaks against it",
}


def add_impression(answer: Answer) -> Json | None:
    """The differential, if there is one. Its findings have codes of our own alone.

    A SNOMED or ICD code of a disease here could be harvested as a diagnosis that nobody made.
    """
    candidates = answer.of.differential
    if not candidates:
        return None
    words = [_words(candidate) for candidate in candidates]
    return answer.into.add(
        "ClinicalImpression",
        "differential",
        text=narrative(*(f"{line}." for line in words), answer.speaker),
        status="in-progress",
        description="What may be considered, from rules and not from an examiner",
        subject=answer.into.subject,
        effectiveDateTime=answer.into.at,
        date=answer.into.at,
        protocol=[answer.plan],
        summary=f"{'; '.join(words)}. {answer.speaker}",
        finding=[_finding(candidate, line) for candidate, line in zip(candidates, words, strict=True)],
        supportingInfo=list(answer.statements(_items(candidates))),
        note=answer.spoken,
    )


def _words(candidate: Candidate) -> str:
    line = STANDINGS[candidate.standing].format(candidate.label)
    return f"{line} (not to be missed)" if candidate.must_not_miss else line


def _finding(candidate: Candidate, words: str) -> Json:
    sides = (("For", candidate.for_), ("Against", candidate.against), ("Excluding", candidate.excluding))
    basis = " ".join(f"{side} ({each.strength}): {each.because}" for side, each in _each(sides))
    code = concept(words, outcome("condition", candidate.condition, candidate.label))
    return {"itemCodeableConcept": code, **({"basis": basis} if basis else {})}


def _each(sides: Iterable[tuple[str, tuple[Argument, ...]]]) -> Iterator[tuple[str, Argument]]:
    for side, arguments in sides:
        for argument in arguments:
            yield side, argument


def _items(candidates: Iterable[Candidate]) -> Iterator[str]:
    for candidate in candidates:
        for argument in (*candidate.for_, *candidate.against, *candidate.excluding):
            yield from argument.findings
