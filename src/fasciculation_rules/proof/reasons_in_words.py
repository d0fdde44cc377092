"""Why this urgency, what would change it and what to ask, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fasciculation_rules.engines.durable.subset import Term
from fasciculation_rules.logic.condition import Compare, Count, Is
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.proof.asking import AT_MOST, Asking, asking
from fasciculation_rules.proof.reasons import Change, Why, why
from fasciculation_rules.proof.supports import Supports
from fasciculation_rules.report.rule_page import in_unit, say_leaf


def why_lines(facts: Facts, ruleset: Ruleset) -> Iterator[str]:
    """A few sentences under three headings."""
    reasons, questions = why(facts, ruleset), asking(facts, ruleset)
    yield from _why(reasons, ruleset)
    yield ""
    yield from _changes(reasons, ruleset)
    yield ""
    yield from _questions(questions, ruleset)


def _why(reasons: Why, ruleset: Ruleset) -> Iterator[str]:
    yield "Why this urgency, and the least that suffices for it"
    if reasons.reason.rule is None:
        yield f"Nothing known asks for more than {reasons.at_least}."
        return
    labels = _labels(reasons.reason.items, ruleset)
    yield f"At least {reasons.at_least}: this alone suffices: {labels}. Rule: {reasons.reason.rule}."


def _changes(reasons: Why, ruleset: Ruleset) -> Iterator[str]:
    yield "The smallest change that would raise or lower it"
    if reasons.raised is None:
        yield "Higher: nothing is."
    else:
        yield f"Higher, {reasons.raised.rung}: if {_change(reasons.raised, ruleset)}."
    if reasons.lowered is None:
        yield "Lower: nothing is."
    else:
        yield f"Lower, {reasons.lowered.rung}: if {_change(reasons.lowered, ruleset)}."


def _change(change: Change, ruleset: Ruleset) -> str:
    if change.denied:
        return f"there were not: {_labels(change.denied, ruleset)}"
    stated = [name for name in change.stated if name not in _measured(change, ruleset)]
    absent = [term for term in change.terms if _leaf(term, ruleset) == Is(_item(term, ruleset), "absent")]
    denied = {_item(term, ruleset) for term in absent}
    parts = []
    if present := [name for name in stated if name not in denied]:
        parts.append(f"there were also: {_labels(present, ruleset)}")
    if measured := [say_term(term, ruleset) for term in change.terms if _is_measured(term, ruleset)]:
        parts.append(f"these were measured: {', '.join(measured)}")
    if gone := [name for name in stated if name in denied]:
        parts.append(f"these were known to be absent: {_labels(gone, ruleset)}")
    return "; and ".join(parts)


def _questions(questions: Asking, ruleset: Ruleset) -> Iterator[str]:
    yield "What to ask"
    if questions.change:
        yield f"The fewest answers that could change what is shown: {_labels(questions.change, ruleset)}."
    else:
        yield "No answer to a question alone could change what is shown."
    if questions.settle:
        yield f"To settle it whatever the answers, ask all of these: {_labels(questions.settle, ruleset)}."
    elif questions.needed:
        yield f"Not settled within {AT_MOST} questions: {questions.needed} would be needed, whatever the answers."


def as_values(facts: Facts, ruleset: Ruleset) -> dict[str, object]:
    """The same for programs; names of the vocabulary, and comparisons as rules write them."""
    reasons, questions = why(facts, ruleset), asking(facts, ruleset)

    def change(found: Change | None) -> dict[str, object] | None:
        if found is None:
            return None
        return {
            "rung": found.rung,
            "stated": list(found.stated),
            "denied": list(found.denied),
            "conditions": [say_term(term, ruleset) for term in found.terms],
        }

    return {
        "at_least": reasons.at_least,
        "reason": {"items": list(reasons.reason.items), "rule": reasons.reason.rule},
        "raised": change(reasons.raised),
        "lowered": change(reasons.lowered),
        "questions": {
            "change": list(questions.change),
            "to": questions.to,
            "settle": None if questions.settle is None else list(questions.settle),
            "needed": questions.needed,
        },
    }


def say_term(term: Term, ruleset: Ruleset) -> str:
    """One comparison in words, the limit in its unit."""
    leaf = _leaf(term, ruleset)
    if isinstance(leaf, Is):
        return say_leaf(leaf, ruleset)
    quantity = ruleset.vocabulary.quantities[leaf.name]
    compared = {">=": "at least", "<=": "at most"}[term.operator]
    return f"{quantity.label} {compared} {in_unit(term.value * quantity.resolution, quantity.unit)}"


def _leaf(term: Term, ruleset: Ruleset) -> Is | Compare:
    item = _item(term, ruleset)
    match term.operator:
        case "==":
            return Is(item, "present" if term.value == 1 else "absent")
        case ">=" | "<=":
            return Compare(item, term.operator, Count(term.value))


def _item(term: Term, ruleset: Ruleset) -> str:
    return Supports.of(ruleset).item(term)


def _is_measured(term: Term, ruleset: Ruleset) -> bool:
    return Supports.of(ruleset).is_quantity(term)


def _measured(change: Change, ruleset: Ruleset) -> set[str]:
    return {_item(term, ruleset) for term in change.terms if _is_measured(term, ruleset)}


def _labels(names: Iterable[str], ruleset: Ruleset) -> str:
    return ", ".join(ruleset.vocabulary.label(name) for name in names)
