"""Closes what a row says, as `assess` closes a record: what follows is added, and contradictions are settled.

The meaning is that of `assessing.findings.close` with `reconcile`, for records that all bear one day.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil

from fasciculation_rules.assessing.overtaken import BLOODS
from fasciculation_rules.engines.columns.formula import Closed, State, Test, Truth, every, no, some
from fasciculation_rules.engines.columns.rules import HIGH, LOW
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.population.schema import WideForm


def states_of(ruleset: Ruleset) -> Mapping[str, State]:
    """Every finding as the rails see it, closed."""
    closing = _Closing(ruleset)
    return {name: closing.state(name) for name in ruleset.program.findings}


class _Closing:
    """The closure of one ruleset over columns."""

    def __init__(self, ruleset: Ruleset) -> None:
        self.ruleset, self.closure = ruleset, ruleset.closure
        self.form = WideForm.of(ruleset)
        self.position = {name: index for index, name in enumerate(ruleset.program.findings)}
        self.excluding: dict[str, list[str]] = {}
        for name, partners in self.closure.excluded.items():
            for partner in partners:
                self.excluding.setdefault(partner, []).append(name)

    def state(self, name: str) -> State:
        """Present: said, or a specific of it is. Absent: denied, or a general of it is, or excluded; and not present.

        `absent` names the closed presence, so that neither printer works it out twice.
        """
        if "=" in name:
            return State(self.form.said(name, present=True), self.form.said(name, present=False))
        present = some(self._counts(each) for each in self._ordered({name, *self.closure.specifics[name]}))
        denials = [self._denied(each) for each in self._ordered({name, *self.closure.generals[name]})]
        excluders = [self._counts(each) for each in self._ordered(self.excluding.get(name, ()))]
        return State(present, every((some((*denials, *excluders)), no(Closed(name, "present")))))

    def _ordered(self, names: set[str] | frozenset[str] | list[str] | tuple[str, ...]) -> list[str]:
        return sorted(names, key=self.position.__getitem__)

    def _said(self, name: str) -> Truth:
        return self.form.said(name, present=True)

    def _counts(self, name: str) -> Truth:
        """Said to be present; a summary gives way to any sign that it excludes, and bloods to a result out of range."""
        vocabulary = self.ruleset.vocabulary
        if not vocabulary.is_summary(name):
            return self._said(name)
        signs = [each for each in self._ordered(self.closure.excluded[name]) if not vocabulary.is_summary(each)]
        against = [self._said(each) for each in signs]
        if name == BLOODS:
            against += out_of_range(self.ruleset)
        return every((self._said(name), no(some(against))))

    def _denied(self, name: str) -> Truth:
        """Denied, unless a specific of it was said to be present."""
        specifics = [self._said(each) for each in self._ordered(self.closure.specifics[name])]
        return every((self.form.said(name, present=False), no(some(specifics))))


def out_of_range(ruleset: Ruleset) -> list[Truth]:
    """For each quantity with a normal range: it is known to lie outside (worked out ones too)."""
    found: list[Truth] = []
    for name, quantity in ruleset.vocabulary.quantities.items():
        if quantity.normal is not None:
            bottom, top = (ceil(end / quantity.resolution) for end in quantity.normal)
            found += [Test(name + HIGH, "<", bottom), Test(name + LOW, ">=", top)]
    return found
