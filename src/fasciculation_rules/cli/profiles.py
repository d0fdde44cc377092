"""Reads a site profile and moves the thresholds of a ruleset as it says."""

from __future__ import annotations

from pathlib import Path

from fasciculation_rules.errors import Problem, ProfileError
from fasciculation_rules.model.profile import Profile
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.shelf.freeze import with_profile
from fasciculation_rules.shelf.locate import read_bytes, unreadable
from fasciculation_rules.shelf.strict_yaml import MAX_BYTES, read_yaml

UNREAD = "the profile cannot be read"


def with_profile_of(path: Path, ruleset: Ruleset) -> Ruleset:
    """The ruleset under the profile of a YAML file.

    Raises ProfileError with every problem at its place in the file.
    """
    problems: list[Problem] = []
    try:
        document = read_yaml(read_bytes(path, MAX_BYTES), path.name, problems)
    except OSError as error:
        raise ProfileError(UNREAD, [unreadable(str(path), error)]) from None
    if document is None:
        raise ProfileError(UNREAD, problems)
    try:
        return with_profile(ruleset, Profile.read(document.data))
    except ProfileError as error:
        raise ProfileError(error.summary, [document.locate(found) for found in error.problems]) from None
