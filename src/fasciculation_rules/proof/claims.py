"""Claims in the words of the rules, from claims.yaml: what must follow for every patient of whom something holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from fasciculation_rules.errors import Problem
from fasciculation_rules.logic.condition import Condition, names
from fasciculation_rules.logic.grammar import read_condition
from fasciculation_rules.proof.circuit import Wire
from fasciculation_rules.proof.laws import nothing_but
from fasciculation_rules.proof.question import Question, Theorem
from fasciculation_rules.proof.subject import Subject
from fasciculation_rules.shelf.resolve import Resolver
from fasciculation_rules.shelf.strict_yaml import read_yaml


@dataclass(frozen=True)
class Claim:
    """A premise and a conclusion. `some` and `none` hold names; groups are already replaced by theirs."""

    sentence: str
    then: Mapping[str, str]
    some: tuple[tuple[str, ...], ...] = ()
    none: tuple[str, ...] = ()
    only: tuple[str, ...] | None = None
    when: Condition | None = None

    def __call__(self, subject: Subject) -> Iterator[Question]:
        """One question; none where the version's vocabulary has not the names."""
        premise = self._premise(subject)
        conclusion = [wire for kind, what in self.then.items() for wire in _conclusion(subject, kind, what)]
        if premise is not None and conclusion:
            failed = -subject.circuit.every(conclusion)
            yield Question(", ".join(self.then.values()), (*premise, failed), (subject.now,))

    def _premise(self, subject: Subject) -> list[Wire] | None:
        present = subject.now.patient.present
        wires = []
        for wanted in self.some:
            found = subject.group(wanted)
            if not found:
                return None
            wires.append(subject.circuit.some([present[name] for name in found]))
        if self.when is not None:
            condition = _resolved(self.when, subject)
            if condition is None:
                return None
            wires.append(subject.now.worth(condition))
        wires += [-present[name] for name in subject.group(self.none)]
        if self.only is not None:
            allowed = subject.group(self.only)
            wires.append(nothing_but(subject, _with_generals(allowed, subject), self.only))
        return wires


def _with_generals(allowed: Iterable[str], subject: Subject) -> list[str]:
    generals = subject.ruleset.closure.generals
    return [name for one in allowed for name in (one, *generals[one])]


def _conclusion(subject: Subject, kind: str, what: str) -> Iterator[Wire]:
    """The wire that must hold; nothing where the version does not know the word."""
    now, outcomes = subject.now, subject.ruleset.outcomes
    match kind:
        case "at_least":
            yield now.reaches(what)
        case "below":
            yield -now.reaches(what)
        case "shows":
            yield now.shows(what)
        case "candidate" if what in outcomes.conditions:
            yield now.candidate(what)
        case "not_candidate" if what in outcomes.conditions:
            yield -now.candidate(what)
        case "candidate" | "not_candidate":
            return
        case _:
            raise AssertionError(f"claims.yaml: '{kind}' is no conclusion")


def _resolved(condition: Condition, subject: Subject) -> Condition | None:
    """The condition over counts, or None where the version has not its names."""
    ruleset = subject.ruleset
    known = {*ruleset.vocabulary.items, *ruleset.vocabulary.derived}
    if not known.issuperset(names(condition)):
        return None
    problems: list[Problem] = []
    resolved = Resolver(ruleset.vocabulary, ruleset.thresholds).resolve(condition, "when", problems.append)
    return None if problems else resolved


def read_claims() -> tuple[Theorem, ...]:
    """The claims of the library's own file."""
    document = read_yaml(resources.files(__package__).joinpath("claims.yaml").read_bytes(), "claims.yaml", [])
    if document is None or not isinstance(document.data, dict):
        raise AssertionError("claims.yaml is part of the library and can be read")
    return tuple(theorems_from(document.data))


def theorems_from(tree: Mapping[str, Any]) -> Iterator[Theorem]:
    """The theorems that a file of claims states."""
    groups: Mapping[str, list[str]] = tree["groups"]

    def spread(words: Iterable[str]) -> tuple[str, ...]:
        return tuple(name for word in words for name in groups.get(word, [word]))

    for id_, claim in tree["claims"].items():
        some = claim.get("some", [])
        # A list of lists asks for one of each.
        wanted = some if some and isinstance(some[0], list) else [some] if some else []
        when = claim.get("when")
        made = Claim(
            sentence=claim["sentence"],
            then=claim["then"],
            some=tuple(spread(words) for words in wanted),
            none=spread(claim.get("none", [])),
            only=spread(claim["only"]) if "only" in claim else None,
            when=read_condition(when) if when is not None else None,
        )
        yield Theorem(id_, made.sentence, made)
