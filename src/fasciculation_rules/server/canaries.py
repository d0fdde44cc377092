"""Patients whose answer is known: asked before the first real one, because silence looks like health."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, replace

from fasciculation_rules.authoring.examples import run_cases
from fasciculation_rules.errors import SiteError
from fasciculation_rules.exchange.fhir.shapes import Json
from fasciculation_rules.exchange.systems import ITEMS
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.model.site import Mode, Site
from fasciculation_rules.server.call import HOOKS, Call
from fasciculation_rules.server.deciding import decide
from fasciculation_rules.server.policy import Topic, Why
from fasciculation_rules.server.prefetch import gather
from fasciculation_rules.server.serving import Serving
from fasciculation_rules.server.state import State

ENGINE = "durable"
_NOW = datetime.datetime(2026, 11, 22, 12, 0, tzinfo=datetime.UTC)
_PERSON = "canary"


@dataclass(frozen=True, slots=True)
class Canary:
    """A pattern of a patient and what the card policy must say: a topic, or why there is no card."""

    name: str
    findings: tuple[str, ...]
    expect: str
    days: int = 1
    birth: str = "1980-01-01"


CANARIES = (
    Canary("twitching alone is offered the screen", ("fasciculation",), Topic.SCREEN),
    Canary("progressive weakness is referred", ("fasciculation", "weakness_progressive"), Topic.URGENT_REFERRAL),
    Canary("breathlessness at rest is an emergency", ("fasciculation", "dyspnoea_rest"), Topic.EMERGENCY),
    Canary("without twitching there is no card", ("dyspnoea_rest", "weakness_progressive"), Why.NO_ENTRY),
    Canary("a child gets no card", ("fasciculation", "weakness_progressive"), Why.OUT_OF_SCOPE, birth="2020-01-01"),
    Canary("known motor neurone disease is left to its team", ("fasciculation", "known_mnd"), Why.KNOWN),
)


def check_canaries(serving: Serving) -> int:
    """How many were asked, each with the answer that was expected.

    Raises SiteError naming every one whose answer differs: then nothing is served.
    """
    outcomes = [*run_cases(_plain(serving.ruleset), [ENGINE])]
    wrong = [f"{each.subject}: {each.fault}" for each in outcomes if each.fault]
    wrong += [text for each in CANARIES if (text := _fault(each, serving))]
    if wrong:
        shown = "\n  ".join(wrong[:10])
        raise SiteError(f"{len(wrong)} canary patients are not answered as expected, so nothing is served:\n  {shown}")
    return len(outcomes) + len(CANARIES)


def _plain(ruleset: Ruleset) -> Ruleset:
    """The rules without a site's thresholds: what a site moves may rightly change the answers to its cases."""
    from fasciculation_rules.shelf.opening import open_ruleset

    return ruleset if ruleset.profile is None else open_ruleset(ruleset.version)


def _fault(canary: Canary, serving: Serving) -> str:
    """What is wrong, through the whole line from FHIR to the card; empty where nothing is."""
    site = Site(site="canary", time_zone="UTC", mode=Mode.LIVE, allow_unreviewed=True)
    plain = replace(serving, site=site, ledger=None)
    state = State(None)
    try:
        found = decide(_call(), gather(_prefetch(canary)), plain, state, _NOW)
    finally:
        state.close()
    said = str(found.show.topic) if found.show is not None else found.why
    return "" if said == canary.expect else f"{canary.name}: expected '{canary.expect}', found '{said}'"


def _call() -> Call:
    return Call("patient-view", "00000000-0000-4000-8000-000000000000", HOOKS["patient-view"], _PERSON, "", {})


def _prefetch(canary: Canary) -> Mapping[str, Json]:
    recorded = (_NOW - datetime.timedelta(days=canary.days)).date().isoformat()
    conditions = [_condition(name, recorded) for name in canary.findings]
    return {
        "patient": {"resourceType": "Patient", "id": _PERSON, "birthDate": canary.birth},
        "problems": {
            "resourceType": "Bundle",
            "type": "searchset",
            "entry": [{"resource": each} for each in conditions],
        },
    }


def _condition(name: str, recorded: str) -> Json:
    return {
        "resourceType": "Condition",
        "id": name.replace("_", "-"),
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "verificationStatus": {"coding": [{"code": "confirmed"}]},
        "code": {"coding": [{"system": ITEMS, "code": name}]},
        "subject": {"reference": f"Patient/{_PERSON}"},
        "recordedDate": recorded,
    }
