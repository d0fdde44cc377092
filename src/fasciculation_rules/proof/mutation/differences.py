"""Who would tell a mutant from the rule it was made of, and by what is written down of her."""

from __future__ import annotations

from collections.abc import Iterator

from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.proof.circuit import Wire
from fasciculation_rules.proof.coverage.sensitivity import LEVELS
from fasciculation_rules.proof.hygiene import differ
from fasciculation_rules.proof.kept.goal import Goal, Way
from fasciculation_rules.proof.kept.member import Said
from fasciculation_rules.proof.mutation.effects import Effects
from fasciculation_rules.proof.mutation.mutant import DELETED, DOWN, SWAPPED, UP, Mutant, mutants_of
from fasciculation_rules.proof.reading import Reading

CERTAIN = (Firing.TRUE, Firing.OPEN)
"""The levels of the two bounds that a case writes down: at_least and at_most."""


def goals_of(name: str, effects: Effects) -> Iterator[Goal]:
    """One goal for each mutant of a condition: somebody kept has to tell the difference."""
    for mutant in mutants_of(name, effects.reading.ruleset):
        if mutant.condition is not None:
            yield Goal(mutant, _another_condition(mutant, effects.reading))
        elif mutant.kind == DELETED:
            yield Goal(mutant, tuple(_deleted(name, effects)), tuple(_fallen_silent(name, effects.reading)))
        else:
            yield Goal(mutant, tuple(_another_consequence(mutant, effects)))


def _another_condition(mutant: Mutant, reading: Reading) -> tuple[Way, ...]:
    """The condition is worth something else; of an escalation rule it may do to fire where it did not."""
    name, changed = mutant.rule, mutant.condition
    if changed is None:
        raise TypeError("this mutant has the condition of its rule")
    condition = reading.condition(name)
    value = Way(differ(reading, condition, changed), Said("value", name))
    if name not in reading.ruleset.escalations:
        return (value,)
    fires = -reading.circuit.same(reading.worth(condition), reading.worth(changed))
    return value, Way(fires, Said("fired"))


def _another_consequence(mutant: Mutant, effects: Effects) -> Iterator[Way]:
    """A bound of the urgency moves, or the list of candidates changes."""
    name = mutant.rule
    if mutant.kind == UP:
        yield from _moved({level: effects.raised(name, mutant.to, level) for level in LEVELS}, effects.reading)
    elif mutant.kind == DOWN:
        rung = effects.reading.ruleset.escalations[name].then.urgency
        yield from _moved({level: effects.lost(name, rung, level) for level in LEVELS}, effects.reading)
    elif mutant.kind == SWAPPED:
        yield Way(effects.relisted(name, mutant.to), Said("candidates"))
    else:
        raise AssertionError(f"'{mutant.kind}' is no slip in what follows from a rule")


def _deleted(name: str, effects: Effects) -> Iterator[Way]:
    """What a rule leads to is lost."""
    reading = effects.reading
    if name in reading.ruleset.escalations:
        rungs = [rung for rung in reading.ruleset.outcomes.ladder[1:] if _reached(name, rung, reading)]
        lost = {level: reading.circuit.some([effects.lost(name, rung, level) for rung in rungs]) for level in LEVELS}
        yield from _moved(lost, reading)
    elif name in reading.ruleset.differentials:
        yield Way(effects.relisted(name, None), Said("candidates"))
    elif name in reading.ruleset.program.derivations:
        for other, changed in effects.without(name):
            yield Way(changed, Said("value", other))


def _reached(name: str, rung: str, reading: Reading) -> bool:
    rank = reading.ruleset.rank
    return rank[rung] <= rank[reading.ruleset.escalations[name].then.urgency]


def _fallen_silent(name: str, reading: Reading) -> Iterator[Way]:
    """Where nothing it leads to is ever lost: it fires, and a file other than its own says so."""
    yield Way(reading.true(name), Said("outside", name))
    if name in reading.ruleset.escalations:
        yield Way(reading.true(name), Said("fired"))


def _moved(levels: dict[Firing, Wire], reading: Reading) -> Iterator[Way]:
    """What is certain first, for it takes the fewest answers; a case writes down two of the four bounds."""
    for level in reversed(LEVELS):
        yield Way(levels[level], Said("range"))
    yield Way(reading.circuit.some([levels[level] for level in CERTAIN]), Said("bounds"))
