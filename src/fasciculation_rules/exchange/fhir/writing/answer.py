"""What one translation holds in hand: the assessment, its ruleset, the time, and the Bundle in the making."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from fasciculation_rules.exchange.fhir.collection import Collection
from fasciculation_rules.exchange.fhir.elements import Json, notes
from fasciculation_rules.exchange.fhir.identity import canonical
from fasciculation_rules.model.assessment import Assessment, Sentence
from fasciculation_rules.model.ruleset import Ruleset

PLAN = "fasciculation"
"""The name of the plan definition of every ruleset; its version is that of the ruleset."""


@dataclass
class Answer:
    """One assessment on its way to FHIR. `said` refers to the statements of the case, where it was given."""

    of: Assessment
    ruleset: Ruleset
    at: datetime.datetime
    into: Collection
    device: Json
    said: Mapping[str, Json]

    @cached_property
    def sentences(self) -> Mapping[str, Sentence]:
        """Each sentence of the explanation by what says it."""
        return {sentence.rule: sentence for sentence in self.of.explanation}

    @property
    def plan(self) -> str:
        """The canonical address of the plan definition, with its version."""
        return f"{canonical('PlanDefinition', PLAN)}|{self.of.ruleset.version}"

    @property
    def speaker(self) -> str:
        """Which version speaks, and that no clinician has reviewed it."""
        by = self.of.ruleset
        status = "" if by.status == "active" else f", {by.status}"
        return f"Ruleset {by.version} (library {self.of.library}){status}; {by.review}. It makes no diagnosis."

    @property
    def spoken(self) -> list[Json]:
        """The same as an annotation."""
        return notes(self.speaker)

    def because(self, rules: Iterable[str]) -> list[str]:
        """What these rules say, each sentence once."""
        said = [self.sentences[rule].sentence for rule in rules if rule in self.sentences]
        return list(dict.fromkeys(said))

    def statements(self, names: Iterable[str]) -> Iterator[Json]:
        """References to what the case says of these items, each once."""
        for name in dict.fromkeys(names):
            if name in self.said:
                yield self.said[name]
