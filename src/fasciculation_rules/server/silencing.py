"""Silencing a site, a hook, a topic or a rule's card without a restart, and taking that back; each is on the ledger."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from fasciculation_rules.errors import SiteError, did_you_mean
from fasciculation_rules.model.site import Site
from fasciculation_rules.server.call import ENCOUNTER_START, HOOKS
from fasciculation_rules.server.policy import Topic
from fasciculation_rules.server.state import State
from fasciculation_rules.shelf.opening import open_ruleset


class What(StrEnum):
    """What is silenced."""

    SITE = "site"
    HOOK = "hook"
    TOPIC = "topic"
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class Silence:
    """Something silenced: since when, by whom and why."""

    what: What
    name: str
    by: str
    why: str
    since: str


def check_name(what: What, name: str, site: Site) -> None:
    """Raises SiteError for a name that nothing has, since silencing it would silence nothing."""
    match what:
        case What.SITE:
            known = [site.site]
        case What.HOOK:
            known = [*HOOKS, ENCOUNTER_START]
        case What.TOPIC:
            known = [str(topic) for topic in Topic]
        case What.RULE:
            known = sorted(open_ruleset(site.ruleset).escalations)
        case _:
            assert_never(what)
    if name not in known:
        raise SiteError(f"there is no {what} '{name}'; {did_you_mean(name, known) or f'such as {known[0]}'}")


def silence(state: State, what: What, name: str, *, by: str, why: str, at: datetime.datetime) -> None:
    """Silences from now on; every worker heeds it at its next call."""
    with state.writing() as tables:
        tables.execute(
            "INSERT INTO silences (what, name, by, why, since) VALUES (?, ?, ?, ?, ?)",
            (what, name, by, why, at.isoformat(timespec="seconds")),
        )


def check_silenced(state: State, what: What, name: str) -> None:
    """Raises SiteError where no such thing is silenced, so that none can be resumed."""
    if not any((each.what, each.name) == (what, name) for each in silences(state)):
        raise SiteError(f"no {what} '{name}' is silenced; see `fasciculation-rules site silences`")


def resume(state: State, what: What, name: str, *, at: datetime.datetime) -> None:
    """Ends every such silence."""
    with state.writing() as tables:
        tables.execute(
            "UPDATE silences SET until = ? WHERE what = ? AND name = ? AND until IS NULL",
            (at.isoformat(timespec="seconds"), what, name),
        )


def silences(state: State) -> tuple[Silence, ...]:
    """What is silenced now."""
    rows = state.read("SELECT what, name, by, why, since FROM silences WHERE until IS NULL ORDER BY number")
    return tuple(Silence(What(str(what)), *map(str, rest)) for what, *rest in rows)


def is_silenced(state: State, *, hook: str, topic: str, rules: frozenset[str]) -> bool:
    """Whether a card for this hook with this topic, resting on these rules alone, is silenced."""
    rows = {(str(what), str(name)) for what, name in state.read("SELECT what, name FROM silences WHERE until IS NULL")}
    silenced = {name for what, name in rows if what == What.RULE}
    return (
        any(what == What.SITE for what, _ in rows)
        or (What.HOOK, hook) in rows
        or (What.TOPIC, topic) in rows
        or bool(rules and rules <= silenced)
    )
