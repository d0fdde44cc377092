"""A comparison in lines for people and as values for machines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.logic.grammar import print_number
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.proof.compare.moves import Move, Undecided, moves
from fasciculation_rules.proof.compare.people import People
from fasciculation_rules.proof.compare.rules import ChangedRule, Clause, Cube, changed_rules, nothing_else
from fasciculation_rules.proof.compare.said import Pair
from fasciculation_rules.proof.compare.structure import Part, structure
from fasciculation_rules.proof.solver import Verdict
from fasciculation_rules.proof.witness import given
from fasciculation_rules.report.rule_page import in_unit


@dataclass(frozen=True)
class Comparison:
    """Everything that was compared; `rest` is whether at_least can move without any rule that is named here."""

    pair: Pair
    structure: tuple[Part, ...]
    rules: tuple[ChangedRule, ...]
    moves: tuple[Move | Undecided, ...]
    rest: Verdict
    people: People | None = None

    @property
    def decided(self) -> bool:
        """Whether the solver could answer every question."""
        return self.rest is not Verdict.UNDECIDED and not any(isinstance(move, Undecided) for move in self.moves)


def compare(old: Ruleset, new: Ruleset, *, people: People | None = None) -> Comparison:
    """Structure and meaning of two versions.

    Raises EngineUnavailableError without the extra `prove`, EngineDisagreementError where an engine contradicts a
    person whom the solver found.
    """
    pair = Pair(old, new)
    rules = tuple(changed_rules(pair))
    return Comparison(
        pair,
        structure=tuple(structure(old, new)),
        rules=rules,
        moves=tuple(moves(pair)),
        rest=nothing_else(pair, [changed.rule for changed in rules]),
        people=people,
    )


def lines_of(found: Comparison) -> Iterator[str]:
    """Three parts: what was rewritten, what it means, whom it moves."""
    old, new = found.pair.old, found.pair.new
    yield f"Ruleset {old.version} ({old.status}) against {new.version} ({new.status}); {new.about.review}"
    yield ""
    yield "What was rewritten"
    for part in found.structure:
        yield from _part(part)
    if not found.structure:
        yield "  nothing"
    yield ""
    yield "What it means: rules of both versions that fire on other people"
    for changed in found.rules:
        yield f"  {changed.rule}"
        for heading, cubes in (("newly on", changed.newly), ("no longer on", changed.no_longer)):
            for cube in cubes:
                yield f"    {heading} {cube_in_words(cube, found.pair)}"
    if not found.rules:
        yield "  none"
    yield ""
    yield "Who moves: the smallest person for each move of at_least"
    for move in found.moves:
        yield from _move(move, new if isinstance(move, Undecided) else knows(move, found.pair))
    if not found.moves:
        yield "  nobody, proven for every person there can be"
    yield ""
    yield rest_in_words(found.rest)
    if found.people is not None:
        yield ""
        yield from _people(found.people)


def _part(part: Part) -> Iterator[str]:
    counted = f"{len(part.added)} added, {len(part.removed)} removed, {len(part.changed)} changed"
    yield f"  {part.part}: {counted}, of which {len(part.decides)} in more than words"
    for heading, names in (("added", part.added), ("removed", part.removed)):
        if names:
            yield f"    {heading}: {', '.join(names)}"
    for name, keys in part.decides.items():
        yield f"    changed: {name} ({', '.join(keys)})"


def cube_in_words(cube: Cube, pair: Pair) -> str:
    """Whom a set of clauses reaches, and who is exempt."""
    text = _clauses(cube.clauses, pair)
    return text + "".join(f", unless {_clauses(each, pair)}" for each in cube.unless)


def _clauses(clauses: Sequence[Clause], pair: Pair) -> str:
    return " and ".join(_clause(clause, pair) for clause in clauses)


def _clause(clause: Clause, pair: Pair) -> str:
    version = pair.new if clause.name in pair.new.program.slots else pair.old
    label = version.vocabulary.label(clause.name)
    match clause.says:
        case "present":
            return label
        case "absent":
            return f"no {label}"
        case ">=" | "<=":
            unit = version.vocabulary.quantities[clause.name].unit
            side = "at least" if clause.says == ">=" else "at most"
            return f"{label} {side} {in_unit(clause.value, unit)}"


def knows(move: Move, pair: Pair) -> Ruleset:
    """The version whose words name everything that was said."""
    names = {*move.said.findings, *move.said.quantities}
    return pair.new if names <= pair.new.program.slots.keys() else pair.old


def _move(move: Move | Undecided, version: Ruleset) -> Iterator[str]:
    if isinstance(move, Undecided):
        yield f"  {move.before} to {move.after}: not decided in time"
        return
    yield f"  {move.before} to {move.after}"
    yield from (f"    {line}" for line in person_in_words(move.said, version))
    if not move.said.findings and not move.said.quantities:
        yield "    nothing known"
    yield f"    by {', '.join(move.rules) or 'no rule'}"


def person_in_words(said: Facts, version: Ruleset) -> Iterator[str]:
    """What is known of a person, a line each."""
    for name, value in given(said, version).items():
        label = version.vocabulary.label(name)
        yield f"{label}: {value}" if label == name else f"{label} ({name}): {value}"


def rest_in_words(rest: Verdict) -> str:
    """Whether anything changes beyond the rules that are named."""
    match rest:
        case Verdict.IMPOSSIBLE:
            return "Nothing else changes: no other person's at_least differs (proven)."
        case Verdict.POSSIBLE:
            return "More changes than the rules named here explain: the vocabulary's implications differ."
        case Verdict.UNDECIDED:
            return "Whether anything else changes was not decided in time."


def _people(people: People) -> Iterator[str]:
    yield f"People: {people_in_words(people)}"
    for (before, after), count in people.moves.most_common():
        if before != after:
            named = ", ".join(f"{rule} ({each})" for rule, each in people.rules[before, after].most_common(4))
            yield f"  {before} to {after}: {count}  by {named or 'floors or questions'}"


def people_in_words(people: People) -> str:
    """How many were assessed, and how many of them stay."""
    total = sum(people.moves.values())
    stay = sum(count for (before, after), count in people.moves.items() if before == after)
    return f"{total} assessed, {stay} shown the same rung, {people.refused} refused by one of the versions"


def as_json(found: Comparison) -> dict[str, object]:
    """The same as plain values; people are the `given:` of a case."""

    def clause(each: Clause) -> dict[str, str]:
        value = {"value": print_number(each.value)} if each.says in (">=", "<=") else {}
        return {"name": each.name, "says": each.says, **value}

    def cube(each: Cube) -> dict[str, object]:
        unless = [[clause(part) for part in other] for other in each.unless]
        return {"when": [clause(part) for part in each.clauses], "unless": unless}

    def move(each: Move | Undecided) -> dict[str, object]:
        if isinstance(each, Undecided):
            return {"before": each.before, "after": each.after, "decided": False}
        person = given(each.said, knows(each, found.pair))
        return {"before": each.before, "after": each.after, "given": person, "rules": list(each.rules)}

    return {
        "old": found.pair.old.version,
        "new": found.pair.new.version,
        "structure": [
            {
                "part": part.part,
                "added": list(part.added),
                "removed": list(part.removed),
                "changed": {name: list(keys) for name, keys in part.changed.items()},
            }
            for part in found.structure
        ],
        "rules": [
            {
                "rule": changed.rule,
                "newly": [cube(each) for each in changed.newly],
                "no_longer": [cube(each) for each in changed.no_longer],
            }
            for changed in found.rules
        ],
        "moves": [move(each) for each in found.moves],
        "nothing_else": found.rest is Verdict.IMPOSSIBLE,
        "people": None if found.people is None else _people_as_json(found.people),
    }


def _people_as_json(people: People) -> dict[str, object]:
    moves = [
        {"before": before, "after": after, "count": count, "rules": dict(people.rules.get((before, after), {}))}
        for (before, after), count in people.moves.most_common()
    ]
    return {"moves": moves, "refused": people.refused}
