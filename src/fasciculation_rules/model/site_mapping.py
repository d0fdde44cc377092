"""A site mapping: what the codes, units and questionnaires of one site mean in the words of a ruleset."""

from __future__ import annotations

from pydantic import Field, ValidationError

from fasciculation_rules.errors import MappingError
from fasciculation_rules.logic.frozen import FrozenMapping
from fasciculation_rules.model.base import FormatOne, Frozen, Name, Text, Value
from fasciculation_rules.model.problems import problems_of


class LocalCode(Value):
    """One code. `value` is what its presence says of the item; `values` are what its own values say."""

    system: Text
    code: Text
    item: Name
    value: Text | None = None
    values: Frozen[Text, Text] = Field(default_factory=FrozenMapping)


class LocalQuestionnaire(Value):
    """One questionnaire: its canonical address without a version, and which item each linkId asks for."""

    questionnaire: Text
    items: Frozen[Text, Name]


class SiteMapping(Value):
    """What a site adds to the codes of its ruleset. Nothing is read as an item that neither of them names."""

    format: FormatOne = 1
    mapping: Text
    codes: tuple[LocalCode, ...] = ()
    units: Frozen[Text, Text] = Field(default_factory=FrozenMapping)
    questionnaires: tuple[LocalQuestionnaire, ...] = ()

    @classmethod
    def read(cls, data: object) -> SiteMapping:
        """A mapping from plain data.

        Raises MappingError with every problem at its place.
        """
        if isinstance(data, SiteMapping):
            return data
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            raise MappingError("the site mapping cannot be read", problems_of(error, cls)) from None
