"""Cases of every kind, the same for the same seed, and records of them."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from tests.strategies import amount, cut_points

from fasciculation_rules import Case, CaseError, Profile, Ruleset, assess, open_ruleset
from fasciculation_rules.audit.record import Record, record_of
from fasciculation_rules.shelf.freeze import with_profile

AT = datetime.datetime(2026, 11, 22, 17, 40, tzinfo=datetime.UTC)
DAY = AT.date()
SITES = 2
"""Few, because each has engines of its own to build."""


@dataclass
class Ticking:
    """A clock that goes on by a second each time somebody looks."""

    time: datetime.datetime

    def __call__(self) -> datetime.datetime:
        self.time += datetime.timedelta(seconds=1)
        return self.time


@dataclass(frozen=True)
class Asked:
    """A case, and how it is to be assessed."""

    case: Case
    ruleset: Ruleset
    on: datetime.date | None = None
    reconcile: bool = False

    def record(self, *, reference: str = "visit-7f3a", at: datetime.datetime = AT, engine: str = "compiled") -> Record:
        """The record of its assessment."""
        assessment = assess(self.case, self.ruleset, engine=engine, on=self.on, reconcile=self.reconcile)
        return record_of(
            self.case, self.ruleset, assessment, at=at, reference=reference, on=self.on, reconcile=self.reconcile
        )


def record(given: dict[str, Any] | None = None, *, reference: str = "visit-7f3a") -> Record:
    """The record of a small case."""
    return _small(reference) if given is None else _record(given, reference)


@cache
def _small(reference: str) -> Record:
    return _record({"age": "58 years", "dysarthria": "present", "fasciculation": "present"}, reference)


def _record(given: dict[str, Any], reference: str) -> Record:
    return Asked(Case.read({"given": given}), open_ruleset("0.1.0"), DAY).record(reference=reference)


# ---------------------------------------------------------------- mixed


@dataclass
class Mixed:
    """Decisions of every kind: hardly anything known, everything denied, results near a limit, records that are old,
    contradict each other or come from a site with thresholds of its own.
    """

    ruleset: Ruleset
    seed: int
    chance: random.Random = field(init=False)
    sites: list[Ruleset] = field(init=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.sites = [self._a_site(number) for number in range(SITES)]

    def __iter__(self) -> Iterator[Asked]:
        while True:
            asked = Asked(
                Case.read({"given": self._given()}),
                self._under_a_profile(),
                self.chance.choice([None, DAY, DAY]),
                self.chance.random() < 0.3,
            )
            try:
                assess(asked.case, asked.ruleset, engine="compiled", on=asked.on, reconcile=asked.reconcile)
            except CaseError:
                continue
            yield asked

    def _given(self) -> dict[str, Any]:
        vocabulary, chance = self.ruleset.vocabulary, self.chance
        plain = [name for name, finding in vocabulary.findings.items() if not finding.values]
        given: dict[str, Any] = {}
        if chance.random() < 0.4:
            given |= {name: self._dated("absent") for name in vocabulary.screen if name in plain}
        for name in chance.sample(plain, chance.choice([0, 1, 2, 5])):
            given[name] = self._dated("absent")
        for name in chance.sample(plain, chance.choice([0, 1, 1, 2, 4])):
            given[name] = self._dated("present")
        for name, finding in vocabulary.findings.items():
            if finding.values and chance.random() < 0.5:
                given[name] = chance.choice(finding.values)
        measured = [name for name, quantity in vocabulary.quantities.items() if not quantity.computed]
        for name in chance.sample(measured, chance.choice([0, 0, 1, 3])):
            given[name] = self._dated(self._amount(name))
        if chance.random() < 0.7:
            given["age"] = f"{chance.randint(0, 99)} years"
        return given

    def _amount(self, name: str) -> Any:
        low, high = self.ruleset.vocabulary.quantities[name].bounds()
        cuts = cut_points(self.ruleset)[name]
        count = self.chance.choice(cuts) + self.chance.randint(-1, 1) if cuts else self.chance.randint(low, high)
        count = min(max(count, low + 1), high - 1)
        text = amount(self.ruleset, name, count)
        match self.chance.randint(0, 5):
            case 0:
                return f"< {text}"
            case 1:
                return {"from": text, "to": amount(self.ruleset, name, high)}
            case _:
                return text

    def _dated(self, value: Any) -> Any:
        match self.chance.randint(0, 3):
            case 0:
                days = self.chance.choice([0, 3, 20, 400])
                return {"value": value, "at": str(DAY - datetime.timedelta(days=days)), "source": "laboratory"}
            case _:
                return value

    def _under_a_profile(self) -> Ruleset:
        """Sometimes that of a site."""
        return self.chance.choice(self.sites) if self.chance.random() < 0.2 else self.ruleset

    def _a_site(self, number: int) -> Ruleset:
        """Two of the thresholds that a site may move, moved to an end of what is allowed."""
        movable = {
            name: threshold.site_overridable
            for name, threshold in self.ruleset.thresholds.items()
            if threshold.site_overridable
        }
        moved = self.chance.sample(sorted(movable), min(2, len(movable)))
        thresholds = {name: movable[name][self.chance.choice(["from", "to"])] for name in moved}
        return with_profile(self.ruleset, Profile(name=f"site {number}", thresholds=thresholds))
