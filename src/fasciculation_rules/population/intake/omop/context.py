"""What the reading of every table needs: what concepts say, how the site writes, and what was set aside."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from fasciculation_rules.exchange.fhir.amounts import Scale
from fasciculation_rules.exchange.meanings import Meaning
from fasciculation_rules.exchange.relations import PAST_COUNTS
from fasciculation_rules.model.concept_sets import OmopSite
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.model.vocabulary import Quantity
from fasciculation_rules.population.intake.omop.concepts import Vocabulary
from fasciculation_rules.population.intake.omop.sets import Meanings

NO_SITE = OmopSite(site="none")

NOTHING = ("0",)
"""Concept 0 is none."""


@dataclass(frozen=True)
class Context:
    """One ruleset, one vocabulary, one site."""

    ruleset: Ruleset
    vocabulary: Vocabulary
    meanings: Meanings
    site: OmopSite

    @cached_property
    def quantities(self) -> list[str]:
        """The items that are numbers."""
        return list(self.ruleset.vocabulary.quantities)

    @cached_property
    def past_counts(self) -> list[str]:
        """The items that ask for the past too."""
        return sorted(PAST_COUNTS)

    @cached_property
    def suspicions(self) -> list[str]:
        """Statuses, types and qualifiers with which a record is no presence."""
        suspected, certain = (self.vocabulary.found(each) for each in (self.site.suspicions, self.site.certain))
        return sorted({*self.vocabulary.suspicions, *suspected.values()} - {*certain.values()})

    def disagrees(self, item: str, about: str, unit: str) -> bool:
        """Whether a code is about another property than the unit, such as moles and mass."""
        quantity: Quantity = self.ruleset.vocabulary.quantities[item]
        return bool(about and unit) and Scale(item, quantity, Meaning(item, unit=about), {}).of_another_property(unit)
