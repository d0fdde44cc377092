"""The life-cycle metadata that every artefact carries, as CRMI asks: where it is from, how far it may be trusted."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator

from fasciculation_rules.exchange.fhir.elements import Json, narrative, some
from fasciculation_rules.exchange.fhir.identity import canonical
from fasciculation_rules.model.outcomes import Source
from fasciculation_rules.model.ruleset import Ruleset, Status

CRMI = "http://hl7.org/fhir/uv/crmi/StructureDefinition"
CAPABILITY = "http://hl7.org/fhir/StructureDefinition/cqf-knowledgeCapability"
ALGORITHM = "http://hl7.org/fhir/StructureDefinition/artifact-versionAlgorithm"

STATUS: dict[Status, str] = {
    "unreleased": "draft",
    "draft": "draft",
    "active": "active",
    "retired": "retired",
    "withdrawn": "retired",
}

WITH_USAGE = ("ActivityDefinition", "Library", "PlanDefinition")
"""The types that have `usage` and `relatedArtifact` in R4."""


def metadata(
    kind: str,
    name: str,
    title: str,
    about: str,
    ruleset: Ruleset,
    *,
    released: datetime.date | None,
    capabilities: Iterable[str] = (),
    related: Iterable[Json] = (),
    crmi: bool = True,
) -> Json:
    """The head of an artefact. It is experimental, and says that no clinician has reviewed it.

    `publishable` is claimed only of what was released: the profile wants the date of publication.
    """
    claims = ("shareable", *(("publishable",) if released else ()))
    head = ruleset.about
    description = f"{about}\n\nRuleset {ruleset.version}, {ruleset.status}; {head.review}. It makes no diagnosis."
    usage = f"{head.not_for}\n{head.population}" if kind in WITH_USAGE else None
    return some(
        resourceType=kind,
        id=name,
        meta={"profile": [f"{CRMI}/crmi-{claim}{kind.lower()}" for claim in claims]} if crmi else None,
        text=narrative(title, *description.splitlines()),
        extension=[
            *({"url": CAPABILITY, "valueCode": claim} for claim in (*claims, *capabilities) if crmi),
            {
                "url": ALGORITHM,
                "valueCoding": {"system": "http://hl7.org/fhir/version-algorithm", "code": "semver"},
            },
        ],
        url=canonical(kind, name),
        version=ruleset.version,
        name="Fasciculation" + "".join(part.capitalize() for part in name.split("-") if part != "fasciculation"),
        title=title,
        status=STATUS[ruleset.status],
        experimental=True,
        date=released.isoformat() if released else None,
        publisher="; ".join(head.authors),
        description=description,
        purpose=head.purpose,
        usage=usage,
        copyright=f"{head.licence}. {'; '.join(head.authors)}.",
        relatedArtifact=list(related),
    )


def citation(name: str, ruleset: Ruleset, *, label: str | None = None) -> Json:
    """A source as a related artefact."""
    source = ruleset.references.sources[name]
    return some(type="citation", label=label or name, display=source.title, citation=_cited(source), url=source.url)


def citations(ruleset: Ruleset) -> Iterator[Json]:
    """Every source of a ruleset."""
    for name in ruleset.references.sources:
        yield citation(name, ruleset)


def _cited(source: Source) -> str:
    parts = (source.authors, source.title, source.publisher, str(source.year) if source.year else None)
    return ". ".join(part for part in parts if part) + "."
