"""Each thing that goes wrong has an error of its own, so that a program can tell a slip of the pen from history."""

from __future__ import annotations

from pathlib import Path

import pytest

from fasciculation_rules.cli.authoring import check_command
from fasciculation_rules.cli.rulesets import show_command
from fasciculation_rules.cli.writing import What, new_command
from fasciculation_rules.errors import (
    RulesetError,
    RulesetNotFoundError,
    RulesetReleasedError,
    UnknownNameError,
)


def test_a_name_that_a_ruleset_does_not_have_is_no_ruleset_that_is_not_there() -> None:
    with pytest.raises(UnknownNameError) as caught:
        show_command("0.1.0", "escalate-slured-speech")
    hint = "did you mean 'escalate-slurred-speech'?"
    assert str(caught.value) == f"ruleset 0.1.0 has no rule or item 'escalate-slured-speech'; {hint}"
    assert isinstance(caught.value, RulesetError)
    assert isinstance(caught.value, LookupError)
    assert not isinstance(caught.value, RulesetNotFoundError)
    assert caught.value.exit_code == 2


def test_the_cases_of_a_release_are_history() -> None:
    with pytest.raises(RulesetReleasedError) as caught:
        check_command("0.1.0", accept_=True)
    assert str(caught.value) == "ruleset 0.1.0 was released; its cases are history and are not rewritten"
    assert not isinstance(caught.value, LookupError)


def test_no_rule_is_begun_in_a_release() -> None:
    with pytest.raises(RulesetReleasedError) as caught:
        new_command(What.RULE, "0.1.0", "escalation", "escalate-something", on="2026-11-01")
    assert str(caught.value) == "ruleset 0.1.0 was released and is history; copy the folder to a new version"


def test_a_folder_without_rules_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(RulesetNotFoundError):
        new_command(What.RULE, str(tmp_path), "escalation", "escalate-something", on="2026-11-01")
