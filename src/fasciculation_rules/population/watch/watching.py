"""Compares a run with a reference: which rules, columns, codes and units changed, within a budget of false alarms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fasciculation_rules.errors import PopulationError
from fasciculation_rules.population.exact import Pair, Power, divisor, powers, surprises
from fasciculation_rules.population.shielding import SMALL
from fasciculation_rules.population.watch.run import Count, Counts, Run, Stratum
from fasciculation_rules.population.work import MONTH

BUDGET = 0.05
"""One false alarm in twenty runs."""

OF_INPUT = ("empty", "unit", "unmapped")
"""What is counted of columns, units and codes; the rest is counted of rules."""

_SAME = ("ruleset", "effective_digest", "cohort", "observed", "by")


@dataclass(frozen=True, slots=True)
class Compared:
    """One count of one stratum, now and in the reference; `surprise` is its probability if nothing changed."""

    stratum: Stratum
    count: Count
    pair: Pair
    surprise: float

    @property
    def of_input(self) -> bool:
        """Whether it is about what came in, and so may be why rules say something else."""
        return self.count[0] in OF_INPUT


@dataclass(frozen=True)
class Watched:
    """What changed, and what could have been found. `divisor` is among how many comparisons the budget is shared."""

    run: Run
    reference: Run
    budget: float
    compared: int
    divisor: int
    changed: tuple[Compared, ...]
    """Those of the input first."""
    power: dict[str, Power]
    """By rule, among everybody; only rules that fired in the reference."""
    uncompared: tuple[Stratum, ...]

    @property
    def unwatched(self) -> tuple[str, ...]:
        """Rules that fire so seldom that not even their silence would be found."""
        return tuple(name for name, each in self.power.items() if each.with_four_fifths is None)


def watch(run: Run, reference: Run, budget: float = BUDGET, least: int = SMALL) -> Watched:
    """Everybody, and each stratum of at least so many against the same people of the reference, whatever their month.

    Raises PopulationError where the two runs did not ask the same rules of the same kind of people.
    """
    _refuse_other_questions(run, reference)
    pairs: list[tuple[Stratum, Count, Pair]] = []
    uncompared: list[Stratum] = []
    for stratum, counts in run.strata.items():
        before = _as_before(stratum, reference)
        if min(counts.people, before.people) < (least if stratum else 1):
            uncompared.append(stratum)
            continue
        pairs += [(stratum, count, pair) for count, pair in _pairs(counts, before)]
    if not pairs:
        raise PopulationError("nobody is counted in one of the two runs, so there is nothing to compare")
    alone = [pair for _, _, pair in pairs]
    among = divisor(alone, budget)
    found = [
        Compared(stratum, count, pair, surprise)
        for (stratum, count, pair), surprise in zip(pairs, surprises(alone), strict=True)
    ]
    fired = {count[1]: pair for stratum, count, pair in pairs if not stratum and count[0] == "fired" and pair.before}
    return Watched(
        run,
        reference,
        budget,
        len(pairs),
        among,
        tuple(sorted((each for each in found if each.surprise <= budget / among), key=lambda each: not each.of_input)),
        dict(zip(fired, powers(list(fired.values()), budget / among), strict=True)),
        tuple(uncompared),
    )


def _refuse_other_questions(run: Run, reference: Run) -> None:
    differing = [key for key in _SAME if run.about.get(key) != reference.about.get(key)]
    if not differing:
        return
    said = "; ".join(
        f"{key}: {run.about.get(key)}, and {reference.about.get(key)} in the reference" for key in differing
    )
    raise PopulationError(
        f"the two runs cannot be compared, because they differ in {said}. Screen the people of the reference again as "
        "the others were; what another ruleset changes, `impact` says"
    )


def _as_before(stratum: Stratum, reference: Run) -> Counts:
    """The same people of the reference: of the same site, in all its months."""
    wanted = tuple(pair for pair in stratum if pair[0] != MONTH)
    if not wanted:
        return reference.strata[()]
    same = [
        each
        for key, each in reference.strata.items()
        if key and tuple(pair for pair in key if pair[0] != MONTH) == wanted
    ]
    hits: dict[Count, tuple[int, int]] = {}
    for each in same:
        for count, (some, of) in each.hits.items():
            before = hits.get(count, (0, 0))
            hits[count] = before[0] + some, before[1] + of
    return Counts(sum(each.people for each in same), hits)


def _pairs(now: Counts, before: Counts) -> Iterator[tuple[Count, Pair]]:
    """Counts that both have; a unit that only one of them has was in the other none of the values of its quantity."""
    for count in dict.fromkeys((*now.hits, *before.hits)):
        one, other = (_hits(each, count) for each in (now, before))
        if one[1] and other[1]:
            yield count, Pair(*one, *other)


def _hits(counts: Counts, count: Count) -> tuple[int, int]:
    if count in counts.hits or count[0] != "unit":
        return counts.hits.get(count, (0, 0))
    quantity = count[1].partition(" in ")[0]
    return 0, next(
        (of for (what, name), (_, of) in counts.hits.items() if what == "unit" and name.startswith(f"{quantity} in ")),
        0,
    )
