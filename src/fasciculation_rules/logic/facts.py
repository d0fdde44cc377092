"""What is known of one person, as engines see it: findings present or absent, quantities as integer intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

UNKNOWN_LOW = -(2**52)
UNKNOWN_HIGH = 2**52
"""The ends of an unknown quantity: beyond every count, and exact in a double."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Known facts only: whatever is not here is unknown.

    `findings` maps a name to True (present) or False (absent).
    `quantities` maps a name to (low, high), both counts of the quantity's resolution, low <= high.
    """

    findings: Mapping[str, bool] = field(default_factory=dict)
    quantities: Mapping[str, tuple[int, int]] = field(default_factory=dict)
