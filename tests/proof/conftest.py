"""The small ruleset, and the same as gates of which nothing was asked yet."""

from __future__ import annotations

import pytest
from tests.proof.here import opened

from fasciculation_rules import Ruleset
from fasciculation_rules.proof.proving import subject_of
from fasciculation_rules.proof.subject import Subject


@pytest.fixture(scope="session")
def mini() -> Ruleset:
    """The small ruleset."""
    return opened("mini")


@pytest.fixture
def subject(mini: Ruleset) -> Subject:
    """The small ruleset as new gates."""
    return subject_of(mini)
