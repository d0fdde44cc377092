"""A site profile: the thresholds a site has moved within the bounds its ruleset allows."""

from __future__ import annotations

from pydantic import ValidationError

from fasciculation_rules.errors import ProfileError
from fasciculation_rules.model.base import Frozen, Name, Text, Value
from fasciculation_rules.model.problems import problems_of


class Profile(Value):
    """Named overrides of thresholds: `{total_b12_low: 200 ng/L}`."""

    name: Text
    thresholds: Frozen[Name, Text]

    @classmethod
    def read(cls, data: object) -> Profile:
        """A profile from plain data: a mapping with `name` and `thresholds`.

        Raises ProfileError with every problem at its place.
        """
        if isinstance(data, Profile):
            return data
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            raise ProfileError("the profile cannot be read", problems_of(error, cls)) from None
