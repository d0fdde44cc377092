"""Hypothesis profiles, and the ruleset that property tests run on."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, Phase, settings

from fasciculation_rules import Ruleset, open_ruleset

_SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
settings.register_profile("default", max_examples=100, deadline=None, suppress_health_check=_SLOW, derandomize=True)
settings.register_profile("nightly", max_examples=2_000, deadline=None, suppress_health_check=_SLOW)
# For whoever only asks whether a test fails: the smallest case need not be sought.
settings.register_profile("unshrunk", settings.get_profile("default"), phases=[Phase.explicit, Phase.generate])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture(scope="session")
def ruleset() -> Ruleset:
    """Ruleset 0.1.0 as shipped."""
    return open_ruleset("0.1.0")
