"""For whom the urgency moves: from each rung to each other the smallest person, or the proof that there is none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fasciculation_rules.assessing.firings import fire
from fasciculation_rules.assessing.tables import Tables
from fasciculation_rules.assessing.urgency import urgency_of
from fasciculation_rules.errors import EngineDisagreementError
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.proof.circuit import Wire
from fasciculation_rules.proof.compare.said import Pair, told
from fasciculation_rules.proof.patient import to_facts
from fasciculation_rules.proof.replay import ENGINES
from fasciculation_rules.proof.solver import Sat, Verdict
from fasciculation_rules.proof.standing import Standing
from fasciculation_rules.proof.supports import Supports
from fasciculation_rules.proof.witness import smallest


@dataclass(frozen=True, slots=True)
class Move:
    """A rung before and after, and the smallest person who moves so; `rules` are those that made either rung."""

    before: str
    after: str
    said: Facts
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Undecided:
    """A move of which a solver could not say in time whether it exists."""

    before: str
    after: str


def moves(pair: Pair) -> Iterator[Move | Undecided]:
    """Every move of at_least that somebody makes, upwards first."""
    solver = Sat(pair.circuit)
    solver.meet(pair.said)
    old, new = pair.old.outcomes.ladder, pair.new.outcomes.ladder
    wanted = [(one, other) for one in old for other in new if one != other]
    for before, after in sorted(wanted, key=lambda move: (new.index(move[1]) < old.index(move[0]), move)):
        wires = (pair.before.is_rung(before), pair.after.is_rung(after))
        verdict = solver.ask(wires)
        if verdict is Verdict.UNDECIDED:
            yield Undecided(before, after)
        elif verdict is Verdict.POSSIBLE:
            measured = (*wires, *pair.measured)
            plain = solver.ask(measured) is Verdict.POSSIBLE
            yield _move(pair, before, after, measured if plain else wires)


def _move(pair: Pair, before: str, after: str, wires: tuple[Wire, ...]) -> Move:
    said = to_facts(smallest(wires, [pair.said], pair.circuit), pair.said, pair.cells)
    rules: list[str] = []
    for version, rung in ((pair.old, before), (pair.new, after)):
        facts = told(said, version)
        refuse_another_rung(facts, version, rung)
        standing = Standing(Supports.of(version), version.program.encode(facts))
        rules += [each.rule for each in standing.firing if standing.height and standing.rank(each) == standing.height]
    return Move(before, after, said, tuple(dict.fromkeys(rules)))


def refuse_another_rung(facts: Facts, version: Ruleset, rung: str) -> None:
    """Raises EngineDisagreementError unless the engines find the person as urgent as the solver did."""
    for engine in ENGINES:
        found = urgency_of(fire(facts, version, engine=engine), Tables.of(version)).range.at_least
        if found != rung:
            raise EngineDisagreementError(
                f"the comparison's encoding says {rung}, the engine '{engine}' says {found} under ruleset "
                f"{version.version}; nothing is compared",
                differences={"at_least": (rung, found)},
                case=None,
            )
