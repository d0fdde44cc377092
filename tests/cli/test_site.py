"""`site`: what is silenced reaches a running service and the ledger; feedback is exported."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fasciculation_rules.audit.ledger import file
from fasciculation_rules.audit.ledger.in_force import events
from fasciculation_rules.audit.ledger.store import Ledger
from fasciculation_rules.server.silencing import is_silenced
from fasciculation_rules.server.state import State

Command = Callable[..., Any]
WHO = ("--by", "safety-officer", "--why", "too many")


@pytest.fixture
def site(here: Path) -> str:
    file.begin(Path("decisions.ledger"))
    text = "format: 1\nsite: general\ntime_zone: Europe/London\nstate: state\nledger: decisions.ledger\n"
    Path("site.yaml").write_text(text, encoding="utf-8")
    return "site.yaml"


def silenced(topic: str) -> bool:
    """As a running service sees it."""
    state = State(Path("state"))
    try:
        return is_silenced(state, hook="patient-view", topic=topic, rules=frozenset({"escalate-x"}))
    finally:
        state.close()


def test_a_topic_is_silenced_and_resumed_and_the_ledger_says_who_and_why(site: str, command: Command) -> None:
    said = command("site", "silence", site, "topic", "urgent-referral", *WHO)
    assert (said.code, said.out, said.err) == (0, "silenced: topic urgent-referral\n", "")
    assert silenced("urgent-referral")
    assert not silenced("emergency")
    listed = command("site", "silences", site)
    assert listed.out.startswith("topic urgent-referral, since 20")
    assert listed.out.endswith(" by safety-officer: too many\n")
    assert command("site", "resume", site, "topic", "urgent-referral", *WHO).out == "resumed: topic urgent-referral\n"
    assert not silenced("urgent-referral")
    with Ledger.open_to_read(Path("decisions.ledger")) as ledger:
        told = [(event.kind, event.by, event.why, event.part) for event in events(ledger, "general")]
    assert told == [
        ("silenced", "safety-officer", "too many", "topic urgent-referral"),
        ("resumed", "safety-officer", "too many", "topic urgent-referral"),
    ]


def test_silencing_a_part_leaves_the_ruleset_in_force_and_silencing_the_site_does_not(
    site: str, command: Command
) -> None:
    deployed = ("--event", "deployed", "--ruleset", "1.1.0", "--tenant", "general", "--by", "x-1", "--why", "first")
    assert command("ledger", "append", "decisions.ledger", *deployed, "--since", "2026-01-01T00:00:00Z").code == 0
    at = ("ledger", "in-force", "decisions.ledger", "--at", "2999-01-01T00:00:00Z", "--tenant", "general")
    command("site", "silence", site, "hook", "patient-view", *WHO)
    assert "silenced" not in command(*at).out
    command("site", "silence", site, "site", "general", *WHO)
    assert "silenced" in command(*at).out


def test_nothing_silenced_is_a_no(site: str, command: Command) -> None:
    said = command("site", "silences", site)
    assert (said.code, said.out, said.err) == (1, "", "nothing is silenced\n")


def test_what_is_not_silenced_cannot_be_resumed(site: str, command: Command) -> None:
    said = command("site", "resume", site, "hook", "patient-view", *WHO)
    assert said.code == 2
    assert said.err == ("error: no hook 'patient-view' is silenced; see `fasciculation-rules site silences`\n")


def test_a_site_without_state_is_told_why(here: Path, command: Command) -> None:
    Path("site.yaml").write_text("format: 1\nsite: general\ntime_zone: Europe/London\n", encoding="utf-8")
    said = command("site", "silences", "site.yaml")
    assert said.code == 2
    assert "the site has no `state`, so that nothing it is told here would reach a running service" in said.err


def test_feedback_is_exported_and_comments_are_erased(site: str, command: Command) -> None:
    state = State(Path("state"))
    with state.writing() as tables:
        tables.execute("INSERT INTO cards VALUES ('c1', 'd', 'emergency', 'emergency', '1.1.0', '[]', 'A card', 1)")
        row = ("c1", "overridden", "2026-11-22T12:00:00Z", "", "", "resolved", "[]", "words", "2026-11-22T12:00:01Z")
        tables.execute("INSERT INTO feedback VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    state.close()
    assert json.loads(command("site", "feedback", site, "--as", "ndjson").out)["user_feedback"] == "words"
    assert command("site", "feedback", site).out.splitlines()[0].startswith("intervention,action_taken,user_feedback,")
    assert command("site", "erase-comments", site, "C1").out == "1 comment erased\n"
    said = command("site", "erase-comments", site, "c1")
    assert (said.code, said.out) == (1, "0 comments erased\n")


@pytest.mark.parametrize(("what", "name", "words"), [
    ("topic", "urgent-referal", "there is no topic 'urgent-referal'; did you mean 'urgent-referral'?"),
    ("hook", "on-monday", "there is no hook 'on-monday'; such as patient-view"),
    ("rule", "escalate-nothing", "there is no rule 'escalate-nothing'"),
    ("site", "specific", "there is no site 'specific'"),
])  # fmt: skip
def test_a_name_that_nothing_has_is_not_silenced(what: str, name: str, words: str, site: str, command: Command) -> None:
    said = command("site", "silence", site, what, name, *WHO)
    assert (said.code, said.out) == (2, "")
    assert words in said.err
    assert command("site", "silences", site).code == 1
