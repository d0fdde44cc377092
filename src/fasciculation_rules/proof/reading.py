"""A ruleset read as gates: what each rule is worth for a patient, and what is decided from it.

The same steps as `assessing/urgency.py` and `assessing/disposition.py`, as formulas; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import assert_never

from fasciculation_rules.assessing.disposition import UNSETTLED_RUNG
from fasciculation_rules.assessing.urgency import DISCHARGED_TO
from fasciculation_rules.logic.condition import All, Any, AtLeast, Compare, Condition, Is, Not
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.logic.rails import negation_normal_form
from fasciculation_rules.model.outcomes import Floor
from fasciculation_rules.model.ruleset import SPARED_EXAMINATION, UNDER_16, Ruleset
from fasciculation_rules.proof.cells import cut_of
from fasciculation_rules.proof.circuit import FALSE, TRUE, Circuit, Wire
from fasciculation_rules.proof.patient import Patient


@dataclass(frozen=True)
class Reading:
    """What one ruleset says of one patient, as wires made when first asked for."""

    ruleset: Ruleset
    circuit: Circuit
    patient: Patient
    _made: dict[tuple[Condition, Firing], Wire] = field(default_factory=dict, repr=False)
    _named: dict[tuple[str, bool, Firing], Wire] = field(default_factory=dict, repr=False)

    def changed(self, patient: Patient, names: Container[str]) -> Reading:
        """What the ruleset says of another patient, of whom only these rules and derived findings say anything else."""
        kept = {key: wire for key, wire in self._named.items() if key[0] not in names}
        return Reading(self.ruleset, self.circuit, patient, _named=kept)

    # ------------------------------------------------------------ conditions

    def worth(self, condition: Condition, level: Firing = Firing.TRUE) -> Wire:
        """Whether a condition is worth at least this much."""
        return self._worth(negation_normal_form(condition), level)

    def fails(self, condition: Condition) -> Wire:
        """Whether a condition is FALSE."""
        return self._worth(negation_normal_form(condition, negate=True), Firing.TRUE)

    def _worth(self, condition: Condition, level: Firing) -> Wire:
        key = (condition, level)
        if key not in self._made:
            self._made[key] = self._make(condition, level)
        return self._made[key]

    def _make(self, condition: Condition, level: Firing) -> Wire:
        program, patient = self.ruleset.program, self.patient
        match condition:
            case Is(name=name, value=value) if name in program.derivations:
                return self.rail(name, level, denied=value == "absent")
            case Is(name=name, value=value):
                held, denied = patient.present[name], patient.absent[name]
                if value == "absent":
                    held, denied = denied, held
                return -denied if self._counts(name, level) else held
            case Compare(name=name, comparator=comparator):
                end = (name, cut_of(condition))
                above, below = patient.start[end], patient.end[end]
                held, denied = (above, below) if comparator in (">=", ">") else (below, above)
                return -denied if self._counts(name, level) else held
            case All(of=members):
                return self.circuit.every([self._worth(member, level) for member in members])
            case Any(of=members):
                return self.circuit.some([self._worth(member, level) for member in members])
            case AtLeast(n=n, of=members):
                return self.circuit.at_least(n, [self._worth(member, level) for member in members])
            case Not():
                raise AssertionError("negation normal form has no `not`")
            case _:
                assert_never(condition)

    def _counts(self, name: str, level: Firing) -> bool:
        """Whether the item, unknown, is worth at least this level."""
        return level is not Firing.TRUE and self.ruleset.program.openness[name] >= level

    # ------------------------------------------------------------ rules

    def condition(self, name: str) -> Condition:
        """The condition of a rule, a derived finding, the entry or a floor."""
        program = self.ruleset.program
        return program.rules[name] if name in program.rules else program.derivations[name]

    def rail(self, name: str, level: Firing = Firing.TRUE, *, denied: bool = False) -> Wire:
        """Whether a rule or derived finding, or its denial, is worth at least this much."""
        key = (name, denied, level)
        if key not in self._named:
            rails = self.ruleset.program.rails[name]
            self._named[key] = self._worth(rails.false if denied else rails.true, level)
        return self._named[key]

    def true(self, name: str) -> Wire:
        """Whether it fires."""
        return self.rail(name)

    def false(self, name: str) -> Wire:
        """Whether it cannot fire whatever else becomes known."""
        return self.rail(name, denied=True)

    def any_true(self, names: Iterable[str]) -> Wire:
        """Whether one of them fires."""
        return self.circuit.some([self.true(name) for name in names])

    # ------------------------------------------------------------ urgency

    def reaches(self, rung: str, level: Firing = Firing.TRUE) -> Wire:
        """Whether a bound of the range is at least this rung: TRUE is `at_least`, OPEN is `at_most`, and so on."""
        rank = self.ruleset.rank
        if not rank[rung]:
            return TRUE
        lowered = rank[rung] > rank[DISCHARGED_TO]
        found = []
        for name, rule in self.ruleset.escalations.items():
            if rank[rule.then.urgency] >= rank[rung]:
                worth = self.rail(name, level)
                spared = self.true(rule.then.discharged_by) if lowered and rule.then.discharged_by else FALSE
                found.append(self.circuit.every((worth, -spared)))
        return self.circuit.some(found)

    def is_rung(self, rung: str, level: Firing = Firing.TRUE) -> Wire:
        """Whether a bound is exactly this rung."""
        above = self.ruleset.outcomes.ladder[self.ruleset.rank[rung] + 1 :]
        return self.circuit.every((self.reaches(rung, level), *(-self.reaches(next_, level) for next_ in above[:1])))

    # ------------------------------------------------------------ disposition

    @cached_property
    def finished(self) -> Wire:
        """Whether every question of the screen is answered."""
        return self.circuit.every([self.known(name) for name in self.ruleset.vocabulary.screen])

    def known(self, name: str) -> Wire:
        """Whether a finding is known one way or the other, or a quantity at all."""
        if name in self.patient.known:
            return self.patient.known[name]
        return self.circuit.some((self.patient.present[name], self.patient.absent[name]))

    @cached_property
    def settled(self) -> Wire:
        """Whether the rung stands whatever is asked next."""
        ladder = self.ruleset.outcomes.ladder
        equal = [self.circuit.same(self.reaches(rung), self.reaches(rung, Firing.OPEN)) for rung in ladder]
        return self.circuit.some((self.reaches(ladder[-1]), self.circuit.every((self.finished, *equal))))

    def shows(self, rung: str) -> Wire:
        """Whether the one rung shown is at least this one: what is sure, what is not settled, and the floors."""
        rank = self.ruleset.rank
        applied = [(-self.settled, UNSETTLED_RUNG), *((wire, floor.rung) for wire, floor in self._floors)]
        raised = [wire for wire, floor in applied if rank[floor] >= rank[rung]]
        return self.circuit.some((self.reaches(rung), *raised))

    @property
    def _floors(self) -> list[tuple[Wire, Floor]]:
        """The floors, each with whether its reason holds."""
        floors = self.ruleset.outcomes.floors
        return [
            (-self.finished, floors.screen_unfinished),
            (self._maybe_a_child, floors.under_16),
            (self.circuit.every((-self.examined, -self._spared)), floors.not_examined),
        ]

    @cached_property
    def examined(self) -> Wire:
        """Whether a summary of an examination is recorded, or a sign was found."""
        vocabulary, openness = self.ruleset.vocabulary, self.ruleset.program.openness
        signs = [name for name, level in openness.items() if level is Firing.AWAITS_EXAMINATION]
        found = [self.patient.present.get(name) or self.patient.known[name] for name in signs]
        summaries = [self.known(name) for name in signs if vocabulary.is_summary(name)]
        return self.circuit.some((*found, *summaries))

    @property
    def _maybe_a_child(self) -> Wire:
        """Under sixteen; or, once the screen is finished, not known to be older."""
        if UNDER_16 not in self.ruleset.program.rules:
            return FALSE
        unknown = self.circuit.every((self.finished, -self.false(UNDER_16)))
        return self.circuit.some((self.true(UNDER_16), unknown))

    @property
    def _spared(self) -> Wire:
        return self.true(SPARED_EXAMINATION) if SPARED_EXAMINATION in self.ruleset.program.rules else FALSE

    # ------------------------------------------------------------ plan

    @cached_property
    def referred(self) -> Wire:
        """Whether a rule that counts at the rung shown, its floor or the rung itself names somebody to go to."""
        ruleset, every = self.ruleset, self.circuit.every
        rules = [
            every((self.counts_as(name, rung), *self._is_shown(rung)))
            for rung in ruleset.outcomes.ladder
            for name, rule in ruleset.escalations.items()
            if rule.then.refer
        ]
        floors = [
            every((wire, -self.reaches(floor.rung), *self._is_shown(floor.rung)))
            for wire, floor in self._floors
            if floor.refer
        ]
        rungs = [every(self._is_shown(name)) for name, rung in ruleset.urgency.items() if rung.refer]
        return self.circuit.some([*rules, *floors, *rungs])

    def counts_as(self, name: str, rung: str) -> Wire:
        """Whether an escalation rule fires and counts as exactly this rung: its own, or that of its discharge."""
        then, rank = self.ruleset.escalations[name].then, self.ruleset.rank
        discharged = then.discharged_by and rank[then.urgency] > rank[DISCHARGED_TO]
        spared = self.true(then.discharged_by) if then.discharged_by and discharged else FALSE
        counted = {then.urgency: -spared, DISCHARGED_TO: spared} if discharged else {then.urgency: TRUE}
        return self.circuit.every((self.true(name), counted.get(rung, FALSE)))

    def _is_shown(self, rung: str) -> tuple[Wire, ...]:
        above = self.ruleset.outcomes.ladder[self.ruleset.rank[rung] + 1 :]
        return (self.shows(rung), *(-self.shows(next_) for next_ in above[:1]))

    @cached_property
    def may_reassure(self) -> Wire:
        """Whether self-care advice is given at all: the screen finished, nothing higher left to ask, no child."""
        ladder = self.ruleset.outcomes.ladder
        higher = ladder[self.ruleset.rank[self.ruleset.outcomes.reassure_up_to] + 1 :]
        adult = self.false(UNDER_16) if UNDER_16 in self.ruleset.program.rules else FALSE
        return self.circuit.every(
            (self.finished, adult, *(-self.reaches(rung, Firing.OPEN) for rung in higher[:1])),
        )

    def advises(self, advice: str, *, self_care: bool = False) -> Wire:
        """Whether advice is given, by whatever rule (or as self-care): each of its contraindications is denied."""
        found = []
        for name, rule in self.ruleset.plans.items():
            mild = rule.class_ == "self_care"
            if rule.then.advise == advice and (mild or not self_care):
                denied = [self.patient.absent[other] for other in rule.then.unless_contraindicated]
                found.append(self.circuit.every((self.true(name), *denied, self.may_reassure if mild else TRUE)))
        return self.circuit.some(found)

    # ------------------------------------------------------------ differential

    def candidate(self, condition: str) -> Wire:
        """Whether a condition is listed: something speaks for it, and nothing excludes it that may be missed."""
        sides: dict[str, list[Wire]] = {"for": [], "against": [], "excluding": []}
        for name, rule in self.ruleset.differentials.items():
            if rule.then.condition == condition:
                sides[rule.then.side].append(self.true(name))
        supported = self.circuit.some(sides["for"])
        if self.ruleset.outcomes.conditions[condition].must_not_miss:
            return supported
        return self.circuit.every((supported, -self.circuit.some(sides["excluding"])))
