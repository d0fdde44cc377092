"""What the service says of itself, so that a client knows which hooks it answers and what data to bring."""

from __future__ import annotations

from collections.abc import Mapping

from fasciculation_rules.server.call import ENCOUNTER_START, HOOKS, SERVICE
from fasciculation_rules.server.cards import Json
from fasciculation_rules.server.policy import Moment
from fasciculation_rules.server.prefetch import templates
from fasciculation_rules.server.serving import Serving

TITLE = "Muscle twitching"
DESCRIPTION = (
    "For people of 16 years or more with recorded muscle twitching: whether what is recorded asks for somebody to see "
    "them soon, and a two-minute screen where it is not on record. Nothing is said of anybody else. "
)
USE = "Needs the patient and the whole problem list, prefetched or to be fetched; without either it answers 412."
SPECIFICATION = "2.0.1"


def hooks_of(serving: Serving) -> dict[str, Moment]:
    """The hooks that are answered here."""
    more = {ENCOUNTER_START: Moment.OPENING} if serving.site.encounter_start else {}
    return {**HOOKS, **more}


def discovery(serving: Serving) -> Json:
    """The same service under every hook."""
    prefetch: Mapping[str, str] = templates(serving.ruleset)
    ruleset = serving.ruleset
    about = f"{DESCRIPTION}Ruleset {ruleset.version}, {ruleset.about.review}."
    return {
        "services": [
            {
                "hook": hook,
                "id": SERVICE,
                "title": TITLE,
                "description": about,
                "version": SPECIFICATION,
                "usageRequirements": USE,
                "prefetch": dict(prefetch),
            }
            for hook in hooks_of(serving)
        ]
    }
