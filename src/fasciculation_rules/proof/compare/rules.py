"""Which rules mean something else in the newer version, and on exactly whom: sets of findings, and exemptions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, NamedTuple

from fasciculation_rules.engines.durable.subset import Term, expand
from fasciculation_rules.logic.program import PRESENT
from fasciculation_rules.model.rule import Derivation, Escalation
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.proof.circuit import Wire
from fasciculation_rules.proof.compare.said import Pair
from fasciculation_rules.proof.hygiene import name_in_program
from fasciculation_rules.proof.solver import Sat, Verdict
from fasciculation_rules.proof.supports import Supports, written_out


class Clause(NamedTuple):
    """A comparison in words of the vocabulary, so that two versions can be set side by side."""

    name: str
    says: Literal["present", "absent", ">=", "<="]
    value: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Cube:
    """Whoever has all of `clauses`, unless she also has all of one of `unless`."""

    clauses: tuple[Clause, ...]
    unless: tuple[tuple[Clause, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class ChangedRule:
    """A rule of both versions that fires on other people: on whom only the newer one does, and only the older one."""

    rule: str
    newly: tuple[Cube, ...]
    no_longer: tuple[Cube, ...]


def shared(pair: Pair) -> dict[str, str]:
    """The rules of both versions that have a condition, by id, with the name under which engines know them."""
    return {
        name: name_in_program(rule)
        for name, rule in pair.old.rules.items()
        if name in pair.new.rules and name_in_program(rule) == name_in_program(pair.new.rules[name])
    }


def differs(pair: Pair, name: str) -> Wire:
    """Whether a condition fires in one version and not in the other."""
    return -pair.circuit.same(pair.before.true(name), pair.after.true(name))


def changed_rules(pair: Pair) -> Iterator[ChangedRule]:
    """Those of which a solver finds somebody; derived findings apart, whose change shows in the rules that use them.

    Raises nothing where a solver gives up: such a rule counts as changed.
    """
    solver = Sat(pair.circuit)
    solver.meet(pair.said)
    for rule, name in shared(pair).items():
        if not isinstance(pair.new.rules[rule], Derivation) and solver.ask([differs(pair, name)]) != Verdict.IMPOSSIBLE:
            old, new = ways_of(pair.old, name), ways_of(pair.new, name)
            yield ChangedRule(
                rule, newly=tuple(difference(new, old, pair.new)), no_longer=tuple(difference(old, new, pair.new))
            )


def ways_of(version: Ruleset, name: str) -> list[tuple[Clause, ...]]:
    """The sufficient sets of a rule, derived findings written out."""
    program = version.program
    found = expand(written_out(program.rules[name], program), program)
    return [tuple(_clause(term, version) for term in terms) for terms in found]


def _clause(term: Term, version: Ruleset) -> Clause:
    name = Supports.of(version).item(term)
    if term.operator == "==":
        return Clause(name, "present" if term.value == PRESENT else "absent")
    return Clause(name, term.operator, term.value * version.vocabulary.quantities[name].resolution)


def difference(
    some: Iterable[tuple[Clause, ...]], others: list[tuple[Clause, ...]], version: Ruleset
) -> Iterator[Cube]:
    """Whom the first sets reach and the others do not."""
    for clauses in some:
        held = _closed(clauses, version)
        lacking = [tuple(clause for clause in other if not _holds(clause, held)) for other in others]
        if all(lacking):
            possible = [each for each in lacking if not any(_contradicts(clause, held) for clause in each)]
            least = [each for each in possible if not any(set(other) < set(each) for other in possible)]
            yield Cube(clauses, tuple(dict.fromkeys(least)))


def _closed(clauses: tuple[Clause, ...], version: Ruleset) -> Mapping[str, list[Clause]]:
    """What follows from the clauses by the closure, by name."""
    closure = version.closure
    found: dict[str, list[Clause]] = {}
    for clause in clauses:
        found.setdefault(clause.name, []).append(clause)
        beside = {"present": closure.generals, "absent": closure.specifics}.get(clause.says, {})
        for other in beside.get(clause.name, ()):
            found.setdefault(other, []).append(Clause(other, clause.says))
        if clause.says == "present":
            for other in closure.excluded.get(clause.name, ()):
                found.setdefault(other, []).append(Clause(other, "absent"))
    return found


def _holds(clause: Clause, held: Mapping[str, list[Clause]]) -> bool:
    """Whether a clause follows."""
    for other in held.get(clause.name, ()):
        if other.says == clause.says:
            within = {">=": other.value >= clause.value, "<=": other.value <= clause.value}.get(clause.says, True)
            if within:
                return True
    return False


def _contradicts(clause: Clause, held: Mapping[str, list[Clause]]) -> bool:
    """Whether a clause cannot hold beside what does."""
    for other in held.get(clause.name, ()):
        match (clause.says, other.says):
            case ("present", "absent") | ("absent", "present"):
                return True
            case (">=", "<=") if clause.value > other.value:
                return True
            case ("<=", ">=") if clause.value < other.value:
                return True
            case _:
                pass
    return False


def nothing_else(pair: Pair, changed: Iterable[str]) -> Verdict:
    """Whether at_least can differ for a person of whom no changed, added, removed or re-levelled rule speaks."""
    old, new = pair.old.escalations, pair.new.escalations
    before, after = pair.before, pair.after
    both = old.keys() & new.keys()
    relevelled = [name for name in both if _level(old[name]) != _level(new[name])]
    discharges = Supports.of(pair.old).discharges.keys() & Supports.of(pair.new).discharges.keys()
    spoken = [
        *(differs(pair, name) for name in changed if name in both),
        *(before.true(name) for name in (*(old.keys() - new.keys()), *relevelled)),
        *(after.true(name) for name in (*(new.keys() - old.keys()), *relevelled)),
        *(differs(pair, derived) for derived in discharges),
    ]
    moved = [
        -pair.circuit.same(pair.before.reaches(rung), pair.after.reaches(rung))
        for rung in pair.old.outcomes.ladder[1:]
        if rung in pair.new.outcomes.ladder
    ]
    solver = Sat(pair.circuit)
    solver.meet(pair.said)
    return solver.ask([pair.circuit.some(moved), *(-wire for wire in spoken)])


def _level(rule: Escalation) -> tuple[str, str | None]:
    return rule.then.urgency, rule.then.discharged_by
