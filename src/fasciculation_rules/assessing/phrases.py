"""The pieces of an assessment that depend on the ruleset alone: made once, and shared by every assessment."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from fasciculation_rules.model.assessment import (
    Check,
    CitationOut,
    ProfileIdentity,
    Question,
    RulesetIdentity,
    Sentence,
)
from fasciculation_rules.model.rule import Rule
from fasciculation_rules.model.ruleset import Ruleset


@dataclass(frozen=True)
class Phrases:
    """Frozen pieces by what they are about."""

    ruleset: Ruleset
    _questions: dict[tuple[str, str], Question] = field(default_factory=dict)
    _checks: dict[tuple[str, str], Check] = field(default_factory=dict)
    _citations: dict[str, tuple[CitationOut, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, ruleset: Ruleset) -> Phrases:
        """The pieces of a ruleset."""
        return ruleset.kept(cls)

    def question(self, item: str, rung: str) -> Question:
        """A question that could raise the urgency to a rung."""
        found = self._questions.get((item, rung))
        if found is None:
            asked = self.ruleset.vocabulary.items[item]
            found = Question(item=item, ask=asked.ask, screen=getattr(asked, "screen", None), could_raise_to=rung)
            self._questions[item, rung] = found
        return found

    def check(self, item: str, rung: str) -> Check:
        """A sign or a result that could raise the urgency to a rung."""
        found = self._checks.get((item, rung))
        if found is None:
            found = Check(item=item, label=self.ruleset.vocabulary.label(item), could_raise_to=rung)
            self._checks[item, rung] = found
        return found

    def citations(self, name: str) -> tuple[CitationOut, ...]:
        """The sources of a rule, as an assessment prints them."""
        found = self._citations.get(name)
        if found is None:
            found = self._citations[name] = tuple(self._cited(self.ruleset.rules[name]))
        return found

    def _cited(self, rule: Rule) -> list[CitationOut]:
        return [self.citation(evidence.cite, evidence.row, evidence.at) for evidence in rule.evidence]

    def citation(self, cite: str, row: str, at: str | None = None) -> CitationOut:
        """A source, and the row of the evidence that says what it says."""
        references = self.ruleset.references
        title, unverified = references.sources[cite].title, references.rows[row].unverified
        return CitationOut(cite=cite, title=title, at=at, row=row, unverified=unverified)

    def told(self, name: str) -> Sentence:
        """Why everybody is told a safety net at some rungs."""
        net = self.ruleset.outcomes.safety_net[name]
        cited = (self.citation(net.cite or "", net.row or ""),)
        return Sentence(
            sentence=net.because or "", kind="plan", rule=f"safety-net:{name}", findings=(), citations=cited
        )

    def planned(self, name: str) -> str:
        """What a plan rule says: its own `because`, or what it asks for."""
        rule = self.ruleset.plans[name]
        if rule.then.because is not None:
            return rule.then.because
        if rule.then.order:
            tests = self.ruleset.outcomes.tests
            return f"Consider {', '.join(tests[test].label for test in rule.then.order)}."
        return f"{rule.title.rstrip('.')}."

    @cached_property
    def identity(self) -> RulesetIdentity:
        """Which rules speak."""
        ruleset = self.ruleset
        named = None
        if ruleset.profile is not None:
            named = ProfileIdentity(name=ruleset.profile.name, digest=ruleset.profile_digest or "")
        return RulesetIdentity(
            version=ruleset.version,
            status=ruleset.status,
            text_digest=ruleset.text_digest,
            logic_digest=ruleset.logic_digest,
            effective_digest=ruleset.effective_digest,
            profile=named,
            review=ruleset.about.review,
        )
