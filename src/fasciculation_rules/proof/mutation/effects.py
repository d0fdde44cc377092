"""What rules lead to, as wires without or with one of them: bounds of the urgency, candidates, derived findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from fasciculation_rules.assessing.urgency import DISCHARGED_TO
from fasciculation_rules.logic.condition import names
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.logic.program import Program
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.proof.circuit import FALSE, TRUE, Wire
from fasciculation_rules.proof.reading import Reading


@dataclass(frozen=True)
class Effects:
    """What the rules of one ruleset lead to for one patient."""

    reading: Reading
    _worth: dict[tuple[str, Firing], Wire] = field(default_factory=dict)

    # ------------------------------------------------------------ urgency

    def raised(self, name: str, rung: str, level: Firing) -> Wire:
        """Whether a bound would rise to a rung, were this rule of that rung."""
        others = self._others("", rung, level)
        return self.reading.circuit.every((self._counts(name, rung, level), -others))

    def lost(self, name: str, rung: str, level: Firing) -> Wire:
        """Whether a bound reaches a rung by this rule alone."""
        return self.reading.circuit.every((self._counts(name, rung, level), -self._others(name, rung, level)))

    def _others(self, name: str, rung: str, level: Firing) -> Wire:
        """Whether a bound reaches a rung by another rule."""
        rank = self.reading.ruleset.rank
        found = [
            self._counts(other, rung, level)
            for other, rule in self.reading.ruleset.escalations.items()
            if other != name and rank[rule.then.urgency] >= rank[rung]
        ]
        return self.reading.circuit.some(found)

    def _counts(self, name: str, rung: str, level: Firing) -> Wire:
        """Whether the rule is worth this much, and no discharge holds it below the rung."""
        if (name, level) not in self._worth:
            self._worth[name, level] = self.reading.worth(self.reading.condition(name), level)
        worth, discharge = self._worth[name, level], self.reading.ruleset.escalations[name].then.discharged_by
        rank = self.reading.ruleset.rank
        if discharge is None or rank[rung] <= rank[DISCHARGED_TO]:
            return worth
        return self.reading.circuit.every((worth, -self.reading.true(discharge)))

    # ------------------------------------------------------------ candidates

    def relisted(self, name: str, side: str | None) -> Wire:
        """Whether its condition would be listed or not listed otherwise, were this rule on that side, or gone."""
        rule = self.reading.ruleset.differentials[name]
        other = self._listed(rule.then.condition, {name: side})
        return -self.reading.circuit.same(self.reading.candidate(rule.then.condition), other)

    def _listed(self, condition: str, sides: dict[str, str | None]) -> Wire:
        found: dict[str | None, list[Wire]] = {"for": [], "against": [], "excluding": [], None: []}
        for name, rule in self.reading.ruleset.differentials.items():
            if rule.then.condition == condition:
                found[sides.get(name, rule.then.side)].append(self.reading.true(name))
        circuit, conditions = self.reading.circuit, self.reading.ruleset.outcomes.conditions
        excluded = FALSE if conditions[condition].must_not_miss else circuit.some(found["excluding"])
        return circuit.every((circuit.some(found["for"]), -excluded))

    # ------------------------------------------------------------ derived findings

    def without(self, derived: str) -> Iterator[tuple[str, Wire]]:
        """Each condition that names a derived finding, and whether it would change if that were never worked out."""
        program = self.reading.ruleset.program
        missing = self._never(derived)
        for name in program.names:
            condition = self.reading.condition(name)
            if derived in names(condition):
                changed = _pairs(self.reading, missing, name)
                yield name, self.reading.circuit.some([-self.reading.circuit.same(*pair) for pair in changed])

    def _never(self, derived: str) -> Reading:
        """The same patient under rules for which the derived finding is known to be absent, always."""
        reading = self.reading
        ruleset = replace(reading.ruleset, program=never(derived, reading.ruleset))
        patient = replace(
            reading.patient,
            present={**reading.patient.present, derived: FALSE},
            absent={**reading.patient.absent, derived: TRUE},
        )
        return Reading(ruleset, reading.circuit, patient)


def never(derived: str, ruleset: Ruleset) -> Program:
    """The program with a derived finding as an input that nothing sets."""
    program = ruleset.program
    return Program(
        (*program.findings, derived),
        program.quantities,
        {**program.openness, derived: Firing.OPEN},
        {name: means for name, means in program.derivations.items() if name != derived},
        program.rules,
    )


def _pairs(one: Reading, other: Reading, name: str) -> Sequence[tuple[Wire, Wire]]:
    """What a condition is worth in two readings, level by level."""
    levels = (Firing.TRUE, Firing.OPEN, Firing.AWAITS_EXAMINATION, Firing.AWAITS_TEST)
    return [(one.worth(one.condition(name), level), other.worth(other.condition(name), level)) for level in levels]
