"""What a site of the OMOP common data model says of its own concepts: concept sets, and how its records are written."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, ValidationError, model_validator

from fasciculation_rules.errors import MappingError
from fasciculation_rules.model.base import FormatOne, Name, Text, Value
from fasciculation_rules.model.problems import problems_of


class Domain(StrEnum):
    """The table in which a concept is looked for."""

    CONDITION = "condition"
    OBSERVATION = "observation"
    MEASUREMENT = "measurement"
    DRUG = "drug"
    PROCEDURE = "procedure"


class Switch(StrEnum):
    """Whether something is read."""

    YES = "yes"
    NO = "no"


class Concept(Value):
    """One concept: by its id at the site, or by vocabulary and code."""

    concept_id: Annotated[int, Field(ge=1)] | None = None
    vocabulary: Text | None = None
    code: Text | None = None

    @model_validator(mode="after")
    def _named_once(self) -> Self:
        if (self.concept_id is None) == (self.vocabulary is None) or (self.vocabulary is None) != (self.code is None):
            raise ValueError("expected either 'concept_id', or both 'vocabulary' and 'code'")
        return self


class Member(Concept):
    """A concept of a set, perhaps with all that stand below it; with `exclude` it is taken out."""

    descendants: Switch = Switch.NO
    exclude: Switch = Switch.NO


class Answer(Concept):
    """What one concept says where it stands as a value."""

    says: Text


class ConceptSet(Value):
    """The concepts that say something of one item. Without `domains` they are looked for in every table.

    `value` is what a record of one says, if not `present`. `without_value: yes` lets an observation without a value
    count as one.
    """

    format: FormatOne = 1
    concept_set: Text
    item: Name
    domains: tuple[Domain, ...] = ()
    value: Text | None = None
    without_value: Switch = Switch.NO
    answers: tuple[Answer, ...] = ()
    concepts: tuple[Member, ...]

    @classmethod
    def read(cls, data: object) -> ConceptSet:
        """A concept set from plain data.

        Raises MappingError with every problem at its place.
        """
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            raise MappingError("the concept set cannot be read", problems_of(error, cls)) from None


class LocalUnit(Value):
    """The unit of rows that do not say theirs: all of an item, or those with one text in `unit_source_value`."""

    item: Name
    source_unit: Text | None = None
    unit: Text


class OmopSite(Value):
    """How the records of a site are written.

    `suspicions` are statuses, types and qualifiers with which a record is no presence; `certain` are those that count
    although their name is that of a suspicion. `end_dates` says whether a condition with an end date is over on it,
    `condition_eras` whether it is over when its era has been for 30 days.
    """

    format: FormatOne = 1
    site: Text
    suspicions: tuple[Concept, ...] = ()
    certain: tuple[Concept, ...] = ()
    units: tuple[LocalUnit, ...] = ()
    end_dates: Switch = Switch.YES
    condition_eras: Switch = Switch.NO

    @classmethod
    def read(cls, data: object) -> OmopSite:
        """A site from plain data.

        Raises MappingError with every problem at its place.
        """
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            raise MappingError("the file of the site cannot be read", problems_of(error, cls)) from None
