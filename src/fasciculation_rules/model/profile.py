"""A site profile: the thresholds a site has moved within the bounds its ruleset allows."""

from __future__ import annotations

from fasciculation_rules.model.base import Name, Text, Value


class Profile(Value):
    """Named overrides of thresholds: `{total_b12_low: 200 ng/L}`."""

    name: Text
    thresholds: dict[Name, Text]
