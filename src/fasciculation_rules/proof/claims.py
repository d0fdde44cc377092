"""Claims in the words of the rules, from claims.yaml: what must follow for every patient of whom something holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from fasciculation_rules.errors import Problem
from fasciculation_rules.logic.condition import Condition, names
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.logic.grammar import read_condition
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.proof.circuit import TRUE, Wire
from fasciculation_rules.proof.laws import exactly, nothing_but
from fasciculation_rules.proof.question import Question, Theorem
from fasciculation_rules.proof.reading import Reading
from fasciculation_rules.proof.subject import Subject
from fasciculation_rules.proof.words import Words, spread
from fasciculation_rules.shelf.resolve import Resolver
from fasciculation_rules.shelf.strict_yaml import read_yaml


@dataclass(frozen=True)
class Claim:
    """A premise and its conclusions. The lists hold words, groups already replaced by theirs; see claims.yaml."""

    sentence: str
    then: Mapping[str, tuple[str, ...]]
    some: tuple[tuple[str, ...], ...] = ()
    none: tuple[str, ...] = ()
    only: tuple[str, ...] | None = None
    unknown: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    asked: bool = False
    reached: str | None = None
    when: Condition | None = None
    unless: Condition | None = None

    def __call__(self, subject: Subject) -> Iterator[Question]:
        """A question for each conclusion; none where the version's vocabulary has not the words."""
        premise = self._premise(subject)
        if premise is not None:
            for kind, said in self.then.items():
                for about, failed, patients in _failures(subject, kind, said):
                    yield Question(about, (*premise, *failed), patients, supposed=tuple(premise))

    def _premise(self, subject: Subject) -> list[Wire] | None:
        now, circuit, words = subject.now, subject.circuit, Words(subject)
        present = now.patient.present
        wires = []
        for wanted in self.some:
            found = words.findings(wanted)
            if not found:
                return None
            wires.append(circuit.some([present[name] for name in found]))
        if self.unknown:
            wires.append(circuit.some([-now.known(name) for name in words.exactly(self.unknown)]))
        for written, sign in ((self.when, 1), (self.unless, -1)):
            if written is not None:
                condition = resolved(written, subject.ruleset)
                if condition is None:
                    return None
                wires.append(sign * now.worth(condition))
        if self.reached is not None:
            wires.append(now.reaches(self.reached))
        wires += [-present[name] for name in words.findings(self.none)]
        if self.only is not None:
            allowed = words.findings(self.only)
            generals = (above for name in allowed for above in subject.ruleset.closure.generals[name])
            wires.append(nothing_but(subject, (*allowed, *generals), words.quantities(self.only)))
        if self.asked:
            openness = subject.ruleset.program.openness
            wires += [now.known(name) for name in present if openness[name] is Firing.OPEN]
        return wires + [exactly(subject, name) for name in words.quantities(self.told)]


Failure = tuple[str, tuple[Wire, ...], tuple[Reading, ...]]
"""What a question is about, what is true where the conclusion is not, and of which patients."""


def _failures(subject: Subject, kind: str, said: tuple[str, ...]) -> Iterator[Failure]:
    """For each part of a conclusion how it fails; nothing where the version does not know the word."""
    if kind in ("never_lowered_by", "urgent_rules_unchanged_by"):
        yield from _compared(subject, kind, said)
        return
    for word in said:
        for wire in _conclusion(subject, kind, word):
            yield f"{kind}: {word}", (-wire,), (subject.now,)


def _conclusion(subject: Subject, kind: str, word: str) -> Iterator[Wire]:
    now, outcomes = subject.now, subject.ruleset.outcomes
    match kind:
        case "at_least":
            yield now.reaches(word)
        case "below":
            yield -now.reaches(word)
        case "shows":
            yield now.shows(word)
        case "shows_below":
            yield -now.shows(word)
        case "fires":
            if word in subject.ruleset.program.rules:
                yield now.true(word)
        case "candidate":
            if word in outcomes.conditions:
                yield now.candidate(word)
        case "not_candidate":
            for name in outcomes.conditions if word == "any" else (word,):
                if name in outcomes.conditions:
                    yield -now.candidate(name)
        case "no_advice":
            if word in outcomes.advice:
                yield -now.advises(word)
        case "no_self_care_advice":
            yield -subject.circuit.some([now.advises(name, self_care=True) for name in outcomes.advice])
        case "referred":
            yield now.referred
        case _:
            raise AssertionError(f"claims.yaml: '{kind}' is no conclusion")


def _compared(subject: Subject, kind: str, said: tuple[str, ...]) -> Iterator[Failure]:
    """The patient, and the same patient once something more is known."""
    now, later, circuit = subject.now, subject.later, subject.circuit
    names = Words(subject).items(said)
    red = [name for name, rule in subject.ruleset.escalations.items() if rule.class_ == "red_flag"]
    if not names:
        return
    if kind == "never_lowered_by":
        rungs = [circuit.implies(now.reaches(rung), later.reaches(rung)) for rung in subject.ruleset.outcomes.ladder]
        rules = [circuit.implies(now.true(name), later.true(name)) for name in red]
    else:
        rungs, rules = [], [circuit.same(now.true(name), later.true(name)) for name in red]
    held = circuit.every([*rungs, *rules])
    if held != TRUE:
        yield f"{kind}: {', '.join(said)}", (subject.answered(names), -held), (now, later)


def resolved(condition: Condition, ruleset: Ruleset) -> Condition | None:
    """The condition over counts, or None where the version has not its names."""
    known = {*ruleset.vocabulary.items, *ruleset.vocabulary.derived}
    if not known.issuperset(names(condition)):
        return None
    problems: list[Problem] = []
    found = Resolver(ruleset.vocabulary, ruleset.thresholds).resolve(condition, "when", problems.append)
    return None if problems else found


def read_claims() -> tuple[Theorem, ...]:
    """The claims of the library's own file."""
    document = read_yaml(resources.files(__package__).joinpath("claims.yaml").read_bytes(), "claims.yaml", [])
    if document is None or not isinstance(document.data, dict):
        raise AssertionError("claims.yaml is part of the library and can be read")
    return tuple(theorems_from(document.data))


def theorems_from(tree: Mapping[str, Any]) -> Iterator[Theorem]:
    """The theorems that a file of claims states."""
    groups: Mapping[str, list[str]] = tree["groups"]
    for id_, claim in tree["claims"].items():
        made = _claim({"some": [], "none": [], "unknown": [], "told": [], **claim}, groups)
        conditions = tuple(condition for condition in (made.when, made.unless) if condition is not None)
        yield Theorem(id_, made.sentence, made, conditions)


def _claim(said: Mapping[str, Any], groups: Mapping[str, list[str]]) -> Claim:
    some = said["some"]  # a list of lists asks for one of each
    wanted = some if some and isinstance(some[0], list) else [some]
    return Claim(
        sentence=said["sentence"],
        then={kind: spread([of] if isinstance(of, str) else of, groups) for kind, of in said["then"].items()},
        some=tuple(spread(words, groups) for words in wanted if words),
        none=spread(said["none"], groups),
        only=spread(said["only"], groups) if "only" in said else None,
        unknown=spread(said["unknown"], groups),
        told=spread(said["told"], groups),
        asked=said.get("asked") == "everything",
        reached=said.get("reached"),
        when=read_condition(said["when"]) if "when" in said else None,
        unless=read_condition(said["unless"]) if "unless" in said else None,
    )
