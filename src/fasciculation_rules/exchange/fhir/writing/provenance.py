"""Who answered, and from what: the software as a Device, and a Provenance with the digests of the ruleset."""

from __future__ import annotations

from fasciculation_rules.exchange.fhir.collection import Collection
from fasciculation_rules.exchange.fhir.elements import Json, coding, concept, notes
from fasciculation_rules.exchange.fhir.writing.answer import Answer
from fasciculation_rules.exchange.systems import BASE, PARTICIPANT_TYPE
from fasciculation_rules.model.assessment import Assessment
from fasciculation_rules.model.ruleset import Ruleset

DIGEST = f"{BASE}/NamingSystem/digest"
"""Digests of rulesets and profiles, `sha256:` and 64 hexadecimal digits."""


def add_device(assessment: Assessment, ruleset: Ruleset, collection: Collection) -> Json:
    """The library with the ruleset that spoke, and that no clinician has reviewed it."""
    by = assessment.ruleset
    versions = {
        "ruleset": by.version,
        "library": assessment.library,
        "engine": f"{assessment.engine.name} {assessment.engine.version}",
    }
    return collection.add(
        "Device",
        "software",
        identifier=[{"system": DIGEST, "value": by.effective_digest}],
        manufacturer="; ".join(ruleset.about.authors),
        deviceName=[{"name": "fasciculation_rules", "type": "model-name"}],
        version=[{"type": concept(what), "value": version} for what, version in versions.items()],
        type=concept("clinical decision support software"),
        note=notes(f"Ruleset {by.version} ({by.status}): {by.review}.", *assessment.limits),
    )


def add_provenance(answer: Answer) -> Json:
    """That the device made every other resource of the answer, from these rules and this case."""
    said = {each["reference"] for each in answer.said.values()}
    made = [f"urn:uuid:{key}" for key in answer.into.resources]
    by = answer.of.ruleset
    digests = {
        f"ruleset {by.version}, text": by.text_digest,
        f"ruleset {by.version}, logic": by.logic_digest,
        f"ruleset {by.version}, effective logic": by.effective_digest,
    }
    if by.profile is not None:
        digests[f"site profile {by.profile.name}"] = by.profile.digest
    return answer.into.add(
        "Provenance",
        "provenance",
        target=[{"reference": each} for each in made if each not in said and each != answer.device["reference"]],
        recorded=answer.into.at,
        policy=[answer.plan.partition("|")[0]],
        activity=concept("assessment by rules"),
        agent=[
            {
                "type": concept(None, coding(PARTICIPANT_TYPE, "assembler")),
                "who": {**answer.device, "display": answer.speaker},
            }
        ],
        entity=[
            *(
                {"role": "source", "what": {"identifier": {"system": DIGEST, "value": digest}, "display": what}}
                for what, digest in digests.items()
            ),
            *({"role": "source", "what": each} for each in answer.said.values()),
        ],
    )
