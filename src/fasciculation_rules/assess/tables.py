"""What can be worked out from a ruleset before any case is seen; kept with the ruleset."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from fasciculation_rules.logic.condition import Condition, leaves
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.model.assessment import CitationOut, RulesetIdentity
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.model.vocabulary import Finding


@dataclass(frozen=True)
class Tables:
    """Derived tables of one frozen ruleset."""

    ruleset: Ruleset

    @classmethod
    def of(cls, ruleset: Ruleset) -> Tables:
        """The tables of a ruleset, made once."""
        tables = ruleset.memo.get("tables")
        if not isinstance(tables, Tables):
            tables = ruleset.memo.setdefault("tables", cls(ruleset))
        return tables

    @cached_property
    def items(self) -> dict[str, frozenset[str]]:
        """The input names each rule rests on, through derived findings."""
        return {name: frozenset(self._inputs(condition)) for name, condition in self.ruleset.program.rules.items()}

    def _inputs(self, condition: Condition) -> Iterable[str]:
        derivations = self.ruleset.program.derivations
        for leaf in leaves(condition):
            if leaf.name in derivations:
                yield from self._inputs(derivations[leaf.name])
            else:
                yield leaf.name

    @cached_property
    def by_rung(self) -> dict[str, int]:
        """The bits of the escalation rules of each rung, ascending."""
        bits = self.ruleset.program.bits
        masks = dict.fromkeys(self.ruleset.outcomes.ladder, 0)
        for name, rule in self.ruleset.escalations.items():
            masks[rule.then.urgency] |= bits[name]
        return masks

    @cached_property
    def dischargeable(self) -> dict[str, int]:
        """For each derived finding that discharges: the bits of the minor rules that name it."""
        bits = self.ruleset.program.bits
        masks: dict[str, int] = {}
        for name, rule in self.ruleset.escalations.items():
            if rule.then.discharged_by is not None:
                masks[rule.then.discharged_by] = masks.get(rule.then.discharged_by, 0) | bits[name]
        return masks

    @cached_property
    def differential(self) -> int:
        """The bits of differential rules."""
        return sum(self.ruleset.program.bits[name] for name in self.ruleset.differentials)

    @cached_property
    def plans(self) -> int:
        """The bits of plan rules."""
        return sum(self.ruleset.program.bits[name] for name in self.ruleset.plans)

    @cached_property
    def signed(self) -> int:
        """The bits of what people call rules: not of derivations, entry and floors."""
        bits = self.ruleset.program.bits
        return sum(bits[name] for name in self.ruleset.rules if name in bits)

    @cached_property
    def citations(self) -> dict[str, tuple[CitationOut, ...]]:
        """The sources of each rule, as an assessment prints them."""
        references = self.ruleset.references
        return {
            name: tuple(
                CitationOut(
                    cite=evidence.cite,
                    title=references.sources[evidence.cite].title,
                    at=evidence.at,
                    row=evidence.row,
                    unverified=references.rows[evidence.row].unverified,
                )
                for evidence in rule.evidence
            )
            for name, rule in self.ruleset.rules.items()
        }

    @cached_property
    def plan_sentences(self) -> dict[str, str]:
        """What each plan rule says: its own `because`, or what it asks for."""
        outcomes = self.ruleset.outcomes
        found = {}
        for name, rule in self.ruleset.plans.items():
            then = rule.then
            if then.because is not None:
                found[name] = then.because
            elif then.order:
                found[name] = f"Consider {', '.join(outcomes.tests[test].label for test in then.order)}."
            else:
                found[name] = f"{rule.title.rstrip('.')}."
        return found

    @cached_property
    def identity(self) -> RulesetIdentity:
        """Which rules speak."""
        ruleset = self.ruleset
        profile = ruleset.profile
        named = {"name": profile.name, "digest": ruleset.profile_digest or ""} if profile else None
        return RulesetIdentity(
            version=ruleset.version,
            status=ruleset.status,
            text_digest=ruleset.text_digest,
            logic_digest=ruleset.logic_digest,
            effective_digest=ruleset.effective_digest,
            profile=named,
            review=ruleset.about.review,
        )

    def rungs_above(self, rung: str) -> tuple[str, ...]:
        """Rungs above one, ascending."""
        ladder = self.ruleset.outcomes.ladder
        return ladder[ladder.index(rung) + 1 :]

    def rules_of(self, mask: int) -> list[str]:
        """The names whose bits are set, in canonical order; as quick as there are bits."""
        names = self.ruleset.program.names
        found = []
        while mask:
            lowest = mask & -mask
            found.append(names[lowest.bit_length() - 1])
            mask ^= lowest
        return found

    @cached_property
    def base(self) -> dict[str, str]:
        """The vocabulary name of each finding on the rails (`sex=male` is of `sex`)."""
        return {
            name: name.partition("=")[0] for name in (*self.ruleset.program.findings, *self.ruleset.program.quantities)
        }

    @cached_property
    def slot(self) -> dict[str, int]:
        """Where each input lies in the program: the order of the vocabulary."""
        return self.ruleset.program.slots

    @cached_property
    def position(self) -> dict[str, int]:
        """Screen items in their order, then the rest of the vocabulary in its order."""
        vocabulary = self.ruleset.vocabulary
        rest = [name for name in vocabulary.items if name not in vocabulary.screen]
        return {name: index for index, name in enumerate([*vocabulary.screen, *rest])}

    @cached_property
    def durations(self) -> dict[str, tuple[str, ...]]:
        """The findings of the family of each duration: it is asked once one of them is present."""
        vocabulary = self.ruleset.vocabulary
        return {
            name: tuple(other for other, finding in vocabulary.findings.items() if finding.family == quantity.family)
            for name, quantity in vocabulary.quantities.items()
            if quantity.family is not None
        }

    @cached_property
    def elicited(self) -> frozenset[str]:
        """Findings that only an examination can establish."""
        findings = self.ruleset.vocabulary.findings
        return frozenset(name for name, finding in findings.items() if is_elicited(finding))


def is_elicited(finding: Finding) -> bool:
    """Whether it takes an examiner."""
    return finding.kind.openness is Firing.AWAITS_EXAMINATION
